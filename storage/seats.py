"""Seats of a meeting's day: how many are taken, who waits in which order, and offers with an end."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage import reach
from storage.guests import TAKEN
from storage.models import Guest, Meeting, MeetingDay, Person, Rsvp, SeatOffer
from storage.reach import Channels


@dataclass(slots=True)
class Load:
    """By region ("" for those who told none): seats taken or on offer, and people who wait."""

    taken: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody on the waiting list, and the chat they are reached in."""

    rsvp_id: int
    guest_id: int
    region: str
    conversation_id: int
    channel: str
    language: str


async def lock(db: AsyncSession, meeting_id: int) -> None:
    """Lets nobody else take or offer a seat of this meeting until the end of the transaction."""
    # Without key_share two who become guests at once would wait for each other: their rows point at the meeting's.
    await db.execute(select(Meeting.id).where(Meeting.id == meeting_id).with_for_update(key_share=True))


async def load(db: AsyncSession, day_id: int) -> Load:
    """How full a day is."""
    region = func.coalesce(Person.region, "")
    query = select(region, Rsvp.answer, func.count()).join(Guest, Guest.id == Rsvp.guest_id)
    query = query.outerjoin(Person, Person.id == Guest.person_id)
    query = query.where(Rsvp.day_id == day_id, Rsvp.answer.in_((*TAKEN, "waiting"))).group_by(region, Rsvp.answer)
    found = Load()
    for name, answer, count in (await db.execute(query)).all():
        side = found.waiting if answer == "waiting" else found.taken
        side[name] = side.get(name, 0) + count
    return found


async def place(db: AsyncSession, rsvp: Rsvp) -> int:
    """Where somebody stands on the waiting list of the day, the first at 1."""
    before = or_(Rsvp.queued_at < rsvp.queued_at, (Rsvp.queued_at == rsvp.queued_at) & (Rsvp.id < rsvp.id))
    query = select(func.count()).where(Rsvp.day_id == rsvp.day_id, Rsvp.answer == "waiting", before)
    return (await db.execute(query)).scalar_one() + 1


async def days_with_waiting(db: AsyncSession, now: datetime) -> Sequence[tuple[int, int]]:
    """(meeting, day) of the days to come for which somebody waits."""
    query = (
        select(MeetingDay.meeting_id, MeetingDay.id)
        .join(Meeting, Meeting.id == MeetingDay.meeting_id)
        .where(MeetingDay.starts_at > now, Meeting.status == "published")
        .where(MeetingDay.id.in_(select(Rsvp.day_id).where(Rsvp.answer == "waiting")))
        .order_by(MeetingDay.starts_at)
    )
    return [(meeting, day) for meeting, day in (await db.execute(query)).all()]


async def waiting(db: AsyncSession, meeting_id: int, day_id: int, channels: Channels) -> Sequence[Waiting]:
    """Who waits and can be reached, the first first."""
    chats = reach.guests(meeting_id, channels)
    region = func.coalesce(Person.region, "")
    query = (
        select(Rsvp.id, Rsvp.guest_id, region, chats.c.conversation_id, chats.c.channel, chats.c.language)
        .join(Guest, Guest.id == Rsvp.guest_id)
        .join(chats, chats.c.guest_id == Guest.id)
        .outerjoin(Person, Person.id == Guest.person_id)
        .where(Rsvp.day_id == day_id, Rsvp.answer == "waiting")
        .order_by(Rsvp.queued_at, Rsvp.id)
    )
    return [Waiting(*row) for row in (await db.execute(query)).all()]


async def offer(db: AsyncSession, one: Waiting, day_id: int, now: datetime, until: datetime) -> SeatOffer:
    """Keeps a seat for somebody until then."""
    made = SeatOffer(guest_id=one.guest_id, day_id=day_id, offered_at=now, expires_at=until, state="open")
    db.add(made)
    await _set(db, one.guest_id, day_id, "waiting", "offered")
    await db.flush()
    return made


async def open_offer(db: AsyncSession, guest_id: int, day_id: int) -> SeatOffer | None:
    """The offer that somebody may still take."""
    query = select(SeatOffer).where(SeatOffer.guest_id == guest_id, SeatOffer.day_id == day_id)
    return (await db.execute(query.where(SeatOffer.state == "open"))).scalars().first()


async def expire(db: AsyncSession, now: datetime) -> int:
    """Ends the offers whose time is over; how many. Who let one pass waits no longer, and may ask anew."""
    over = update(SeatOffer).where(SeatOffer.state == "open", SeatOffer.expires_at <= now).values(state="expired")
    over = over.execution_options(synchronize_session=False)
    ended = (await db.execute(over.returning(SeatOffer.guest_id, SeatOffer.day_id))).all()
    for guest_id, day_id in ended:
        await _set(db, guest_id, day_id, "offered", "lapsed")
    return len(ended)


async def withdraw_offers(db: AsyncSession, meeting_id: int) -> Sequence[int]:
    """Takes back what is on offer, each back to its old place on the waiting list; the offers' ids."""
    days = select(MeetingDay.id).where(MeetingDay.meeting_id == meeting_id)
    back = update(Rsvp).where(Rsvp.day_id.in_(days), Rsvp.answer == "offered").values(answer="waiting")
    await db.execute(back.execution_options(synchronize_session=False))
    taken = update(SeatOffer).where(SeatOffer.day_id.in_(days), SeatOffer.state == "open").values(state="withdrawn")
    taken = taken.execution_options(synchronize_session=False)
    return (await db.execute(taken.returning(SeatOffer.id))).scalars().all()


async def _set(db: AsyncSession, guest_id: int, day_id: int, old: str, new: str) -> None:
    change = update(Rsvp).where(Rsvp.guest_id == guest_id, Rsvp.day_id == day_id, Rsvp.answer == old)
    await db.execute(change.values(answer=new).execution_options(synchronize_session=False))
