"""Files for people: sealed, found by their secret only, gone in time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from storage import files
from storage.engine import Database
from storage.models import Conversation, File

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
CONTENT = b'{"nama": "Ani"}'


@pytest.fixture
async def file_id(db: Database) -> int:
    """A file of somebody's, just made."""
    async with db.session() as session:
        chat = Conversation(channel="test", address="ani", created_at=NOW, seen_at=NOW)
        session.add(chat)
        await session.flush()
        return await files.add(session, chat.id, "data.json", "application/json", CONTENT, NOW)


async def test_a_file_comes_back_as_it_was(db: Database, file_id: int) -> None:
    """By its id, as the sender asks for it, with name and type."""
    async with db.read() as session:
        found = await files.by_id(session, file_id)

    assert found is not None
    assert (found.name, found.mime, found.content) == ("data.json", "application/json", CONTENT)


async def test_a_file_lies_sealed(db: Database, file_id: int) -> None:
    """Whoever copies the database without its key reads nothing."""
    async with db.read() as session:
        stored = (await session.execute(select(File.content, File.size))).one()

    assert CONTENT not in stored.content
    assert stored.size == len(CONTENT)


async def test_a_token_opens_its_file_until_the_time_is_over(db: Database, file_id: int) -> None:
    """One millisecond before the end it opens, at the end no more; no other token ever does."""
    end = NOW + files.KEPT
    async with db.read() as session:
        token = (await session.execute(select(File.token))).scalar_one()
        found = [await files.by_token(session, token, moment) for moment in (end - timedelta(milliseconds=1), end)]
        foreign = await files.by_token(session, token[:-1], NOW)

    assert len(token) * 6 >= 128
    assert [one is not None for one in found] == [True, False]
    assert foreign is None
