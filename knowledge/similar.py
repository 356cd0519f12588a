"""Whether two questions ask the same, so that one answer of a person can serve both. In doubt they do not."""

from knowledge.language import light_terms, read, tokens
from knowledge.search import regime_of

ENOUGH = 0.66  # of the words that either question has are in both
LIGHT = 0.34  # weight of question words, places and offices


def similar(one: str, other: str) -> bool:
    """True when they share nearly all words that matter, name the same regime and the same numbers.

    >>> similar("bolehkah kades ikut kampanye?", "kepala desa boleh ikut kampanye gak")
    True
    """
    first, second = set(read(one)), set(read(other))
    both, either = first & second, first | second
    if _numbers(first) != _numbers(second) or regime_of(tokens(one)) != regime_of(tokens(other)):
        return False
    return bool(both - light_terms()) and _weight(both) >= ENOUGH * _weight(either)


def _weight(terms: set[str]) -> float:
    return sum(LIGHT if term in light_terms() else 1.0 for term in terms)


def _numbers(terms: set[str]) -> set[str]:
    return {term for term in terms if any(letter.isdigit() for letter in term)}
