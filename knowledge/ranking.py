"""Ranks topics by how near they come to a question, and keeps the evidence for it."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from heapq import nsmallest
from math import log, sqrt
from typing import NamedTuple

from knowledge.citations import citations, is_citation
from knowledge.language import is_subject, light_terms, read
from knowledge.topics import Topic

LIGHT = 0.6  # weight of question words, places and offices
IN_TEXT = 0.65  # weight of a word that stands in the topic's text, not in a way of asking
STRANGE = 0.6  # weight of a word no topic knows, against the rarest known one
MOST_STRANGE = 3
HELD = 0.6  # a long question that holds a whole way of asking
LEAST = 6.0  # ways of asking lighter than this prove little when held
PHRASE = 0.35  # share of the nearest way of asking in the score; the rest is the share of the question that is covered
COMMON = 1000  # a term in more ways of asking than this ranks what rarer ones found, but finds nothing by itself
KEPT = 5
ONCE = 0.75  # what a word in one way of asking counts for a topic, against one in OFTEN of them; the title is two
OFTEN = 3
CENTRAL = 1.4  # a ruling or article that a topic names in its title, ways of asking or key facts

Shares = dict[str, float]


class Match(NamedTuple):
    """A topic and why: all but `score` are shares between 0 and 1 of the question's weight."""

    topic: str
    score: float
    near: float  # to the nearest way of asking
    asked: float  # covered by ways of asking
    covered: float  # covered by ways of asking or the text
    subject: float  # covered by words that say what it is about
    strange: float  # in words that no topic knows
    whole: bool  # all words stand in its ways of asking


class Ranker:
    """Weighted terms of all topics. Building takes a moment, ranking does not."""

    def __init__(self, topics: Mapping[str, Topic], mend: Callable[[str], str] | None = None) -> None:
        self._topics = len(topics)
        phrases = [(t.id, frozenset(read(asked, mend))) for t in topics.values() for asked in (t.title, *t.ask)]
        self.asked: dict[str, dict[str, float]] = defaultdict(dict)
        self.text: dict[str, set[str]] = defaultdict(set)
        self.named: dict[str, set[str]] = defaultdict(set)  # rulings in a topic's title, ways of asking and key facts
        for topic_id, terms in phrases:
            step = (1 - ONCE) / (OFTEN - 1)
            for term in terms:
                self.asked[term][topic_id] = min(self.asked[term].get(topic_id, ONCE - step) + step, 1.0)
        for topic in topics.values():
            self._add_text(topic)
        self.weight = {term: self._idf(term) for term in {*self.asked, *self.text}}
        self.rarest = max(self.weight.values())
        self._phrase_topic = [topic for topic, _ in phrases]
        self._phrase_weight = [max(sum(self.weight[term] for term in asked), LEAST) for _, asked in phrases]
        self._postings: dict[str, dict[int, float]] = defaultdict(dict)
        for at, (_, asked) in enumerate(phrases):
            length = sqrt(sum(self.weight[term] ** 2 for term in asked)) or 1.0
            for term in asked:
                self._postings[term][at] = self.weight[term] / length

    def _add_text(self, topic: Topic) -> None:
        for line in (*topic.shown.splitlines(), *topic.key_facts):
            for term in read(line):
                self.text[term].add(topic.id)
        for source in (*topic.pemilu_sources, *topic.pilkada_sources):
            for cited in citations(source):
                self.asked[cited][topic.id] = 1.0
        for central in (topic.title, *topic.ask, *topic.key_facts):
            for cited in citations(central):
                self.named[cited].add(topic.id)
                self.asked[cited][topic.id] = CENTRAL

    def _idf(self, term: str) -> float:
        count = len(self.asked.get(term, ())) + 0.3 * len(self.text.get(term, ()))
        rest = max(self._topics - count, 0.0)
        return log(1 + (rest + 0.5) / (count + 0.5)) * (LIGHT if term in light_terms() else 1.0)

    def rank(self, asked: Sequence[str]) -> list[Match]:
        """The best topics for the terms of a question, best first."""
        weights = {term: self.weight[term] for term in asked if term in self.weight}
        strange = min(len(asked) - len(weights), MOST_STRANGE) * STRANGE * self.rarest
        total = sum(weights.values()) + strange
        nearest = self._nearest(weights, strange)
        by_ask, by_text = self._cover(weights, nearest)
        scores = {
            topic: round(
                PHRASE * nearest.get(topic, 0.0)
                + (1 - PHRASE) * (by_ask.get(topic, 0.0) + IN_TEXT * by_text.get(topic, 0.0)) / total,
                4,
            )
            for topic in {*by_ask, *by_text}
        }
        best = nsmallest(KEPT, scores, key=lambda topic: (-scores[topic], topic))
        return [
            Match(
                topic=topic,
                score=scores[topic],
                near=nearest.get(topic, 0.0),
                asked=by_ask.get(topic, 0.0) / total,
                covered=(by_ask.get(topic, 0.0) + by_text.get(topic, 0.0)) / total,
                subject=self._subject(topic, weights) / total,
                strange=strange / total,
                whole=all(topic in self.asked.get(term, ()) for term in asked),
            )
            for topic in best
        ]

    def _subject(self, topic: str, weights: Mapping[str, float]) -> float:
        said = [term for term in weights if is_subject(term) or is_citation(term)]
        return sum(weights[term] for term in said if topic in self.asked.get(term, ()))

    def _cover(self, weights: Mapping[str, float], nearest: Mapping[str, float]) -> tuple[Shares, Shares]:
        """Per topic, the weight found in its ways of asking, and what more its text holds."""
        by_ask: Shares = defaultdict(float)
        by_text: Shares = defaultdict(float)
        for term, weight in weights.items():
            holders = self.asked.get(term, {})
            for topic in holders if len(holders) <= COMMON else holders.keys() & nearest.keys():
                by_ask[topic] += weight * holders[topic]
            in_text = self.text.get(term, set())
            for topic in in_text if len(in_text) <= COMMON else in_text & nearest.keys():
                if topic not in holders:
                    by_text[topic] += weight
        return by_ask, by_text

    def _nearest(self, weights: Mapping[str, float], strange: float) -> dict[str, float]:
        """Per topic, how near its best way of asking is: by angle, or by how much of it the question holds."""
        length = sqrt(sum(weight**2 for weight in weights.values()) + strange**2 / MOST_STRANGE) or 1.0
        angle: dict[int, float] = {}
        held: dict[int, float] = {}
        for term, weight in sorted(weights.items(), key=lambda one: -one[1]):
            postings = self._postings.get(term, {})
            for at in postings if len(postings) <= COMMON or not angle else angle.keys() & postings.keys():
                angle[at] = angle.get(at, 0.0) + weight * postings[at]
                held[at] = held.get(at, 0.0) + weight
        nearest: dict[str, float] = defaultdict(float)
        for at, dot in angle.items():
            topic = self._phrase_topic[at]
            nearest[topic] = max(nearest[topic], dot / length, HELD * held[at] / self._phrase_weight[at])
        return nearest
