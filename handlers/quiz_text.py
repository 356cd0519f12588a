"""What the quiz alone and the quiz in a group share: which questions may be asked, and how one is set."""

from collections.abc import Iterable, Mapping
from datetime import date

from bot import words
from bot.quiz import Item, Round, bank, letters, playable, rule
from bot.text import escape
from bot.turn import Turn
from knowledge import Topic

RUNNING = "quiz"  # data: the round under way
NUMBER = "quiz_round"  # data: how many rounds were begun, so that questions come back as late as possible


class _Fit:
    """The questions that one published set of topics bears out on one day; looking through all takes 10 ms."""

    topics: Mapping[str, Topic] | None = None
    day = date.min
    items: Mapping[str, Item]

    def of(self, topics: Mapping[str, Topic], day: date) -> Mapping[str, Item]:
        """Those of `topics` on `day`, looked up only when either is another than last time."""
        if topics is not self.topics or day != self.day:
            self.topics, self.day, self.items = topics, day, playable(bank(), topics, day)
        return self.items


_fit = _Fit()


def fit(turn: Turn, ids: Iterable[str]) -> dict[str, Item]:
    """Those of the questions that the topics of today bear out."""
    items = _fit.of(turn.context.knowledge().topics, turn.now.astimezone(turn.context.timezone).date())
    return {one: items[one] for one in ids if one in items}


def question(turn: Turn, key: str, kept: Round, item: Item, **more: object) -> str:
    """The question with its options by letter, in the frame of the text `key`."""
    choices = letters(turn.chat.id, kept.number, item)
    listed = "\n".join(f"*{letter}.* {escape(option)}" for letter, option in choices.items())
    place = {"number": kept.at + 1, "of": len(kept.items)}
    return turn.t(key, ask=item.ask, options=words.Raw(listed), **place, **more)


def truth(turn: Turn, item: Item) -> str:
    """The sentence of the topic that answers the question."""
    topic = turn.context.knowledge().topics.get(item.topic)
    return rule(item, topic) if topic is not None else item.right
