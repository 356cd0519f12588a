"""Meetings: bringing one in from an agenda, moving and cancelling it, and when its reminders ring."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import bells as ringing
from bot.services import changes
from bot.services.agenda import Agenda, AgendaError, Day, Session, read
from bot.services.bells import ONE_DAY, THREE_DAYS, TWO_HOURS, Bell, bells
from bot.services.reach import Reach
from storage import facts, guests, reminders
from storage import meetings as store
from storage.guests import Counts
from storage.models import Meeting, MeetingDay, MeetingSession, RegionQuota

SAMPLE = Path(__file__).parent.parent / "samples" / "contoh.toml"
SAMPLE_FACT = "sample.loaded"
ANYWHERE = Reach()
CHASE_DAYS = 2
__all__ = ["ONE_DAY", "THREE_DAYS", "TWO_HOURS", "Bell", "Imported", "Overview", "bells"]

Row = TypeVar("Row", MeetingDay, MeetingSession)
Item = TypeVar("Item", Day, Session)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: `outcome` created, updated, cancelled or unchanged; `days` those that are new or other than
    before (when they begin); how many reminders it planned, how many on their way it took back, and how many people it
    tells of the change."""

    id: int
    key: str
    title: str
    outcome: str
    revision: int
    timezone: str
    days: tuple[datetime, ...] = ()
    planned: int = 0
    withdrawn: int = 0
    told: int = 0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """A meeting, how many of its reminders are waiting, queued, missed or withdrawn, and its guests."""

    meeting: Meeting
    reminders: dict[str, int]
    guests: Counts = field(default_factory=Counts)


async def import_agenda(
    db: AsyncSession,
    now: datetime,
    agenda: Agenda,
    office: str = "",
    sample: bool = False,
    reach: Reach = ANYWHERE,
) -> Imported:
    """Brings a meeting in, or changes the one with the same key.

    A new time or place raises the revision, withdraws the reminders of the days concerned, sent ones excepted, plans
    new ones and tells everyone concerned; other days keep theirs. AgendaError when the key is another office's.
    """
    meeting = await store.by_key(db, agenda.key)
    if meeting is not None and office and meeting.office != office:
        raise AgendaError(
            [f"key {agenda.key!r} is already used by a meeting of {meeting.office or 'the main office'}."]
        )
    fresh = meeting is None
    if meeting is None:
        meeting = Meeting(
            key=agenda.key, office=office, revision=0, title="", timezone="", status="", days=[], quotas=[]
        )
        meeting.chase_days, meeting.reminders = CHASE_DAYS, ""
        db.add(meeting)
    before, known, look = _days(meeting), changes.known(meeting), _look(meeting)
    _write(meeting, agenda, sample)
    if _look(meeting) == look:
        return Imported(meeting.id, meeting.key, meeting.title, "unchanged", meeting.revision, meeting.timezone)
    meeting.updated_at = now
    done = await _rearrange(db, now, meeting, before, "created" if fresh else "updated")
    return done if fresh else replace(done, told=await changes.tell(db, now, meeting, known, reach))


async def cancel(db: AsyncSession, now: datetime, meeting: Meeting, reach: Reach = ANYWHERE) -> Imported:
    """The meeting does not take place: its reminders are withdrawn, and everyone concerned is told."""
    before, known = _days(meeting), changes.known(meeting)
    meeting.status, meeting.updated_at = "cancelled", now
    done = await _rearrange(db, now, meeting, before, "cancelled")
    return replace(done, told=await changes.tell(db, now, meeting, known, reach))


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
    zone, offsets = ZoneInfo(meeting.timezone), ringing.of(meeting.reminders)
    planned = [bell for at in new for bell in bells(at, zone, now, offsets)]
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
        0,
        tuple(f"day {number} is over." for number, day in enumerate(meeting.days, 1) if day.ends_at <= now),
    )


def _days(meeting: Meeting) -> dict[datetime, object]:
    """What people must know of each day that takes place and when they are reminded, by when it begins."""
    if meeting.status not in changes.STANDING:
        return {}
    common = (meeting.map_url, meeting.timezone, meeting.reminders)
    return {day.starts_at: (day.ends_at, day.place or meeting.place, common) for day in meeting.days}


def _look(meeting: Meeting) -> object:
    """Everything an import can change, to see whether it did."""
    return (
        (meeting.title, meeting.description, meeting.place, meeting.map_url, meeting.timezone, meeting.status),
        (meeting.capacity, meeting.reminders, meeting.chase_days, {one.region: one.seats for one in meeting.quotas}),
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
    standing = "planned" if meeting.published_at is None else "published"
    meeting.status, meeting.sample = ("cancelled" if agenda.cancelled else standing), sample
    _write_rules(meeting, agenda)
    if agenda.cancelled and not agenda.days:
        return  # a calendar's cancellation may tell nothing but that
    zone = ZoneInfo(agenda.timezone)

    def on(one: MeetingDay | Day) -> date:
        return one.starts_at.astimezone(zone).date()

    pairs = _paired(meeting.days, agenda.days, on, on)
    meeting.days[:] = [_written(row or MeetingDay(sessions=[]), day) for row, day in pairs]


def _write_rules(meeting: Meeting, agenda: Agenda) -> None:
    """Seats and reminders; what an agenda does not name stays."""
    if agenda.capacity is not None:
        meeting.capacity = agenda.capacity or None
    if agenda.reminders is not None:
        meeting.reminders = ringing.written(agenda.reminders)
    if agenda.chase_days is not None:
        meeting.chase_days = agenda.chase_days
    if agenda.quotas is not None:
        held = {one.region: one for one in meeting.quotas}
        for region, seats in agenda.quotas.items():
            if region in held:
                held[region].seats = seats
        meeting.quotas[:] = [
            held.get(region) or RegionQuota(region=region, seats=seats) for region, seats in agenda.quotas.items()
        ]


def as_agenda(meeting: Meeting) -> Agenda:
    """A meeting as an agenda, to be changed in part (`dataclasses.replace`) and brought in again."""
    days = tuple(
        Day(
            day.starts_at,
            day.ends_at,
            day.place,
            tuple(Session(one.starts_at, one.ends_at, one.title, one.speakers, one.place) for one in day.sessions),
        )
        for day in meeting.days
    )
    fields = (meeting.place, meeting.map_url, meeting.description, meeting.timezone, meeting.status == "cancelled")
    return Agenda(meeting.key, meeting.title, days, *fields)


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
    states, found = await reminders.states(db), await store.every(db)
    counts = await guests.counts(db, [one.id for one in found])
    return [Overview(meeting, states.get(meeting.id, {}), counts[meeting.id]) for meeting in found]
