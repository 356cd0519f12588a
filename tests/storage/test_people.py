"""People in the database: found, paged, emptied. On both engines."""

from datetime import UTC, datetime

import pytest

from storage import conversations, people
from storage.engine import Database

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def five(db: Database) -> None:
    """Five people, the first with a chat."""
    async with db.session() as session:
        for number in range(1, 6):
            await people.add(session, name=f"Siti {number}", kind="", region="", language="id", now=NOW)
        await conversations.add(session, "test", "siti", "id", NOW)
        await conversations.attach(session, 1, 1)


async def test_pages_hold_everybody_once(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many fit on one, and without the erased."""
    monkeypatch.setattr(people, "PAGE", 2)
    async with db.session() as session:
        await people.make_tombstone(session, 2, NOW)
    async with db.read() as session:
        pages = [[person.id for person in page] async for page in people.living(session)]

    assert pages == [[1, 3], [4, 5]]


async def test_somebody_is_found_by_address_or_by_name_without_one(db: Database) -> None:
    """Who has a chat is not looked for by name: two people may share it."""
    async with db.read() as session:
        found = await people.by_address(session, "test", "siti")
        named = await people.without_address(session, "Siti 2", "", "")

        assert found is not None
        assert named is not None
        assert (found.id, named.id) == (1, 2)
        assert await people.by_address(session, "other", "siti") is None
        assert await people.without_address(session, "Siti 1", "", "") is None
