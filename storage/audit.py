"""What staff and the program did: appended, never changed."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import Audit


async def append(db: AsyncSession, now: datetime, actor: str, action: str, about: str, office: str = "") -> None:
    """One act: `actor` as channel:address or a program part, `about` as kind:id. Ids only, never contents."""
    db.add(Audit(at=now, actor=actor, action=action, object=about, office=office))
    await db.flush()


async def count(db: AsyncSession, action: str, actor: str, since: datetime) -> int:
    """How often `actor` did `action` after `since`."""
    statement = select(func.count()).where(Audit.action == action, Audit.at > since, Audit.actor == actor)
    return (await db.execute(statement)).scalar_one()
