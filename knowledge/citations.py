"""Laws, rulings and articles named in a text, as search terms: `uu7/2017`, `mk135`, `pasal187a`, `uu10/2016:187a`."""

import re
from collections.abc import Iterator
from typing import NamedTuple

KINDS = {
    "undang-undang": "uu",
    "undang undang": "uu",
    "peraturan bawaslu": "perbawaslu",
    "peraturan kpu": "pkpu",
    "perpu": "perppu",
}
LAW = re.compile(
    r"(?:\b(uu|undang[- ]undang|perppu|perpu|pkpu|perbawaslu|peraturan bawaslu|peraturan kpu|pp|perpres|keppres)\b\s*)?"
    r"(?:(?:nomor|nomer|no|nmr)\b\.?\s*)?\b(\d{1,2})\s*(?:/|tahun|thn|th)\s*((?:19|20)\d\d)\b"
)
# Laws that are named, not numbered: their articles are not those of an election law.
NAMED = re.compile(
    r"\b(?:(uud|kuhp|kuhap|kuhperdata)\b(?:\s*(?:19)?45)?"
    r"|(?:uu|undang[- ]undang)\s+"
    r"(ite|desa|tni|polri|asn|mk|kpk|tipikor|hak cipta|perkawinan|perlindungan anak|narkotika)\b)"
)
RULING = re.compile(
    r"\b(\d{1,3})\s*/\s*puu(?:\W?[xvi]+\s*/\s*\d{4})?"
    r"|\b(?:mk|putusan)\s*(?:mk\s*)?(?:no(?:mor|\.)?\s*)?(\d{1,3})\b(?!\s*hari)(?:\s*(?:tahun|thn|/)\s*20\d\d\b)?"
)
UNIT = r"\s*(?:hari|bulan|tahun|thn|jam|juta|ribu|miliar|persen|orang|kali|%|/)"
ARTICLES = re.compile(
    r"\b(?:pasal|psl|ps|article)\b\.?\s*"
    rf"(\d{{1,3}}\s?[a-l]?\b(?:\s*(?:,|dan|-|–|&)\s*\d{{1,3}}[a-l]?\b(?!{UNIT}))*)"
)
ARTICLE = re.compile(r"(\d{1,3})(?:\s?([a-l])\b)?")
SPAN = re.compile(r"(\d{1,3})\s*[-–]\s*(\d{1,3})")
LONGEST_SPAN = 25
LETTERS = "abcdefghijkl"
MAIN_LAWS = {"uu7/2017", "uu1/2015", "uu8/2015", "uu10/2016"}  # nearly every topic rests on one of them


class Law(NamedTuple):
    """A law where it is named; `ours` is false for a law that is not about elections."""

    at: int
    name: str
    ours: bool


def citations(text: str) -> Iterator[str]:
    """Search terms for what a text cites; an article comes alone and together with the law named nearest to it, and a
    lettered one also without its letter."""
    for numbered, spoken in RULING.findall(text.casefold()):
        yield f"mk{numbered or spoken}"
    yield from (law.name for law in laws_in(RULING.sub(" ", text.casefold())) if law.ours)
    for law, article in cited_articles(text):
        for form in dict.fromkeys((article.rstrip(LETTERS), article)):
            if law is None or law.ours:
                yield f"pasal{form}"
            if law is not None:
                yield f"{law.name}:{form}"


def cited_articles(text: str) -> Iterator[tuple[Law | None, str]]:
    """The articles of a text such as `187a`, each with the law named nearest to it."""
    low = RULING.sub(" ", text.casefold())
    laws = [*laws_in(low)]
    for found in ARTICLES.finditer(low):
        law = min(laws, key=lambda law: abs(law.at - found.start()), default=None)
        for article in articles(found[1]):
            yield law, article


def laws_in(low: str) -> Iterator[Law]:
    """The laws of a lower-case text with where they stand."""
    for found in LAW.finditer(low):
        kind = KINDS.get(found[1] or "uu", found[1] or "uu")
        yield Law(found.start(), f"{kind}{found[2]}/{found[3]}", ours=True)
    for found in NAMED.finditer(low):
        yield Law(found.start(), found[1] or found[2].replace(" ", ""), ours=False)


def articles(listed: str) -> Iterator[str]:
    """The articles of a list such as `187a, 188 dan 190-193`."""
    for first, last in SPAN.findall(listed):
        if int(first) < int(last) <= int(first) + LONGEST_SPAN:
            yield from map(str, range(int(first) + 1, int(last)))
    for number, letter in ARTICLE.findall(listed):
        yield f"{int(number)}{letter}"


def without_citations(text: str) -> str:
    """The text without the numbers that `citations` reads."""
    return ARTICLES.sub(" ", LAW.sub(" ", RULING.sub(" mk ", text)))


def is_citation(term: str) -> bool:
    """Whether a term cites something that few topics rest on: an article, a ruling, or a law that is not a main one."""
    if ":" in term or (term.startswith(("pasal", "mk")) and term[-2:].strip(LETTERS).isdigit()):
        return True
    return "/" in term and term not in MAIN_LAWS


def without_law(term: str) -> str:
    """The term of a cited article without its law: `uu7/2017:454` is `pasal454`."""
    return f"pasal{term.rpartition(':')[2]}"
