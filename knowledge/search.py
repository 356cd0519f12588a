"""Finds the topic that a question asks for, or says honestly that there is none."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import log, sqrt
from typing import Literal

from knowledge.intents import Reason, load_rules
from knowledge.language import (
    citations,
    frame_terms,
    generic_terms,
    is_citation,
    is_subject,
    light_terms,
    plain,
    read,
    tokens,
    words,
)
from knowledge.spelling import Speller, spellings
from knowledge.topics import Topics

Status = Literal["answered", "choose", "unknown", "function"]
Regime = Literal["pemilu", "pilkada", "both", ""]

# Found by a random search over the question set; the result is flat around these values.
LIGHT = 0.5  # weight of question words, places and offices
IN_TEXT = 0.45  # weight of a word that stands in the topic's text, not in a way of asking
STRANGE = 0.75  # weight of a word no topic knows, against the rarest known one
MOST_STRANGE = 2
HELD = 0.7  # a long question that holds a whole way of asking
LEAST = 6.0  # ways of asking lighter than this prove little when held
ANSWER = 0.38
SURE = 0.75
NEAR_TIE = 0.92
SHORT = 2
OFFERED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a question wants. `topic` is a topic id, or the function's name when `status` is function.

    `candidates` holds the two or three topics to offer when `status` is choose, else it is empty.
    `reason` tells for unknown why, where that was recognised. `ranking` is the best topics with their scores.
    """

    status: Status
    topic: str = ""
    candidates: tuple[str, ...] = ()
    regime: Regime = ""
    score: float = 0.0
    reason: Reason = ""
    ranking: tuple[tuple[str, float], ...] = ()


