"""Mends typing errors: the most used known word one slip away (two in long words), same first letter."""

from collections import defaultdict
from collections.abc import Mapping

SHORTEST = 4
LONG = 8


class Speller:
    """Known words by what is left of them when one letter is dropped."""

    def __init__(self, known: Mapping[str, int]) -> None:
        self._known = {word: count for word, count in known.items() if len(word) >= SHORTEST and word.isalpha()}
        self._near: dict[str, list[str]] = defaultdict(list)
        for word in self._known:
            for left in shortened(word):
                self._near[left].append(word)

    def mend(self, word: str) -> str:
        """The known word meant by `word`, or `word` itself."""
        if len(word) < SHORTEST or len(word) > 30 or word in self._known or not word.isalpha():
            return word
        slips = 2 if len(word) >= LONG else 1
        near = {known for left in shortened(word) for known in self._near.get(left, ()) if known[0] == word[0]}
        ranked = sorted((distance(word, known), -self._known[known], known) for known in near)
        return ranked[0][2] if ranked and ranked[0][0] <= slips else word


def shortened(word: str) -> set[str]:
    """The word, and the word without each of its letters."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def distance(one: str, other: str) -> int:
    """Letters to insert, drop, change or swap with the neighbour to get from one word to the other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, above, row = row if i == 1 else above, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
    return row[-1]
