"""Mends typing errors: the most used known word one slip away (two in long words), same first letter."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from knowledge.language import plain, words

SHORTEST = 4
MIDDLE = 7
LONG = 8
LISTED = 6  # shorter entries of the tables are no targets: `cari` is not carik, `lala` not lalai
SPOKEN = (
    ("di", "di"), ("di", ""), ("nge", "me"), ("nge", ""), ("ng", "meng"), ("ng", ""), ("ng", "k"), ("ny", "meny"),
    ("ny", "s"), ("n", "men"), ("n", "t"), ("m", "mem"), ("m", "p"),
)  # fmt: skip # how verbs begin when spoken and when written
NASAL = ("ng", "ny", "n", "m")
KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


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
        if len(word) < SHORTEST or len(word) > 30 or not word.isalpha():
            return word
        if regular := self._regular(word):
            return regular
        if word in self._known:
            return word
        near = {known for left in shortened(word) for known in self._near.get(left, ()) if known[0] == word[0]}
        ranked = sorted((distance(word, known), -self._known[known], known) for known in near if plausible(word, known))
        slips = 2 if len(word) >= LONG else 1
        return ranked[0][2] if ranked and ranked[0][0] <= slips else word

    def _regular(self, word: str) -> str:
        """The most used regular form of a verb as spoken, if it is used more than the word itself."""
        if not word.startswith(NASAL) and not word.endswith("in"):
            return ""
        forms = {form: self._known[form] for form in colloquial(word) if form in self._known}
        best = max(forms, key=lambda form: (forms[form], form), default="")
        return best if best and forms[best] > self._known.get(word, 0) else ""


def colloquial(word: str) -> Iterator[str]:
    """Regular forms of a verb as it is spoken: `nyetor` may be menyetor or setor, `nanganin` menangani."""
    spoken_in = word.endswith("in")
    base = word[:-2] if spoken_in else word
    bases = [regular + base[len(spoken) :] for spoken, regular in SPOKEN if base.startswith(spoken)]
    for regular in (*bases, base) if spoken_in else bases:
        yield from (regular + "kan", regular + "i", regular) if spoken_in else (regular,)


def shortened(word: str) -> set[str]:
    """The word, and the word without each of its letters."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def plausible(typed: str, known: str) -> bool:
    """In a short word only a neighbouring key is a slip of the finger: `lapar` is hungry, not `lapor`."""
    if len(typed) != len(known) or len(typed) >= MIDDLE:
        return True
    wrong = [(a, b) for a, b in zip(typed, known, strict=True) if a != b]
    return len(wrong) != 1 or wrong[0][0] in neighbours(wrong[0][1])


def neighbours(key: str) -> str:
    """The keys left, right, above and below a letter on a phone's keyboard."""
    row, at = next((i, line.index(key)) for i, line in enumerate(KEYBOARD) if key in line)
    beside = (KEYBOARD[row][max(at - 1, 0) : at + 2],)
    return "".join((*beside, *(KEYBOARD[r][max(at - 1, 0) : at + 2] for r in (row - 1, row + 1) if 0 <= r < 3)))


def distance(one: str, other: str) -> int:
    """Letters to insert, drop, change or swap with the neighbour to get from one word to the other."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, 1):
        above, row = rows[-1], [i]
        for j, b in enumerate(other, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]


def spellings(texts: Iterable[str]) -> Mapping[str, int]:
    """Words as our texts and tables write them, with how often: what a typing error may have meant."""
    counted = Counter(word for text in texts for word in re.findall(r"[a-z]{4,}", plain(text)))
    listed = (word for word in (*words().single, *words().concepts) if len(word) >= LISTED)
    counted.update(dict.fromkeys(listed, 1))
    return counted
