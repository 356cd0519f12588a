"""People who registered, and the chats they are reached in."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from storage.models import Conversation, Person

PAGE = 500


async def add(
    db: AsyncSession, *, name: str, kind: str, region: str, language: str, now: datetime, organisation: str = ""
) -> Person:
    """A new person, with all notices off."""
    person = Person(
        name=name,
        kind=kind,
        region=region,
        organisation=organisation,
        language=language,
        notify_meetings=False,
        notify_news=False,
        notify_quiz=False,
        source="",
        registered_at=now,
        updated_at=now,
    )
    db.add(person)
    await db.flush()
    return person


async def by_address(db: AsyncSession, channel: str, address: str) -> Person | None:
    """Who is reached there."""
    query = (
        select(Person)
        .join(Conversation, Conversation.person_id == Person.id)
        .where(Conversation.channel == channel, Conversation.address == address)
    )
    return (await db.execute(query)).scalar_one_or_none()


async def without_address(db: AsyncSession, name: str, organisation: str, region: str) -> Person | None:
    """Somebody of that name whom no channel reaches yet."""
    query = select(Person).where(
        Person.name == name,
        Person.organisation == organisation,
        Person.region == region,
        Person.erased_at.is_(None),
        ~Person.conversations.any(),
    )
    return (await db.execute(query.limit(1))).scalar_one_or_none()


async def living(db: AsyncSession) -> AsyncIterator[Sequence[Person]]:
    """Everybody who was not erased, with their conversations, page by page."""
    after = 0
    while True:
        query = (
            select(Person)
            .where(Person.erased_at.is_(None), Person.id > after)
            .order_by(Person.id)
            .limit(PAGE)
            .options(selectinload(Person.conversations))
        )
        page = (await db.execute(query)).scalars().all()
        if page:
            yield page
        if len(page) < PAGE:
            return
        after = page[-1].id
        db.expunge_all()


async def make_tombstone(db: AsyncSession, person_id: int, now: datetime) -> None:
    """Empties a person's row; the number stays, so that consents and the audit still point somewhere."""
    await db.execute(
        update(Person)
        .where(Person.id == person_id)
        .values(
            name="",
            kind="",
            region="",
            organisation="",
            source="",
            notify_meetings=False,
            notify_news=False,
            notify_quiz=False,
            updated_at=now,
            erased_at=now,
        )
    )
