"""An invitation as a guest meets it in Telegram: answered, moved, confirmed, with its calendar."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select, update

from bot.services import invitations, meetings
from bot.services.reach import Reach
from handlers import router
from storage import meetings as store
from storage.audience import Filter
from storage.models import ChangeAck, Conversation, Outbox, Person, Rsvp
from tests.support.bot_api import BotApi, User
from tests.support.meetings import planned
from tests.support.telegram_bot import TelegramBot, telegram_bot

NOW = datetime.now(UTC)
DAY = (NOW + timedelta(days=20)).date()
HERE = Reach(frozenset({"telegram"}))


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """The service."""
    async with BotApi() as double:
        yield double


@pytest.fixture
async def bot(api: BotApi, sqlite_url: str) -> AsyncIterator[TelegramBot]:
    """The whole bot."""
    async with telegram_bot(api, sqlite_url, router()) as bot:
        yield bot


async def hurry(bot: TelegramBot) -> None:
    """What waits goes now: these tests run by the real clock, at night too."""
    async with bot.db.session() as session:
        await session.execute(update(Outbox).where(Outbox.state == "queued").values(urgent=True, not_before=0))
    bot.sender.wake()


async def invite(bot: TelegramBot, wati: User) -> None:
    """Wati has spoken with us and wants notices; then she is invited."""
    await wati.send("halo")
    await wati.reads()
    async with bot.db.session() as session:
        person = Person(name="Wati", notify_meetings=True, registered_at=NOW, updated_at=NOW)
        session.add(person)
        await session.flush()
        chat = (await session.execute(select(Conversation))).scalar_one()
        chat.person_id = person.id
        await meetings.import_agenda(session, NOW, planned(DAY), reach=HERE)
        meeting = await store.by_key(session, "rakor")
        assert meeting is not None
        await invitations.publish(session, NOW, meeting, Filter(), HERE)
    await hurry(bot)


async def test_a_guest_answers_hears_of_the_move_and_says_ok(bot: TelegramBot, api: BotApi) -> None:
    """The change is a document with the new calendar; its button is answered."""
    wati = api.user(101, "Wati")
    await invite(bot, wati)
    asked = await wati.reads("Undangan: Rapat Koordinasi")
    await wati.tap(asked, "✅ Datang")
    await wati.reads("kami catat datang")
    async with bot.db.session() as session:
        moved = planned(DAY + timedelta(days=1), place="Hotel")
        await meetings.import_agenda(session, NOW, moved, reach=HERE)
    await hurry(bot)
    told = await wati.reads("Perubahan: Rapat Koordinasi")
    await wati.tap(told, "OK, saya tahu")
    await wati.reads("sudah kami catat")
    async with bot.db.read() as session:
        answer = (await session.execute(select(Rsvp.answer))).scalar_one()
        said = (await session.execute(select(ChangeAck.revision))).scalar_one()

    assert (answer, said) == ("yes", 2)
    assert "di Hotel" in told.text
    assert told.document is not None
    sent = api.state.files[told.document["file_id"]]
    assert [one.decoded("SEQUENCE") for one in Calendar.from_ical(sent.content).walk("VEVENT")] == [2]
