"""Guesses which of the bot's functions a text wishes for, from examples (naive Bayes over words and pairs of words)."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import exp, log
from pathlib import Path

from knowledge.language import stem

EXAMPLES = Path(__file__).parent / "wishes.toml"
RULE = "rule"  # the kind of texts that ask for a rule
SMOOTH = 0.1
FAMILIAR = 0.8  # share of the words that the examples must know


def load_wishes(path: Path = EXAMPLES) -> dict[str, list[str]]:
    """The examples of each function."""
    return {kind: [*texts] for kind, texts in tomllib.loads(path.read_text(encoding="utf-8")).items()}


class Wishes:
    """Log-probabilities of words by kind of text. `examples` holds normalised texts, the kind `rule` among them."""

    def __init__(self, examples: Mapping[str, Iterable[Sequence[str]]]) -> None:
        counts = {kind: Counter(f for text in texts for f in set(features(text))) for kind, texts in examples.items()}
        self._known = {feature for count in counts.values() for feature in count}
        size = len(self._known)
        self._odds: dict[str, dict[str, float]] = {feature: {} for feature in self._known}
        self._unseen: dict[str, float] = {}
        for kind, count in counts.items():
            total = sum(count.values()) + SMOOTH * size
            self._unseen[kind] = log(SMOOTH / total)
            for feature, seen in count.items():
                self._odds[feature][kind] = log((seen + SMOOTH) / total)

    def guess(self, text: Sequence[str]) -> tuple[str, float]:
        """The most likely kind of a normalised text and its probability; a text of unknown words is a rule at 0."""
        if sum(stem(word) in self._known for word in text) < FAMILIAR * len(text) or not text:
            return RULE, 0.0
        known = [self._odds[feature] for feature in set(features(text)) if feature in self._known]
        sums = {kind: sum(odds.get(kind, unseen) for odds in known) for kind, unseen in self._unseen.items()}
        best = max(sums, key=lambda kind: sums[kind])
        return best, 1 / sum(exp(value - sums[best]) for value in sums.values())


def features(text: Sequence[str]) -> list[str]:
    """Stems and pairs of neighbours, the ends marked."""
    stems = [stem(word) for word in text]
    return [*stems, *(f"{one} {two}" for one, two in pairwise(("^", *stems, "$")))]
