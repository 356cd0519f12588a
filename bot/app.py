"""Builds everything from the configuration and runs it. The only file that knows all parts."""

import asyncio
import gc
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from bot.channels.webchat import WebChat
from bot.clock import Clock
from bot.config import Config
from bot.context import Context
from bot.inbox import Inbox
from bot.jobs import jobs
from bot.logs import get_logger
from bot.messages import Channel
from bot.quiet import Quiet
from bot.sender import Sender, Settings
from bot.services import meetings, staff, topic_import
from bot.services.alarms import raise_alarm
from bot.services.knowledge import Published
from bot.web.app import Parts, Server, web_app
from bot.web.telegram import routes as telegram_routes
from handlers import router
from storage.engine import Database, DatabaseDown
from storage.migrate import is_current, upgrade
from storage.sealing import Box

log = get_logger("app")

GRACE = 25.0  # s for what is under way when we are told to stop
TAKE_UP = 15.0  # s between looks for items that another process left behind


class SchemaOld(Exception):
    """The database is not at this program's schema: run `sahabat migrate` first."""


def utc_now() -> datetime:
    """The time, for everything that has a meaning to people."""
    return datetime.now(UTC)


def open_database(config: Config) -> Database:
    """The configured database, with the key that seals what is private in it."""
    return Database(config.database.url.get_secret_value(), Box.from_file(config.app.secret_key_file))


class App:
    """One process: web, channels, inbox, sender and clock. `extra` adds channels such as the terminal."""

    def __init__(
        self, config: Config, extra: Sequence[Channel] = (), now: Callable[[], datetime] = utc_now, *, db: Database
    ) -> None:
        self.config, self.db, self._now = config, db, now
        self._bots: dict[str, str] = {}
        self.webchat = WebChat(db, now) if config.web.webchat else None
        self.telegram = self._build_telegram()
        found = [self.webchat, self.telegram, *extra]
        self.channels: list[Channel] = [channel for channel in found if channel is not None]
        self.sender = Sender(db, self.channels, _sending(config), now)
        self.published = Published(db, config.app.data_dir / "knowledge", self._alarm)
        hosted = frozenset(channel.name for channel in self.channels)
        self.context = _context(config, self._bots, self.published, hosted)
        readers = {channel.name: channel.read for channel in self.channels}
        self.inbox = Inbox(db, router(), readers, now, self.context, self.sender.wake)
        self.clock = Clock(db, jobs(config, [channel.name for channel in self.channels]), now, self.sender.wake)
        self.server: Server | None = None
        self._tasks: list[asyncio.Task[Any]] = []

    def _build_telegram(self) -> Any:
        if not self.config.telegram.on:
            return None
        # aiogram costs seconds and 150 MB: only who uses Telegram pays for it.
        from bot.channels.telegram import Telegram

        return Telegram(
            self.config.telegram, self.db, self._bots, alarm=self._alarm, knowledge=lambda: self.context.knowledge()
        )

    async def prepare(self) -> None:
        """Migrates SQLite, refuses an old schema elsewhere, puts the sample meeting into a new database."""
        if self.db.sqlite:
            await upgrade(self.db)
        elif not await is_current(self.db):
            raise SchemaOld("The database has an older schema: run `sahabat migrate`, then start again.")
        async with self.db.session() as session:
            if offered := await topic_import.offer(session, self._now()):
                log.info("newer topics came with the program, as drafts", topics=len(offered))
        if not self.config.telegram.on and not self.config.whatsapp.on:
            async with self.db.session() as session:
                await meetings.load_sample(session, self._now())

    async def start(self, serve: bool = True) -> None:
        """Begins: takes up what an earlier run left, sends, rings, listens."""
        with suppress(DatabaseDown):
            await self.published.refresh()
        self._tasks.append(asyncio.create_task(self.published.watch()))
        await self.inbox.recover(everything=True)
        await self.sender.start()
        await self.clock.start()
        self._tasks.append(asyncio.create_task(self._take_up()))
        if self.telegram is not None:
            # It connects when it can: the web chat does not wait for a service that is down.
            self._tasks.append(asyncio.create_task(self.telegram.run(self.inbox, self.config.app.public_url)))
        if serve:
            self.server = Server(web_app(self._parts()), self.config.web.host, self.config.web.port)
            await self.server.start()
        # What lives now lives until the end; without this a full collection over the libraries stops all for 0.1 s.
        gc.collect()
        gc.freeze()

    async def stop(self) -> None:
        """Drains: nothing new, what is under way gets its end, then the database is closed."""
        began = time.monotonic()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.server is not None:
            await self.server.stop()
        await self.clock.stop()
        await self.inbox.stop()
        await self.sender.stop(GRACE - (time.monotonic() - began))
        if self.telegram is not None:
            await self.telegram.close()
        await self.db.close()
        log.info("stopped", seconds=round(time.monotonic() - began, 1))

    async def staff_link(self) -> str:
        """A fresh one-time address that makes its visitor an owner."""
        async with self.db.session() as session:
            token = await staff.make_link(session, self._now(), role="owner")
        return f"{self.address}/?start=s_{token}"

    @property
    def address(self) -> str:
        """Where the web chat is, for people on this machine or, if set, for all."""
        port = self.server.port if self.server is not None else self.config.web.port
        return self.config.app.public_url.rstrip("/") or f"http://{self.config.web.host}:{port}"

    def _parts(self) -> Parts:
        extra = telegram_routes(self.telegram, self.inbox) if self.telegram is not None else []
        return Parts(self.config, self.db, self.inbox, self.webchat, extra)

    async def _alarm(self, kind: str) -> None:
        """Tells staff what a person has to mend."""
        with suppress(DatabaseDown):
            async with self.db.session() as session:
                await raise_alarm(session, self._now(), kind, f"alarm.{kind}", owners=self.context.owners)

    async def _take_up(self) -> None:
        while True:
            await asyncio.sleep(TAKE_UP)
            with suppress(DatabaseDown):
                await self.inbox.recover()


async def run_until_stopped(app: App, on_ready: Callable[[App], Any]) -> None:
    """Starts, calls `on_ready`, and drains at SIGTERM or Ctrl-C."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        await app.start()
        await on_ready(app)
        await stop.wait()
    finally:
        await app.stop()


def _sending(config: Config) -> Settings:
    return Settings(
        lease_seconds=config.sender.lease_seconds,
        sweep_seconds=config.sender.sweep_seconds,
        in_flight=config.sender.in_flight,
        quiet_from=config.quiet.start,
        quiet_to=config.quiet.end,
        timezone=config.app.timezone.key,
    )


def _context(config: Config, bots: Mapping[str, str], published: Published, hosted: frozenset[str]) -> Context:
    return Context(
        channels=hosted,
        quiet=Quiet(config.quiet.start, config.quiet.end, config.app.timezone),
        timezone=config.app.timezone,
        public_url=config.app.public_url,
        owners=frozenset(config.staff.owners),
        bots=bots,
        inbox_days=config.retention.inbox_days,
        outbox_days=config.retention.outbox_days,
        answer_days=config.retention.answer_days,
        knowledge=published.index,
        topics_changed=published.wake,
    )
