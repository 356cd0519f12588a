"""Topics: what a file must hold, and how a broken one is named."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from knowledge import TopicError, Topics, load
from knowledge.topics import HERE

GOOD = """\
id = "masa-coba"
title = "Masa coba"
kind = "comparison"
pemilu = "Laporan paling lama 7 hari kerja."
pemilu_sources = ["UU 7/2017 Pasal 454"]
pemilu_confidence = "text-verified"
pilkada = "Laporan paling lama tujuh hari."
pilkada_sources = ["UU 8/2015 Pasal 134"]
pilkada_confidence = "secondary"
difference = "Hari kerja lawan hari kalender."
key_facts = ["7 hari kerja", "7 hari"]
as_of = 2026-11-23
related = []
warnings = []
ask = ["berapa lama masa coba"]
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the good topic under a name, with lines replaced."""

    def topic_file(name: str = "masa-coba", **changes: str) -> Path:
        lines = [changes.get(line.split(" = ")[0], line) for line in GOOD.splitlines()]
        path = tmp_path / f"{name}.toml"
        path.write_text("\n".join([*lines, changes.get("extra", "")]), encoding="utf-8")
        return path

    return topic_file


@pytest.fixture(scope="module")
def topics() -> Topics:
    """Our own topics."""
    return load()


def test_good_topic_is_loaded_as_written(write: Write) -> None:
    """Lists become tuples, the date a date, and what is left out is empty."""
    topic = load(write().parent)["masa-coba"]

    assert topic.pemilu_sources == ("UU 7/2017 Pasal 454",)
    assert topic.as_of == date(2026, 11, 23)
    assert (topic.valid_until, topic.under_review, topic.caveat) == (None, False, "")


def test_confidence_is_that_of_the_weaker_side(write: Write) -> None:
    """A verified side does not make up for a second-hand one."""
    assert load(write().parent)["masa-coba"].confidence == "secondary"


def test_side_without_a_rule_does_not_weaken_the_other(write: Write) -> None:
    """n/a says that there is nothing to be confident about."""
    path = write(pilkada_confidence='pilkada_confidence = "n/a"', pilkada_sources="pilkada_sources = []")

    assert load(path.parent)["masa-coba"].confidence == "text-verified"


@pytest.mark.parametrize(
    ("field", "line", "reason"),
    [
        ("extra", 'pasall = "x"', "unknown field"),
        ("title", "", "missing"),
        ("title", 'title = " "', "is empty"),
        ("title", "title = 3", "must be a text"),
        ("id", 'id = "lain"', "must be the file's name, 'masa-coba'"),
        ("kind", 'kind = "both"', "must be comparison or single"),
        ("as_of", 'as_of = "2026-11-23"', "must be a date"),
        ("as_of", "as_of = 2026-11-23T10:00:00", "must be a date"),
        ("extra", "under_review = 1", "must be true or false"),
        ("pemilu_sources", "pemilu_sources = []", "needs a source"),
        ("pemilu_sources", 'pemilu_sources = "UU 7/2017"', "must be a list of texts"),
        ("pilkada_sources", 'pilkada_sources = [""]', "must be a list of texts"),
        ("pemilu_confidence", 'pemilu_confidence = "sure"', "must be one of text-verified"),
        ("key_facts", 'key_facts = ["8 hari kerja"]', "the number 8 of '8 hari kerja' is not in the text"),
        ("key_facts", 'key_facts = ["7 hari kerja"]', "the number 7 hari of the text is not among them"),
        ("pilkada", 'pilkada = "Laporan paling lama 8 hari."', "the number 8 hari of the text is not among them"),
        ("pemilu_sources", 'pemilu_sources = ["UU 7/2017 Pasal 574"]', "Pasal 574 of UU 7/2017 does not exist"),
        ("pilkada_sources", 'pilkada_sources = ["UU 8/2015 Pasal 2"]', "Pasal 2 of UU 8/2015 does not exist"),
        ("extra", 'changed_by = ["UU 10/2016 Pasal 187E"]', "Pasal 187E of UU 10/2016 does not exist"),
        ("difference", 'difference = "Pasal 999 berbeda."', "Pasal 999 does not exist"),
        ("difference", 'difference = "Di Pilkada denda Rp2 juta."', "needs 'uu-1-2026'"),
        ("related", 'related = ["tidak-ada"]', "'tidak-ada' is not another topic"),
        ("related", 'related = ["masa-coba"]', "is not another topic"),
        ("warnings", 'warnings = ["lain"]', "is not in notices.toml"),
        ("ask", "ask = []", "at least one way"),
        ("ask", 'ask = ["Masa coba?", "masa  coba"]', "is already in 'masa-coba'"),
        ("extra", "valid_from = 2026-02-01\nvalid_until = 2026-01-01", "is before valid_from"),
    ],
)
def test_wrong_field_is_named(write: Write, field: str, line: str, reason: str) -> None:
    """The error names the file and says what is wrong."""
    path = write(**{field: line})

    with pytest.raises(TopicError, match=r"masa-coba\.toml") as error:
        load(path.parent)

    assert reason in str(error.value)


def test_wrong_field_is_found_on_its_line(write: Write) -> None:
    """An editor can jump to it."""
    path = write(pemilu_confidence='pemilu_confidence = "sure"')

    with pytest.raises(TopicError) as error:
        load(path.parent)

    assert (error.value.file, error.value.line, error.value.field) == (path, 6, "pemilu_confidence")


def test_broken_toml_is_found_on_its_line(write: Write) -> None:
    """A missing quote is named with the line that the parser stopped at."""
    path = write(title='title = "Masa coba')

    with pytest.raises(TopicError, match=r"masa-coba\.toml:2:"):
        load(path.parent)


def test_file_in_another_encoding_is_refused(write: Write) -> None:
    """A Windows editor's letters would otherwise reach people garbled."""
    path = write()
    path.write_bytes(GOOD.replace("Masa coba", "Masa cob\xe1").encode("latin-1"))

    with pytest.raises(TopicError, match="not UTF-8"):
        load(path.parent)


