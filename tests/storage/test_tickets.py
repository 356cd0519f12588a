"""Talks on both engines: taken by one, numbered without gaps in their order, emptied."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from storage import tickets
from storage.engine import Database
from storage.models import Conversation, Outbox, Ticket, TicketMessage

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


async def chat(db: AsyncSession, address: str = "ani") -> int:
    """A conversation."""
    made = Conversation(channel="test", address=address, created_at=NOW, seen_at=NOW)
    db.add(made)
    await db.flush()
    return made.id


async def ticket(db: Database) -> int:
    """An open talk of a new conversation."""
    async with db.session() as session:
        return (await tickets.add(session, await chat(session), NOW)).id


async def test_of_twenty_who_take_it_at_once_one_gets_it(db: Database) -> None:
    """The name of the winner is the one that is kept."""
    number = await ticket(db)

    async def claim(member: int) -> bool:
        async with db.session() as session:
            return await tickets.claim(session, number, f"test:{member}", f"Staf {member}", 1, NOW)

    won = await asyncio.gather(*(claim(member) for member in range(20)))
    async with db.read() as session:
        kept = await session.get_one(Ticket, number)

    assert won.count(True) == 1
    assert (kept.claimed_by, kept.status) == (f"test:{won.index(True)}", "claimed")


async def test_words_of_both_sides_at_once_get_numbers_of_their_own(db: Database) -> None:
    """Two equal ones would cost a message, since the outbox keeps the first only."""
    number = await ticket(db)

    async def write(index: int) -> int | None:
        async with db.session() as session:
            return await tickets.write(session, number, f"kata {index}", NOW, by_staff=bool(index % 2))

    numbers = await asyncio.gather(*(write(index) for index in range(20)))

    assert sorted(one for one in numbers if one) == list(range(1, 21))


async def test_nothing_is_written_into_a_closed_talk(db: Database) -> None:
    """Closed once; what comes later finds it out."""
    number = await ticket(db)
    async with db.session() as session:
        assert await tickets.close(session, number, "person", NOW)
        assert not await tickets.close(session, number, "silent", NOW)
        assert await tickets.write(session, number, "terlambat", NOW, by_staff=True) is None
        assert not await tickets.claim(session, number, "test:sari", "Sari", 1, NOW)


async def test_a_chat_has_one_running_talk(db: Database) -> None:
    """The database itself refuses a second."""
    async with db.session() as session:
        number = await chat(session)
        first = await tickets.add(session, number, NOW)
        await tickets.close(session, first.id, "person", NOW)
        await tickets.add(session, number, NOW)
    with pytest.raises(IntegrityError):
        async with db.session() as session:
            await tickets.add(session, number, NOW)


async def test_words_are_sealed(db: Database) -> None:
    """And read with the key."""
    number = await ticket(db)
    async with db.session() as session:
        await tickets.write(session, number, "rahasia", NOW, by_staff=False)
        stored = (await session.scalars(select(TicketMessage.text))).one()
        assert b"rahasia" not in (stored or b"")
        assert await tickets.said(session, number, 10) == [(False, "rahasia")]


@pytest.mark.parametrize(
    ("claimed", "hours", "found"), [(True, 11.9, 0), (True, 12, 1), (False, 12, 0), (False, 72, 1)]
)
async def test_silence_is_longer_for_those_who_wait(db: Database, claimed: bool, hours: float, found: int) -> None:
    """A talk in hand ends by the half day, a request only after a weekend."""
    number = await ticket(db)
    later = NOW + timedelta(hours=hours)
    async with db.session() as session:
        if claimed:
            await tickets.claim(session, number, "test:sari", "Sari", 1, NOW)
        silent = await tickets.silent(session, later - timedelta(hours=12), later - timedelta(days=3))

    assert len(silent) == found


async def test_an_emptied_talk_holds_nothing(db: Database) -> None:
    """Neither the words nor what staff were sent of them; what they see is named so that it can be covered."""
    number = await ticket(db)
    async with db.session() as session:
        desk = await chat(session, "kantor")
        await tickets.write(session, number, "rahasia", NOW, by_staff=False)
        row = {"channel": "test", "conversation_id": desk, "source": "desk", "source_id": number, "lane": 1}
        session.add(Outbox(**row, revision=1, state="sent", remote_id="7", body=b"x", created_at=0))
        session.add(Outbox(**row, revision=2, state="queued", body=b"x", created_at=0))
        await session.flush()
        shown = await tickets.empty(session, 1, NOW)
    async with db.read() as session:
        states = [(one.state, one.body) for one in await session.scalars(select(Outbox).order_by(Outbox.id))]
        words = (await session.scalars(select(TicketMessage.text))).all()

    assert [(one, row.remote_id) for one, row in shown] == [(number, "7")]
    assert states == [("sent", None), ("skipped", None)]
    assert words == [None]
