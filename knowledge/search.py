"""Finds the topic that a question asks for, or says honestly that there is none."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import exp, log
from typing import Literal

from knowledge.citations import is_citation, without_law
from knowledge.facets import Facet, coverage, facet
from knowledge.intents import Reason, Rule, load_rules
from knowledge.language import LONGEST, frame_terms, is_subject, plain, read, tokens, without_courtesy, words
from knowledge.ranking import Match, Ranker
from knowledge.spelling import Speller, spellings
from knowledge.topics import Topic, Topics
from knowledge.wishes import RULE, Wishes, load_wishes

Status = Literal["answered", "choose", "unknown", "function"]
Regime = Literal["pemilu", "pilkada", "both", ""]

# Logistic regression, fitted on the tuning questions of bench/answers: how likely the best match is the right topic.
CONSTANT = -9.24
WEIGHTS = {"score": 1.8, "near": 0.81, "asked": 1.5, "covered": 2.79, "subject": 1.06}
LENGTH, MARGIN, FRAME = 2.2, 6.32, 1.26
ANSWER = 0.5
ANSWER_UNFRAMED = 0.55  # where no word places the question in an election
CERTAIN = 0.8  # a rule that is surer than this is not taken for a wish
WISHED = 0.9
PERSONAL = 0.995  # needed against a rule that was found
CERTAIN_OWN = 0.97  # the same where people speak of themselves
OWN = {"saya", "kami", "mau"}
NEAR_TIE = 0.96
SAME = 0.95  # as good as a known way of asking
OTHER_REGIME = 0.9
SHORT = 2
OFFERED = 3
CLAUSES = 6  # a longer text is a story, not a question
CLAUSE = re.compile(r"[.;:!?,\n]+|\bsoalnya\b")
SENTENCE = re.compile(r"(?<=[.;:?!])\s|\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a question wants. `topic` is a topic id, or the function's name when `status` is function.

    `candidates` holds the two or three topics to offer when `status` is choose, else it is empty; with `ask_regime`
    they differ by regime, so that "Pemilu or Pilkada?" is the question to ask. `score` is how sure we are, 0 to 1.
    `reason` tells for unknown why, where that was recognised. `ranking` is the best topics with their scores.
    """

    status: Status
    topic: str = ""
    candidates: tuple[str, ...] = ()
    regime: Regime = ""
    ask_regime: bool = False
    score: float = 0.0
    reason: Reason = ""
    ranking: tuple[tuple[str, float], ...] = ()


