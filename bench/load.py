"""Posts updates to a webhook and takes the replies: both ends of the wire, cheap enough to measure what is between."""

import asyncio
import itertools
import re
import time
from dataclasses import dataclass, field
from typing import cast

import orjson

SECRET = "bench-secret"
TOKEN = "123456:BENCH-token"
PATH = "/telegram/webhook"
PATIENCE = 10.0

_CHAT = re.compile(rb'chat_id(?:"\r\n(?:[^\r\n]+\r\n)*\r\n|\W+)(-?\d+)')
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_MESSAGE: dict[str, object] = {
    "message_id": 1,
    "date": 1795500000,
    "chat": {"id": 1, "type": "private", "first_name": "U"},
    "text": "ok",
}
_BOT = {"id": 123456, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}


def _response(result: object) -> bytes:
    body = orjson.dumps({"ok": True, "result": result})
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


_SENT, _TRUE, _ME = _response(_MESSAGE), _response(True), _response({**_BOT, "can_join_groups": True})


@dataclass
class Result:
    """One run: replies counted, seconds from post to reply, and what went wrong."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    refused: int = 0
    lost: int = 0

    @property
    def replies(self) -> int:
        return len(self.latencies)

    def percentile(self, share: float) -> float:
        """Milliseconds below which this share of the replies came."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else float("nan")


class Waiting:
    """Who waits for a reply to which chat."""

    def __init__(self) -> None:
        self.chats: dict[int, asyncio.Future[float]] = {}

    def arrived(self, chat: int) -> None:
        """A reply for this chat is here; the first one counts."""
        waiter = self.chats.pop(chat, None)
        if waiter is not None and not waiter.done():
            waiter.set_result(time.perf_counter())


class Sink(asyncio.Protocol):
    """A Bot API that says yes to everything, as cheaply as can be."""

    def __init__(self, waiting: Waiting) -> None:
        self._waiting = waiting
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own, which is no subclass

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            length = _LENGTH.search(head)
            if length is None and b"chunked" in head.lower():
                stop = self._buffer.find(b"0\r\n\r\n", end) + 5
                if stop < 5:
                    return
            else:
                stop = end + 4 + (int(length.group(1)) if length else 0)
            if len(self._buffer) < stop:
                return
            request, self._buffer = self._buffer[:stop], self._buffer[stop:]
            self._answer(head, request[end + 4 :])

    def _answer(self, head: bytes, body: bytes) -> None:
        assert self._transport is not None
        line = head[: head.find(b"\r\n")]
        if b"/getMe" in line:
            self._transport.write(_ME)
        elif b"/send" in line and b"/sendChatAction" not in line:
            self._transport.write(_SENT)
            if found := _CHAT.search(body):
                self._waiting.arrived(int(found.group(1)))
        else:
            self._transport.write(_TRUE)


class Poster(asyncio.Protocol):
    """One kept-alive connection to the webhook."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._answer: asyncio.Future[int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own, which is no subclass

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionResetError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0 or self._answer is None:
            return
        length = _LENGTH.search(self._buffer[:end])
        if len(self._buffer) >= end + 4 + (int(length.group(1)) if length else 0):
            status, self._buffer = int(self._buffer[9:12]), b""
            if not self._answer.done():
                self._answer.set_result(status)

    def close(self) -> None:
        """Ends the connection."""
        if self._transport is not None:
            self._transport.close()

    async def post(self, body: bytes) -> int:
        """Posts one update; returns the status."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(
            b"POST %b HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"X-Telegram-Bot-Api-Secret-Token: %b\r\nContent-Length: %d\r\n\r\n%b"
            % (PATH.encode(), SECRET.encode(), len(body), body)
        )
        return await self._answer


class Load:
    """The sink's port and the updates to post; every update has a new id, users come round again."""

    def __init__(self, users: int = 20_000, text: str = "halo") -> None:
        self._users, self._text = users, text
        self._numbers = itertools.count()
        self._waiting = Waiting()
        self._server: asyncio.Server | None = None

    async def open(self) -> str:
        """Opens the sink; returns its address, for the peers to use as the Bot API."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Sink(self._waiting), "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def close(self) -> None:
        """Closes the sink."""
        if self._server is not None:
            self._server.close()

    async def drive(self, port: int, seconds: float, connections: int = 32, rate: float = 0.0) -> Result:
        """Posts for so many seconds: as fast as replies come (rate 0), or `rate` updates a second, evenly."""
        loop = asyncio.get_running_loop()
        posters = [(await loop.create_connection(Poster, "127.0.0.1", port))[1] for _ in range(connections)]
        result, begun = Result(), time.perf_counter()
        ticks = itertools.count()

        async def work(poster: Poster) -> None:
            while True:
                due = begun + next(ticks) / rate if rate else time.perf_counter()
                if due >= begun + seconds:
                    return
                if (wait := due - time.perf_counter()) > 0:
                    await asyncio.sleep(wait)
                await self._one(poster, due, result)

        await asyncio.gather(*(work(poster) for poster in posters))
        result.seconds = time.perf_counter() - begun
        for poster in posters:
            poster.close()
        return result

    async def _one(self, poster: Poster, due: float, result: Result) -> None:
        number = next(self._numbers)
        chat = 10_000_000 + number % self._users
        waiter = self._waiting.chats[chat] = asyncio.get_running_loop().create_future()
        if await poster.post(self._update(number, chat)) != 200:
            result.refused += 1
            self._waiting.chats.pop(chat, None)
            return
        try:
            result.latencies.append(await asyncio.wait_for(waiter, PATIENCE) - due)
        except TimeoutError:
            result.lost += 1

    def _update(self, number: int, chat: int) -> bytes:
        person = {"id": chat, "is_bot": False, "first_name": f"U{chat}", "language_code": "id"}
        message = {
            "message_id": number + 1,
            "date": int(time.time()),
            "from": person,
            "chat": {"id": chat, "type": "private", "first_name": person["first_name"]},
            "text": f"{self._text} {number}",
        }
        return orjson.dumps({"update_id": 500_000_000 + number, "message": message})
