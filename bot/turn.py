"""What a handler gets: one message, an open transaction, and places to leave replies and the next step."""

from collections.abc import Awaitable, Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from bot import words
from bot.context import Context
from bot.messages import Button, Comparison, Incoming, Reply
from storage.engine import Tx
from storage.inbox import Chat
from storage.models import Person
from storage.outbox import Origin

HELD = "held"  # data: the talk with staff that this conversation asked for

Handler: TypeAlias = Callable[["Turn"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Said:
    """A reply left by a handler, with how it is to be sent."""

    reply: Reply
    operation: str = "send"
    target: str = ""


class Turn:
    """One message being handled. Nothing leaves before the transaction is committed.

    `incoming` what came, `chat` the conversation, `now` the time it is handled (UTC), `context` the program
    around it, `said` the replies so far, `replied` where the message of ours came from that this one replies to.
    While an answer is awaited, `again` repeats the question and `back` returns to the one before.
    Handlers never send, sleep or ask the clock.
    """

    def __init__(self, incoming: Incoming, chat: Chat, now: datetime, tx: Tx, context: Context) -> None:
        self.incoming, self.chat, self.now, self.context = incoming, chat, now, context
        self.said: list[Said] = []
        self.sensitive = False
        self.asked = ""
        self.replied: Origin | None = None
        self.again: Handler | None = None
        self.back: Handler | None = None
        self._tx = tx
        self._session: AsyncSession | None = None
        self._before = (chat.state, deepcopy(chat.data), chat.language)

    @property
    def language(self) -> str:
        """The language this conversation is held in."""
        return self.chat.language or words.DEFAULT

    @property
    def text(self) -> str:
        """What was typed, or what followed the command (or `asked`, when an earlier text is taken up again)."""
        if self.asked:
            return self.asked
        return self.incoming.argument if self.incoming.command else self.incoming.text

    @property
    def value(self) -> str:
        """What stands behind the colon in the data of the pressed button."""
        return self.incoming.pressed.partition(":")[2]

    @property
    def data(self) -> dict[str, Any]:
        """What the conversation remembers between messages (sealed at rest). Change it in place."""
        return self.chat.data

    @property
    def db(self) -> AsyncSession:
        """The transaction as a session; opened at the first use, so a turn without it costs nothing."""
        if self._session is None:
            self._session = self._tx.session()
        return self._session

    async def person(self) -> Person | None:
        """Who is registered behind this conversation, if anybody."""
        if self.chat.person_id is None:
            return None
        return await self.db.get(Person, self.chat.person_id)

    def t(self, key: str, **values: object) -> str:
        """The text of `key` in the conversation's language; values are escaped."""
        return words.text(self.language, key, **values)

    def button(self, key: str, data: str = "", url: str = "") -> Button:
        """A button labelled by the text of `key`."""
        return Button(self.t(key), data, url)

    def say(
        self,
        text: str,
        *buttons: Button,
        comparison: Comparison | None = None,
        file: int | None = None,
    ) -> None:
        """Leaves a reply: text with light markup."""
        self.said.append(Said(Reply(text, buttons, comparison, file)))

    def show(self, text: str, *buttons: Button) -> None:
        """Changes the message whose button was pressed, where the channel can; else says it anew."""
        reply = Reply(text, buttons)
        if self.incoming.pressed and self.incoming.message:
            self.said.append(Said(reply, "edit", self.incoming.message))
        else:
            self.said.append(Said(reply))

    def add_buttons(self, *buttons: Button) -> None:
        """Puts buttons under the last reply; without one, nothing happens."""
        if self.said:
            last = self.said[-1]
            reply = replace(last.reply, buttons=(*last.reply.buttons, *buttons))
            self.said[-1] = replace(last, reply=reply)

    def expect(self, step: str) -> None:
        """The next message is the answer to `step`."""
        self.chat.state = step

    def finish(self) -> None:
        """Nothing is awaited any more and nothing remembered."""
        self.chat.state = ""
        self.chat.data.clear()

    async def keep(self) -> None:
        """Makes what the session did part of the transaction. Called by the inbox only."""
        if self._session is not None:
            await self._tx.keep(self._session)

    async def undo(self) -> None:
        """Takes back everything the handler did. Called by the inbox only."""
        if self._session is not None:
            await self._tx.undo(self._session)
        self.said.clear()
        self.chat.state, self.chat.language = self._before[0], self._before[2]
        self.chat.data = self._before[1]
