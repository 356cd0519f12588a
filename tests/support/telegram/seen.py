"""What a person sees of the bot's messages, and waiting for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import overload

from tests.support.telegram.errors import JsonObject
from tests.support.telegram.rich import rich_text, tables
from tests.support.telegram.state import Chat, State

TIMEOUT = 5.0


@dataclass(frozen=True, slots=True)
class Seen:
    """A message of the bot as it looks now; `raw` is the wire's message."""

    raw: JsonObject

    @property
    def id(self) -> int:
        return int(self.raw["message_id"])

    @property
    def text(self) -> str:
        """The words: of the text, the caption or the rich message (cells parted by ' | ')."""
        words = self.raw.get("text") or self.raw.get("caption")
        return str(words or rich_text(self.raw.get("rich_message", {}).get("blocks", [])))

    @property
    def entities(self) -> list[JsonObject]:
        return list(self.raw.get("entities") or self.raw.get("caption_entities") or [])

    @property
    def rows(self) -> list[list[JsonObject]]:
        """The inline keyboard, row by row."""
        return list(self.raw.get("reply_markup", {}).get("inline_keyboard", []))

    @property
    def buttons(self) -> list[str]:
        """The labels of all inline buttons, in reading order."""
        return [button["text"] for row in self.rows for button in row]

    @property
    def tables(self) -> list[list[list[str]]]:
        """The tables of a rich message, each as rows of plain cells."""
        return tables(self.raw.get("rich_message", {}).get("blocks", []))

    @property
    def document(self) -> JsonObject | None:
        return self.raw.get("document")

    @property
    def edited(self) -> bool:
        return "edit_date" in self.raw


class Reader:
    """Reads one chat: everything now visible, and what is new since the last look."""

    def __init__(self, state: State, chat: Chat) -> None:
        self.state, self.chat = state, chat
        self._read = 0

    @property
    def messages(self) -> list[Seen]:
        """The bot's messages as they look now, oldest first."""
        return [Seen(raw) for raw in self.chat.messages.values() if self._from_bot(raw)]

    @property
    def last(self) -> Seen:
        """The newest message of the bot."""
        return self.messages[-1]

    @property
    def keyboard(self) -> list[str]:
        """The labels of the reply keyboard below the chat, if the bot put one there."""
        rows = self.state.keyboards.get(self.chat.id, {}).get("keyboard", [])
        return [button if isinstance(button, str) else button["text"] for row in rows for button in row]

    def _from_bot(self, raw: JsonObject) -> bool:
        return bool(raw["from"]["id"] == self.state.bot["id"])

    @overload
    async def reads(self, what: Callable[[Seen], bool] | str | None = None, timeout: float = TIMEOUT) -> Seen: ...
    @overload
    async def reads(self, what: int, timeout: float = TIMEOUT) -> list[Seen]: ...

    async def reads(
        self, what: Callable[[Seen], bool] | str | int | None = None, timeout: float = TIMEOUT
    ) -> Seen | list[Seen]:
        """Waits for what the bot writes or edits since the last look.

        Nothing: the next message. A number: that many, as a list. A text: the next one with these words in it.
        A predicate: the next one for which it holds. What comes before it counts as read.
        """
        if isinstance(what, int):
            found = await self.state.wait_until(
                lambda: self._next(what), timeout, f"message {what} {self._seen_words()}"
            )
            self._read = found[-1][0] if found else self._read
            return [seen for _, seen in found]
        fits = what if callable(what) else (lambda seen: (what or "") in seen.text)
        position, seen = await self.state.wait_until(
            lambda: next((item for item in self._unread() if fits(item[1])), None),
            timeout,
            f"a message with {what!r} {self._seen_words()}",
        )
        self._read = position
        return seen

    def _next(self, count: int) -> list[tuple[int, Seen]] | None:
        unread = self._unread()
        return unread[:count] if len(unread) >= count else None

    def _unread(self) -> list[tuple[int, Seen]]:
        changes = enumerate(self.chat.changes[self._read :], start=self._read + 1)
        current = ((position, self.chat.messages.get(number)) for position, (_, number) in changes)
        return [(position, Seen(raw)) for position, raw in current if raw is not None and self._from_bot(raw)]

    def _seen_words(self) -> str:
        return f"in chat {self.chat.id}, where the bot last said {[seen.text for seen in self.messages[-3:]]}"

    def forget(self) -> None:
        """Counts everything up to now as read."""
        self._read = len(self.chat.changes)
