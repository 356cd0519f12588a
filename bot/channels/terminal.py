"""A conversation in the terminal, through the same path as every other channel."""

import asyncio
import itertools
import sys
from collections.abc import Callable
from uuid import uuid4

import orjson

from bot.inbox import Inbox
from bot.messages import Button, Incoming, Outgoing
from bot.text import plain

PROMPT = "> "


class Terminal:
    """Shows replies as text; numbered buttons are pressed by typing their number after a #."""

    name = "terminal"
    per_second = 1e6
    chat_gap = 0.0
    group_gap = 0.0

    def __init__(self, address: str, show: Callable[[str], None]) -> None:
        self.address, self._show = address, show
        self._buttons: list[tuple[Button, str]] = []
        self._session, self._numbers = uuid4().hex, itertools.count(1)

    async def ready(self) -> None:
        """At once."""

    async def send(self, message: Outgoing) -> str:
        """Prints one message and remembers its buttons."""
        if message.address != self.address:
            return "elsewhere"
        lines = [plain(message.reply.whole_text())]
        if message.reply.buttons:
            self._buttons = [(button, message.pressed(button)) for button in message.reply.buttons]
            lines += [f"  [#{number}] {button.label}{_target(button)}" for number, (button, _) in self._numbered()]
        self._show("\n".join(["", *lines, ""]))
        return f"{self._session}-{message.outbox_id}"

    def read(self, raw: bytes) -> Incoming | None:
        """The message behind a typed line."""
        body = orjson.loads(raw)
        text, command, argument = body["text"], "", ""
        if text.startswith("/"):
            command, _, argument = text[1:].partition(" ")
        return Incoming(
            self.name,
            body["address"],
            body["key"],
            text=text,
            command=command.lower(),
            argument=argument,
            pressed=body["pressed"],
            raw=raw,
        )

    async def talk(self, inbox: Inbox) -> None:
        """Reads lines until the end of input or an empty "exit"."""
        loop = asyncio.get_running_loop()
        await self._take(inbox, "/start")
        while True:
            line = await loop.run_in_executor(None, sys.stdin.readline)
            if not line or line.strip() in ("exit", "quit"):
                return
            if line.strip():
                await self._take(inbox, line.strip())

    async def _take(self, inbox: Inbox, line: str) -> None:
        pressed = self._pressed(line)
        key = f"{self._session}:{next(self._numbers)}"
        raw = orjson.dumps({"address": self.address, "key": key, "text": "" if pressed else line, "pressed": pressed})
        incoming = self.read(raw)
        if incoming is not None:
            await inbox.receive(incoming)

    def _pressed(self, line: str) -> str:
        chosen = line[1:] if line.startswith("#") else ""
        for number, (button, data) in self._numbered():
            if chosen == str(number) and button.data:
                return data
        return ""

    def _numbered(self) -> list[tuple[int, tuple[Button, str]]]:
        return list(enumerate(self._buttons, 1))


def _target(button: Button) -> str:
    return f" → {button.url}" if button.url else ""
