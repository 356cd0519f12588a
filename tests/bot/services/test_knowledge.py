"""The published set: followed by every process, never replaced by a broken one, copied for `ask`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import snapshot
from bot.context import packaged_knowledge
from bot.services import topic_marks
from bot.services.knowledge import Published
from bot.services.reviewers import Editor
from storage import topics as store
from storage.engine import Database
from storage.sealing import Box
from tests.support.editing import TOPIC, few

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture
async def other(url: str) -> AsyncIterator[Database]:
    """A second process on the same database."""
    other = Database(url, Box(bytes(32)))
    yield other
    await other.close()


async def publish(db: Database, **texts: str) -> None:
    """Puts a set in force, as the last step of signing does."""
    async with db.session() as session:
        await store.lock(session)
        await store.add_first(session, {name.replace("_", "-"): text for name, text in texts.items()}, "test", NOW)
        await store.raise_version(session)


async def test_before_the_first_change_the_programs_topics_are_in_force(db: Database) -> None:
    """There is nothing to take over."""
    published = Published(db)

    assert not await published.refresh()
    assert published.index() is packaged_knowledge()


async def test_every_process_takes_over_what_one_published(db: Database, other: Database, tmp_path: Path) -> None:
    """Each has the new set at its next look, under the same version."""
    here, there = Published(db, tmp_path), Published(other, tmp_path)
    await publish(db, **few())
    took = [await here.refresh(), await there.refresh(), await there.refresh()]

    assert took == [True, True, False]
    assert len(there.index().topics) == 4
    assert here.index().topics.version == there.index().topics.version
    assert here.index().topics.version.startswith("1-")


async def test_the_watch_sees_a_new_set_by_itself(db: Database, other: Database) -> None:
    """Woken where it was published."""
    there = Published(other)
    watching = asyncio.create_task(there.watch())
    await publish(db, **few())
    async with asyncio.timeout(20):
        while there.index() is packaged_knowledge():
            there.wake()
            await asyncio.sleep(0.01)
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching

    assert len(there.index().topics) == 4


async def test_a_broken_set_does_not_replace_a_good_one(db: Database, tmp_path: Path) -> None:
    """The alarm is raised once, and what was in force stays, also for `ask`."""
    alarms: list[str] = []

    async def alarm(kind: str) -> None:
        alarms.append(kind)

    published = Published(db, tmp_path, alarm)
    await publish(db, **few())
    await published.refresh()
    good = published.index()
    await publish(db, broken="id = 1")
    again = [await published.refresh(), await published.refresh()]
    kept = snapshot.load(tmp_path)

    assert again == [False, False]
    assert published.index() is good
    assert alarms == ["topics"]
    assert kept is not None
    assert kept.version == good.topics.version


async def test_a_mark_is_part_of_the_published_set(db: Database, tmp_path: Path) -> None:
    """In this process and in its copy."""
    published = Published(db, tmp_path)
    await publish(db, **few())
    async with db.session() as session:
        await topic_marks.mark(session, NOW, [TOPIC], Editor("test:edi"))
    await published.refresh()
    copied = snapshot.load(tmp_path)

    assert published.index().topics[TOPIC].under_review
    assert copied is not None
    assert copied[TOPIC].under_review
    assert copied.version.startswith("2-")


async def test_a_full_disk_does_not_keep_a_correction_from_readers(db: Database, tmp_path: Path) -> None:
    """Only the copy is missing."""
    (tmp_path / "file").write_text("in the way")
    published = Published(db, tmp_path / "file" / "knowledge")
    await publish(db, **few())

    assert await published.refresh()
    assert len(published.index().topics) == 4
