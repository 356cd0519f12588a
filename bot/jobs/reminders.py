"""Puts reminders that are due into the outbox, each minute and at the start."""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from bot import guest_text, meeting_text, words
from bot.clock import Job, Minutely
from bot.logs import get_logger
from bot.messages import Lane
from bot.services import bells
from bot.services.reach import Reach
from storage import meetings, outbox, pushing, reminders
from storage.engine import Tx
from storage.models import Meeting, MeetingDay
from storage.pushing import Push
from storage.reminders import SOURCE, Due, Sending

log = get_logger("reminders")

LATE = timedelta(minutes=15)  # a reminder this long after its time says so
# Who answered so reads the same; "" are the silent.
GUESTS = {"yes": ("yes",), "maybe": ("maybe",), "waiting": ("waiting", "offered"), "": ("",)}


def job(channels: Collection[str]) -> Job:
    """The job; `channels` are those that this installation sends by."""
    return Job("reminders", Minutely(), partial(ring, channels=frozenset(channels)), polls=True)


async def ring(tx: Tx, now: datetime, channels: frozenset[str]) -> bool:
    """Queues the oldest due reminder for all it concerns; whether there was one.

    One transaction: the reminder is queued with all its messages or still waits. What is due for a day that has begun
    is missed, which `sahabat meeting list` shows.
    """
    for number in await reminders.tidy(tx, now):
        log.warning("reminder missed: its day had begun", reminder=number)
    due = await reminders.next_due(tx, now)
    if due is None:
        return False
    late = now - due.due_at > LATE
    reached: Collection[str] | None = ()
    session = tx.session()
    try:
        meeting = await meetings.by_id(session, due.meeting_id)
        day = _day(meeting, due)
        people, contents = 0, {}
        if meeting is not None and day is not None:
            reached = Reach(channels).of(meeting.sample)
            people = await _to_guests(session, now, meeting, day, due, late, reached)
            if not meeting.invited:
                for language, body in _bodies(meeting, day, due, late).items():
                    contents[language] = await outbox.add_content(session, body, now)
        await tx.keep(session)
    finally:
        await session.close()
    if meeting is None or day is None:
        await reminders.drop(tx, due)
        return True
    await reminders.mark_queued(tx, due, late, people)
    if contents:
        lane = _lane(due)
        sending = Sending(contents, sorted(reached or ()), lane, lane == Lane.URGENT, late)
        people += await reminders.queue(tx, due, sending, now)
    log.info("reminder queued", reminder=due.id, meeting=due.meeting_id, kind=due.kind, late=late, people=people)
    return True


async def _to_guests(
    db: AsyncSession,
    now: datetime,
    meeting: Meeting,
    day: MeetingDay,
    due: Due,
    late: bool,
    channels: Collection[str] | None,
) -> int:
    """Guests, each by their answer for the day: who does not come gets none, the silent only an early one."""
    people, lane = 0, _lane(due)
    for answer, alike in GUESTS.items():
        if not answer and not bells.asks_the_silent(due.kind):
            continue
        bodies = {
            language: guest_text.reminder(meeting, day, due.kind, late, answer, language).dump()
            for language in words.languages()
        }
        sent = Push(
            source=SOURCE,
            source_id=due.id,
            revision=due.revision,
            bodies=bodies,
            lane=lane,
            urgent=lane == Lane.URGENT,
            expires_at=due.day_at,
        )
        people += await pushing.push(db, reminders.guests(meeting.id, day.id, alike, channels), sent, now)
    return people


def _lane(due: Due) -> Lane:
    return Lane.URGENT if bells.is_urgent(due.kind) else Lane.REMINDER


def _day(meeting: Meeting | None, due: Due) -> MeetingDay | None:
    """The day it is about, unless the meeting has no such day any more."""
    days = meeting.days if meeting is not None else []
    return next((one for one in days if one.starts_at == due.day_at), None)


def _bodies(meeting: Meeting, day: MeetingDay, due: Due, late: bool) -> dict[str, bytes]:
    """The reminder in each language for people who are no guests."""
    return {
        language: meeting_text.reminder(meeting, day, due.kind, late, language).dump() for language in words.languages()
    }
