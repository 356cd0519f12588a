"""Planted canaries: what people say, who they are and our secrets are in no log, and not readable in the file."""

import io
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog
from sqlalchemy.engine import make_url

from bot import logs
from bot.config import App, Config, Telegram
from tests.support.bot_api import BotApi, User
from tests.support.telegram_bot import SECRET, TelegramBot, small_router, telegram_bot

TOKEN = "123456:AAkanaritokenkanaritokenkanaritoken"
NAME, TEXT, ARGUMENT, DRAFT = "Kanarinama", "kanaripesan", "kanariargumen", "kanaridraf"
PHONE = "+6281234567891"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything that is logged, at DEBUG."""
    stream, root = io.StringIO(), logging.getLogger()
    before = (root.handlers[:], root.level)
    logs.set_up(Config(app=App(log_level="DEBUG"), telegram=Telegram.model_validate({"token": TOKEN})), stream)
    yield stream
    root.handlers[:], level = before
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """The service, with a token worth stealing."""
    async with BotApi(TOKEN) as double:
        yield double


async def talk(api: BotApi, bot: TelegramBot, wati: User) -> None:
    """Everything that could make the bot say more than it should."""
    await wati.start(ARGUMENT)
    await wati.tap(await wati.reads("Selamat"), "Pilih")
    await wati.command("nama")
    await wati.send(f"{DRAFT} {PHONE}")
    await wati.reads(DRAFT)
    await wati.command("gagal", TEXT)  # a bug whose error quotes the person
    await wati.reads("Maaf")
    await wati.contact(PHONE)
    await wati.document(f"{TEXT}.pdf", b"x", caption=TEXT)
    await wati.reads(TEXT)
    for kind in ("blocked", "cannot_parse", "server_error", "reset_after", "wrong_json"):
        api.faults.add(kind)
        await wati.send(f"{TEXT} {kind}")
    await api.raw_update({"message": {"message_id": TEXT, "chat": {"id": TEXT, "type": TEXT}, "text": TEXT}})
    await api.raw_update({"message": {"message_id": 1, "chat": {"id": 1, "type": "private"}, "text": "\ud83d" + TEXT}})
    api.faults.add("unauthorized", "getUpdates")
    await wati.send(TEXT)
    await api.settled()
    await bot.inbox.idle()


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_nobody_reads_people_or_secrets_in_the_log(
    written: io.StringIO, api: BotApi, sqlite_url: str, mode: str
) -> None:
    """Neither token nor secret, name, words, draft, file name or number, in whatever trouble."""
    async with telegram_bot(api, sqlite_url, small_router(), mode=mode) as bot:
        await talk(api, bot, api.user(101, NAME))
    log = written.getvalue()
    canaries = (TOKEN, TOKEN.partition(":")[2], SECRET, NAME, TEXT, ARGUMENT, DRAFT, PHONE, PHONE[1:])

    assert "handler failed" in log
    assert "unreadable update" in log
    assert [canary for canary in canaries if canary in log] == []


async def test_nobody_reads_what_people_said_in_the_file(api: BotApi, sqlite_url: str) -> None:
    """Raw updates, replies and drafts are sealed at rest, also in the journal beside the database."""
    database = Path(str(make_url(sqlite_url).database))
    async with telegram_bot(api, sqlite_url, small_router()) as bot:
        await talk(api, bot, api.user(101, NAME))
        files = list(database.parent.glob("sahabat.db*"))
        bytes_kept = b"".join(path.read_bytes() for path in files)
    canaries = (TOKEN, SECRET, NAME, TEXT, ARGUMENT, DRAFT, PHONE[1:])

    assert len(files) > 1
    assert b"conversations" in bytes_kept
    assert [canary for canary in canaries if canary.encode() in bytes_kept] == []
