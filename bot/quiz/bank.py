"""The quiz's questions. What is true is decided by the topics: an answer without its ground in them is not asked."""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from bot.router import normal
from knowledge import Topic
from knowledge.numbers import numbers

FILE = Path(__file__).parent / "questions.toml"
SIDES = ("pemilu", "pilkada")
UNFIT = ("memory", "n/a")  # a side that nobody read, or that has no rule, is nothing to ask about
OPTIONS = (3, 4)  # the fewest and the most
LONGEST = {"ask": 200, "right": 80, "wrong": 80}  # letters: a question is read at a glance
PENAL_NOTICE = "uu-1-2026"

_PENAL_FIGURE = re.compile(r"Rp\s?\d|\d\s*(?:bulan|tahun)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z'(])")
_WORD = re.compile(r"[^\W\d_]{3,}")
_JOINING = {"dan", "atau", "yang"}


class BankError(ValueError):
    """The file of questions is wrong; names the question and the reason."""


@dataclass(frozen=True, slots=True)
class Item:
    """One question about one side of a topic. `fact` is the stretch of the topic's text the right option rests on; by
    default the sentence that holds the option itself. The first of `options` is the right one."""

    topic: str
    side: str
    ask: str
    right: str
    wrong: tuple[str, ...]
    fact: str = ""

    @property
    def id(self) -> str:
        """Changes when the question does, so that a round under way does not go on with another one."""
        return hashlib.sha256(f"{self.topic}\n{self.ask}".encode()).hexdigest()[:8]

    @property
    def options(self) -> tuple[str, ...]:
        """All answers, the right one first."""
        return (self.right, *self.wrong)


Bank: TypeAlias = Mapping[str, Item]


@cache
def bank(path: Path = FILE) -> Bank:
    """The questions by id; BankError when the file is not what it must be."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BankError(f"{path.name}: {error}") from error
    found: dict[str, Item] = {}
    asked: set[str] = set()
    for topic, entries in tables.items():
        for entry in entries if isinstance(entries, list) else [entries]:
            item = _item(path.name, topic, entry)
            if normal(item.ask) in asked:
                raise BankError(f"{path.name}: {topic}: asked twice: {item.ask!r}")
            asked.add(normal(item.ask))
            found[item.id] = item
    return found


def _item(file: str, topic: str, entry: Any) -> Item:
    for problem in _problems(entry):
        asked = entry.get("ask", "?") if isinstance(entry, dict) else "?"
        raise BankError(f"{file}: {topic}: {asked!r}: {problem}")
    return Item(topic, **{**entry, "wrong": tuple(entry["wrong"])})


def _problems(entry: Any) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield "must be a table"
        return
    required = {"side", "ask", "right", "wrong"}
    if missing := required - entry.keys():
        yield f"missing {', '.join(sorted(missing))}"
        return
    if unknown := entry.keys() - required - {"fact"}:
        yield f"unknown {', '.join(sorted(unknown))}"
    if entry["side"] not in SIDES:
        yield f"side must be one of {', '.join(SIDES)}"
    texts = [*((name, value) for name, value in entry.items() if name != "wrong")]
    wrong = entry["wrong"] if isinstance(entry["wrong"], list) else [None]
    for name, value in [*texts, *(("wrong", one) for one in wrong)]:
        if not isinstance(value, str) or not value.strip() or value != value.strip():
            yield f"{name} must be a text"
        elif len(value) > LONGEST.get(name, 1000):
            yield f"{name} has over {LONGEST[name]} letters"
    options = [normal(str(one)) for one in (entry["right"], *wrong)]
    if not OPTIONS[0] <= len(options) <= OPTIONS[1]:
        yield f"needs {OPTIONS[0]} or {OPTIONS[1]} options"
    if len(set(options)) < len(options):
        yield "has an option twice"


def faults(item: Item, topic: Topic) -> list[str]:
    """Why the topic does not bear the question out; nothing when it does."""
    ground = _ground(item, topic)
    found = []
    if getattr(topic, f"{item.side}_confidence") in UNFIT:
        found.append(f"the side {item.side} was not read")
    if not ground:
        return [*found, f"not in the topic: {item.fact or item.right!r}"]
    if not _said(item.right, ground):
        found.append(f"not borne out: {item.right!r} by {ground!r}")
    found += [f"true as well: {one!r} by {ground!r}" for one in item.wrong if _said(one, ground)]
    if PENAL_NOTICE in topic.warnings:
        found += [f"a figure that may have changed: {one!r}" for one in item.options if _PENAL_FIGURE.search(one)]
    return found


def playable(items: Bank, topics: Mapping[str, Topic], today: date) -> dict[str, Item]:
    """The questions whose topics are in force today, not under review, and still say so."""
    return {key: item for key, item in items.items() if _in_force(item, topics, today)}


def _in_force(item: Item, topics: Mapping[str, Topic], today: date) -> bool:
    topic = topics.get(item.topic)
    if topic is None or topic.under_review:
        return False
    if topic.valid_from is not None and today < topic.valid_from:
        return False
    if topic.valid_until is not None and topic.valid_until < today:
        return False
    return not faults(item, topic)


def rule(item: Item, topic: Topic) -> str:
    """The one sentence of the topic that holds the right answer; "" when there is none."""
    return _sentence(getattr(topic, item.side), item.fact or item.right)


def _ground(item: Item, topic: Topic) -> str:
    """The words the right option is measured by."""
    side = getattr(topic, item.side)
    if item.fact:
        return item.fact if item.fact.casefold() in side.casefold() else ""
    return _sentence(side, item.right)


def _sentence(text: str, wanted: str) -> str:
    """The sentence with `wanted`; where that crosses a full stop, from its first sentence to its last."""
    at = text.casefold().find(wanted.casefold())
    if at < 0:
        return ""
    ends = [match.start() for match in _SENTENCE.finditer(text)]
    start = max((end for end in ends if end <= at), default=0)
    stop = min((end for end in ends if end >= at + len(wanted)), default=len(text))
    return text[start:stop].strip()


def _said(option: str, ground: str) -> bool:
    """Whether every number and every word of an option stands in `ground`."""
    if not set(numbers(option)) <= set(numbers(ground)):
        return False
    return set(_WORD.findall(option.casefold())) - _JOINING <= set(_WORD.findall(ground.casefold()))
