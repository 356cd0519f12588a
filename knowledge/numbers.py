"""Numbers as legal texts write them, made comparable: Rp24.000.000 is Rp24 juta, `tiga hari` is 3 hari."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

SCALES = {"ribu": 10**3, "juta": 10**6, "miliar": 10**9, "triliun": 10**12}
WORDS = {
    "satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8, "sembilan": 9,
    "sepuluh": 10, "sekali": 1,
}  # fmt: skip
NUMBER = re.compile(
    rf"(?P<digits>\d+(?:\.\d{{3}})+(?:,\d+)?|\d+(?:,\d+)?)(?:\s*(?P<scale>{'|'.join(SCALES)})\b)?"
    rf"|\b(?P<word>{'|'.join(WORDS)})\b",
    re.IGNORECASE,
)


def numbers(text: str) -> Iterator[Decimal]:
    """Every number of an Indonesian text by value: dots group thousands, a comma is the decimal sign."""
    for match in NUMBER.finditer(text):
        if match["word"]:
            yield Decimal(WORDS[match["word"].lower()])
        else:
            value = Decimal(match["digits"].replace(".", "").replace(",", "."))
            yield (value * SCALES.get((match["scale"] or "").lower(), 1)).normalize()


def missing_numbers(facts: Iterable[str], text: str) -> Iterator[tuple[str, str]]:
    """Facts with a number that the text does not hold, and that number."""
    present = set(numbers(text))
    for fact in facts:
        for number in numbers(fact):
            if number not in present:
                yield fact, f"{number:f}"
