"""Ranking: what makes a topic come before another."""

from datetime import date

import pytest

from knowledge.language import read
from knowledge.ranking import Match, Ranker
from knowledge.topics import Topic


def topic(name: str, *ask: str, text: str = "Tidak ada.", sources: tuple[str, ...] = ()) -> Topic:
    """A topic with the given ways of asking."""
    return Topic(
        id=name, title=name, kind="single", pemilu=text, pemilu_sources=sources, pemilu_confidence="secondary",
        pilkada="", pilkada_sources=(), pilkada_confidence="n/a", difference="", as_of=date(2026, 1, 1), ask=ask,
    )  # fmt: skip


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    """Four small topics."""
    topics = (
        topic("debat", "berapa kali debat", "moderator debat", sources=("UU 7/2017 Pasal 277",)),
        topic("mahar", "imbalan pencalonan", text="Debat tidak ada hubungannya."),
        topic("cuti", "cuti kampanye", "cuti petahana"),
        topic("jadwal", "kapan kampanye", "debat kapan"),
    )
    return Ranker({one.id: one for one in topics})


def names(matches: list[Match]) -> list[str]:
    """The ids in their order."""
    return [match.topic for match in matches]


def test_way_of_asking_counts_more_than_text(ranker: Ranker) -> None:
    """A topic that merely mentions a word comes last."""
    assert names(ranker.rank(["debat"])) == ["debat", "jadwal", "mahar"]


def test_word_in_several_ways_of_asking_counts_more(ranker: Ranker) -> None:
    """What people keep saying of a topic is what it is about."""
    first, second, *_ = ranker.rank(["debat"])

    assert first.asked > second.asked


def test_unknown_words_weaken_every_match(ranker: Ranker) -> None:
    """What else was said may have been the point."""
    assert ranker.rank(["cuti", "merek"])[0].score < ranker.rank(["cuti"])[0].score
    assert ranker.rank(["cuti", "merek"])[0].strange > 0


def test_cited_article_leads_to_its_topic(ranker: Ranker) -> None:
    """With its law, and alone."""
    assert names(ranker.rank(["uu7/2017:277"])) == ["debat"]
    assert names(ranker.rank(["pasal277"])) == ["debat"]


def test_same_way_of_asking_is_as_near_as_can_be(ranker: Ranker) -> None:
    """Order and stop words do not matter."""
    assert ranker.rank(read("petahana, apa cutinya?"))[0].near == pytest.approx(1.0)


def test_nothing_known_is_nothing_found(ranker: Ranker) -> None:
    """Rather than anything at all."""
    assert ranker.rank(["blablabla"]) == []
    assert ranker.rank([]) == []
