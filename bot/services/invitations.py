"""Publishing a meeting and asking people to it; asking the silent once more; later reminders that people asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot import guest_text, times, words
from bot.messages import Lane
from bot.services import audience as audiences
from bot.services import bells
from bot.services.reach import Reach
from storage import audience as audience_store
from storage import audit, meetings, outbox, pushing, reach, reminders, snoozes
from storage import guests as store
from storage.audience import Filter
from storage.changes import INVITATION
from storage.models import Conversation, Meeting, Snooze
from storage.outbox import Row
from storage.pushing import Push
from storage.types import to_ms

CHASE = "chase"
CHASE_UNTIL = time(18)  # of the day before: then the others are reminded
NEAR = timedelta(hours=12)
SNOOZES = 100


@dataclass(frozen=True, slots=True)
class Invited:
    """How many were asked now, how many of the audience had been asked before, and who is left out for which reason."""

    asked: int = 0
    before: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)


class NotOpen(ValueError):
    """A meeting that nobody can be asked to: cancelled, over, or without a day."""


async def publish(
    db: AsyncSession, now: datetime, meeting: Meeting, chosen: Filter | None, who: Reach, by: str = "program"
) -> Invited:
    """The meeting is open for answers; asks nobody (None) or everyone in an audience who agreed to meeting notices."""
    if meeting.status not in ("planned", "published"):
        raise NotOpen(f"the meeting {meeting.key!r} is {meeting.status}")
    if not meeting.days or meeting.days[-1].ends_at <= now:
        raise NotOpen(f"the meeting {meeting.key!r} is over")
    if meeting.status == "planned":
        meeting.status, meeting.published_at = "published", now
        await db.flush()
        await audit.append(db, now, by, "meeting.publish", f"meeting:{meeting.id}", meeting.office)
    return Invited() if chosen is None else await invite(db, now, meeting, chosen, who, by)


async def invite(
    db: AsyncSession, now: datetime, meeting: Meeting, chosen: Filter, who: Reach, by: str = "program"
) -> Invited:
    """Asks those of an audience who were not asked before: one message for each, in the chat they used last."""
    if meeting.status != "published":
        raise NotOpen(f"publish the meeting {meeting.key!r} first")
    channels = who.of(meeting.sample)
    counted = await audiences.count(db, chosen, channels)
    chats = audience_store.reached(chosen, channels)
    asked = await store.add_invited(db, meeting.id, chats, now, "list" if chosen.people else "audience")
    meeting.invited = True
    await db.flush()
    bodies = {one: guest_text.invitation(meeting, one).dump() for one in words.languages()}
    sent = Push(
        source=INVITATION,
        source_id=meeting.id,
        revision=0,  # whatever changes, nobody is invited twice
        bodies=bodies,
        lane=Lane.BULK,
        expires_at=meeting.days[-1].starts_at,
    )
    theirs = reach.invited(meeting.id, now, channels)
    await pushing.push(db, theirs, sent, now)
    await audit.append(db, now, by, "meeting.invite", f"meeting:{meeting.id}", meeting.office)
    return Invited(asked, counted.reached - asked, counted.left_out)


async def chase(db: AsyncSession, now: datetime, who: Reach) -> bool:
    """Asks the silent guests of one meeting once more, when their time to answer is over; whether there was one.

    On the evening before a meeting begins it is too late for that, and a reminder about the same time asks them
    already: then they are left alone.
    """
    meeting = await store.to_chase(db, now)
    if meeting is None:
        return False
    silent = store.silent_since(meeting.id, now - timedelta(days=meeting.chase_days))
    rings = await reminders.kinds_between(db, meeting.id, now - NEAR, now + NEAR)
    if meeting.days and now < _too_late(meeting) and not any(bells.asks_the_silent(kind) for kind in rings):
        channels = who.of(meeting.sample)
        bodies = {one: guest_text.chase(meeting, one).dump() for one in words.languages()}
        sent = Push(
            source=CHASE,
            source_id=meeting.id,
            revision=0,
            bodies=bodies,
            lane=Lane.BULK,
            expires_at=meeting.days[0].starts_at,
        )
        await pushing.push(db, reach.to_chase(meeting.id, silent, channels), sent, now)
    await store.mark_chased(db, silent, now)
    return True


def _too_late(meeting: Meeting) -> datetime:
    zone, first = ZoneInfo(meeting.timezone), meeting.days[0].starts_at
    return times.moment(first.astimezone(zone).date() - timedelta(days=1), CHASE_UNTIL, zone)


async def snooze(
    db: AsyncSession, now: datetime, meeting: Meeting, day_id: int, conversation_id: int, choice: str, who: Reach
) -> datetime | None:
    """Reminds a chat again in an hour ("hour") or on the next morning ("morning"), outside the quiet hours; when, or
    None when the day will have begun by then."""
    day = next((one for one in meeting.days if one.id == day_id), None)
    zone = ZoneInfo(meeting.timezone)
    if choice == "morning":
        at = times.moment(now.astimezone(zone).date() + timedelta(days=1), time(7), zone)
    else:
        at = (now + timedelta(hours=1)).replace(second=0, microsecond=0)
    at = who.quiet.until(at) or at
    if day is None or at >= day.starts_at or meeting.status not in ("planned", "published"):
        return None
    await snoozes.add(db, conversation_id, day_id, at)
    return at


async def ring_snoozes(db: AsyncSession, now: datetime) -> int:
    """Queues the reminders that people asked to have again; how many were due."""
    found = await snoozes.take_due(db, now, SNOOZES)
    for one, chat in found:
        await _ring(db, now, one, chat)
    return len(found)


async def _ring(db: AsyncSession, now: datetime, one: Snooze, chat: Conversation) -> None:
    meeting = await meetings.of_day(db, one.day_id)
    day = next((day for day in meeting.days if day.id == one.day_id), None) if meeting else None
    if meeting is None or day is None or day.starts_at <= now or meeting.status == "cancelled":
        return
    guest = await store.find(db, meeting.id, chat.id, chat.person_id)
    answer = next((rsvp.answer for rsvp in guest.rsvps if rsvp.day_id == day.id), "") if guest else ""
    if answer in ("no", "lapsed"):
        return
    answer = "waiting" if answer == "offered" else answer
    reply = guest_text.reminder(meeting, day, "snooze", False, answer, chat.language or words.DEFAULT)
    row = Row(
        channel=chat.channel,
        conversation_id=chat.id,
        source=snoozes.SOURCE,
        source_id=one.id,
        lane=Lane.REMINDER,
        body=reply.dump(),
        expires_at=to_ms(day.starts_at),
    )
    await outbox.add(db, row, now)
