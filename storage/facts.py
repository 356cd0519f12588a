"""Small facts the program keeps about itself, as text under a key."""

from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import Fact


async def get(db: AsyncSession, key: str) -> str | None:
    """The value of a fact; None when it was never set."""
    fact = await db.get(Fact, key)
    return None if fact is None else fact.value


async def put(db: AsyncSession, key: str, value: str) -> None:
    """Sets a fact."""
    await db.merge(Fact(key=key, value=value))
    await db.flush()
