"""Answers: both sides, articles, date and how sure we are; short first, nothing left out, within every limit."""

from dataclasses import replace
from datetime import date
from typing import get_args

import pytest

from bot import render, words
from bot.limits import TEXT, units
from bot.messages import Button
from bot.text import plain
from knowledge import Finding, Topic, load
from knowledge.intents import Function, Reason
from tests.support.scripted import Scripted

TOPICS = load()
EVERY = sorted(TOPICS)
DEADLINE = TOPICS["batas-waktu-melapor"]
PENALTY = TOPICS["politik-uang-sanksi"]


def shown(topic: Topic, language: str = "id", regime: str = "", today: date | None = None) -> str:
    """An answer as its reader sees it."""
    replies = render.answer(topic, TOPICS.notices, language, regime, today)
    return "\n".join(plain(reply.whole_text()) for reply in replies)


@pytest.mark.parametrize("language", words.languages())
@pytest.mark.parametrize("topic_id", EVERY)
def test_every_topic_fits_one_message_with_both_rules_whole(topic_id: str, language: str) -> None:
    """In both frames; the rules and the difference are never cut."""
    topic = TOPICS[topic_id]
    replies = render.answer(topic, TOPICS.notices, language)

    assert len(replies) == 1
    for said in (topic.title, topic.pemilu, topic.pilkada, topic.difference):
        assert said in plain(replies[0].whole_text())


@pytest.mark.parametrize("topic_id", EVERY)
def test_every_topics_sources_and_choices_fit(topic_id: str) -> None:
    """Buttons check their own length, so building them is the test; each source is named."""
    topic = TOPICS[topic_id]
    told = "\n".join(plain(reply.whole_text()) for reply in render.sources(topic, "id"))
    _, buttons = render.choice([TOPICS[one] for one in topic.related], "ask.topic")

    assert all(one in told for one in (*topic.pemilu_sources, *topic.pilkada_sources, *topic.changed_by))
    assert topic.caveat in told
    assert len(buttons) == len(topic.related)


def test_a_comparison_is_a_table_of_rules_and_articles() -> None:
    """Pemilu left, Pilkada right; the text after it begins with the difference."""
    (reply,) = render.answer(DEADLINE, TOPICS.notices, "id")

    assert reply.comparison is not None
    assert (reply.comparison.left, reply.comparison.right) == ("Pemilu", "Pilkada")
    assert [row[0] for row in reply.comparison.rows] == ["Aturan", "Pasal"]
    assert "Pasal 454 ayat (6)" in reply.comparison.rows[1][1]
    assert reply.text.startswith("*Bedanya:* Sama-sama 7 hari")


def test_the_regime_asked_for_comes_first_and_the_other_stays() -> None:
    """Somebody who asks about Pilkada reads Pilkada first."""
    (reply,) = render.answer(DEADLINE, TOPICS.notices, "id", "pilkada")
    text = plain(reply.whole_text())

    assert text.index("▸ Pilkada") < text.index("▸ Pemilu: Laporan")


def test_each_side_says_how_it_was_checked() -> None:
    """One row where the sides differ, one line where they do not."""
    assert "▸ Pilkada: teks undang-undang sudah dibaca" in shown(PENALTY)
    assert "▸ Pemilu: dari sumber kedua, mohon cek ke naskah" in shown(PENALTY)
    assert "Kedua sisi: teks undang-undang sudah dibaca." in shown(DEADLINE)


def test_an_answer_carries_its_date() -> None:
    """In the reader's language."""
    assert "Per 23 November 2026." in shown(DEADLINE)
    assert "As of 23 November 2026." in shown(DEADLINE, "en")


@pytest.mark.parametrize("topic_id", [one for one in EVERY if TOPICS[one].warnings])
def test_where_a_penalty_stands_the_new_law_is_named(topic_id: str) -> None:
    """UU 1/2026 changed fines and minimum terms; nobody reads a figure without that."""
    assert "UU 1/2026" in shown(TOPICS[topic_id])
    assert "angka naskah asal" in render.plain_answer(TOPICS[topic_id], TOPICS.notices)


def test_a_long_caveat_is_shortened_and_whole_in_the_sources() -> None:
    """Its first sentence, and where the rest is."""
    text = shown(DEADLINE)
    (sources,) = render.sources(DEADLINE, "id")

    assert "Catatan: Banyak pejabat" in text
    assert "Sarankan melapor" not in text
    assert "(selengkapnya di Lihat sumber)" in text
    assert "Sarankan melapor" in sources.text


