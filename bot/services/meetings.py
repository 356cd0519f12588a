"""Meetings: bringing one in from an agenda, moving and cancelling it, and when its reminders ring."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot import times
from bot.services.agenda import Agenda, AgendaError, Day, Session, read
from storage import facts, reminders
from storage import meetings as store
from storage.models import Meeting, MeetingDay, MeetingSession

SAMPLE = Path(__file__).parent.parent / "samples" / "contoh.toml"
SAMPLE_FACT = "sample.loaded"
THREE_DAYS, ONE_DAY, TWO_HOURS = "days3", "day1", "hours2"
URGENT = frozenset({TWO_HOURS})

Row = TypeVar("Row", MeetingDay, MeetingSession)
Item = TypeVar("Item", Day, Session)
Bell = tuple[datetime, str, datetime]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: `outcome` created, updated, cancelled or unchanged; `days` those that are new or other than
    before (when they begin); how many reminders it planned, and how many messages on their way it took back."""

    id: int
    key: str
    title: str
    outcome: str
    revision: int
    timezone: str
    days: tuple[datetime, ...] = ()
    planned: int = 0
    withdrawn: int = 0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """A meeting and how many of its reminders are waiting, queued, missed or withdrawn."""

    meeting: Meeting
    reminders: dict[str, int]


def bells(starts_at: datetime, zone: ZoneInfo, now: datetime) -> list[Bell]:
    """The reminders still to ring for a day: three days before at 09.00, the day before at 18.00 (local time), two
    hours before. When a day is announced or moved on the evening before, its 18.00 has passed and most people would
    first hear of it two hours before: then the one of the day before rings at once (quiet hours hold the message)."""
    on = starts_at.astimezone(zone).date()
    evening, last = times.moment(on - timedelta(days=1), time(18), zone), starts_at - timedelta(hours=2)
    if evening < now < last and now.astimezone(zone).date() == on - timedelta(days=1):
        evening = now
    due = {
        THREE_DAYS: times.moment(on - timedelta(days=3), time(9), zone),
        ONE_DAY: evening,
        TWO_HOURS: last,
    }
    return [(starts_at, kind, at) for kind, at in due.items() if at >= now]


async def import_agenda(
    db: AsyncSession, now: datetime, agenda: Agenda, office: str = "", sample: bool = False
) -> Imported:
    """Brings a meeting in, or changes the one with the same key.

    A new time or place raises the revision, withdraws the reminders of the days concerned, sent ones excepted, and
    plans new ones; other days keep theirs. AgendaError when the key is another office's.
    """
    meeting = await store.by_key(db, agenda.key)
    if meeting is not None and office and meeting.office != office:
        raise AgendaError(
            [f"key {agenda.key!r} is already used by a meeting of {meeting.office or 'the main office'}."]
        )
    fresh = meeting is None
    if meeting is None:
        meeting = Meeting(key=agenda.key, office=office, revision=0, title="", timezone="", status="", days=[])
        db.add(meeting)
    before, look = _days(meeting), _look(meeting)
    _write(meeting, agenda, sample)
    if _look(meeting) == look:
        return Imported(meeting.id, meeting.key, meeting.title, "unchanged", meeting.revision, meeting.timezone)
    meeting.updated_at = now
    return await _rearrange(db, now, meeting, before, "created" if fresh else "updated")


async def cancel(db: AsyncSession, now: datetime, meeting: Meeting) -> Imported:
    """The meeting does not take place: its reminders are withdrawn."""
    before = _days(meeting)
    meeting.status, meeting.updated_at = "cancelled", now
    return await _rearrange(db, now, meeting, before, "cancelled")


async def _rearrange(
    db: AsyncSession, now: datetime, meeting: Meeting, before: dict[datetime, object], outcome: str
) -> Imported:
    """Withdraws and plans reminders for what is other than before."""
    after = _days(meeting)
    gone = [at for at, look in before.items() if after.get(at) != look and at > now]
    new = [at for at, look in after.items() if before.get(at) != look]
    if gone or new or not meeting.revision:
        meeting.revision += 1
    await db.flush()
    off = meeting.status == "cancelled"
    withdrawn = await reminders.withdraw(db, meeting.id, gone, "cancelled" if off else "moved")
    planned = [bell for at in new for bell in bells(at, ZoneInfo(meeting.timezone), now)]
    await reminders.plan(db, meeting.id, meeting.revision, planned)
    return Imported(
        meeting.id,
        meeting.key,
        meeting.title,
        "cancelled" if off else outcome,
        meeting.revision,
        meeting.timezone,
        tuple(sorted(new)),
        len(planned),
        withdrawn,
        tuple(f"day {number} is over." for number, day in enumerate(meeting.days, 1) if day.ends_at <= now),
    )


