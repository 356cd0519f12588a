"""All conversations, in one list: a new one is a file, its test, and one line here."""

from bot.router import Router
from handlers import (
    alike,
    answering,
    ask,
    desk,
    groups,
    language,
    meetings,
    otherwise,
    privacy,
    register,
    staff,
    start,
    stop,
    talk,
    topics,
    verdict,
)
from handlers import (
    help as help_,
)

CONVERSATIONS: list[Router] = [
    ask.router,
    topics.router,
    verdict.router,
    meetings.router,
    staff.router,
    answering.router,
    talk.router,
    desk.router,
    alike.router,
    groups.router,
    start.router,
    register.router,
    privacy.router,
    stop.router,
    help_.router,
    language.router,
    otherwise.router,
]


def router() -> Router:
    """The root router with every conversation."""
    root = Router("all")
    root.include(*CONVERSATIONS)
    return root
