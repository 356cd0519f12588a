"""Staff, their one-time links, and the groups in which they work."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import Conversation, Staff, StaffGroup, StaffLink


async def active(db: AsyncSession, channel: str, address: str) -> Staff | None:
    """Who has a role at this address now."""
    statement = select(Staff).where(Staff.channel == channel, Staff.address == address, Staff.removed_at.is_(None))
    return (await db.execute(statement.order_by(Staff.id).limit(1))).scalar_one_or_none()


async def everybody(db: AsyncSession) -> Sequence[Staff]:
    """All who have a role now, the first first."""
    return (await db.scalars(select(Staff).where(Staff.removed_at.is_(None)).order_by(Staff.id))).all()


async def remove(db: AsyncSession, staff_id: int, now: datetime) -> Staff | None:
    """Takes a role away; None when there was none with this number."""
    statement = update(Staff).where(Staff.id == staff_id, Staff.removed_at.is_(None)).values(removed_at=now)
    return (await db.execute(statement.returning(Staff))).scalar_one_or_none()


async def add_link(
    db: AsyncSession, token_hash: str, role: str, office: str, now: datetime, expires_at: datetime
) -> StaffLink:
    """A new one-time link."""
    made = StaffLink(token_hash=token_hash, role=role, office=office, created_at=now, expires_at=expires_at)
    db.add(made)
    await db.flush()
    return made


async def link(db: AsyncSession, token_hash: str, now: datetime) -> StaffLink | None:
    """The link with this hash, if it can still be used."""
    return (await db.execute(select(StaffLink).where(*_usable(token_hash, now)))).scalar_one_or_none()


async def use_link(db: AsyncSession, token_hash: str, now: datetime) -> StaffLink | None:
    """The same, used up by this call: of many at once only one gets it."""
    statement = update(StaffLink).where(*_usable(token_hash, now)).values(used_at=now)
    return (await db.execute(statement.returning(StaffLink))).scalar_one_or_none()


async def group(db: AsyncSession, conversation_id: int) -> StaffGroup | None:
    """What this group chat is bound to."""
    return await db.get(StaffGroup, conversation_id)


async def groups_for(db: AsyncSession, purpose: str) -> Sequence[Conversation]:
    """Reachable group chats bound to a purpose."""
    statement = (
        select(Conversation, StaffGroup.purposes)
        .join(StaffGroup, StaffGroup.conversation_id == Conversation.id)
        .where(Conversation.unreachable == "")
        .order_by(Conversation.id)
    )
    return [chat for chat, purposes in await db.execute(statement) if purpose in purposes.split()]


async def chats_of(db: AsyncSession, addresses: Collection[tuple[str, str]]) -> Sequence[Conversation]:
    """Reachable conversations at these addresses; one who never wrote has none."""
    if not addresses:
        return []
    known = tuple_(Conversation.channel, Conversation.address).in_(sorted(addresses))
    statement = select(Conversation).where(known, Conversation.unreachable == "").order_by(Conversation.id)
    return (await db.scalars(statement)).all()


def _usable(token_hash: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return StaffLink.token_hash == token_hash, StaffLink.used_at.is_(None), StaffLink.expires_at > now