class Index:
    """The topics made searchable; building takes a moment, finding does not."""

    def __init__(self, topics: Topics) -> None:
        self.topics = topics
        self._rules = load_rules()
        self._speller = Speller(spellings(f"{t.text} {' '.join(t.ask)}" for t in topics.values()))
        phrases = [(t.id, frozenset(read(asked))) for t in topics.values() for asked in (t.title, *t.ask)]
        self._asked, self._text = self._where(phrases)
        self._weight = {term: self._idf(term) for term in {*self._asked, *self._text}}
        self._rarest = max(self._weight.values())
        self._phrase_topic = [topic for topic, _ in phrases]
        self._phrase_weight = [max(sum(self._weight[term] for term in asked), LEAST) for _, asked in phrases]
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for at, (_, asked) in enumerate(phrases):
            length = sqrt(sum(self._weight[term] ** 2 for term in asked)) or 1.0
            for term in asked:
                self._postings[term].append((at, self._weight[term] / length))

    def _where(self, phrases: Iterable[tuple[str, frozenset[str]]]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
        asked: dict[str, set[str]] = defaultdict(set)
        text: dict[str, set[str]] = defaultdict(set)
        for topic_id, terms in phrases:
            for term in terms:
                asked[term].add(topic_id)
        for topic in self.topics.values():
            for term in read("\n".join((topic.text, *topic.key_facts))):
                text[term].add(topic.id)
            for cited in citations("\n".join((*topic.pemilu_sources, *topic.pilkada_sources))):
                asked[cited].add(topic.id)
        return asked, text

    def _idf(self, term: str) -> float:
        count = len(self._asked.get(term, ())) + 0.3 * len(self._text.get(term, ()))
        rest = max(len(self.topics) - count, 0.0)
        return log(1 + (rest + 0.5) / (count + 0.5)) * (LIGHT if term in light_terms() else 1.0)

    def find(self, question: str) -> Finding:
        """Decide what a question wants; any text of any length is allowed."""
        regular = tokens(question, self._speller.mend)
        regime = regime_of(regular)
        raw, text = plain(question), " ".join(regular)
        for rule in self._rules:
            # Attempts to take over the bot are mostly English: they are judged by the words as typed.
            if rule.fits(raw if rule.reason == "injection" else text):
                if rule.function:
                    return Finding(status="function", topic=rule.function, regime=regime, score=1.0)
                return Finding(status="unknown", reason=rule.reason, regime=regime)
        return self._decide(read(question, self._speller.mend), regime)

    def _decide(self, asked: list[str], regime: Regime) -> Finding:
        ranking = self._cited(asked) or self._rank(asked)
        if not ranking:
            return Finding(status="unknown", regime=regime, reason="gibberish" if asked else "")
        best, score = ranking[0]
        near = tuple(topic for topic, value in ranking[:OFFERED] if value >= score * NEAR_TIE)
        if score < ANSWER or not self._has_subject(best, asked, score):
            return Finding(status="unknown", regime=regime, score=score, ranking=ranking)
        if len(near) > 1 and len(asked) <= SHORT:
            return Finding(status="choose", candidates=near, regime=regime, score=score, ranking=ranking)
        return Finding(status="answered", topic=best, regime=regime, score=score, ranking=ranking)

    def _cited(self, asked: list[str]) -> tuple[tuple[str, float], ...]:
        """Topics that rest on the cited articles or rulings, when the question names nothing else."""
        cited = [term for term in asked if is_citation(term)]
        if not cited or len(cited) > SHORT or any(is_subject(term) for term in asked if term not in cited):
            return ()
        holders = set.intersection(*(self._asked.get(term, set()) for term in cited))
        return tuple((topic, 1.0) for topic in sorted(holders))

    def _has_subject(self, topic: str, asked: list[str], score: float) -> bool:
        """Whether what they share is about elections: words of every walk of life need a frame, or all but equality."""
        shared = [term for term in asked if topic in self._asked.get(term, ())]
        if any(is_subject(term) or is_citation(term) for term in shared) or (score >= SURE and len(shared) > 1):
            return True
        return any(term in generic_terms() for term in shared) and any(term in frame_terms() for term in asked)

    def _rank(self, asked: list[str]) -> tuple[tuple[str, float], ...]:
        weights = {term: self._weight[term] for term in asked if term in self._weight}
        strange = min(len(asked) - len(weights), MOST_STRANGE) * STRANGE * self._rarest
        total = sum(weights.values()) + strange
        nearest = self._nearest(weights, strange)
        cover: dict[str, float] = defaultdict(float)
        for term, weight in weights.items():
            holders = self._asked.get(term, set())
            for topic in holders:
                cover[topic] += weight
            for topic in self._text.get(term, set()) - holders:
                cover[topic] += weight * IN_TEXT
        scores = ((0.5 * nearest.get(topic, 0.0) + 0.5 * share / total, topic) for topic, share in cover.items())
        return tuple((topic, round(score, 4)) for score, topic in sorted(scores, key=lambda s: (-s[0], s[1]))[:5])

    def _nearest(self, weights: dict[str, float], strange: float) -> dict[str, float]:
        """Per topic, how near its best way of asking is: by angle, or by how much of it the question holds."""
        length = sqrt(sum(weight**2 for weight in weights.values()) + strange**2 / MOST_STRANGE)
        angle: dict[int, float] = defaultdict(float)
        held: dict[int, float] = defaultdict(float)
        for term, weight in weights.items():
            for at, share in self._postings.get(term, ()):
                angle[at] += weight * share
                held[at] += weight
        nearest: dict[str, float] = defaultdict(float)
        for at, dot in angle.items():
            topic = self._phrase_topic[at]
            nearest[topic] = max(nearest[topic], dot / length, HELD * held[at] / self._phrase_weight[at])
        return nearest


def regime_of(regular: Iterable[str]) -> Regime:
    """Which of the two regimes a question names."""
    said, table = set(regular), words().regime
    pemilu = bool(said & table["pemilu"])
    pilkada = bool(said & table["pilkada"])
    if pemilu and pilkada:
        return "both"
    if pemilu:
        return "pemilu"
    return "pilkada" if pilkada or said & table["weak_pilkada"] else ""
