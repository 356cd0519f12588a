"""The bot's whole Telegram side in a test: inbox, sender and channel against the double, by real HTTP both ways.

async with BotApi() as api, telegram_bot(api, url, router) as bot:
    wati = api.user(101, "Wati")
    await wati.send("/start")
    await wati.reads("Halo")
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiogram.client.session.aiohttp  # noqa: F401 - takes seconds, for which no test should have to be patient
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from bot.channels.telegram import Telegram
from bot.channels.telegram_poll import Pace
from bot.config import Telegram as TelegramSettings
from bot.context import Context
from bot.inbox import Inbox
from bot.messages import Button, Comparison
from bot.router import Router
from bot.sender import Sender, Settings
from bot.text import escape
from bot.turn import Handler, Turn
from bot.web.app import Server
from bot.web.telegram import routes
from storage import files, models
from storage.engine import Database, DatabaseDown
from storage.sealing import Box
from tests.support.bot_api import BotApi

SECRET = "rahasia-uji"
QUICK = Pace(poll=1, lease=20, standby=0.05, conflict=0.2, trouble=0.05, reconnect=0.05, watch=0.05)
ENDS = ("sent", "failed", "unknown", "skipped")
SENDING = Settings(lease_seconds=20, sweep_seconds=0.2)


def now() -> datetime:
    """The time: these tests run in it, because two programs talk to each other."""
    return datetime.now(UTC)


@dataclass
class TelegramBot:
    """One process of the bot. `alarms` are the kinds of what it told people to mend."""

    api: BotApi
    db: Database
    router: Router
    settings: TelegramSettings
    pace: Pace = QUICK
    alarms: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bots: dict[str, str] = {}
        context = Context(bots=self.bots)
        self.telegram = Telegram(
            self.settings, self.db, self.bots, alarm=self._alarm, pace=self.pace, knowledge=context.knowledge
        )
        self.sender = Sender(self.db, [self.telegram], SENDING, now)
        readers = {"telegram": self.telegram.read}
        self.inbox = Inbox(self.db, self.router, readers, now, context, self.sender.wake)
        self.server: Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def _alarm(self, kind: str) -> None:
        self.alarms.append(kind)

    @property
    def url(self) -> str:
        """Where its webhook is."""
        assert self.server is not None
        return f"http://127.0.0.1:{self.server.port}/telegram/webhook"

    async def start(self, *, sends: bool = True, receives: bool = True) -> None:
        """Begins as the program does; in webhook mode the web server comes first."""
        await self.inbox.recover(everything=True)
        if sends:
            await self.sender.start()
        public_url = ""
        if self.settings.mode == "webhook":
            self.server = Server(Starlette(routes=routes(self.telegram, self.inbox)), "127.0.0.1", 0)
            await self.server.start()
            public_url = self.url.removesuffix("/telegram/webhook")
        if receives:
            self._task = asyncio.create_task(self.telegram.run(self.inbox, public_url))

    async def connected(self) -> None:
        """Returns when Telegram knows about it."""
        await until(lambda: self.bots)

    async def stop_receiving(self) -> None:
        """Ends polling, or watching the webhook, as the program does when it is told to stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def stop(self) -> None:
        """Ends in the order of the program."""
        await self.stop_receiving()
        if self.server is not None:
            await self.server.stop()
        await self.inbox.stop()
        await self.sender.stop()
        await self.telegram.close()
        await self.db.close()

    async def outbox(self) -> list[models.Outbox]:
        """All rows, oldest first."""
        async with self.db.read() as session:
            return list((await session.execute(select(models.Outbox).order_by(models.Outbox.id))).scalars())

    async def stored(self) -> list[models.Inbox]:
        """All items that came in, oldest first."""
        async with self.db.read() as session:
            return list((await session.execute(select(models.Inbox).order_by(models.Inbox.id))).scalars())

    async def db_raw(self) -> list[bytes]:
        """The raw JSON of all items that were kept, opened."""
        return [self.db.box.open(item.raw) for item in await self.stored() if item.raw]

    async def conversation(self, address: int) -> models.Conversation | None:
        """The conversation at this address."""
        async with self.db.read() as session:
            found = select(models.Conversation).where(models.Conversation.address == str(address))
            return (await session.execute(found)).scalar_one_or_none()

    async def ended(self, count: int, timeout: float = 10.0) -> list[models.Outbox]:
        """Waits until so many rows have come to an end; all rows."""
        deadline = asyncio.get_running_loop().time() + timeout
        while True:
            rows = await self.outbox()
            if len([row for row in rows if row.state in ENDS]) >= count:
                return rows
            assert asyncio.get_running_loop().time() < deadline, [(row.state, row.reason) for row in rows]
            await asyncio.sleep(0.02)


