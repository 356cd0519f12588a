"""Which chat a person or guest is written to: the one used last of those that can and may be written to."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, exists, func, or_, select, union_all
from sqlalchemy.orm import aliased

from storage.models import Conversation, Guest, MutedMeeting, Person

Channels = Collection[str] | None  # None: all there are


def writable(channels: Channels) -> list[ColumnElement[bool]]:
    """Conditions on Conversation: neither stopped nor blocked, no group, on a channel that this program sends by."""
    conditions = [Conversation.stopped_at.is_(None), Conversation.unreachable == "", ~Conversation.is_group]
    return conditions if channels is None else [*conditions, Conversation.channel.in_(list(channels))]


def best_chats(channels: Channels, people: Select[Any] | None = None) -> Subquery:
    """The chat (person_id, conversation_id, channel, language) of each person, or of those in `people` (ids)."""
    newest = func.row_number().over(
        partition_by=Conversation.person_id, order_by=(Conversation.seen_at.desc(), Conversation.id.desc())
    )
    columns = (Conversation.person_id, Conversation.id.label("conversation_id"), Conversation.channel)
    ranked = select(*columns, Conversation.language, newest.label("place"))
    ranked = ranked.where(Conversation.person_id.is_not(None), *writable(channels))
    if people is not None:
        ranked = ranked.where(Conversation.person_id.in_(people))
    inner = ranked.subquery()
    language = case((inner.c.language != "", inner.c.language), else_=Person.language).label("language")
    query = select(inner.c.person_id, inner.c.conversation_id, inner.c.channel, language)
    query = query.join(Person, Person.id == inner.c.person_id)
    return query.where(inner.c.place == 1, Person.erased_at.is_(None)).subquery()


def guests(meeting_id: int, channels: Channels) -> Subquery:
    """The chat (guest_id, conversation_id, channel, language) of each guest of a meeting who can be reached."""
    ours = (Guest.meeting_id == meeting_id, Guest.status != "erased")
    chats = best_chats(channels, select(Guest.person_id).where(*ours, Guest.person_id.is_not(None)))
    known = select(Guest.id.label("guest_id"), chats.c.conversation_id, chats.c.channel, chats.c.language)
    known = known.join(chats, chats.c.person_id == Guest.person_id).where(*ours)
    visitors = select(Guest.id, Conversation.id, Conversation.channel, Conversation.language)
    visitors = visitors.join(Conversation, Conversation.id == Guest.conversation_id)
    visitors = visitors.where(*ours, Guest.person_id.is_(None), *writable(channels))
    return union_all(known, visitors).subquery()


def chats_of_guests(meeting_id: int) -> Subquery:
    """All chats (guest_id, conversation_id) of all guests, also those that cannot be written to."""
    known = select(Guest.id.label("guest_id"), Conversation.id.label("conversation_id"))
    known = known.join(Conversation, Conversation.person_id == Guest.person_id).where(Guest.meeting_id == meeting_id)
    first = select(Guest.id, Guest.conversation_id)
    first = first.where(Guest.meeting_id == meeting_id, Guest.conversation_id.is_not(None))
    return known.union(first).subquery()


def not_muted(meeting_id: int, conversation_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether neither this chat nor another of the same person muted the meeting."""
    mine, other = aliased(Conversation), aliased(Conversation)
    same = or_(other.id == mine.id, and_(mine.person_id.is_not(None), other.person_id == mine.person_id))
    muted = (
        exists()
        .where(mine.id == conversation_id, same, MutedMeeting.conversation_id == other.id)
        .where(MutedMeeting.meeting_id == meeting_id)
    )
    return ~muted


def invited(meeting_id: int, at: datetime, channels: Channels) -> Subquery:
    """The chats of the guests who were invited at this moment."""
    chats = guests(meeting_id, channels)
    query = select(chats.c.conversation_id, chats.c.channel, chats.c.language)
    return query.join(Guest, Guest.id == chats.c.guest_id).where(Guest.invited_at == at).subquery()


def to_chase(meeting_id: int, silent: Collection[ColumnElement[bool]], channels: Channels) -> Subquery:
    """The chats of silent guests (conditions on Guest) who still want notices and did not mute the meeting."""
    chats = guests(meeting_id, channels)
    query = (
        select(chats.c.conversation_id, chats.c.channel, chats.c.language)
        .join(Guest, Guest.id == chats.c.guest_id)
        .outerjoin(Person, Person.id == Guest.person_id)
        .where(*silent, or_(Person.notify_meetings, Guest.person_id.is_(None)))
        .where(not_muted(meeting_id, chats.c.conversation_id))
    )
    return query.subquery()
