"""Drafts and mistakes in an editor's words."""

from pathlib import Path

import pytest

from bot import topic_sheet, words
from bot.text import plain
from knowledge import TopicError


@pytest.mark.parametrize(
    ("field", "reason", "said"),
    [
        ("pemilu", "is empty", "Isi Pemilu: masih kosong."),
        ("pilkada_sources", "needs a source unless the confidence is n/a", "perlu paling sedikit satu pasal"),
        ("ask", "'kapan *pilkada*' is already in 'jadwal-2024'", "'kapan *pilkada*' sudah dipakai di topik jadwal"),
        ("ask", "'a' is the same question as 'b' of 'dkpp'", "'a' sudah dipakai di topik dkpp."),
        ("related", "'x' is not another topic", "topik x tidak ada."),
        ("warnings", "names a fine or a term, so it needs 'uu-1-2026'", "perlu peringatan uu-1-2026."),
        ("key_facts", "the number 3 hari of the text is not among them", "angka 3 hari ada di isi"),
        ("pemilu_sources", "Pasal 999 of UU 7/2017 does not exist", "Pasal 999 of UU 7/2017 tidak ada."),
        ("valid_until", "has passed (2026-01-01): the topic needs a new reading", "sudah lewat (2026-01-01)."),
        ("kind", "must be comparison or single, found 'x_y'", "kind: must be comparison or single, found 'x_y'"),
    ],
)
def test_a_mistake_is_said_in_the_readers_language(field: str, reason: str, said: str) -> None:
    """What the checks say most, in words; the rest as it is, and never as markup."""
    error = TopicError(Path("topik.toml"), reason, field)

    assert said in plain(topic_sheet.wrong("id", error))


@pytest.mark.parametrize("language", words.languages())
def test_every_field_has_a_name_that_a_button_can_show(language: str) -> None:
    """At most 24 letters, and no two alike."""
    names = [topic_sheet.label(language, field) for field in topic_sheet.FIELDS.values()]

    assert max(map(len, names)) <= 24
    assert len(set(names)) == len(names)