def test_two_topics_do_not_share_a_way_of_asking(write: Write) -> None:
    """Else nobody could say which one is meant."""
    write()
    path = write("masa-lain", id='id = "masa-lain"')

    with pytest.raises(TopicError, match=r"masa-lain\.toml:\d+: ask: .* is already in 'masa-coba'"):
        load(path.parent)


def test_empty_folder_is_an_error(tmp_path: Path) -> None:
    """A wrong path must not look like a bot that knows nothing."""
    with pytest.raises(TopicError, match="no topic files"):
        load(tmp_path)


def test_version_changes_with_the_text(write: Write) -> None:
    """Whoever compares two answers can see that the topics behind them differ."""
    before = load(write().parent).version
    after = load(write(title='title = "Masa uji"').parent).version

    assert before != after


def test_every_topic_of_ours_is_sound(topics: Topics) -> None:
    """102 sheets with six overlaps merged."""
    assert len(topics) == 96
    assert all(topic.evidence for topic in topics.values())


def test_every_topic_can_be_asked_in_several_ways(topics: Topics) -> None:
    """Formal, casual, abbreviated, English."""
    assert min(len(topic.ask) for topic in topics.values()) >= 5


def test_shared_notice_is_not_repeated_in_the_caveat(topics: Topics) -> None:
    """What the notice says is said once."""
    carrying = [topic for topic in topics.values() if "uu-1-2026" in topic.warnings]

    assert len(carrying) >= 15
    assert not [topic.id for topic in carrying if "menghapus kurungan dan, menurut" in topic.caveat]


def test_notice_leads_to_the_topic_that_explains_it(topics: Topics) -> None:
    """From every fine one tap leads to what UU 1/2026 changed."""
    explaining = topics.notices["uu-1-2026"].topic
    carrying = [topic for topic in topics.values() if "uu-1-2026" in topic.warnings and topic.id != explaining]

    assert explaining in topics
    assert all(explaining in topic.related for topic in carrying)


def test_process_and_result_disputes_are_told_apart(topics: Topics) -> None:
    """Each answer says which of the two it speaks of, and links to the other."""
    for topic_id in ("sengketa-proses", "sengketa-waktu", "sengketa-upaya-hukum"):
        assert "bukan sengketa hasil" in topics[topic_id].difference
        assert "sengketa-hasil-di-mk" in topics[topic_id].related
    assert "bukan sengketa proses" in topics["sengketa-hasil-di-mk"].difference


@pytest.mark.parametrize("path", sorted(HERE.glob("topics/*.toml")), ids=lambda path: path.stem)
def test_changed_number_is_noticed(path: Path, tmp_path: Path) -> None:
    """A slip in the first key number of any topic stops it from being loaded."""
    before, key, after = path.read_text(encoding="utf-8").partition("\nkey_facts = [")
    listed, close, rest = after.partition("]\n")
    changed = re.sub(r"\d[\d.,]*", "77777", listed, count=1) if re.search(r"\d", listed) else f'"77777", {listed}'
    (tmp_path / path.name).write_text(before + key + changed + close + rest, encoding="utf-8")

    with pytest.raises(TopicError, match="the number 77777"):
        load(tmp_path)