class Away:
    """A database that does not answer while `away`."""

    def __init__(self, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.away = False
        self.refused = 0
        begin = db.writer._begin

        def fail_or_begin() -> Any:
            if self.away:
                self.refused += 1
                raise DatabaseDown("away")
            return begin()

        monkeypatch.setattr(db.writer, "_begin", fail_or_begin)


async def until(look: Callable[[], object], timeout: float = 10.0) -> None:
    """Returns as soon as `look` finds something."""
    async with asyncio.timeout(timeout):
        while not look():  # noqa: ASYNC110 - what is looked at has no event
            await asyncio.sleep(0.01)


def make_bot(api: BotApi, url: str, router: Router, *, pace: Pace = QUICK, **settings: Any) -> TelegramBot:
    """A bot that was not started; `settings` are those of the [telegram] table."""
    quick = {"per_second": 1000, "per_chat_seconds": 0, "per_group_minute": 60_000, "webhook_secret": SECRET}
    wanted = TelegramSettings(**{"token": api.token, "api_base": api.base_url, **quick, **settings})
    return TelegramBot(api, Database(url, Box(bytes(32))), router, wanted, pace)


@asynccontextmanager
async def telegram_bot(api: BotApi, url: str, router: Router, **settings: Any) -> AsyncIterator[TelegramBot]:
    """A bot that runs, polling or (`mode="webhook"`) behind a webhook."""
    bot = make_bot(api, url, router, **settings)
    await bot.start()
    try:
        await bot.connected()
        yield bot
    finally:
        await bot.stop()


def small_router() -> Router:
    """A bot of a few words: it greets, asks a name, counts, compares, changes a message, sends a file, and fails."""
    router = Router("small")
    router.command("start")(_greet)
    router.command("banding")(_compare)
    router.command("berkas")(_send_file)
    router.command("gagal")(_fail)
    router.command("nama")(_ask_name)
    router.button("pilih")(_change)
    router.event("stale")(_say("tombol lama"))
    router.event("joined")(_say("halo semua"))
    router.event("unblocked")(_say("senang Anda kembali"))
    router.answer("nama")(_take_name)
    router.fallback = _echo
    return router


COMPARED = Comparison(
    "Politik uang 💰", "*Pemilu*", "Pilkada", (("Dasar", "Pasal 523", "Pasal 187A _juga_"), ("Lain", "", "–"))
)


async def _greet(turn: Turn) -> None:
    buttons = Button("Pilih", "pilih:1"), Button("Situs", url="https://a.example/")
    turn.say("😀 *Selamat* datang, _Bapak/Ibu_ 👩‍👩‍👧 *ya*!", *buttons)


async def _compare(turn: Turn) -> None:
    turn.say("Sumber: *naskah*", Button("Pilih", "pilih:1"), comparison=COMPARED)


async def _send_file(turn: Turn) -> None:
    file = await files.add(turn.db, turn.chat.id, "data saya.json", "application/json", b"isi berkas", turn.now)
    turn.say("*Data* Anda", Button("Pilih", "pilih:1"), file=file)


async def _fail(turn: Turn) -> None:
    turn.say("tidak terkirim")
    raise ValueError(turn.text)


async def _ask_name(turn: Turn) -> None:
    turn.expect("nama")
    turn.say("Siapa nama Anda?")


async def _take_name(turn: Turn) -> None:
    turn.data.setdefault("names", []).append(turn.text)
    turn.say(escape(" ".join(turn.data["names"])))


async def _change(turn: Turn) -> None:
    turn.show(f"pilihan {turn.value}", Button("Lagi", f"pilih:{int(turn.value) + 1}"))


async def _echo(turn: Turn) -> None:
    turn.say(f"{turn.incoming.kind}: {escape(turn.text)}")


def _say(text: str) -> Handler:
    async def say(turn: Turn) -> None:
        turn.say(text)

    return say