def _days(meeting: Meeting) -> dict[datetime, object]:
    """What people must know of each day that takes place, by when it begins."""
    if meeting.status != "planned":
        return {}
    common = (meeting.map_url, meeting.timezone)
    return {day.starts_at: (day.ends_at, day.place or meeting.place, common) for day in meeting.days}


def _look(meeting: Meeting) -> object:
    """Everything an import can change, to see whether it did."""
    return (
        (meeting.title, meeting.description, meeting.place, meeting.map_url, meeting.timezone, meeting.status),
        [
            (
                (day.starts_at, day.ends_at, day.place),
                [(one.starts_at, one.ends_at, one.title, one.speakers, one.place) for one in day.sessions],
            )
            for day in meeting.days
        ],
    )


def _write(meeting: Meeting, agenda: Agenda, sample: bool) -> None:
    meeting.title, meeting.description = agenda.title, agenda.description
    meeting.place, meeting.map_url, meeting.timezone = agenda.place, agenda.map_url, agenda.timezone
    meeting.status, meeting.sample = ("cancelled" if agenda.cancelled else "planned"), sample
    if agenda.cancelled and not agenda.days:
        return  # a calendar's cancellation may tell nothing but that
    zone = ZoneInfo(agenda.timezone)

    def on(one: MeetingDay | Day) -> date:
        return one.starts_at.astimezone(zone).date()

    pairs = _paired(meeting.days, agenda.days, on, on)
    meeting.days[:] = [_written(row or MeetingDay(sessions=[]), day) for row, day in pairs]


def _written(row: MeetingDay, day: Day) -> MeetingDay:
    row.starts_at, row.ends_at, row.place = day.starts_at, day.ends_at, day.place
    pairs = _paired(row.sessions, day.sessions, lambda one: one.title, lambda one: one.title)
    row.sessions[:] = [_session(found or MeetingSession(), session) for found, session in pairs]
    return row


def _session(row: MeetingSession, session: Session) -> MeetingSession:
    row.starts_at, row.ends_at, row.title = session.starts_at, session.ends_at, session.title
    row.speakers, row.place = session.speakers, session.place
    return row


def _paired(
    rows: Iterable[Row], items: Sequence[Item], of_row: Callable[[Row], object], of_item: Callable[[Item], object]
) -> list[tuple[Row | None, Item]]:
    """Each item with the row it continues, the one of the same name first, then in order: what hangs on a row
    (attendance, input) stays with its day or session when that moves."""
    left = list(rows)
    found: dict[int, Row] = {}
    for number, item in enumerate(items):
        row = next((one for one in left if of_row(one) == of_item(item)), None)
        if row is not None:
            found[number] = row
            left.remove(row)
    return [
        (found[number] if number in found else left.pop(0) if left else None, item) for number, item in enumerate(items)
    ]


async def load_sample(db: AsyncSession, now: datetime) -> bool:
    """Loads the sample meeting into a new database, its days counted from today; False when it is not a new one."""
    if await facts.get(db, SAMPLE_FACT) or not await facts.nothing_yet(db):
        return False
    agenda = read(SAMPLE, today=now.astimezone(ZoneInfo("Asia/Makassar")).date())
    await import_agenda(db, now, agenda, sample=True)
    await facts.put(db, SAMPLE_FACT, now.isoformat())
    return True


async def remove_sample(db: AsyncSession, now: datetime) -> bool:
    """Takes the sample meeting out again; False when there is none."""
    meeting = await store.sample(db)
    if meeting is None:
        return False
    await cancel(db, now, meeting)
    # The row stays, hidden: SQLite would give its reminders' ids away again, and with them keys of sent messages.
    meeting.status = "removed"
    await db.flush()
    return True


async def overview(db: AsyncSession) -> list[Overview]:
    """All meetings, the newest first, with what became of their reminders."""
    states = await reminders.states(db)
    return [Overview(meeting, states.get(meeting.id, {})) for meeting in await store.every(db)]
