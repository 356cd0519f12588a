"""Revisions of topics on both engines: one published, one open, all kept; changing the set is one at a time."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError

from storage import topics as store
from storage.engine import Database
from storage.models import TopicRevision
from storage.sealing import Box

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


async def test_revisions_are_numbered_by_topic(db: Database) -> None:
    """Each topic counts for itself, the newest comes first in its history."""
    async with db.session() as session:
        await store.add_first(session, {"a": "1", "b": "1"}, "program", NOW)
        await store.add(session, "a", "2", "test:edi", NOW)
    async with db.read() as session:
        history = await store.history(session, "a")
        bodies = await store.bodies(session)

    assert [(one.revision, one.body, one.status) for one in history] == [(2, "2", "draft"), (1, "1", "published")]
    assert bodies == {"a": "1", "b": "1"}


@pytest.mark.parametrize("status", [store.PUBLISHED, store.DRAFT])
async def test_a_topic_has_one_published_and_one_open_revision(db: Database, status: str) -> None:
    """The database refuses a second one, whatever a program does."""
    with pytest.raises(IntegrityError):
        async with db.session() as session:
            await store.add(session, "a", "1", "test:edi", NOW, status=status)
            await store.add(session, "a", "2", "test:eva", NOW, status=status)


async def test_the_newest_text_of_an_author_counts(db: Database) -> None:
    """Whatever became of it."""
    async with db.session() as session:
        await store.add(session, "a", "old", "program", NOW, status=store.RETIRED)
        await store.add(session, "a", "new", "program", NOW, status=store.DROPPED)
        await store.add(session, "a", "mine", "test:edi", NOW)
        found = await store.newest_by(session, "program")

    assert found == {"a": "new"}


async def test_a_mark_stands_until_it_is_lifted(db: Database) -> None:
    """A topic has one at a time, and an old one stays as a row."""
    async with db.session() as session:
        first = await store.mark(session, "a", "UU 7/2017", "test:edi", "Edi", NOW)
        standing = await store.marks(session)
        first.lifted_at = NOW
        await session.flush()
        none = await store.marks(session, ["a"])
        second = await store.mark(session, "a", "", "test:edi", "Edi", NOW)

    assert list(standing) == ["a"]
    assert none == {}
    assert second.id != first.id


async def test_the_set_is_changed_by_one_at_a_time(url: str) -> None:
    """Of four processes at once none takes the number of another."""
    processes = [Database(url, Box(bytes(32))) for _ in range(4)]

    async def publish(process: Database) -> int:
        async with process.session() as session:
            await store.lock(session)
            return await store.raise_version(session)

    numbers = await asyncio.gather(*(publish(one) for one in processes))
    for one in processes:
        await one.close()

    assert sorted(numbers) == [1, 2, 3, 4]


async def test_a_revision_is_found_by_its_standing(db: Database) -> None:
    """Published, open, or none."""
    async with db.session() as session:
        await store.add_first(session, {"a": "1"}, "program", NOW)
        draft = await store.add(session, "a", "2", "test:edi", NOW)
        draft.status = store.IN_REVIEW
        await session.flush()
        found = (await store.published(session, "a"), await store.draft(session, "a"), await store.draft(session, "b"))
        waiting = await store.drafts(session, store.IN_REVIEW)

    assert [one.revision if isinstance(one, TopicRevision) else None for one in found] == [1, 2, None]
    assert [one.id for one in waiting] == [draft.id]
