"""Which handler a message belongs to: dictionaries only, so the last of forty conversations costs as little as one."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bot.messages import Incoming
from bot.turn import Handler, Turn

_EDGE = re.compile(r"^[\W_]+|[\W_]+$")
_COURTESY = {"tolong", "mohon", "dong", "ya", "yah", "min", "kak", "pak", "bu", "please", "pls", "plis", "deh", "sih"}


class TakenTwice(Exception):
    """Two handlers want the same key: rename one of them."""


def normal(text: str) -> str:
    """`text` for comparing whole messages: no case, marks, courtesy words or doubled spaces."""
    words = unicodedata.normalize("NFKC", text).casefold().split()
    kept = [word for word in (_EDGE.sub("", word) for word in words) if word and word not in _COURTESY]
    return " ".join(kept)


@dataclass(frozen=True, slots=True)
class Awaited:
    """What happens with the answer a conversation waits for.

    `again` repeats the question after something else was answered in between, `back` returns to the one before;
    `free` marks a text step in which even a question is taken as the answer; `numeric` one in which "0" is a number
    and not the menu.
    """

    handler: Handler
    again: Handler | None = None
    back: Handler | None = None
    free: bool = False
    numeric: bool = False


class Router:
    """A set of handlers; the root includes those of all conversations.

    `on_held` comes before the search for a handler while the conversation's data has `turn.HELD`: a person of ours may
    have taken over, or handed back, since the last message.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._parent: Router | None = None
        self.commands: dict[str, Handler] = {}
        self.buttons: dict[str, Handler] = {}
        self.answers: dict[str, Awaited] = {}
        self.reserved: dict[str, Handler] = {}
        self.words: dict[str, Handler] = {}
        self.events: dict[str, Handler] = {}
        self.replies: dict[str, Handler] = {}
        self.starts: dict[str, Handler] = {}
        self.fallback: Handler | None = None
        self.is_question: Callable[[str], bool] = lambda text: False
        self.on_question: Handler | None = None
        self.on_held: Handler | None = None

    def command(self, *names: str) -> Callable[[Handler], Handler]:
        """Handles /name, in any chat."""
        return self._into("commands", names)

    def button(self, *prefixes: str) -> Callable[[Handler], Handler]:
        """Handles a tap on a button whose data is `prefix` or `prefix:value`."""
        return self._into("buttons", prefixes)

    def reserve(self, words: Iterable[str]) -> Callable[[Handler], Handler]:
        """Handles a message that is one of `words` as a whole, whatever the conversation waits for."""
        return self._into("reserved", dict.fromkeys(normal(word) for word in words))

    def word(self, words: Iterable[str]) -> Callable[[Handler], Handler]:
        """Handles a message that is one of `words` as a whole while nothing is awaited."""
        return self._into("words", dict.fromkeys(normal(word) for word in words))

    def event(self, *names: str) -> Callable[[Handler], Handler]:
        """Handles what happened to a chat (joined, left, blocked, unblocked, migrated, stale) or a message (edited)."""
        return self._into("events", names)

    def reply(self, *sources: str) -> Callable[[Handler], Handler]:
        """Handles a reply to one of our messages, by the source of the outbox row replied to."""
        return self._into("replies", sources)

    def start(self, *prefixes: str) -> Callable[[Handler], Handler]:
        """Handles a link that opens the chat with /start `prefix` or `prefix_value`."""
        return self._into("starts", prefixes)

    def answer(
        self,
        step: str,
        again: Handler | None = None,
        back: Handler | None = None,
        free: bool = False,
        numeric: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Handles whatever comes while the conversation waits at `step`."""

        def take(handler: Handler) -> Handler:
            self._add(self.answers, step, Awaited(handler, again, back, free, numeric))
            return handler

        return take

    def include(self, *routers: "Router") -> None:
        """Takes in all handlers of other routers; TakenTwice when two claim one key."""
        for router in routers:
            router._parent = self
            for table in ("commands", "buttons", "answers", "reserved", "words", "events", "replies", "starts"):
                for key, value in getattr(router, table).items():
                    self._add(getattr(self, table), key, value)
            self.fallback = router.fallback or self.fallback
            self.on_held = router.on_held or self.on_held
            if router.on_question is not None:
                self.on_question, self.is_question = router.on_question, router.is_question

    def root(self) -> "Router":
        """The router that includes this one, or itself."""
        return self if self._parent is None else self._parent.root()

    def find(self, incoming: Incoming, state: str, replied: str = "") -> Handler | None:
        """The handler for this message in this state; None when it is not meant for us (talk in a group).
        `replied` is the source of the message of ours that it replies to."""
        if incoming.event:
            return self.events.get(incoming.event)
        if incoming.pressed:
            return self.buttons.get(incoming.pressed.partition(":")[0]) or self.events.get("stale")
        reply = None if incoming.command else self.replies.get(replied)
        if incoming.is_group and not incoming.addressed and reply is None:
            return None
        awaited = self.answers.get(state)
        plain = incoming.kind == "text" and not incoming.command
        words = normal(incoming.text) if plain and len(incoming.text) <= 80 else ""
        numeric = reply is not None or (awaited is not None and awaited.numeric)
        if words in self.reserved and not (numeric and words.isdigit()):
            return self.reserved[words]
        if reply is not None:
            return reply
        if incoming.edited:  # its first form was handled already; an answer must not count twice
            return self.events.get("edited")
        if incoming.command:
            return self.commands.get(incoming.command) or self.fallback
        if awaited:
            return self._within(awaited, incoming)
        return self.words.get(words) or self.fallback

    def _within(self, awaited: Awaited, incoming: Incoming) -> Handler:
        again, ask = awaited.again, self.on_question
        if awaited.free or again is None or ask is None or not self.is_question(incoming.text):
            return awaited.handler

        async def answer_and_repeat(turn: Turn) -> None:
            await ask(turn)
            await again(turn)

        return answer_and_repeat

    def _into(self, table: str, keys: Iterable[str]) -> Callable[[Handler], Handler]:
        def take(handler: Handler) -> Handler:
            for key in keys:
                self._add(getattr(self, table), key, handler)
            return handler

        return take

    def _add(self, table: dict[str, Any], key: str, value: Any) -> None:
        if key in table and table[key] is not value:
            raise TakenTwice(f"{self.name}: {key!r} is already handled")
        table[key] = value