def test_a_topic_without_a_caveat_has_no_note() -> None:
    """Neither a heading nor a hint at more."""
    text = shown(replace(DEADLINE, caveat=""))

    assert "Catatan" not in text
    assert "selengkapnya" not in text


def test_a_rule_under_review_or_over_says_so() -> None:
    """Staff mark it in one step; the end of validity speaks for itself."""
    ended = replace(DEADLINE, valid_until=date(2026, 11, 1))

    assert "sedang ditinjau" in shown(replace(DEADLINE, under_review=True))
    assert "berlaku sampai 1 November 2026" in shown(ended, today=date(2026, 11, 2))
    assert "berlaku sampai" not in shown(ended, today=date(2026, 11, 1))


def test_the_buttons_below_stay_few() -> None:
    """The verdict where it can be counted, then reading on, then passing it on; without neighbours one less."""
    share = Button("Bagikan", share="x")
    labels = [
        [one.label for one in render.below(topic, "id", 7, share)]
        for topic in (DEADLINE, replace(DEADLINE, related=()))
    ]

    assert labels[0] == ["Terjawab", "Belum terjawab", "Lihat sumber", "Topik terkait", "Bagikan"]
    assert "Topik terkait" not in labels[1]
    assert [one.label for one in render.below(DEADLINE, "id")] == ["Lihat sumber", "Topik terkait"]


def test_english_has_an_english_frame_and_says_why_the_rule_is_not() -> None:
    """The legal text stays as it is."""
    text = shown(DEADLINE, "en")

    assert "Difference:" in text
    assert "The legal text is in Indonesian." in text
    assert "Bedanya" not in text


def test_a_topic_too_long_for_one_message_is_split_and_nothing_is_lost() -> None:
    """An editor's long text reaches the reader in several messages; the buttons are under the last."""
    words_of = [f"kata{number}" for number in range(900)]
    replies = render.answer(replace(DEADLINE, pemilu=" ".join(words_of)), TOPICS.notices, "id")
    whole = " ".join(plain(reply.whole_text()) for reply in replies)

    assert len(replies) > 1
    assert [word for word in words_of if word not in whole] == []
    assert all(units(plain(reply.whole_text())) <= TEXT for reply in replies)
    assert [bool(reply.buttons) for reply in replies] == [False] * (len(replies) - 1) + [True]


def test_marks_in_a_topic_are_not_taken_for_markup() -> None:
    """A star or underscore in a law's text is shown as it is."""
    assert "a *b* _c_" in shown(replace(DEADLINE, pemilu="a *b* _c_"))


@pytest.mark.parametrize("topic_id", EVERY)
def test_the_plain_answer_has_everything(topic_id: str) -> None:
    """What `ask` prints needs no tap: both sides, articles, changes, the whole caveat, sources and the date."""
    topic = TOPICS[topic_id]
    text = render.plain_answer(topic, TOPICS.notices)
    wanted = [topic.title, topic.pemilu, topic.pilkada, topic.difference, topic.caveat]

    assert [one for one in (*wanted, *topic.changed_by, *topic.pemilu_sources) if one not in text] == []
    assert "Per 23 November 2026." in text


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("tenggat lapor", "7 hari kerja"),
        ("mirip", "1. Sengketa proses"),
        ("kucing", "Saya belum tahu"),
        ("mau daftar", "Mau mendaftar"),
        ("jagoan siapa", "Saya tidak memihak"),
    ],
)
def test_a_finding_is_printed_as_a_person_would_read_it(question: str, says: str) -> None:
    """Answered, not clear, unknown, a wish, not for us: each has its words."""
    index = Scripted(TOPICS)

    assert says in render.plain_finding(index, index.find(question))


@pytest.mark.parametrize("language", words.languages())
def test_every_wish_and_every_refusal_has_words(language: str) -> None:
    """What the search can find, a reader can be told."""
    found = [Finding(status="function", topic=one) for one in get_args(Function)]
    found += [Finding(status="unknown", reason=one) for one in get_args(Reason)]

    assert all(render.plain_finding(Scripted(TOPICS), one, language) for one in found)


def test_evidence_in_a_repository_becomes_an_address() -> None:
    """People can open it; other evidence stays as it was noted."""
    (reply,) = render.sources(DEADLINE, "id")

    assert "https://github.com/mblonyox/data-peraturan (uu/2015/8.md)" in plain(reply.text)
    assert "https://id.wikisource.org/wiki/Halaman:Perpu_1_2014.pdf/93" in plain(reply.text)
