"""All conversations, in one list: a new one is a file, its test, and one line here."""

from bot.router import Router

CONVERSATIONS: list[Router] = []


def router() -> Router:
    """The root router with every conversation."""
    root = Router("all")
    root.include(*CONVERSATIONS)
    return root
