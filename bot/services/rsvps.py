"""Answers of guests: coming or not, day by day; seats, the waiting list, delegates and notes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import seats
from storage import guests as store
from storage import reminders
from storage import seats as seat_store
from storage.models import Guest, Meeting, MeetingDay, Rsvp

ANSWERS = ("yes", "maybe", "no")
DELEGATE_LENGTH, NOTE_LENGTH = 80, 300


@dataclass(frozen=True, slots=True)
class Who:
    """A chat and, when they registered, the person behind it."""

    conversation_id: int
    person_id: int | None


@dataclass(frozen=True, slots=True)
class Answered:
    """A guest with their answers; `places` on the waiting list by day; `refused` the days that are over."""

    guest: Guest
    places: Mapping[int, int]
    refused: frozenset[int] = frozenset()


async def of(db: AsyncSession, meeting: Meeting, who: Who) -> Answered | None:
    """What somebody answered so far; None when they are no guest."""
    guest = await store.find(db, meeting.id, who.conversation_id, who.person_id)
    if guest is None or guest.status == "erased":
        return None
    return Answered(guest, await places(db, guest))


async def answer(db: AsyncSession, now: datetime, meeting: Meeting, who: Who, answers: Mapping[int, str]) -> Answered:
    """Keeps answers (yes, maybe or no by the day's id); whoever was no guest becomes one.

    A yes takes a seat, an open offer or a place on the waiting list. Days that are over keep what was said.
    """
    if seats.limited(meeting):
        await seat_store.lock(db, meeting.id)
    guest = await store.find_or_add(db, meeting.id, who.conversation_id, who.person_id, "self")
    refused = set()
    for day in meeting.days:
        if day.id not in answers:
            continue
        if day.ends_at <= now:
            refused.add(day.id)
        else:
            await _set(db, now, meeting, day, guest, answers[day.id])
    if guest.status != "answered" and len(refused) < len(answers):
        guest.status, guest.answered_at = "answered", now
    await db.flush()
    for day in meeting.days:
        if answers.get(day.id) == "no":
            await reminders.withdraw_chat(db, meeting.id, day.starts_at, who.conversation_id, "not coming")
    fresh = await store.find(db, meeting.id, who.conversation_id, who.person_id)
    return Answered(fresh or guest, await places(db, fresh or guest), frozenset(refused))


async def _set(db: AsyncSession, now: datetime, meeting: Meeting, day: MeetingDay, guest: Guest, wanted: str) -> None:
    given = next((one for one in guest.rsvps if one.day_id == day.id), None)
    before = given.answer if given is not None else ""
    result = wanted
    if before == "offered":
        await _close_offer(db, guest, day, taken=wanted == "yes")
    if wanted == "yes" and before not in ("yes", "offered") and seats.limited(meeting):
        result = "waiting"
        if before != "waiting" and (await seats.room(db, meeting, day.id)).open_to_new(await store.region(db, guest)):
            result = "yes"
    if given is None:
        given = Rsvp(guest_id=guest.id, day_id=day.id, answer=result, answered_at=now)
        guest.rsvps.append(given)
    elif result != before:
        given.changed += 1
        given.confirmed_at = None
    if result == "waiting" and before != "waiting":
        given.queued_at = now
    given.answer, given.answered_at = result, now
    await db.flush()


async def _close_offer(db: AsyncSession, guest: Guest, day: MeetingDay, taken: bool) -> None:
    offer = await seat_store.open_offer(db, guest.id, day.id)
    if offer is not None:
        offer.state = "taken" if taken else "declined"


async def places(db: AsyncSession, guest: Guest) -> dict[int, int]:
    """Where a guest stands on the waiting lists, by the day's id."""
    return {one.day_id: await seat_store.place(db, one) for one in guest.rsvps if one.answer == "waiting"}


async def confirm(db: AsyncSession, now: datetime, meeting: Meeting, who: Who, day_id: int) -> bool:
    """Keeps that somebody still comes, the day before; False when they hold no seat (any more)."""
    guest = await store.find(db, meeting.id, who.conversation_id, who.person_id)
    given = next((one for one in guest.rsvps if one.day_id == day_id), None) if guest else None
    if given is None or given.answer != "yes":
        return False
    given.confirmed_at = now
    await db.flush()
    return True


async def set_delegate(db: AsyncSession, meeting: Meeting, who: Who, name: str) -> None:
    """Who comes in somebody's place; empty when they come themselves."""
    guest = await store.find_or_add(db, meeting.id, who.conversation_id, who.person_id, "self")
    guest.delegate = store.sealed(db, name)
    await db.flush()


async def set_note(db: AsyncSession, meeting: Meeting, who: Who, note: str) -> None:
    """What the office should know to receive somebody well; empty takes it back."""
    guest = await store.find_or_add(db, meeting.id, who.conversation_id, who.person_id, "self")
    guest.note = store.sealed(db, note)
    await db.flush()
