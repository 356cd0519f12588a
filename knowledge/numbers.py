"""Numbers as legal texts write them, made comparable: Rp24.000.000 is Rp24 juta, `tiga hari` is 3 hari."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

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
UNIT = re.compile(r"\s*(%|persen\b|hari kerja\b|hari\b|bulan\b|tahun\b|jam\b|kali\b|orang\b)", re.IGNORECASE)
YEAR = re.compile(r"(?:19|20)\d\d")
AND = re.compile(r"\s*(?:sampai|hingga|atau|dan|tambah|\+|-|–)\s*")


class Measure(NamedTuple):
    """A number with what it measures; `unit` is empty where none is named."""

    value: Decimal
    unit: str

    def __str__(self) -> str:
        return f"{self.value:f} {self.unit}".strip()


def measures(text: str) -> Iterator[Measure]:
    """Every number of an Indonesian text with its unit; in `36 sampai 72 bulan` both are months."""
    found = [*NUMBER.finditer(text)]
    units: list[str] = []
    for at, match in reversed([*enumerate(found)]):
        unit = None if YEAR.fullmatch(match[0]) else UNIT.match(text, match.end())
        joined = at + 1 < len(found) and AND.fullmatch(text, match.end(), found[at + 1].start())
        units.append(unit[1].lower().replace("persen", "%") if unit else units[-1] if joined else "")
    for match, unit_name in zip(found, reversed(units), strict=True):
        yield Measure(value(match), unit_name)


def value(match: re.Match[str]) -> Decimal:
    """The value of a matched number: dots group thousands, a comma is the decimal sign."""
    if match["word"]:
        return Decimal(WORDS[match["word"].lower()])
    number = Decimal(match["digits"].replace(".", "").replace(",", "."))
    return (number * SCALES.get((match["scale"] or "").lower(), 1)).normalize()


def numbers(text: str) -> Iterator[Decimal]:
    """Every number of an Indonesian text by value."""
    return (measure.value for measure in measures(text))


def missing_numbers(facts: Iterable[str], text: str) -> Iterator[tuple[str, str]]:
    """Facts with a number that the text does not hold, and that number."""
    present = set(numbers(text))
    for fact in facts:
        for number in numbers(fact):
            if number not in present:
                yield fact, f"{number:f}"


def unfounded(text: str, facts: Iterable[str]) -> Iterator[Measure]:
    """Numbers of a text that no fact gives, with their unit; `satu` and `sekali` are words like others."""
    known = {measure for fact in facts for measure in measures(fact)}
    values = {measure.value for measure in known}
    for measure in measures(text):
        if measure not in known if measure.unit else measure.value not in values:
            yield measure
