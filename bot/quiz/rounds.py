"""A round of the quiz: which questions, in which order, and what was answered. Kept as JSON in the conversation."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

from bot.quiz.bank import Item

QUESTIONS = 5
LETTERS = "ABCD"


@dataclass(slots=True)
class Round:
    """The `number`-th round of a conversation: its questions by id, the place of the one that is asked, and which were
    answered right and wrong."""

    number: int
    items: list[str]
    at: int = 0
    right: int = 0
    missed: list[str] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether every question was asked."""
        return self.at >= len(self.items)

    @property
    def place(self) -> str:
        """Names round and question in the buttons, so that a tap on an older one is known by it."""
        return f"{self.number}.{self.at}"

    def leave_out(self, playable: Collection[str]) -> None:
        """Drops questions still to come that may not be asked any more."""
        self.items = [one for place, one in enumerate(self.items) if place < self.at or one in playable]

    def answer(self, right: bool) -> None:
        """Counts the answer to the question that is asked, and goes on."""
        if right:
            self.right += 1
        else:
            self.missed.append(self.items[self.at])
        self.at += 1

    def dump(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


@dataclass(slots=True)
class GroupRound(Round):
    """A round that a group plays: who began it, when its question was asked and its counter last shown (seconds since
    1970), the letters tapped for it, and names and scores of everybody who tapped at all, by address."""

    by: str = ""
    by_name: str = ""
    asked: int = 0
    shown: int = 0
    taps: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    scores: dict[str, int] = field(default_factory=dict)

    def tap(self, who: str, name: str, letter: str) -> bool:
        """Takes somebody's answer; False when they answered this question before, and the first one counts."""
        if who in self.taps:
            return False
        self.taps[who], self.names[who] = letter, name
        return True

    def close(self, right: str) -> list[str]:
        """Ends the question: the scores of those who tapped the letter `right`; their names."""
        winners = [who for who, letter in self.taps.items() if letter == right]
        for who in self.taps:
            self.scores[who] = self.scores.get(who, 0) + (who in winners)
        self.taps = {}
        self.at += 1
        return [self.names[who] for who in winners]


def begin_round(conversation: int, number: int, items: Mapping[str, Item]) -> Round:
    """The next five questions of a conversation: none comes twice before too few are left for another round."""
    return Round(number, _drawn(conversation, number, items))


def begin_group(conversation: int, number: int, items: Mapping[str, Item], by: str, name: str, now: int) -> GroupRound:
    """The same for a group, begun by somebody."""
    return GroupRound(number, _drawn(conversation, number, items), by=by, by_name=name, asked=now, shown=now)


def _drawn(conversation: int, number: int, items: Mapping[str, Item]) -> list[str]:
    rounds = max(len(items) // QUESTIONS, 1)  # in one go through the bank
    cycle, place = divmod(number, rounds)
    order = sorted(items, key=lambda item: hashlib.sha256(f"{conversation}:{cycle}:{item}".encode()).digest())
    return order[place * QUESTIONS : (place + 1) * QUESTIONS]


def letters(conversation: int, number: int, item: Item) -> dict[str, str]:
    """The options of a question by letter, in the order in which this round shows them."""
    options = list(item.options)
    Random(f"{conversation}:{number}:{item.id}").shuffle(options)
    return dict(zip(LETTERS, options, strict=False))
