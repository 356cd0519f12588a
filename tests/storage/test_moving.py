"""A chat with a new address keeps what it is, whoever noticed first, on both engines."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from storage.engine import Database
from storage.models import Conversation, Outbox
from storage.moving import move
from storage.outbox import Row, add

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


async def chat(db: Database, address: str, *texts: str) -> int:
    """A conversation with some messages that wait; its id."""
    async with db.session() as session:
        one = Conversation(channel="telegram", address=address, is_group=True, created_at=NOW, seen_at=NOW)
        session.add(one)
        await session.flush()
        for number, text in enumerate(texts):
            await add(session, Row("telegram", one.id, "reminder", number, 2, text.encode()), NOW)
        return one.id


async def addresses(db: Database) -> dict[int, tuple[str, str]]:
    """Address and reachability of each conversation."""
    async with db.read() as session:
        found = (await session.execute(select(Conversation))).scalars()
        return {one.id: (one.address, one.unreachable) for one in found}


async def waiting(db: Database) -> list[tuple[int, int]]:
    """Conversation and source of each message that waits."""
    async with db.read() as session:
        found = await session.execute(select(Outbox.conversation_id, Outbox.source_id).order_by(Outbox.id))
        return [(row[0], row[1]) for row in found]


async def moves(db: Database, conversation: int, address: str = "new") -> None:
    """The service says so."""
    async with db.write() as tx:
        await move(tx, conversation, address)


async def test_a_chat_takes_its_new_address(db: Database) -> None:
    """And is reachable again; hearing it twice changes nothing."""
    one = await chat(db, "old", "rapat")
    await moves(db, one)
    await moves(db, one)

    assert await addresses(db) == {one: ("new", "")}
    assert await waiting(db) == [(one, 0)]


@pytest.mark.parametrize("told", ["older", "younger"])
async def test_the_older_of_two_conversations_stays(db: Database, told: str) -> None:
    """Somebody spoke at the new address before we knew: what waits goes over to the one that groups are bound to. A
    message that both have is not doubled."""
    older = await chat(db, "old" if told == "older" else "new", "rapat")
    younger = await chat(db, "new" if told == "older" else "old", "rapat", "kabar")
    await moves(db, older if told == "older" else younger)

    assert await addresses(db) == {older: ("new", ""), younger: ("old", "moved")}
    assert await waiting(db) == [(older, 0), (younger, 0), (older, 1)]


async def test_another_service_may_use_the_same_address(db: Database) -> None:
    """Addresses are each service's own."""
    one = await chat(db, "old")
    async with db.session() as session:
        session.add(Conversation(channel="whatsapp", address="new", created_at=NOW, seen_at=NOW))
    await moves(db, one)

    assert (await addresses(db))[one] == ("new", "")
