"""Seats: whether there is one for somebody, and offering those that became free in the order of the waiting list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot import guest_text, words
from bot.messages import Lane
from bot.services.reach import Reach
from storage import meetings, outbox
from storage import seats as store
from storage.models import Meeting, MeetingDay
from storage.outbox import Row
from storage.seats import Load, Waiting
from storage.types import to_ms

TO_ANSWER = timedelta(hours=1)  # waking time
SOURCE = "offer"


@dataclass(slots=True)
class Room:
    """The seats of one day: `capacity` None is no limit; a region in `quotas` has no more than its own."""

    capacity: int | None
    quotas: Mapping[str, int]
    load: Load

    def fits(self, region: str) -> bool:
        """Whether there is a seat for somebody of this region."""
        if self.capacity is not None and sum(self.load.taken.values()) >= self.capacity:
            return False
        return region not in self.quotas or self.load.taken.get(region, 0) < self.quotas[region]

    def take(self, region: str) -> None:
        """One seat less."""
        self.load.taken[region] = self.load.taken.get(region, 0) + 1

    def open_to_new(self, region: str) -> bool:
        """Whether somebody who asks now gets a seat at once: not if those who wait would fill what is free."""
        ahead = Room(self.capacity, self.quotas, Load(dict(self.load.taken)))
        for name, count in self.load.waiting.items():
            for _ in range(count):
                if not ahead.fits(name):
                    break
                ahead.take(name)
        return ahead.fits(region)


def limited(meeting: Meeting) -> bool:
    """Whether seats are counted at all."""
    return meeting.capacity is not None or bool(meeting.quotas)


async def room(db: AsyncSession, meeting: Meeting, day_id: int) -> Room:
    """How much room a day has now."""
    quotas = {one.region: one.seats for one in meeting.quotas}
    return Room(meeting.capacity, quotas, await store.load(db, day_id))


async def go_on(db: AsyncSession, now: datetime, reach: Reach) -> int:
    """Ends offers whose time is over and offers free seats to those who wait, in their order; how many were offered.

    It looks at what is, not at what happened: however a seat became free (an answer, a larger room, an erasure), it is
    found here.
    """
    await store.expire(db, now)
    offered = 0
    for meeting_id, day_id in await store.days_with_waiting(db, now):
        await store.lock(db, meeting_id)
        meeting = await meetings.by_id(db, meeting_id)
        day = next((one for one in meeting.days if one.id == day_id), None) if meeting else None
        if meeting is not None and day is not None:
            offered += await _offer(db, now, meeting, day, reach)
    return offered


async def _offer(db: AsyncSession, now: datetime, meeting: Meeting, day: MeetingDay, reach: Reach) -> int:
    space, count = await room(db, meeting, day.id), 0
    if not space.fits("") and not meeting.quotas:
        return 0
    until = min(reach.quiet.after(now, TO_ANSWER), day.starts_at)
    for one in await store.waiting(db, meeting.id, day.id, reach.of(meeting.sample)):
        if space.fits(one.region):
            await _send(db, now, meeting, day, one, until)
            space.take(one.region)
            count += 1
    return count


async def _send(
    db: AsyncSession, now: datetime, meeting: Meeting, day: MeetingDay, one: Waiting, until: datetime
) -> None:
    made = await store.offer(db, one, day.id, now, until)
    reply = guest_text.offer(meeting, day, made.id, until, one.language or words.DEFAULT)
    row = Row(
        channel=one.channel,
        conversation_id=one.conversation_id,
        source=SOURCE,
        source_id=made.id,
        lane=Lane.URGENT,
        body=reply.dump(),
        expires_at=to_ms(until),
    )
    await outbox.add(db, row, now)
