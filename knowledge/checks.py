"""What a topic must keep to beyond its form: articles that exist, numbers that its facts give, dates that hold."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.citations import cited_articles
from knowledge.language import read
from knowledge.numbers import missing_numbers, unfounded

if TYPE_CHECKING:
    from knowledge.topics import Topic

ARTICLES = Path(__file__).parent / "articles.toml"
Problem = tuple[str, str]  # the field, and what is wrong with it

# The numbers of a citation are no facts: `Pasal 280 atau 284`, `PKPU 7/2024, 8/2024 jo. 10/2024`, `Putusan MK 135`.
CITED = re.compile(
    r"\b\d+/PUU\S*|\bPasal \d+[A-Z]?(?:(?:, | dan | atau |-)\d+[A-Z]?\b(?! (?:hari|bulan|tahun|juta)))*"
    r"|\b(?:UU|Perppu|PKPU|Perbawaslu|Perpres|PP) \d+/\d{4}|\b\d{1,2}/(?:19|20)\d\d\b|\bUUD 1945\b|\bMK \d+(?:/PUU\S*)?"
    r"|\bayat \(\d+\)|\bhuruf [a-z]\d?\b"
)
PENAL_FIGURE = re.compile(r"Rp\s?\d|\d\s(?:sampai \d+ )?(?:bulan|tahun)\b")
PENAL_WORD = re.compile(r"\b(?:denda|kurungan|diancam)\b", re.IGNORECASE)
PENAL_NOTICE = "uu-1-2026"
ONE = re.compile(r"\b(?:satu|sekali)\b", re.IGNORECASE)


def problems(topic: "Topic") -> Iterator[Problem]:
    """What is wrong with one topic whenever it is read."""
    if not (topic.pemilu_sources or topic.pilkada_sources):
        yield "pemilu_sources", "needs a source on one side at least"
    for field in ("pemilu_sources", "pilkada_sources", "changed_by", "pemilu", "pilkada", "difference"):
        for article in impossible(topic, field):
            yield field, f"{article} does not exist"
    for fact, number in unsaid(topic):
        yield "key_facts", f"the number {number} of {fact!r} is not in the text"
    if PENAL_WORD.search(topic.shown) and PENAL_FIGURE.search(topic.shown) and PENAL_NOTICE not in topic.warnings:
        yield "warnings", f"names a fine or a term, so it needs {PENAL_NOTICE!r}"
    for measure in unfounded(said(topic), topic.key_facts):
        yield "key_facts", f"the number {measure} of the text is not among them"


def between(topics: Mapping[str, "Topic"], notices: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """What is wrong between topics: id, field and reason."""
    asked: dict[str, str] = {}
    for topic in topics.values():
        for other in topic.related:
            if other not in topics or other == topic.id:
                yield topic.id, "related", f"{other!r} is not another topic"
        for notice in topic.warnings:
            if notice not in notices:
                yield topic.id, "warnings", f"{notice!r} is not in notices.toml"
        for phrase in topic.ask:
            key = " ".join(re.findall(r"\w+", phrase.casefold()))
            if key in asked:
                yield topic.id, "ask", f"{phrase!r} is already in {asked[key]!r}"
            asked[key] = topic.id


def outdated(topic: "Topic", today: date) -> Iterator[Problem]:
    """What is wrong with the dates of a topic on a day."""
    if topic.valid_until is not None and topic.valid_until < today:
        yield "valid_until", f"has passed ({topic.valid_until}): the topic needs a new reading, or to be taken out"
    if topic.as_of > today:
        yield "as_of", f"is in the future ({topic.as_of})"


def same_questions(topics: Mapping[str, "Topic"]) -> Iterator[tuple[str, str]]:
    """Ways of asking that come to the same as another topic's once stop words and forms are gone: id, what to say."""
    known: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
    for topic in topics.values():
        for asked in topic.ask:
            others = known[tuple(sorted(read(asked)))]
            others.setdefault(topic.id, asked)
            for other in others.keys() - {topic.id}:
                yield topic.id, f"{asked!r} is the same question as {others[other]!r} of {other!r}"


def unsaid(topic: "Topic") -> Iterator[tuple[str, str]]:
    """Key facts with a number that the topic does not say; the 8 of `UU 8/2015` does not stand for 8 days."""
    cited = [fact for fact in topic.key_facts if CITED.search(fact)]
    counted = [fact for fact in topic.key_facts if not CITED.search(fact)]
    yield from missing_numbers(counted, CITED.sub(" ", topic.shown))
    yield from missing_numbers(cited, topic.text)


def said(topic: "Topic") -> str:
    """What the topic tells as the rule, without the laws it cites."""
    text = "\n".join((topic.title, topic.pemilu, topic.pilkada, topic.difference))
    return ONE.sub(" ", CITED.sub(" ", text))


def impossible(topic: "Topic", field: str) -> Iterator[str]:
    """Articles cited in a field that the law beside them does not have; in running text, that no law has."""
    value = getattr(topic, field)
    laws = existing()
    anywhere = frozenset[str]().union(*laws.values())
    for text in (value,) if isinstance(value, str) else value:
        for law, article in cited_articles(text):
            if law is not None and not law.ours:
                continue
            if law is None or isinstance(value, str):
                if article not in anywhere:
                    yield f"Pasal {article.upper()}"
            elif article not in laws.get(law.name, {article}):
                yield f"Pasal {article.upper()} of {law.name.upper().replace('UU', 'UU ')}"


@cache
def existing() -> dict[str, frozenset[str]]:
    """The articles of each law in articles.toml."""
    table = tomllib.loads(ARTICLES.read_text(encoding="utf-8"))
    return {
        law: frozenset(one.lower() for part in listed.split() for one in spread(part)) for law, listed in table.items()
    }


def spread(part: str) -> Iterator[str]:
    """`3-5` is 3, 4 and 5; `22B` is itself."""
    first, _, last = part.partition("-")
    yield from map(str, range(int(first), int(last) + 1)) if last else (first,)
