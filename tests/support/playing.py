"""Somebody who knows (or does not know) the answers of the quiz."""

from typing import Any

from bot.quiz import bank
from tests.support.world import Person, Seen

ASKED = {item.ask: item for item in bank().values()}


def letter(text: str, right: bool = True) -> str:
    """The letter of the right option (or of a wrong one) of the question in a message."""
    lines = text.splitlines()
    item = next(ASKED[line] for line in lines if line in ASKED)
    shown = {line[0]: line[3:] for line in lines if line[1:3] == ". " and line[3:] in item.options}
    return next(one for one, option in shown.items() if (option == item.right) is right)


async def answers(chat: Person, right: bool = True, **more: Any) -> list[Seen]:
    """Taps a right or a wrong letter under the newest question; returns the replies."""
    newest = next(seen for seen in reversed(chat.messages) if "A" in seen.labels)
    return await chat.taps(letter(newest.text, right), **more)


async def plays(chat: Person, right: int = 5) -> list[Seen]:
    """A whole round with so many right answers; returns the replies to the last."""
    await chat.says("/kuis")
    replies: list[Seen] = []
    for number in range(5):
        replies = await answers(chat, number < right)
    return replies
