"""One open line of a visitor: hears what the page says, and shows it the history from where it stands."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot import limits, words
from bot.channels.webchat import WebChat, written
from bot.inbox import Inbox
from bot.web.frames import Frame
from bot.web.limits import LINES_PER_VISITOR, Limits
from bot.web.visitors import Visitor, Visitors, network
from bot.web.wire import Refused, close, heard, number, parsed
from storage import webchat as history
from storage.engine import Database, DatabaseDown, Tx

PAGE = 100  # messages read at once
FIRST = 200  # messages that a page gets which knows none
AGAIN = 1.0  # s, after the database was away
ACK_AGAIN = (0.2, 0.5, 1.0, 3.0)  # s: the result of a sending is recorded a moment after the page shows it
_ID = re.compile(r"[\w-]{1,64}", re.ASCII)


class Line:
    """Sends in one task, from `cursor` on in the history; what arrives is handled in order."""

    def __init__(
        self,
        socket: WebSocket,
        visitor: Visitor,
        language: str,
        *,
        db: Database,
        inbox: Inbox,
        webchat: WebChat,
        visitors: Visitors,
        allowed: Limits,
        now: Callable[[], datetime],
    ) -> None:
        self.address, self.cursor, self.language = visitor.address, 0, language
        self._socket, self._visitor, self._visitors = socket, visitor, visitors
        self._db, self._inbox, self._webchat, self._limits, self._now = db, inbox, webchat, allowed, now
        self._network = network(socket)
        self._news = asyncio.Event()
        self._asked: list[int] = []
        self._taken: set[str] = set()
        self._unseen: dict[str, Frame] = {}
        self._acked = 0
        self._later: set[asyncio.Task[None]] = set()

    def look(self) -> None:
        """There is something new in the history."""
        self._news.set()

    def stored(self, client_id: str, frame: Frame) -> None:
        """What the visitor wrote under this id is safe."""
        self._taken.add(client_id)
        self._unseen[client_id] = frame

    async def run(self, first: str | None) -> None:
        """Serves the line until it is closed; `first` was heard before it was clear who speaks."""
        await self._begin()
        lines = self._webchat.join(self)
        for old in lines[:-LINES_PER_VISITOR]:
            old.close()
        self.look()
        showing = asyncio.create_task(self._show_all())
        try:
            if first is not None:
                await self._hear(first)
            while True:
                await self._hear(await heard(self._socket))
        except (WebSocketDisconnect, RuntimeError):
            pass  # closed at the other end, perhaps while we were sending
        finally:
            self._webchat.leave(self)
            for task in (showing, *self._later):
                task.cancel()
            await asyncio.gather(showing, *self._later, return_exceptions=True)

    def close(self) -> None:
        """Closes the line: the visitor has opened too many."""
        task = asyncio.create_task(close(self._socket, 1013))
        self._later.add(task)

    async def _begin(self) -> None:
        with suppress(DatabaseDown):
            async with self._db.read() as session:
                self.cursor = await history.last_number(session, self.address)
                self.language = await history.language(session, self.address) or self.language

    # --- what arrives

    async def _hear(self, text: str) -> None:
        said: Any = None
        try:
            said = parsed(text)
            if "since" in said:
                self._asked.append(number(said["since"]))
                self.look()
            elif "ack" in said:
                await self._acknowledge(min(number(said["ack"]), self.cursor))
            elif "id" in said:
                await self._take(said)
            elif "token" not in said:
                raise Refused("unreadable")
        except Refused as refused:
            await self._refuse(str(refused), said)
        except DatabaseDown:
            await self._refuse("down", said)

    async def _refuse(self, key: str, said: Any) -> None:
        frame: Frame = {"error": words.text(self.language, f"webchat.{key}")}
        if isinstance(said, dict) and isinstance(said.get("id"), str | int):
            frame["id"] = said["id"]
        await self._send(frame)

    async def _take(self, said: Frame) -> None:
        client_id = str(said["id"])
        if not _ID.fullmatch(client_id):
            raise Refused("unreadable")
        await self._wait_for_turn()
        incoming = written(self.address, client_id, self.language, self._now(), **await self._content(said))
        await self._inbox.receive(incoming)
        if client_id in self._taken:
            self._taken.discard(client_id)
            return
        async with self._db.read() as session:
            entry = await history.by_client(session, self.address, client_id)
        if entry is not None and entry.body:
            await self._send(self._frame(entry))
        else:  # erased since: the page must hear that it was stored, and we no longer know under which number
            await self._send({"n": 0, "from": "you", "id": client_id, "text": incoming.text or "✓"})

    async def _wait_for_turn(self) -> None:
        """Slows a visitor who is too fast down, so that nothing of it is lost; a flood from one network is refused."""
        if self._limits.messages_of_address.take(self._network) is None:
            raise Refused("too_fast")
        wait = self._limits.messages.take(self.address, self._limits.longest_wait)
        if wait is None:
            raise Refused("too_fast")
        if wait:
            await asyncio.sleep(wait)

    async def _content(self, said: Frame) -> dict[str, Any]:
        """The arguments of `written` for text, a pressed button or a file."""
        text, pressed, file = said.get("text"), said.get("pressed"), said.get("file")
        if isinstance(file, str):
            async with self._db.read() as session:
                found = await history.attachment(session, file, self._now())
            if found is None or found.address != self.address:
                raise Refused("file_gone")
            return {"file": found}
        if isinstance(pressed, str) and pressed and len(pressed) <= 200:
            return {"pressed": pressed, "on": number(said.get("on") or 0)}
        if not isinstance(text, str) or not text.strip():
            raise Refused("unreadable")
        if limits.units(text.strip()) > limits.INCOMING_TEXT:
            raise Refused("too_long")
        return {"text": text}

    async def _acknowledge(self, n: int, waits: tuple[float, ...] = ACK_AGAIN) -> None:
        if n <= self._acked:
            return

        async def note(tx: Tx) -> bool:
            return await history.acknowledge(tx, self.address, n, self._now())

        if await self._db.writer.run(note):
            self._acked = max(self._acked, n)
        elif waits:
            task = asyncio.create_task(self._acknowledge_later(n, waits))
            self._later.add(task)
            task.add_done_callback(self._later.discard)

    async def _acknowledge_later(self, n: int, waits: tuple[float, ...]) -> None:
        await asyncio.sleep(waits[0])
        with suppress(DatabaseDown):  # the page acknowledges again with its next message
            await self._acknowledge(n, waits[1:])

    # --- what is shown

    async def _show_all(self) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):
            while True:
                await self._news.wait()
                self._news.clear()
                try:
                    await self._show()
                except DatabaseDown:
                    await asyncio.sleep(AGAIN)
                    self.look()

    async def _show(self) -> None:
        asked, self._asked = self._asked, []
        if asked:
            self.cursor = asked[-1]
        try:
            while await self._show_some():
                pass
            if asked:
                await self._ready()
        except DatabaseDown:
            self._asked = [self.cursor, *self._asked] if asked else self._asked
            raise

    async def _show_some(self) -> bool:
        """Shows what stands behind the cursor; whether there may be more."""
        async with self._db.read() as session:
            known = await history.after(session, self.address, self.cursor, PAGE) if self.cursor else None
            entries = await history.newest(session, self.address, FIRST) if known is None else known
        if self.cursor and known is None:
            await self._erased()
        for entry in entries:
            frame = self._frame(entry) if entry.body else {}
            self._unseen.pop(frame.get("id", ""), None)
            if frame:
                await self._send(frame)
            self.cursor = entry.n
        return known is not None and len(entries) == PAGE

    async def _erased(self) -> None:
        """The page forgets all; what the visitor said last, that it may erase all, is confirmed nonetheless."""
        self.cursor = 0
        await self._send({"reset": True})
        unseen, self._unseen = self._unseen, {}
        for frame in unseen.values():
            await self._send({**frame, "n": 0})

    async def _ready(self) -> None:
        async with self._db.read() as session:
            spoken = await history.language(session, self.address)
        self.language = spoken or self.language
        await self._send({"ready": self.cursor, **({"lang": spoken} if spoken else {})})

    def _frame(self, entry: history.Entry) -> Frame:
        frame: Frame = {"n": entry.n, **orjson.loads(entry.body)}
        if media := frame.get("media"):
            frame["media"] = {**media, "url": self._visitors.file_address(media["token"], self._visitor)}
            del frame["media"]["token"]
        return frame

    async def _send(self, frame: Frame) -> None:
        await self._socket.send_text(orjson.dumps(frame).decode())