class Index:
    """The topics made searchable; building takes a moment, finding does not."""

    def __init__(self, topics: Topics) -> None:
        self.topics = topics
        self._rules = load_rules()
        self._speller = Speller(spellings(f"{t.text} {' '.join(t.ask)}" for t in topics.values()))
        self._ranker = Ranker(topics, self._speller.mend)
        self._wishes = Wishes(examples(topics.values(), self._speller.mend))
        self._home = {topic.id: home(topic) for topic in topics.values()}
        self._covered = {topic.id: coverage(sentences(topic)) for topic in topics.values()}

    def find(self, question: str) -> Finding:
        """Decide what a question wants; any text of any length is allowed. A text that is no question as a whole may
        hold one in a clause."""
        said = without_courtesy(question)
        whole = self._find(said)
        clauses = [clause for clause in CLAUSE.split(said[:LONGEST]) if clause.strip()]
        if whole.status != "unknown" or whole.reason or not 1 < len(clauses) <= CLAUSES:
            return whole
        parts = [part for part in map(self._find, clauses) if part.status == "answered" and part.score >= CERTAIN]
        alone = len({part.topic for part in parts}) == 1
        return replace(parts[0], regime=whole.regime) if alone else whole

    def _find(self, question: str) -> Finding:
        """The decision for a text taken as one question."""
        regular = tokens(question, self._speller.mend)
        text, regime = " ".join(regular), regime_of(regular)
        wanted = facet(text)
        asked = self._asked(question)
        found = self._decide(asked, regime, wanted)
        rule = self._rule(plain(question), text)
        if rule is None or (rule.soft and found.score >= CERTAIN and framed(asked)):
            return self._wish(regular, wanted, found) or found
        if rule.function:
            return Finding(status="function", topic=rule.function, regime=regime, score=1.0)
        return Finding(status="unknown", reason=rule.reason, regime=regime)

    def _rule(self, typed: str, regular: str) -> Rule | None:
        """The first rule of intents.toml that fits. Attempts to take over the bot are mostly English: they are judged
        by the words as typed."""
        fits = (rule for rule in self._rules if rule.fits(typed if rule.reason == "injection" else regular))
        return next(fits, None)

    def _wish(self, regular: Sequence[str], wanted: Facet, found: Finding) -> Finding | None:
        """The function that a text wishes for, unless it is rather a question for the rule that was found."""
        wish, likely = self._wishes.guess(regular)
        if found.status != "unknown" and likely < PERSONAL:
            return None
        own = likely >= PERSONAL and not OWN.isdisjoint(regular)
        sure = found.score >= (CERTAIN_OWN if own else CERTAIN)
        if wish == RULE or likely < WISHED or sure or (wanted.subjects and wanted.attributes):
            return None
        return Finding(status="function", topic=wish, regime=found.regime, score=round(likely, 4))

    def _asked(self, question: str) -> list[str]:
        """The terms of a question; an article that no topic knows in the cited law is not looked for in another."""
        asked = read(question, self._speller.mend)
        elsewhere = {without_law(term) for term in asked if ":" in term and term not in self._ranker.weight}
        return [term for term in asked if term not in elsewhere]

    def _decide(self, asked: list[str], regime: Regime, wanted: Facet) -> Finding:
        if cited := self._cited(asked):
            return self._offer(cited[:OFFERED], regime, 1.0, tuple((topic, 1.0) for topic in cited))
        ranked = sorted((self._for_regime(match, regime) for match in self._ranker.rank(asked)), key=best_first)
        ranking = tuple((match.topic, match.score) for match in ranked)
        fitting = [match for match in ranked if self._covered[match.topic].holds(wanted)]
        score = 0.0 if self._of_another_law(asked) else sureness(fitting, ranked, asked)
        if score < (ANSWER if framed(asked) else ANSWER_UNFRAMED):
            reason: Reason = "gibberish" if asked and not ranked else ""
            return Finding(status="unknown", regime=regime, score=score, ranking=ranking, reason=reason)
        near = [match.topic for match in fitting[:OFFERED] if match.score >= fitting[0].score * NEAR_TIE]
        if len(asked) > SHORT and not (regime == "" and self._by_regime(near)):
            near = near[:1]
        return self._offer(near, regime, score, ranking)

    def _of_another_law(self, asked: Sequence[str]) -> bool:
        """Whether a question cites an article of a law that is not about elections."""
        return any(":" in term and "/" not in term and term not in self._ranker.weight for term in asked)

    def _for_regime(self, match: Match, regime: Regime) -> Match:
        """A topic that is about one regime only is unlikely to be meant by a question about the other."""
        home = self._home[match.topic]
        elsewhere = home and regime and regime not in ("both", home)
        return match._replace(score=match.score * OTHER_REGIME) if elsewhere else match

    def _by_regime(self, near: Sequence[str]) -> bool:
        """Whether topics differ in being about one regime or the other."""
        return {"pemilu", "pilkada"} <= {self._home[topic] for topic in near}

    def _offer(
        self, near: Sequence[str], regime: Regime, score: float, ranking: tuple[tuple[str, float], ...]
    ) -> Finding:
        if len(near) == 1:
            return Finding(status="answered", topic=near[0], regime=regime, score=score, ranking=ranking)
        return Finding(
            status="choose",
            candidates=tuple(near),
            regime=regime,
            ask_regime=regime == "" and self._by_regime(near),
            score=score,
            ranking=ranking,
        )

    def _cited(self, asked: list[str]) -> list[str]:
        """Topics that rest on the cited articles or rulings, when the question names nothing else."""
        cited = [term for term in asked if is_citation(term)]
        if not cited or any(is_subject(term) for term in asked if term not in cited):
            return []
        asked_of, named = self._ranker.asked, self._ranker.named
        holders = set.intersection(*(set(asked_of.get(term, ())) for term in cited))
        about = set.intersection(*(named.get(term, set()) for term in cited)) & holders
        # A ruling decides one thing, and the topics that only mention it are not what is meant.
        return sorted(about if about and all(term.startswith("mk") for term in cited) else holders)


def examples(topics: Iterable[Topic], mend: Callable[[str], str]) -> dict[str, list[list[str]]]:
    """Normalised texts of each kind of wish, and the ways of asking for a rule."""
    wished = {kind: [tokens(text, mend) for text in texts] for kind, texts in load_wishes().items()}
    asked_for = wished.pop(RULE, [])
    return {**wished, RULE: [*asked_for, *(tokens(asked) for topic in topics for asked in (topic.title, *topic.ask))]}


def sentences(topic: Topic) -> list[str]:
    """What a topic says and the ways it is asked for, sentence by sentence, normalised; a caveat answers nothing."""
    said = "\n".join((topic.title, topic.pemilu, topic.pilkada, topic.difference))
    return [" ".join(tokens(one)) for one in (*SENTENCE.split(said), *topic.ask)]


def home(topic: Topic) -> Regime:
    """The one regime a topic is about, by its sides or its title; empty where it is about both."""
    if topic.pemilu_confidence == "n/a":
        return "pilkada"
    if topic.pilkada_confidence == "n/a":
        return "pemilu"
    named = regime_of(tokens(topic.title))
    return "" if named == "both" else named


def best_first(match: Match) -> tuple[float, str]:
    """The order of matches: by score, then by name so that it never changes."""
    return -match.score, match.topic


def sureness(fitting: Sequence[Match], ranked: Sequence[Match], asked: Sequence[str]) -> float:
    """How likely the first of the fitting matches is the right topic, 0 to 1; a better one that does not fit speaks
    against it."""
    if not fitting:
        return 0.0
    first = fitting[0]
    if first.near >= SAME and first.whole:
        return 1.0
    margin = first.score - max((match.score for match in ranked if match is not first), default=0.0)
    evidence = CONSTANT + LENGTH * log(len(asked)) + MARGIN * margin + FRAME * framed(asked)
    evidence += sum(weight * float(getattr(first, name)) for name, weight in WEIGHTS.items())
    return round(1 / (1 + exp(-evidence)), 4)


def framed(asked: Iterable[str]) -> bool:
    """Whether a term places the question in an election."""
    return any(term in frame_terms() or is_citation(term) for term in asked)


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
