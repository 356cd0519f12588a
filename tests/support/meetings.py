"""Meetings and people to be reminded of them, for tests."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.clock import Clock
from bot.jobs import reminders
from bot.services import meetings
from bot.services.agenda import Agenda, Day
from bot.services.meetings import Imported
from bot.times import moment
from storage.engine import Database
from storage.models import Conversation, Outbox, Person, Reminder
from tests.support.world import World

TUESDAY = date(2026, 11, 24)
_names = count(1)


def planned(
    *days: date, key: str = "rakor", begins: time = time(9), zone: str = "Asia/Makassar", **more: object
) -> Agenda:
    """An agenda with a meeting of seven hours on each of these days."""
    starts = [moment(day, begins, ZoneInfo(zone)) for day in days or (TUESDAY,)]
    made: Mapping[str, object] = {"title": "Rapat Koordinasi", "place": "Aula Kantor", **more}
    return Agenda(key, days=tuple(Day(at, at + timedelta(hours=7)) for at in starts), timezone=zone, **made)  # type: ignore[arg-type]  # any field of Agenda


async def bring(db: Database, now: datetime, agenda: Agenda, office: str = "", sample: bool = False) -> Imported:
    """Imports an agenda in a transaction of its own."""
    async with db.session() as session:
        return await meetings.import_agenda(session, now, agenda, office, sample)


async def registered(
    db: Database, now: datetime, *chats: tuple[str, str], wants: bool = True, language: str = "id", **more: object
) -> int:
    """Somebody who registered, with chats (channel, address), the first used longest ago; the person's id."""
    async with db.session() as session:
        person = Person(notify_meetings=wants, language=language, registered_at=now, updated_at=now, **more)
        session.add(person)
        await session.flush()
        for number, (channel, address) in enumerate(chats or [("test", f"nobody-{next(_names)}")]):
            seen = now + timedelta(seconds=number)
            session.add(
                Conversation(
                    channel=channel, address=address, person_id=person.id, created_at=now, seen_at=seen, language=""
                )
            )
        return person.id


async def queued(db: Database, source: str = "reminder") -> Sequence[Outbox]:
    """All outbox rows of a source, in order."""
    async with db.read() as session:
        return (
            (await session.execute(select(Outbox).where(Outbox.source == source).order_by(Outbox.id))).scalars().all()
        )


async def states(db: Database) -> list[tuple[str, str]]:
    """Kind and state of all reminders, in the order they are due."""
    async with db.read() as session:
        found = await session.execute(select(Reminder.kind, Reminder.state).order_by(Reminder.due_at, Reminder.id))
        return [(kind, state) for kind, state in found.all()]


def bell(world: World, *channels: str) -> Clock:
    """A clock that rings the reminders of a world."""
    return Clock(world.db, [reminders.job(channels or ("test",))], lambda: world.now, world.sender.wake)


def wita(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment by the clocks of Makassar."""
    return datetime.combine(day, time(hour, minute), ZoneInfo("Asia/Makassar")).astimezone(UTC)
