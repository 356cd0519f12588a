"""Whom a question is about and what it wants to know of them, so that a neighbour's answer is not given."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

from knowledge.intents import any_of
from knowledge.language import stem, words

TABLE = Path(__file__).parent / "facets.toml"
SEARCHED = ("subjects", "attributes")
COUNTED = re.compile(r"\b(?:berapa|jumlah)(?: (?:berapa|jumlah|banyak|total))* ([a-z]+)")
NUMBER = re.compile(r"berapa|jumlah|jumlahnya|[\d.,]+|satu|dua|tiga|empat|lima|enam|tujuh|semua")
NEAR = 3


class Facet(NamedTuple):
    """Bodies and offices named in a text, and what is said or asked of them."""

    subjects: frozenset[str]
    attributes: frozenset[str]
    counted: frozenset[str] = frozenset()


class Coverage(NamedTuple):
    """Subjects and attributes that a topic's sentences and ways of asking bring together."""

    pairs: frozenset[tuple[str, str]]
    numbered: frozenset[str]

    def holds(self, asked: Facet) -> bool:
        """Whether the topic says of one of the asked subjects all that is asked."""
        subjects = asked.subjects or {""}
        return asked.counted <= self.numbered and all(
            any((subject, attribute) in self.pairs for subject in subjects) for attribute in asked.attributes
        )


class Patterns(NamedTuple):
    """The patterns of facets.toml by name."""

    subjects: dict[str, re.Pattern[str]]
    attributes: dict[str, re.Pattern[str]]
    any_attribute: re.Pattern[str]
    units: frozenset[str]


@cache
def patterns() -> Patterns:
    """The table, read once."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    subjects, attributes = ({name: any_of([one]) for name, one in table[part].items()} for part in SEARCHED)
    return Patterns(
        subjects, attributes, any_of([*table["attributes"].values()]), frozenset(table["units"]["words"].split())
    )


def facet(regular: str) -> Facet:
    """The facet of a normalised text."""
    return Facet(named(patterns().subjects, regular), named(patterns().attributes, regular), counted(regular))


def counted(regular: str) -> frozenset[str]:
    """What the text asks the number of: the thing after `berapa` or `jumlah`, unless it is a unit of measure."""
    asked = (found[1] for found in COUNTED.finditer(regular))
    return frozenset(stem(word) for word in asked if word not in patterns().units and word not in words().stop)


def numbered(regular: str) -> frozenset[str]:
    """What the text gives the number of: all words near a number, `berapa` or `jumlah`."""
    said = regular.split()
    around = (said[max(at - NEAR, 0) : at + NEAR + 1] for at, word in enumerate(said) if NUMBER.fullmatch(word))
    return frozenset(stem(word) for near in around for word in near)


def named(table: dict[str, re.Pattern[str]], regular: str) -> frozenset[str]:
    """The names whose pattern is found."""
    return frozenset(name for name, pattern in table.items() if pattern.search(regular))


def coverage(sentences: Sequence[str]) -> Coverage:
    """What normalised sentences cover: every attribute with every subject beside it, and with none."""
    attribute = patterns().any_attribute
    facets = [facet(sentence) for sentence in sentences if attribute.search(sentence)]
    return Coverage(
        frozenset(pair for one in facets for pair in product(("", *one.subjects), one.attributes)),
        frozenset(word for sentence in sentences for word in numbered(sentence)),
    )
