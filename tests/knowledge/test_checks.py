"""Checks of a topic's content, by changing what is right into what is wrong."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from knowledge import Topic, TopicError, Topics, check, load
from knowledge.checks import CITED, existing, impossible, outdated, problems, same_questions
from knowledge.numbers import NUMBER
from knowledge.topics import HERE

TOPICS = load()
TODAY = date(2026, 11, 24)
CITED_ARTICLE = re.compile(r"(UU (?:7/2017|1/2015|8/2015|10/2016) Pasal) \d+[A-Z]?")
SIDES = ("pemilu", "pilkada", "difference")


def changed(topic: Topic, field: str, value: Any) -> Topic:
    """The topic with one field changed."""
    values: dict[str, Any] = {field: value}
    return replace(topic, **values)


def mutations(topic: Topic) -> Iterator[Topic]:
    """The topic with one number of its text changed, for each number that is not part of a citation."""
    for field in SIDES:
        text = getattr(topic, field)
        cited = [range(*found.span()) for found in CITED.finditer(text)]
        for found in NUMBER.finditer(text):
            if found["digits"] and not any(found.start() in span for span in cited):
                yield changed(topic, field, text[: found.start()] + "77777" + text[found.end() :])


@pytest.mark.parametrize("topic", TOPICS.values(), ids=lambda topic: topic.id)
def test_any_changed_number_is_noticed(topic: Topic) -> None:
    """Wherever a slip is made in what people read, the topic is refused."""
    assert not list(problems(topic))
    assert not [mutant for mutant in mutations(topic) if not list(problems(mutant))]


def test_mutations_reach_the_numbers_of_the_topics() -> None:
    """So that the test above tests something."""
    assert sum(len(list(mutations(topic))) for topic in TOPICS.values()) > 400


@pytest.mark.parametrize("field", ["pemilu_sources", "pilkada_sources"])
def test_article_that_cannot_exist_is_noticed_in_any_topic(field: str) -> None:
    """A slip in an article's number beyond the last article of its law."""
    for topic in TOPICS.values():
        sources = getattr(topic, field)
        wrong = tuple(CITED_ARTICLE.sub(r"\1 999", one) for one in sources)
        if wrong != sources:
            assert list(impossible(changed(topic, field, wrong), field))


def test_articles_of_the_laws_are_known() -> None:
    """Amending laws hold only what they change; a law that is not listed is not judged."""
    laws = existing()

    assert {"1", "573"} <= laws["uu7/2017"]
    assert "574" not in laws["uu7/2017"]
    assert "187a" in laws["uu10/2016"]
    assert "187a" not in laws["uu8/2015"]


def test_topic_without_any_source_is_refused() -> None:
    """Two sides without a rule are no topic."""
    topic = replace(
        TOPICS["debat"], pemilu_sources=(), pilkada_sources=(), pemilu_confidence="n/a", pilkada_confidence="n/a"
    )

    assert ("pemilu_sources", "needs a source on one side at least") in list(problems(topic))


def test_passed_and_future_dates_are_told() -> None:
    """The last day of validity still counts."""
    topic = replace(TOPICS["debat"], valid_until=TODAY)

    assert not list(outdated(topic, TODAY))
    assert [field for field, _ in outdated(topic, TODAY + timedelta(days=1))] == ["valid_until"]
    assert [field for field, _ in outdated(topic, topic.as_of - timedelta(days=1))] == ["as_of"]


def test_same_question_in_other_words_is_told() -> None:
    """Stop words and forms of a word do not make two questions of one."""
    one = replace(TOPICS["debat"], ask=("berapa kali debat?",))
    other = replace(TOPICS["tsm"], ask=("debatnya itu berapa kali sih",))

    assert [topic_id for topic_id, _ in same_questions({"debat": one, "tsm": other})] == ["tsm"]


def test_own_topics_pass_the_whole_check() -> None:
    """What ships is what `knowledge check` accepts."""
    assert isinstance(check(None, TODAY), Topics)


def test_expired_topic_stops_an_editor_but_not_the_bot(tmp_path: Path) -> None:
    """An answer then carries a warning; the editor is told file, line and field."""
    path = tmp_path / "debat.toml"
    text = (HERE / "topics/debat.toml").read_text(encoding="utf-8")
    path.write_text(re.sub(r"related = \[[^]]*\]", "related = []\nvalid_until = 2026-11-23", text), encoding="utf-8")

    assert load(tmp_path)
    with pytest.raises(TopicError, match=r"debat\.toml:\d+: valid_until: has passed"):
        check(tmp_path, TODAY)
