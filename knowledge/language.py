"""Phone Indonesian made regular: slang, mixed English, clitics, phrases of several words, stems."""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path

import Stemmer

from knowledge.citations import citations, without_citations

TABLES = Path(__file__).parent / "words.toml"
LONGEST = 4096
TOKEN = re.compile(r"\w+|\?")
SILENT = {ord(sign): None for sign in "'’`\u200b\u200d"}
LINK = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\S+")
STRETCHED = re.compile(r"([^\W\d])\1{2,}")
TWICE = re.compile(r"\b([^\W\d]{3,})2\b")
GLUED = re.compile(r"\b(\d+)(rb|ribu|jt|juta|x|kali|th|thn|hari|hr|bln)\b")
AGED = re.compile(
    r"\b(1[3-9]|2\d|3[0-5]) (?:tahun|taun|thn|th)\b(?! (?:penjara|kurungan|lalu|yang lalu|sekali|yg lalu))"
)
DIGIT = re.compile(r"\d")
CLITIC = re.compile(r"(.{4,}?)(?:nya|kah)$")


class Words:
    """The word tables of words.toml, ready for use."""

    def __init__(self, tables: Mapping[str, Mapping[str, str]]) -> None:
        self.single = {**tables["english"], **tables["slang"]}
        self.concepts = dict(tables["concepts"])
        self.stop = frozenset(tables["stop"]["words"].split())
        self.weak = frozenset(tables["weak"]["words"].split())
        self.setting = frozenset(tables["setting"]["words"].split())
        self.generic = frozenset(tables["generic"]["words"].split())
        self.keep = frozenset(tables["keep"]["words"].split())
        self.ordinary = frozenset(tables["ordinary"]["words"].split())
        self.election = frozenset(tables["election"]["words"].split())
        self.frame = frozenset(tables["frame"]["words"].split())
        self.courtesy = re.compile(r"\b(?:" + "|".join(tables["courtesy"]["patterns"].split("\n")[:-1]) + r")(?!\w)")
        self.question = frozenset(tables["question"]["words"].split())
        self.regime = {name: frozenset(words.split()) for name, words in tables["regime"].items()}
        self.phrases: dict[tuple[str, ...], tuple[str, ...]] = {}
        for typed, meant in tables["phrases"].items():
            key = tuple(part for word in typed.split() for part in self.meanings(word))
            self.phrases[key] = tuple(meant.split())
        self.spelled = frozenset(word for typed in tables["phrases"] for word in typed.split())
        self.longest = max(map(len, self.phrases))
        self.starts = frozenset(key[0] for key in self.phrases)

    def knows(self, word: str) -> bool:
        """Whether a table lists this spelling."""
        tables = (self.single, self.concepts, self.stop, self.ordinary, self.spelled)
        return any(word in table for table in tables)

    def meanings(self, word: str) -> Iterator[str]:
        """The regular words behind one typed word: slang, then concept, then the same without -nya or -kah."""
        if word not in self.single and word not in self.concepts and word not in self.stop:
            clitic = CLITIC.match(word)
            word = clitic[1] if clitic else word
        for part in self.single.get(word, word).split():
            yield from self.concepts.get(part, part).split()

    def join_phrases(self, tokens: list[str]) -> list[str]:
        """Tokens with known sequences replaced, longest first."""
        joined: list[str] = []
        at = 0
        while at < len(tokens):
            size = next(self._sizes(tokens, at), 0)
            joined.extend(self.phrases[tuple(tokens[at : at + size])] if size else (tokens[at],))
            at += size or 1
        return joined

    def _sizes(self, tokens: list[str], at: int) -> Iterator[int]:
        if tokens[at] in self.starts:
            for size in range(min(self.longest, len(tokens) - at), 0, -1):
                if tuple(tokens[at : at + size]) in self.phrases:
                    yield size


@cache
def words() -> Words:
    """The tables, read once."""
    return Words(tomllib.loads(TABLES.read_text(encoding="utf-8")))


def plain(text: str) -> str:
    """Lower case, compatibility forms and accents folded, links gone, stretched letters shortened."""
    folded = text[:LONGEST].casefold()
    if not folded.isascii():
        folded = "".join(sign for sign in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(sign))
    folded = folded.translate(SILENT)
    folded = STRETCHED.sub(r"\1", LINK.sub(" ", folded))
    folded = GLUED.sub(r"\1 \2", TWICE.sub(r"\1 \1", folded))
    return AGED.sub(r"usia \1 tahun", folded)


def tokens(text: str, mend: Callable[[str], str] | None = None) -> list[str]:
    """The regular words of a text in order; `mend` may correct the spelling of a word no table knows."""
    table = words()
    found: list[str] = []
    for word in TOKEN.findall(plain(text)):
        if mend and not table.knows(word):
            word = mend(word)
        found.extend(table.meanings(word))
    return table.join_phrases(table.join_phrases(found))


def without_courtesy(text: str) -> str:
    """A text in lower case without greetings, apologies and thanks; one that holds nothing else stays as it is."""
    rest = words().courtesy.sub(" ", text[:LONGEST].casefold())
    return rest if TOKEN.search(rest) else text


STEMMER = Stemmer.Stemmer("indonesian")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The stem of a regular word; listed words and those with digits stay whole."""
    if word in words().keep or not word.isalpha() or len(word) < 5:
        return word
    return str(STEMMER.stemWord(word))


def terms(regular: Iterable[str]) -> list[str]:
    """The words a search weighs: no stop words, stemmed, each once, in order."""
    stop = words().stop
    return list(dict.fromkeys(stem(word) for word in regular if word not in stop and word != "?"))


def read(text: str, mend: Callable[[str], str] | None = None) -> list[str]:
    """The search terms of a text: its words, and the laws, rulings and articles it cites."""
    text = text[:LONGEST].casefold()
    if not DIGIT.search(text):
        return terms(tokens(text, mend))
    return [*terms(tokens(without_citations(text), mend)), *dict.fromkeys(citations(text))]


@cache
def light_terms() -> frozenset[str]:
    """Stems that say little about the subject: question words, places and offices."""
    return frozenset(stem(word) for word in words().weak | words().setting)


@cache
def generic_terms() -> frozenset[str]:
    """Stems that are not about elections by themselves."""
    return frozenset(stem(word) for word in words().generic)


@cache
def frame_terms() -> frozenset[str]:
    """Stems that by themselves place a question in an election."""
    return frozenset(stem(word) for word in words().frame)


def is_subject(term: str) -> bool:
    """Whether a term can say on its own what a question is about; numbers and question words cannot."""
    return not (term.isdigit() or "/" in term or ":" in term or term in light_terms() or term in generic_terms())
