"""Puts reminders that are due into the outbox, each minute and at the start."""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

from bot import meeting_text, words
from bot.clock import Job, Minutely
from bot.logs import get_logger
from bot.messages import Lane
from bot.services.meetings import URGENT
from storage import meetings, outbox, reminders
from storage.engine import Tx
from storage.models import Meeting
from storage.reminders import Due, Sending

log = get_logger("reminders")

LATE = timedelta(minutes=15)  # a reminder this long after its time says so
ONLY_SAMPLE = frozenset({"webchat"})  # nobody outside our own page is reminded of a meeting that is none


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
    session = tx.session()
    try:
        meeting = await meetings.by_id(session, due.meeting_id)
        late = now - due.due_at > LATE
        contents = {}
        if meeting is not None:
            for language, body in _bodies(meeting, due, late).items():
                contents[language] = await outbox.add_content(session, body, now)
        await tx.keep(session)
    finally:
        await session.close()
    if meeting is None or not contents:
        await reminders.drop(tx, due)
        return True
    urgent = due.kind in URGENT
    reached = channels & ONLY_SAMPLE if meeting.sample else channels
    lane = Lane.URGENT if urgent else Lane.REMINDER
    people = await reminders.queue(tx, due, Sending(contents, sorted(reached), lane, urgent, late), now)
    log.info("reminder queued", reminder=due.id, meeting=due.meeting_id, kind=due.kind, late=late, people=people)
    return True


def _bodies(meeting: Meeting, due: Due, late: bool) -> dict[str, bytes]:
    """The reminder in each language; nothing when the meeting has no such day any more."""
    day = next((one for one in meeting.days if one.starts_at == due.day_at), None)
    if day is None:
        return {}
    return {
        language: meeting_text.reminder(meeting, day, due.kind, late, language).dump() for language in words.languages()
    }
