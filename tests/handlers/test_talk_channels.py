"""An asker on Telegram and an owner on the web chat in one talk: the real channels, over real HTTP to the double."""

import asyncio
import itertools
from typing import Any

import orjson

from bot.channels.webchat import WebChat, written
from bot.context import Context
from bot.inbox import Inbox
from bot.sender import Sender
from bot.services import staff
from handlers import router
from storage import webchat as history
from tests.support.bot_api import BotApi
from tests.support.talks import asks
from tests.support.telegram_bot import SENDING, TelegramBot, now, telegram_bot
from tests.support.world import Collecting, World


class Desk:
    """An owner's page on the web chat, beside the process that serves Telegram."""

    def __init__(self, bot: TelegramBot) -> None:
        self.bot, self.webchat = bot, WebChat(bot.db, now)
        readers = {"webchat": self.webchat.read}
        self.inbox = Inbox(bot.db, bot.router, readers, now, Context(), bot.sender.wake)
        self.inbox.record("webchat", self.webchat.record)
        self.sender = Sender(bot.db, [self.webchat], SENDING, now)
        self._ids = itertools.count(1)

    async def open(self) -> None:
        """Becomes an owner and says so for the first time."""
        async with self.bot.db.session() as session:
            await staff.add(session, now(), "webchat", "boss", role="owner", name="Bu Rina", by="test")
        await self.sender._prepare("webchat")
        await self.does(text="/staf")

    async def does(self, **said: Any) -> None:
        """Writes or presses."""
        await self.inbox.receive(written("boss", f"m{next(self._ids)}", "id", now(), **said))
        await self.inbox.idle()

    async def shown(self) -> list[dict[str, Any]]:
        """What the page shows, with the number of each message."""
        await self.sender.flush()
        async with self.bot.db.read() as session:
            return [{"n": one.n, **orjson.loads(one.body)} for one in await history.newest(session, "boss", 100)]

    async def taps(self, label: str) -> None:
        """Presses the newest button with this label."""
        for frame in reversed(await self.shown()):
            for button in frame.get("buttons", []):
                if button["label"] == label:
                    await self.does(pressed=button["data"], on=frame["n"])
                    return
        raise AssertionError(f"no button {label!r}")

    async def reads(self, text: str) -> None:
        """Waits until the bot has shown something with this text: the other side's process works by itself."""
        async with asyncio.timeout(10):
            while not any(  # noqa: ASYNC110 - what is looked at has no event
                text in frame["text"] for frame in await self.shown() if frame["from"] != "you"
            ):
                await asyncio.sleep(0.02)


async def test_an_owner_on_the_web_talks_with_somebody_on_telegram(sqlite_url: str) -> None:
    """Taken, answered by button, answered back, closed: each side in its own channel."""
    async with BotApi() as api, telegram_bot(api, sqlite_url, router()) as bot:
        desk, wati = Desk(bot), api.user(101, "Wati")
        await desk.open()
        await wati.send("petugas")
        await wati.tap(await wati.reads("Tulis pertanyaan"), "Bicara langsung")
        await wati.reads("Tulis dulu dalam satu pesan")
        await wati.send("Saya bingung soal DPTb.")
        await wati.reads("nomor 1")
        await desk.reads("Saya bingung soal DPTb.")
        await desk.taps("Ambil")
        await wati.reads("Petugas sudah siap")
        await desk.taps("Jawab")
        await desk.does(text="Apa yang kurang jelas?")
        await wati.reads("Apa yang kurang jelas?")
        await wati.send("Batas waktunya")
        await desk.reads("💬 Percakapan 1\nBatas waktunya")
        await desk.taps("Tutup percakapan")
        await wati.reads("saya lagi yang menjawab")
        shown = [frame["text"] for frame in await desk.shown()]

    assert "💬 Percakapan 1 selesai, ditutup oleh Bu Rina." in shown
    assert "Wati" not in str(shown)


async def test_somebody_on_the_web_sees_who_writes(sqlite_url: str) -> None:
    """The page marks words of staff as theirs and ours as the bot's."""
    async with BotApi() as api, telegram_bot(api, sqlite_url, router()) as bot:
        desk = Desk(bot)
        await desk.open()
        await desk.does(text="/bicara")
        await desk.does(text="Saya bicara dengan diri sendiri.")
        for label in ("Ambil", "Jawab"):
            await desk.taps(label)
        await desk.does(text="Halo.")
        said = {frame["text"]: frame["from"] for frame in await desk.shown()}

    assert said["Petugas:\nHalo."] == "staff"
    assert {said[text] for text in said if text.startswith(("👋", "💬"))} == {"bot"}


async def test_two_channels_share_one_night(sqlite_url: str) -> None:
    """The owner's page sleeps like any chat of staff; who asked on the other channel is answered at once."""
    web = Collecting("webchat")
    context = Context(owners=frozenset({("webchat", "boss")}))
    world = await World.open(sqlite_url, router(), context=context, others=(web,))
    boss, ani = world.person("boss", on=web), world.person("ani")
    await boss.says("/staf")
    world.later(hours=13)  # 23.00 WITA
    await asks(ani)
    asleep = len(boss.messages)
    world.later(hours=7, minutes=1)
    await world.settle()
    await boss.taps("Ambil")
    world.later(hours=11, minutes=30)  # still within the twelve of silence
    await boss.taps("Jawab")
    world.later(hours=4)  # 21.31: night again
    await boss.says("Halo dari kantor.")
    await world.close()

    assert asleep == 1
    assert ani.text == "Petugas:\nHalo dari kantor."
