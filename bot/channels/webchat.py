"""The web chat as a channel: replies join the visitor's history, and the lines that are open are told."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, Protocol

import orjson

from bot.messages import Incoming, Media, Outgoing, SendError, Trouble
from bot.text import clean
from bot.web.frames import own_frame, reply_frame
from storage import webchat as history
from storage.engine import Database, DatabaseDown, Tx
from storage.inbox import Chat
from storage.types import from_ms, to_ms
from storage.webchat import Attachment

POLL = 1.0  # s, between looks for messages that another process added
_COMMAND = re.compile(r"/(\S*)\s*(.*)", re.DOTALL)


class Listener(Protocol):
    """An open line of a visitor. No method waits."""

    address: str
    cursor: int

    def look(self) -> None:
        """There is something new in the history."""

    def stored(self, client_id: str, frame: dict[str, Any]) -> None:
        """What the visitor wrote under this id is safe."""

    def close(self) -> None:
        """Ends the line."""


class WebChat:
    """`shared`: other processes write to the same histories, so those of open lines are watched."""

    name = history.CHANNEL
    per_second = 1000.0
    chat_gap = 0.0
    group_gap = 0.0

    def __init__(self, db: Database, now: Callable[[], datetime], shared: bool = False) -> None:
        self._db, self.now, self.shared = db, now, shared
        self._lines: dict[str, list[Listener]] = defaultdict(list)
        self._watching: asyncio.Task[None] | None = None

    async def ready(self) -> None:
        """At once."""

    async def send(self, message: Outgoing) -> str:
        """Adds the message to the visitor's history and returns its number there."""
        try:
            file = await self._file(message)
            body = orjson.dumps(reply_frame(message, file, self.now()))

            async def add(tx: Tx) -> int:
                return await history.add_sent(tx, message.conversation_id, message.outbox_id, body, self.now())

            number = await self._db.writer.run(add)
        except DatabaseDown as error:
            raise SendError(Trouble.DOWN, str(error)) from error
        self.tell(message.address)
        return str(number)

    def read(self, raw: bytes) -> Incoming | None:
        """A stored message of a visitor, the same as when it came."""
        return read(raw)

    async def record(self, tx: Tx, incoming: Incoming, chat: Chat) -> None:
        """Writes what a visitor said into the history, in the transaction of the inbox."""
        client_id = orjson.loads(incoming.raw)["id"]
        label = await self._label(tx, incoming, chat) if incoming.pressed else ""
        frame = own_frame(client_id, incoming, label)
        await history.add_own(tx, chat.id, client_id, orjson.dumps(frame), self.now())
        tx.after_commit(lambda: self._stored(incoming.address, client_id, frame))

    def join(self, line: Listener) -> list[Listener]:
        """A line opened; all lines of its visitor, the oldest first."""
        self._lines[line.address].append(line)
        if self.shared and self._watching is None:
            self._watching = asyncio.create_task(self._watch())
        return self._lines[line.address]

    def leave(self, line: Listener) -> None:
        """A line closed."""
        lines = self._lines[line.address]
        if line in lines:
            lines.remove(line)
        if not lines:
            del self._lines[line.address]
        if self._watching is not None and not self._lines:
            self._watching.cancel()
            self._watching = None

    def tell(self, address: str) -> None:
        """There is something new for this visitor."""
        for line in self._lines.get(address, ()):
            line.look()

    async def look_once(self) -> None:
        """Tells the lines whose visitor has more in the history, or less, than they have seen."""
        addresses = list(self._lines)
        for at in range(0, len(addresses), 500):
            some = addresses[at : at + 500]
            async with self._db.read() as session:
                numbers = await history.last_numbers(session, some)
            for line in [line for address in some for line in self._lines.get(address, ())]:
                if line.cursor != numbers.get(line.address, 0):
                    line.look()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(POLL)
            with suppress(DatabaseDown):
                await self.look_once()

    def _stored(self, address: str, client_id: str, frame: dict[str, Any]) -> None:
        for line in self._lines.get(address, ()):
            line.stored(client_id, frame)
            line.look()

    async def _label(self, tx: Tx, incoming: Incoming, chat: Chat) -> str:
        """What stands on the pressed button: the visitor reads it as their own words."""
        body = await history.button_source(tx, chat.id, int(incoming.message)) if incoming.message else b""
        buttons = orjson.loads(body).get("buttons", []) if body else []
        return next((button["label"] for button in buttons if button.get("data") == incoming.pressed), "")

    async def _file(self, message: Outgoing) -> Attachment | None:
        if message.reply.file is None:
            return None
        async with self._db.read() as session:
            found = await history.attachment_of(session, message.reply.file)
        if found is None or found.address not in ("", message.address):
            raise SendError(Trouble.REFUSED, "the file is gone or belongs to another chat")
        return found


def read(raw: bytes) -> Incoming:
    """The message behind the JSON that `written` made."""
    body = orjson.loads(raw)
    text, kind, command, argument = body.get("text", ""), "text", "", ""
    media: tuple[Media, ...] = ()
    if file := body.get("file"):
        kind = _kind(file["mime"])
        media = (Media(kind, file["token"], file["name"], file["mime"], file["size"]),)
    elif slash := _COMMAND.fullmatch(text):
        command, argument = slash.groups()
    return Incoming(
        channel=history.CHANNEL,
        address=body["address"],
        key=f"{body['address']}:{body['id']}",
        text=text,
        kind=kind,
        command=command.lower(),
        argument=argument,
        pressed=body.get("pressed", ""),
        message=str(body["on"]) if body.get("on") else body["id"] if not body.get("pressed") else "",
        language=body["lang"],
        media=media,
        sent_at=from_ms(body["at"]),
        raw=raw,
    )


def written(
    address: str,
    client_id: str,
    language: str,
    now: datetime,
    *,
    text: str = "",
    pressed: str = "",
    on: int = 0,
    file: Attachment | None = None,
) -> Incoming:
    """What a visitor sent, as a message; `on` is the number of the message whose button was pressed."""
    body: dict[str, Any] = {"v": 1, "address": address, "id": client_id, "lang": language, "at": to_ms(now)}
    if file is not None:
        body["file"] = {"token": file.token, "name": file.name, "mime": file.mime, "size": file.size}
    elif pressed:
        body |= {"pressed": pressed, "on": on}
    else:
        body["text"] = clean(text).strip()
    return read(orjson.dumps(body))


def _kind(mime: str) -> str:
    kinds = {"image": "photo", "video": "video", "audio": "audio"}
    return kinds.get(mime.partition("/")[0], "document")
