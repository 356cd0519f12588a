"""Telling a change of a meeting: whom it concerns, what of the old is still on its way, who has not got or confirmed
it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, exists, func, or_, select, union_all, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from storage import outbox, reach
from storage.models import ChangeAck, Conversation, Guest, MeetingDay, Outbox, Person, Reminder, Rsvp, SeatOffer, Snooze
from storage.pushing import SENT, UNSENT, content_of
from storage.reach import Channels
from storage.types import to_ms

CHANGE, INVITATION = "change", "invitation"
OLD_NEWS = ("chase", CHANGE)  # of no use any more once there is newer
COMING = ("yes", "maybe", "waiting", "offered")


@dataclass(frozen=True, slots=True)
class Left:
    """A guest whom a change has not reached, or who has not said OK; `state` of the message: none (no chat to write
    to), queued, failed, skipped, sent …"""

    guest_id: int
    name: str
    organisation: str
    state: str
    reason: str


async def refresh(
    db: AsyncSession, source: str, source_id: int, bodies: Mapping[str, bytes], now: datetime, expires_at: datetime
) -> int:
    """Gives messages that have not left yet a new content and end, so that nobody gets the old one; how many."""
    waiting = (Outbox.source == source, Outbox.source_id == source_id, Outbox.state.in_(UNSENT))
    if (await db.execute(select(Outbox.id).where(*waiting).limit(1))).first() is None:
        return 0
    contents = {language: await outbox.add_content(db, body, now) for language, body in bodies.items()}
    chat = (
        select(func.coalesce(func.nullif(Conversation.language, ""), Person.language, ""))
        .select_from(Conversation)
        .outerjoin(Person, Person.id == Conversation.person_id)
        .where(Conversation.id == Outbox.conversation_id)
        .scalar_subquery()
    )
    # A leased one has its old content in a sender's hands; without its lease it cannot be started.
    changed = (
        update(Outbox)
        .where(*waiting)
        .values(content_id=content_of(contents, chat), body=None, expires_at=to_ms(expires_at))
        .values(state="queued", lease=None, lease_until=None)
    )
    result: Any = await db.execute(changed.execution_options(synchronize_session=False))
    return int(result.rowcount)


async def withdraw_old(db: AsyncSession, meeting_id: int, reason: str, invitations: bool) -> int:
    """Takes back what tells the old state of a meeting and has not left yet (reminders apart); how many messages."""
    days = select(MeetingDay.id).where(MeetingDay.meeting_id == meeting_id)
    sources = (*OLD_NEWS, INVITATION) if invitations else OLD_NEWS
    count = await outbox.withdraw(db, reason, Outbox.source.in_(sources), Outbox.source_id == meeting_id)
    snoozed = update(Snooze).where(Snooze.day_id.in_(days), Snooze.state == "waiting").values(state="withdrawn")
    await db.execute(snoozed.execution_options(synchronize_session=False))
    for source, table in (("snooze", Snooze), ("offer", SeatOffer)):
        theirs = select(table.id).where(table.day_id.in_(days))
        count += await outbox.withdraw(db, reason, Outbox.source == source, Outbox.source_id.in_(theirs))
    return count


def concerned(meeting_id: int, day_ids: Collection[int]) -> ColumnElement[bool]:
    """Condition on Guest: those who come, may come, wait, or have not said anything yet about one of these days."""
    mine = exists().where(Rsvp.guest_id == Guest.id, Rsvp.day_id.in_(list(day_ids)))
    coming = mine.where(Rsvp.answer.in_(COMING))
    return and_(Guest.meeting_id == meeting_id, Guest.status != "erased", or_(coming, ~mine))


def whom(meeting_id: int, day_ids: Collection[int], days: Collection[datetime], channels: Channels) -> Subquery:
    """The chats (conversation_id, channel, language) to tell: of guests concerned who know of the meeting already, and
    of others who were reminded of it or told an earlier change. `days` are the old beginnings."""
    chats = reach.guests(meeting_id, channels)
    unknowing = exists().where(
        Outbox.source == INVITATION,
        Outbox.source_id == meeting_id,
        Outbox.conversation_id == chats.c.conversation_id,
        Outbox.state.not_in(SENT),
        Guest.status == "silent",
    )
    guests: Select[Any] = (
        select(chats.c.conversation_id, chats.c.channel, chats.c.language)
        .join(Guest, Guest.id == chats.c.guest_id)
        .where(concerned(meeting_id, day_ids), ~unknowing)
    )
    rung = select(Reminder.id).where(Reminder.meeting_id == meeting_id, Reminder.day_at.in_(list(days)))
    told = select(Outbox.conversation_id).where(
        Outbox.state.in_(SENT),
        or_(
            and_(Outbox.source == "reminder", Outbox.source_id.in_(rung)),
            and_(Outbox.source == CHANGE, Outbox.source_id == meeting_id),
        ),
    )
    listed = select(Guest.person_id).where(Guest.meeting_id == meeting_id, Guest.person_id.is_not(None))
    language = case((Conversation.language != "", Conversation.language), else_=func.coalesce(Person.language, ""))
    others: Select[Any] = (
        select(Conversation.id, Conversation.channel, language)
        .outerjoin(Person, Person.id == Conversation.person_id)
        .where(Conversation.id.in_(told), *reach.writable(channels))
        .where(or_(Conversation.person_id.is_(None), Conversation.person_id.not_in(listed)))
        .where(Conversation.id.not_in(select(reach.guests(meeting_id, channels).c.conversation_id)))
    )
    return union_all(guests, others).subquery()


async def acknowledge(db: AsyncSession, conversation_id: int, meeting_id: int, revision: int, now: datetime) -> None:
    """Keeps that this chat said OK to a change."""
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {"conversation_id": conversation_id, "meeting_id": meeting_id, "revision": revision, "at": now}
    await db.execute(insert(ChangeAck).values(**values).on_conflict_do_nothing())


async def not_reached(db: AsyncSession, meeting_id: int, revision: int, day_ids: Collection[int]) -> Sequence[Left]:
    """The guests concerned whom the message about this revision has not reached: none of their chats got it."""
    left = await _messages(db, meeting_id, revision, day_ids)
    return [one for one in left if one.state not in SENT or one.state == "unknown"]


async def not_confirmed(db: AsyncSession, meeting_id: int, revision: int, day_ids: Collection[int]) -> Sequence[Left]:
    """The guests concerned who have not tapped OK in any of their chats."""
    chats = reach.chats_of_guests(meeting_id)
    said = select(chats.c.guest_id).join(ChangeAck, ChangeAck.conversation_id == chats.c.conversation_id)
    said = said.where(ChangeAck.meeting_id == meeting_id, ChangeAck.revision == revision)
    ids = set((await db.execute(said)).scalars())
    return [one for one in await _messages(db, meeting_id, revision, day_ids) if one.guest_id not in ids]


async def _messages(db: AsyncSession, meeting_id: int, revision: int, day_ids: Collection[int]) -> Sequence[Left]:
    """Each guest concerned with what became of their message: of several, the one that came farthest."""
    chats, row = reach.chats_of_guests(meeting_id), aliased(Outbox)
    began = select(func.min(row.created_at)).where(row.source == CHANGE, row.source_id == meeting_id)
    news = and_(Outbox.source == CHANGE, Outbox.revision == revision)
    # An invitation that left after the change told the new state already.
    later = and_(Outbox.source == INVITATION, Outbox.sent_at >= began.where(row.revision == revision).scalar_subquery())
    told = (
        select(chats.c.guest_id, Outbox.state, func.coalesce(Outbox.reason, "").label("reason"), Outbox.id)
        .join(Outbox, Outbox.conversation_id == chats.c.conversation_id)
        .where(Outbox.source_id == meeting_id, or_(news, later))
        .subquery()
    )
    query = (
        select(Guest.id, func.coalesce(Person.name, ""), func.coalesce(Person.organisation, ""))
        .add_columns(func.coalesce(told.c.state, "none"), func.coalesce(told.c.reason, ""))
        .outerjoin(Person, Person.id == Guest.person_id)
        .outerjoin(told, told.c.guest_id == Guest.id)
        .where(concerned(meeting_id, day_ids))
        .order_by(Person.name, Guest.id, told.c.state.in_(SENT), told.c.id)
    )
    return list({row[0]: Left(*row) for row in (await db.execute(query)).all()}.values())
