"""Ours: each update is a durable turn (inbox, state, outbox, all committed) whose reply goes out by the API.

`--database` is a SQLAlchemy address; without one, SQLite in the peer's own folder, WAL with synchronous=FULL.
"""

import asyncio
import gc
import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import uvicorn
import uvloop
from pydantic import SecretStr
from starlette.applications import Starlette

from bench.peers.common import parser
from bot.channels.telegram import Telegram
from bot.config import Telegram as Settings
from bot.inbox import Inbox
from bot.router import Router
from bot.sender import Sender
from bot.sender import Settings as Sending
from bot.turn import Turn
from bot.web.telegram import routes
from storage.engine import Database
from storage.models import Base
from storage.sealing import Box

router = Router("bench")


async def echo(turn: Turn) -> None:
    """Repeats the text and counts in the conversation's state."""
    turn.data["count"] = turn.data.get("count", 0) + 1
    turn.say(turn.text)


router.fallback = echo


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


async def serve(api: str, token: str, secret: str, url: str) -> None:
    """Listens until it is ended."""
    db = Database(url, Box(bytes(32)))
    async with db.write() as tx:
        await tx.conn.run_sync(Base.metadata.create_all)
    settings = Settings(
        token=SecretStr(token), webhook_secret=SecretStr(secret), api_base=api, per_second=1000, per_chat_seconds=0
    )
    telegram = Telegram(settings, db)
    telegram.per_second = 1e6
    sender = Sender(db, [telegram], Sending(), now)
    inbox = Inbox(db, router, {"telegram": telegram.read}, now, wake=sender.wake)
    await sender.start()
    app = Starlette(routes=routes(telegram, inbox))
    server = uvicorn.Server(
        uvicorn.Config(app, "127.0.0.1", 0, log_config=None, access_log=False, lifespan="off", http="httptools")
    )
    gc.collect()
    gc.freeze()
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it no other way
        await asyncio.sleep(0.01)
    print("ready", server.servers[0].sockets[0].getsockname()[1], flush=True)
    await task


if __name__ == "__main__":
    options = parser()
    options.add_argument("--database", default="")
    wanted = options.parse_args()
    url = wanted.database or f"sqlite+aiosqlite:///{Path(wanted.folder) / 'bench.db'}"
    uvloop.run(serve(wanted.api, wanted.token, wanted.secret, url))
