"""Telling everyone whom it concerns, once, that a meeting moved or is cancelled, and who has not got it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot import change_text, guest_text, limits, times, words
from bot.messages import Lane, Reply
from bot.services.calendar import MIME, NAME, calendar
from bot.services.reach import Reach
from bot.text import plain
from storage import changes as store
from storage import files, pushing, seats
from storage.changes import Left
from storage.models import Meeting
from storage.pushing import Push

STANDING = ("planned", "published")
FILE_KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class KnownDay:
    """A day as people know it."""

    id: int
    starts_at: datetime
    ends_at: datetime
    place: str


@dataclass(frozen=True, slots=True)
class Known:
    """A meeting as people know it; no days when it does not take place."""

    days: tuple[KnownDay, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One day then and now; None where there is or was none."""

    was: KnownDay | None
    now: KnownDay | None


def known(meeting: Meeting) -> Known:
    """What to compare with after a change."""
    if meeting.status not in STANDING:
        return Known()
    return Known(
        tuple(KnownDay(day.id, day.starts_at, day.ends_at, day.place or meeting.place) for day in meeting.days)
    )


def differences(before: Known, after: Known, now: datetime) -> list[Difference]:
    """The days that are other than before, those that are over under both aside."""
    old, new = {day.id: day for day in before.days}, {day.id: day for day in after.days}
    pairs = [Difference(old.get(number), new.get(number)) for number in {**old, **new}]
    changed = [
        one for one in pairs if one.was != one.now and any(day.ends_at > now for day in (one.was, one.now) if day)
    ]
    return sorted(changed, key=lambda one: min(day.starts_at for day in (one.was, one.now) if day))


async def tell(db: AsyncSession, now: datetime, meeting: Meeting, before: Known, reach: Reach) -> int:
    """Says "was → now" to all whom it concerns and takes back what still tells the old; how many are told.

    Invitations that have not left yet get the new content instead. Call it when the change is flushed.
    """
    different = differences(before, known(meeting), now)
    if not different:
        return 0
    off = meeting.status not in STANDING
    await seats.withdraw_offers(db, meeting.id)
    await store.withdraw_old(db, meeting.id, "cancelled" if off else "moved", invitations=off)
    if not off and meeting.status == "published":
        bodies = {one: guest_text.invitation(meeting, one).dump() for one in words.languages()}
        await store.refresh(db, store.INVITATION, meeting.id, bodies, now, meeting.days[-1].starts_at)
    chats = store.whom(
        meeting.id,
        [day.id for one in different for day in (one.was, one.now) if day],
        [one.was.starts_at for one in different if one.was],
        reach.of(meeting.sample),
    )
    ends = max(day.ends_at for one in different for day in (one.was, one.now) if day)
    urgent = _is_urgent(different, ZoneInfo(meeting.timezone), now)
    bodies = await _bodies(db, now, meeting, before, different)
    sent = Push(
        source=store.CHANGE,
        source_id=meeting.id,
        revision=meeting.revision,
        bodies=bodies,
        lane=Lane.URGENT,
        urgent=urgent,
        expires_at=ends,
    )
    return await pushing.push(db, chats, sent, now)


def _is_urgent(different: Sequence[Difference], zone: ZoneInfo, now: datetime) -> bool:
    """Whether a day begins, or would have begun, before the next 12.00."""
    today = now.astimezone(zone).date()
    noon = times.moment(today, time(12), zone)
    if noon <= now:
        noon = times.moment(today + timedelta(days=1), time(12), zone)
    begins = [day.starts_at for one in different for day in (one.was, one.now) if day]
    return any(now - timedelta(hours=12) < at < noon for at in begins)


async def _bodies(
    db: AsyncSession, now: datetime, meeting: Meeting, before: Known, different: Sequence[Difference]
) -> dict[str, bytes]:
    """The message in each language, with the updated calendar where it fits below the file."""
    replies = {one: change_text.change(meeting, before, different, one) for one in words.languages()}
    longest = max(limits.units(plain(reply.text)) for reply in replies.values())
    if longest > limits.CAPTION:
        return {language: reply.dump() for language, reply in replies.items()}
    kept = max([day.ends_at for day in (*before.days, *known(meeting).days)]) - now + FILE_KEPT
    content = calendar(meeting, now, gone(before, meeting))
    file = await files.add(db, None, NAME, MIME, content, now, kept)
    return {one: Reply(reply.text, reply.buttons, file=file).dump() for one, reply in replies.items()}


def gone(before: Known, meeting: Meeting) -> list[tuple[int, datetime, datetime]]:
    """The days that the meeting had and has no more, for its calendar."""
    there = {day.id for day in meeting.days}
    return [(day.id, day.starts_at, day.ends_at) for day in before.days if day.id not in there]


async def acknowledge(db: AsyncSession, now: datetime, conversation_id: int, meeting: Meeting, revision: int) -> None:
    """Keeps somebody's OK; whoever knows a newer state knows the older ones."""
    await store.acknowledge(db, conversation_id, meeting.id, revision, now)


async def not_reached(db: AsyncSession, meeting: Meeting) -> Sequence[Left]:
    """Whom the newest change has not reached: message not sent, failed, skipped, or no chat to write to."""
    return await store.not_reached(db, meeting.id, meeting.revision, [day.id for day in meeting.days])


async def not_confirmed(db: AsyncSession, meeting: Meeting) -> Sequence[Left]:
    """Who has not tapped OK under the newest change."""
    return await store.not_confirmed(db, meeting.id, meeting.revision, [day.id for day in meeting.days])
