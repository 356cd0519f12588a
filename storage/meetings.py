"""Meetings with their days and sessions."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from storage.models import Meeting, MeetingDay


def _whole() -> Select[Meeting]:
    return (
        select(Meeting)
        .where(Meeting.status != "removed")
        .options(selectinload(Meeting.days).selectinload(MeetingDay.sessions), selectinload(Meeting.quotas))
    )


async def by_key(db: AsyncSession, key: str) -> Meeting | None:
    """The meeting imported under `key`."""
    return (await db.execute(_whole().where(Meeting.key == key))).scalar_one_or_none()


async def by_id(db: AsyncSession, meeting_id: int) -> Meeting | None:
    """One meeting."""
    return (await db.execute(_whole().where(Meeting.id == meeting_id))).scalar_one_or_none()


async def of_day(db: AsyncSession, day_id: int) -> Meeting | None:
    """The meeting that has this day."""
    return (await db.execute(_whole().where(Meeting.days.any(MeetingDay.id == day_id)))).scalar_one_or_none()


async def not_over(db: AsyncSession, since: datetime, limit: int, offset: int = 0) -> Sequence[Meeting]:
    """Meetings with a day that ends at `since` or later, in the order of their next such day."""
    following = (
        select(MeetingDay.meeting_id, func.min(MeetingDay.starts_at).label("at"))
        .where(MeetingDay.ends_at >= since)
        .group_by(MeetingDay.meeting_id)
        .subquery()
    )
    query = _whole().join(following, following.c.meeting_id == Meeting.id)
    return (await db.execute(query.order_by(following.c.at, Meeting.id).limit(limit).offset(offset))).scalars().all()


async def every(db: AsyncSession) -> Sequence[Meeting]:
    """All meetings, the newest first."""
    return (await db.execute(_whole().order_by(Meeting.id.desc()))).scalars().all()


async def sample(db: AsyncSession) -> Meeting | None:
    """The sample meeting, if it is there."""
    return (await db.execute(_whole().where(Meeting.sample))).scalars().first()
