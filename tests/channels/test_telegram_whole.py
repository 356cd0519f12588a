"""The real conversations as a person meets them in Telegram, over real HTTP, by polling and by webhook."""

from collections.abc import AsyncIterator

import pytest
import telegram
from sqlalchemy import select

from bot import words
from handlers import router
from storage.models import Person
from tests.support.bot_api import BotApi, User
from tests.support.telegram_bot import TelegramBot, telegram_bot

QUESTION = "Apa beda sanksi politik uang di Pemilu dan Pilkada?"


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """The service."""
    async with BotApi() as double:
        yield double


@pytest.fixture(params=["polling", "webhook"])
async def bot(request: pytest.FixtureRequest, api: BotApi, sqlite_url: str) -> AsyncIterator[TelegramBot]:
    """The whole bot."""
    async with telegram_bot(api, sqlite_url, router(), mode=request.param) as bot:
        yield bot


@pytest.fixture
def wati(api: BotApi) -> User:
    """Somebody with a phone."""
    return api.user(101, "Wati")


async def register(wati: User) -> None:
    """Registers with a mix of taps and typing."""
    await wati.send("daftar")
    await wati.tap(await wati.reads("Pendaftaran"), words.text("id", "register.yes"))
    await wati.reads("nama lengkap")
    await wati.send("Wati Anggraini")
    kinds = await wati.reads("Salam kenal, Wati Anggraini")
    await wati.tap(kinds, kinds.buttons[0])
    await wati.reads("Wilayah")
    await wati.send("lotim")
    notices = await wati.reads("kabar apa")
    await wati.tap(notices, notices.buttons[0])
    await wati.reads("Wati Anggraini")


async def test_a_person_starts_asks_and_registers(bot: TelegramBot, api: BotApi, wati: User) -> None:
    """From Start to being registered; each press is answered."""
    await wati.start("kampus")
    await wati.reads()
    await wati.send(QUESTION)
    await wati.reads("Pilkada")
    await register(wati)
    async with bot.db.read() as session:
        person = (await session.execute(select(Person))).scalar_one()
    await api.settled()

    assert (person.name, person.notify_meetings, person.notify_news, person.notify_quiz) == (
        "Wati Anggraini", True, True, True,
    )  # fmt: skip
    assert all(press.answered for press in api.state.presses.values())
    assert {row.state for row in await bot.ended(len(await bot.outbox()))} == {"sent"}


async def test_an_answer_with_two_sides_is_a_table(bot: TelegramBot, wati: User) -> None:
    """Both regimes stand beside each other; python-telegram-bot reads the message and its buttons."""
    await wati.command("tanya", QUESTION)
    seen = await wati.reads(lambda seen: bool(seen.tables))
    header = seen.tables[0][0]

    assert [cell for cell in header if cell] == ["Pemilu", "Pilkada"]
    assert telegram.Message.de_json(seen.raw, None).message_id == seen.id


async def test_what_we_hold_comes_as_a_file_and_goes_on_demand(bot: TelegramBot, api: BotApi, wati: User) -> None:
    """/datasaya is a document with everything; after /hapus and its second step nobody is registered."""
    await register(wati)
    await wati.command("datasaya")
    document = (await wati.reads(lambda seen: seen.document is not None)).document
    assert document is not None
    assert b"Wati Anggraini" in api.state.files[document["file_id"]].content
    await wati.command("hapus")
    await wati.tap(await wati.reads(lambda seen: bool(seen.buttons)), words.text("id", "privacy.erase_yes"))
    await wati.reads()
    async with bot.db.read() as session:
        names = [person.name for person in (await session.execute(select(Person))).scalars()]

    assert names == [""]


async def test_a_group_is_greeted_and_asks(bot: TelegramBot, api: BotApi, wati: User) -> None:
    """Taken in, the bot says how it is called; a question by command is answered for all to read."""
    group = api.group(-1001, "Kelas")
    await group.add_bot(wati)
    await group.reads()
    await group.say(wati, f"/tanya@{api.state.bot['username']} {QUESTION}")

    await group.reads("Pilkada")


async def test_stop_is_heard_and_blocking_too(bot: TelegramBot, api: BotApi, wati: User) -> None:
    """Both in the middle of a question."""
    await register(wati)
    await wati.send("daftar")
    await wati.reads()
    await wati.send("jangan kirim lagi")
    await wati.reads()
    await wati.block()
    await api.settled()
    conversation = await bot.conversation(101)

    assert conversation is not None
    assert conversation.stopped_at is not None
    assert conversation.unreachable == "blocked"
