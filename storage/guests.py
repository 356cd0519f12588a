"""Guests of meetings: found, invited, asked once more, counted, forgotten."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, case, delete, exists, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, selectinload

from storage.models import (
    ChangeAck,
    Conversation,
    Guest,
    Meeting,
    MeetingDay,
    MutedMeeting,
    Person,
    Rsvp,
    SeatOffer,
    Snooze,
)
from storage.types import Instant

TAKEN = ("yes", "offered")  # answers that hold a seat


@dataclass(slots=True)
class Counts:
    """How many guests of a meeting, and for each day how many gave each answer; `silent` answered for no day."""

    guests: int = 0
    silent: int = 0
    days: dict[int, dict[str, int]] = field(default_factory=dict)


def _insert(db: AsyncSession, table: Any) -> Any:
    return (sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert)(table)


async def find(db: AsyncSession, meeting_id: int, conversation_id: int, person_id: int | None) -> Guest | None:
    """The guest behind a chat: by person, else by the chat itself."""
    mine: list[ColumnElement[bool]] = [Guest.conversation_id == conversation_id]
    if person_id is not None:
        mine.append(Guest.person_id == person_id)
    query = select(Guest).where(Guest.meeting_id == meeting_id, or_(*mine)).options(selectinload(Guest.rsvps))
    query = query.order_by(Guest.person_id.is_(None), Guest.id).execution_options(populate_existing=True)
    return (await db.execute(query)).scalars().first()


async def find_or_add(
    db: AsyncSession, meeting_id: int, conversation_id: int, person_id: int | None, source: str
) -> Guest:
    """The guest behind a chat, made one if need be; a visitor who registered since becomes that person."""
    found = await find(db, meeting_id, conversation_id, person_id)
    if found is None:
        values = {"meeting_id": meeting_id, "conversation_id": conversation_id, "person_id": person_id}
        add = _insert(db, Guest).values(**values, status="silent", source=source)
        await db.execute(add.on_conflict_do_nothing())
        found = await find(db, meeting_id, conversation_id, person_id)
    if found is None:
        raise LookupError("a guest that cannot be added")
    if found.person_id is None and person_id is not None:
        found.person_id = person_id
    if found.status == "erased":  # somebody who had everything deleted, and came back
        found.status = "silent"
    return found


async def by_id(db: AsyncSession, guest_id: int) -> Guest | None:
    """One guest with all answers."""
    return await db.get(Guest, guest_id, options=[selectinload(Guest.rsvps)], populate_existing=True)


async def meetings_of(
    db: AsyncSession, conversation_id: int, person_id: int | None, since: datetime
) -> Sequence[tuple[Meeting, Guest]]:
    """The meetings a chat's owner is a guest of and that are not over, the next first, each with the guest's row."""
    mine: list[ColumnElement[bool]] = [Guest.conversation_id == conversation_id]
    if person_id is not None:
        mine.append(Guest.person_id == person_id)
    following = (
        select(MeetingDay.meeting_id, func.min(MeetingDay.starts_at).label("at"))
        .where(MeetingDay.ends_at >= since)
        .group_by(MeetingDay.meeting_id)
        .subquery()
    )
    query = (
        select(Meeting, Guest)
        .join(Guest, Guest.meeting_id == Meeting.id)
        .join(following, following.c.meeting_id == Meeting.id)
        .where(Meeting.status.in_(("published", "cancelled")), Guest.status != "erased", or_(*mine))
        .options(selectinload(Meeting.days), selectinload(Meeting.quotas), selectinload(Guest.rsvps))
        .order_by(following.c.at, Meeting.id, Guest.person_id.is_(None))
        .execution_options(populate_existing=True)
    )
    found: dict[int, tuple[Meeting, Guest]] = {}
    for meeting, guest in (await db.execute(query)).all():
        found.setdefault(meeting.id, (meeting, guest))
    return list(found.values())


async def add_invited(db: AsyncSession, meeting_id: int, chats: FromClause, now: datetime, source: str) -> int:
    """Makes guests of all in `chats` (person_id, conversation_id) who are none yet; how many. Visitors who answered
    before they registered are the same guests."""
    now_theirs = select(Conversation.person_id).where(Conversation.id == Guest.conversation_id).scalar_subquery()
    twin = aliased(Guest)
    other = select(twin.person_id).where(twin.meeting_id == meeting_id, twin.person_id.is_not(None))
    adopt = update(Guest).where(Guest.meeting_id == meeting_id, Guest.person_id.is_(None), now_theirs.not_in(other))
    await db.execute(adopt.values(person_id=now_theirs).execution_options(synchronize_session=False))
    columns = {
        "meeting_id": literal(meeting_id),
        "person_id": chats.c.person_id,
        "conversation_id": chats.c.conversation_id,
        "status": literal("silent"),
        "source": literal(source),
        "invited_at": literal(now, Instant),
    }
    query = select(*columns.values()).where(chats.c.person_id.is_not(None))
    add = _insert(db, Guest).from_select(list(columns), query, include_defaults=False).on_conflict_do_nothing()
    result: Any = await db.execute(add)
    return int(result.rowcount)


async def to_chase(db: AsyncSession, now: datetime) -> Meeting | None:
    """A meeting with silent guests whose time to answer is over and who were not asked again."""
    day = literal(24 * 3600 * 1000, BigInteger)
    waited = Guest.invited_at + Meeting.chase_days * day <= literal(now, Instant)
    query = (
        select(Meeting)
        .join(Guest, Guest.meeting_id == Meeting.id)
        .where(Guest.status == "silent", Guest.chased_at.is_(None), Guest.invited_at.is_not(None), waited)
        .where(Meeting.status == "published", Meeting.chase_days > 0)
        .options(selectinload(Meeting.days), selectinload(Meeting.quotas))
        .limit(1)
    )
    return (await db.execute(query)).scalars().first()


def silent_since(meeting_id: int, invited_before: datetime) -> list[ColumnElement[bool]]:
    """Conditions on Guest: invited by then, without any answer, not asked again yet."""
    return [
        Guest.meeting_id == meeting_id,
        Guest.status == "silent",
        Guest.chased_at.is_(None),
        Guest.invited_at <= invited_before,
    ]


async def mark_chased(db: AsyncSession, conditions: Collection[ColumnElement[bool]], now: datetime) -> int:
    """Notes that these guests were asked again (or will not be any more); how many."""
    statement = update(Guest).where(*conditions).values(chased_at=now)
    result: Any = await db.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)


async def counts(db: AsyncSession, meeting_ids: Collection[int]) -> Mapping[int, Counts]:
    """Guests and answers of these meetings."""
    found = {number: Counts() for number in meeting_ids}
    base = select(Guest.meeting_id, func.count(), func.sum(case((Guest.status == "silent", 1), else_=0)))
    ours = (Guest.meeting_id.in_(list(meeting_ids)), Guest.status != "erased")
    for number, guests, silent in (await db.execute(base.where(*ours).group_by(Guest.meeting_id))).all():
        found[number].guests, found[number].silent = guests, int(silent or 0)
    answers = select(Guest.meeting_id, Rsvp.day_id, Rsvp.answer, func.count()).join(Rsvp, Rsvp.guest_id == Guest.id)
    answers = answers.where(*ours).group_by(Guest.meeting_id, Rsvp.day_id, Rsvp.answer)
    for number, day, answer, count in (await db.execute(answers)).all():
        found[number].days.setdefault(day, {})[answer] = count
    return found


async def set_muted(db: AsyncSession, conversation_id: int, meeting_id: int, muted: bool, now: datetime) -> None:
    """Whether a chat wants no reminders of a meeting; unmuting counts for all chats of the person."""
    if muted:
        values = {"conversation_id": conversation_id, "meeting_id": meeting_id, "at": now}
        await db.execute(_insert(db, MutedMeeting).values(**values).on_conflict_do_nothing())
        return
    mine = select(Conversation.person_id).where(Conversation.id == conversation_id).scalar_subquery()
    theirs = select(Conversation.id).where(or_(Conversation.id == conversation_id, Conversation.person_id == mine))
    await db.execute(
        delete(MutedMeeting)
        .where(MutedMeeting.meeting_id == meeting_id, MutedMeeting.conversation_id.in_(theirs))
        .execution_options(synchronize_session=False)
    )


async def mute_all(db: AsyncSession, person_id: int, now: datetime) -> None:
    """A person who wants no meeting notices at all wants none of those they answered for either."""
    chat = select(func.min(Conversation.id)).where(Conversation.person_id == person_id).scalar_subquery()
    query = select(chat, Guest.meeting_id, literal(now, Instant)).where(Guest.person_id == person_id)
    query = query.where(exists().where(Conversation.person_id == person_id))
    add = _insert(db, MutedMeeting).from_select(["conversation_id", "meeting_id", "at"], query, include_defaults=False)
    await db.execute(add.on_conflict_do_nothing())


async def unmute_all(db: AsyncSession, person_id: int) -> None:
    """A person who wants meeting notices again wants those of every meeting."""
    theirs = select(Conversation.id).where(Conversation.person_id == person_id)
    again = delete(MutedMeeting).where(MutedMeeting.conversation_id.in_(theirs))
    await db.execute(again.execution_options(synchronize_session=False))


async def forget(db: AsyncSession, conversation_ids: Collection[int], person_id: int | None) -> None:
    """Empties what is held about somebody as a guest; their seats become free."""
    mine: list[ColumnElement[bool]] = [Guest.conversation_id.in_(list(conversation_ids))]
    if person_id is not None:
        mine.append(Guest.person_id == person_id)
    rows = select(Guest.id).where(or_(*mine))
    await db.execute(delete(Rsvp).where(Rsvp.guest_id.in_(rows)).execution_options(synchronize_session=False))
    emptied = update(Guest).where(or_(*mine)).values(status="erased", delegate=None, note=None, person_id=None)
    await db.execute(emptied.execution_options(synchronize_session=False))
    for table in _BY_CHAT.values():
        gone = delete(table).where(table.conversation_id.in_(list(conversation_ids)))
        await db.execute(gone.execution_options(synchronize_session=False))


async def region(db: AsyncSession, guest: Guest) -> str:
    """Where a guest comes from; "" for those who told nothing."""
    if guest.person_id is None:
        return ""
    return (await db.execute(select(Person.region).where(Person.id == guest.person_id))).scalar_one_or_none() or ""


async def same_name(db: AsyncSession, meeting_id: int, name: str) -> bool:
    """Whether a guest of the meeting is called so already."""
    query = select(Guest.id).join(Person, Person.id == Guest.person_id).where(Guest.meeting_id == meeting_id)
    return (await db.execute(query.where(func.lower(Person.name) == name.lower()).limit(1))).first() is not None


def sealed(db: AsyncSession, text: str) -> bytes | None:
    """A text about a guest as it is kept."""
    return bytes(db.info["box"].seal(text.encode())) if text else None


def opened(db: AsyncSession, kept: bytes | None) -> str:
    """The text again."""
    return bytes(db.info["box"].open(kept)).decode() if kept else ""


async def held(db: AsyncSession, conversation_ids: Collection[int], person_id: int | None) -> dict[str, Sequence[Any]]:
    """All rows about somebody as a guest, by table, for their copy of it."""
    mine: list[ColumnElement[bool]] = [Guest.conversation_id.in_(list(conversation_ids))]
    if person_id is not None:
        mine.append(Guest.person_id == person_id)
    rows = select(Guest.id).where(or_(*mine))
    found: dict[str, Sequence[Any]] = {}
    for name, table, condition in (
        ("invitations", Guest, or_(*mine)),
        ("invitation_answers", Rsvp, Rsvp.guest_id.in_(rows)),
        ("seat_offers", SeatOffer, SeatOffer.guest_id.in_(rows)),
        *((name, one, one.conversation_id.in_(list(conversation_ids))) for name, one in _BY_CHAT.items()),
    ):
        query = select(table).where(condition).execution_options(populate_existing=True)
        found[name] = (await db.execute(query)).scalars().all()
    return found


_BY_CHAT: Mapping[str, Any] = {"muted_meetings": MutedMeeting, "snoozed": Snooze, "changes_confirmed": ChangeAck}
