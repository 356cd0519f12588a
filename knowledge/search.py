"""Finds the topic that a question asks for, or says honestly that there is none."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log, sqrt
from typing import Literal

from knowledge.intents import Reason, load_rules
from knowledge.language import citations, plain, stem, terms, tokens, words
from knowledge.spelling import Speller
from knowledge.topics import Topic, Topics

Status = Literal["answered", "choose", "unknown", "function"]
Regime = Literal["pemilu", "pilkada", "both", ""]

IN_TEXT = 0.45
WEAK = 0.4
STRANGE = 0.75
ANSWER = 0.42
CHOOSE = 0.34
NEAR_TIE = 0.92
SHORT = 2


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
        self._asked: dict[str, dict[str, float]] = {}
        self._speller = Speller(spellings(topics.values()))
        self._build()

    def _build(self) -> None:
        phrases = [(t.id, frozenset(read(phrase))) for t in topics_of(self) for phrase in (t.title, *t.ask)]
        self._strong: dict[str, set[str]] = defaultdict(set)
        self._text: dict[str, set[str]] = defaultdict(set)
        for topic, asked in phrases:
            for term in asked:
                self._strong[term].add(topic)
        for topic in topics_of(self):
            for term in read("\n".join((topic.text, *topic.key_facts))):
                self._text[term].add(topic.id)
        self._weight = {term: self._idf(term) for term in {*self._strong, *self._text}}
        self._rarest = max(self._weight.values())
        self._phrase_topic = [topic for topic, _ in phrases]
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for at, (_, asked) in enumerate(phrases):
            norm = sqrt(sum(self._weight[term] ** 2 for term in asked)) or 1.0
            for term in asked:
                self._postings[term].append((at, self._weight[term] / norm))

    def _idf(self, term: str) -> float:
        count = len(self._strong.get(term, ())) + 0.3 * len(self._text.get(term, ()))
        weight = log(1 + (len(self.topics) - count + 0.5) / (count + 0.5)) if count < len(self.topics) else 0.1
        return weight * (WEAK if term in weak_terms() else 1.0)

    def find(self, question: str) -> Finding:
        """Decide what a question wants; any text of any length is allowed."""
        regular = tokens(question, self._speller.mend)
        regime = regime_of(regular)
        text = " ".join(regular)
        for rule in self._rules:
            if rule.fits(text):
                if rule.function:
                    return Finding(status="function", topic=rule.function, regime=regime, score=1.0)
                return Finding(status="unknown", reason=rule.reason, regime=regime)
        return self._decide([*terms(regular), *citations(plain(question))], regime)

    def _decide(self, asked: list[str], regime: Regime) -> Finding:
        ranking = self._rank(asked)
        if not ranking:
            return Finding(status="unknown", regime=regime, reason="gibberish" if asked else "")
        best, score = ranking[0]
        near = tuple(topic for topic, value in ranking[:3] if value >= score * NEAR_TIE)
        if score >= CHOOSE and len(near) > 1 and len(asked) <= SHORT:
            return Finding(status="choose", candidates=near, regime=regime, score=score, ranking=ranking)
        if score >= ANSWER:
            return Finding(status="answered", topic=best, regime=regime, score=score, ranking=ranking)
        return Finding(status="unknown", regime=regime, score=score, ranking=ranking)

    def _rank(self, asked: list[str]) -> tuple[tuple[str, float], ...]:
        weights = {term: self._weight.get(term, STRANGE * self._rarest) for term in asked}
        length = sqrt(sum(weight**2 for weight in weights.values()))
        total = sum(weights.values())
        likeness: dict[int, float] = defaultdict(float)
        cover: dict[str, float] = defaultdict(float)
        for term, weight in weights.items():
            for at, share in self._postings.get(term, ()):
                likeness[at] += weight * share
            strong = self._strong.get(term, ())
            for topic in strong:
                cover[topic] += weight
            for topic in self._text.get(term, ()):
                if topic not in strong:
                    cover[topic] += weight * IN_TEXT
        nearest: dict[str, float] = defaultdict(float)
        for at, dot in likeness.items():
            topic = self._phrase_topic[at]
            nearest[topic] = max(nearest[topic], dot / length)
        scores = ((0.5 * nearest[topic] + 0.5 * covered / total, topic) for topic, covered in cover.items())
        return tuple((topic, round(score, 4)) for score, topic in sorted(scores, key=lambda p: (-p[0], p[1]))[:5])


def topics_of(index: Index) -> Iterable[Topic]:
    """The topics of an index."""
    return index.topics.values()


def read(text: str) -> list[str]:
    """The search terms of one of our own texts."""
    return [*terms(tokens(text)), *citations(text)]


def weak_terms() -> frozenset[str]:
    """Stems that say little about the subject."""
    return frozenset(stem(word) for word in words().weak)


def spellings(topics: Iterable[Topic]) -> Mapping[str, int]:
    """Words as our texts and tables write them, with how often: what a typing error may have meant."""
    table = words()
    counted = Counter(re.findall(r"[a-z]{4,}", " ".join(plain(t.text + " " + " ".join(t.ask)) for t in topics)))
    counted.update(dict.fromkeys([*table.single, *table.concepts], 1))
    return counted


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
