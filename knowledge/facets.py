"""Whom a question is about and what it wants to know of them, so that a neighbour's answer is not given."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

from knowledge.intents import any_of

TABLE = Path(__file__).parent / "facets.toml"
SEARCHED = ("subjects", "attributes")


class Facet(NamedTuple):
    """Bodies and offices named in a text, and what is said or asked of them."""

    subjects: frozenset[str]
    attributes: frozenset[str]


class Coverage(NamedTuple):
    """Subjects and attributes that a topic's sentences and ways of asking bring together."""

    pairs: frozenset[tuple[str, str]]

    def holds(self, asked: Facet) -> bool:
        """Whether the topic says of one of the asked subjects all that is asked."""
        subjects = asked.subjects or {""}
        return all(any((subject, attribute) in self.pairs for subject in subjects) for attribute in asked.attributes)


class Patterns(NamedTuple):
    """The patterns of facets.toml by name."""

    subjects: dict[str, re.Pattern[str]]
    attributes: dict[str, re.Pattern[str]]
    any_attribute: re.Pattern[str]


@cache
def patterns() -> Patterns:
    """The table, read once."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    subjects, attributes = ({name: any_of([one]) for name, one in table[part].items()} for part in SEARCHED)
    return Patterns(subjects, attributes, any_of([*table["attributes"].values()]))


def facet(regular: str) -> Facet:
    """The facet of a normalised text."""
    return Facet(named(patterns().subjects, regular), named(patterns().attributes, regular))


def named(table: dict[str, re.Pattern[str]], regular: str) -> frozenset[str]:
    """The names whose pattern is found."""
    return frozenset(name for name, pattern in table.items() if pattern.search(regular))


def coverage(sentences: Sequence[str]) -> Coverage:
    """What normalised sentences cover: every attribute with every subject beside it, and with none."""
    attribute = patterns().any_attribute
    facets = [facet(sentence) for sentence in sentences if attribute.search(sentence)]
    return Coverage(frozenset(pair for one in facets for pair in product(("", *one.subjects), one.attributes)))
