"""All conversations, in one list: a new one is a file, its test, and one line here."""

from bot.router import Router
from handlers import meetings

CONVERSATIONS: list[Router] = [
    meetings.router,
]


def router() -> Router:
    """The root router with every conversation."""
    root = Router("all")
    root.include(*CONVERSATIONS)
    return root
