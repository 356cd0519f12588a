"""Small facts the program keeps about itself, as text under a key."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import Conversation, Fact, Meeting, Person


async def get(db: AsyncSession, key: str) -> str | None:
    """The value of a fact; None when it was never set."""
    fact = await db.get(Fact, key)
    return None if fact is None else fact.value


async def put(db: AsyncSession, key: str, value: str) -> None:
    """Sets a fact."""
    await db.merge(Fact(key=key, value=value))
    await db.flush()


async def nothing_yet(db: AsyncSession) -> bool:
    """Whether the database is a new one: nobody wrote, nobody and nothing was imported."""
    found = [(await db.execute(select(table.id).limit(1))).first() for table in (Conversation, Person, Meeting)]
    return not any(found)
