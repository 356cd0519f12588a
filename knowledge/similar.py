"""Whether two questions ask the same, so that one answer of a person can serve both. In doubt they do not."""

from dataclasses import dataclass

from knowledge.language import light_terms, read, tokens
from knowledge.search import regime_of

ENOUGH = 0.66  # of the words that either question has are in both
LIGHT = 0.34  # weight of question words, places and offices


@dataclass(frozen=True, slots=True)
class Traits:
    """What a question is compared by: its words that matter, the numbers among them, and the regime it names."""

    terms: frozenset[str]
    numbers: frozenset[str]
    regime: str

    def fits(self, other: "Traits") -> bool:
        """Whether both ask the same: nearly all words, the same numbers, the same regime."""
        if self.numbers != other.numbers or self.regime != other.regime:
            return False
        both = self.terms & other.terms
        return bool(both - light_terms()) and _weight(both) >= ENOUGH * _weight(self.terms | other.terms)


def traits(text: str) -> Traits:
    """A question made comparable."""
    terms = frozenset(read(text))
    numbers = frozenset(term for term in terms if any(letter.isdigit() for letter in term))
    return Traits(terms, numbers, regime_of(tokens(text)))


def similar(one: str, other: str) -> bool:
    """Whether two questions ask the same.

    >>> similar("bolehkah kades ikut kampanye?", "kepala desa boleh ikut kampanye gak")
    True
    """
    return traits(one).fits(traits(other))


def _weight(terms: frozenset[str]) -> float:
    return sum(LIGHT if term in light_terms() else 1.0 for term in terms)
