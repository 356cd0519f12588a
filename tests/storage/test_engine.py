"""The writer and its transactions, on both engines: what commits, what rolls back, what a failure costs."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from storage.engine import Database, DatabaseDown, Tx
from storage.models import Fact
from storage.sealing import Box


async def keys(db: Database) -> list[str]:
    """The keys that another connection sees."""
    async with db.read() as session:
        return list((await session.execute(select(Fact.key).order_by(Fact.key))).scalars())


async def write_fact(db: Database, key: str) -> None:
    """A transaction of its own."""
    async with db.session() as session:
        session.add(Fact(key=key, value=""))


async def test_a_block_that_ends_well_is_committed(db: Database) -> None:
    """Another connection sees it."""
    async with db.session() as session:
        session.add(Fact(key="a", value="1"))

    assert await keys(db) == ["a"]


async def test_a_block_that_fails_leaves_nothing(db: Database) -> None:
    """Even what was flushed before the error is gone."""
    with pytest.raises(RuntimeError):
        async with db.session() as session:
            session.add(Fact(key="a", value="1"))
            await session.flush()
            raise RuntimeError

    assert await keys(db) == []


async def test_undo_takes_back_one_session_and_keeps_its_neighbours(db: Database) -> None:
    """Two turns in one transaction: the savepoint of one does not touch the other."""
    async with db.write() as tx:
        for key, good in (("a", True), ("b", False), ("c", True)):
            session = tx.session()
            session.add(Fact(key=key, value=""))
            await session.flush()
            await (tx.keep(session) if good else tx.undo(session))

    assert await keys(db) == ["a", "c"]


async def test_undo_mends_a_transaction_after_a_database_error(db: Database) -> None:
    """PostgreSQL refuses everything after an error until the savepoint is rolled back."""
    async with db.write() as tx:
        for key in ("a", "a", "b"):
            session = tx.session()
            session.add(Fact(key=key, value=""))
            try:
                await session.flush()
                await tx.keep(session)
            except IntegrityError:
                await tx.undo(session)

    assert await keys(db) == ["a", "b"]


async def test_driver_and_session_share_one_transaction(db: Database) -> None:
    """A raw statement is undone together with what a session did."""
    with pytest.raises(RuntimeError):
        async with db.write() as tx:
            await tx.run("INSERT INTO program (key, value) VALUES (?, ?)", [("raw", "1")])
            session = tx.session()
            session.add(Fact(key="session", value="1"))
            await tx.keep(session)
            raise RuntimeError

    assert await keys(db) == []


async def test_hooks_run_after_the_commit_and_only_then(db: Database) -> None:
    """A wake-up must not come before its rows can be seen, and not at all after a rollback."""
    called: list[str] = []
    async with db.write() as tx:
        tx.after_commit(lambda: called.append("good"))
        assert called == []
    with pytest.raises(RuntimeError):
        async with db.write() as tx:
            tx.after_commit(lambda: called.append("bad"))
            raise RuntimeError

    assert called == ["good"]


async def test_waiting_works_share_a_transaction(db: Database) -> None:
    """Fifty items handed in at once need far fewer commits than fifty."""
    groups: list[int] = []

    async def apply(tx: Tx, items: list[int]) -> Sequence[int]:
        groups.append(len(items))
        await tx.run("INSERT INTO program (key, value) VALUES (?, ?)", [(f"{item:02}", "") for item in items])
        return [item * 2 for item in items]

    submit = db.writer.batch(apply)
    results = await asyncio.gather(*(submit(number) for number in range(50)))

    assert results == [number * 2 for number in range(50)]
    assert len(groups) <= 3
    assert len(await keys(db)) == 50


async def test_one_bad_work_does_not_cost_its_neighbours(db: Database) -> None:
    """The group fails, then each is tried alone; only the bad one hears of it."""

    async def write(tx: Tx, key: str) -> str:
        if key == "bad":
            raise ValueError(key)
        await tx.run("INSERT INTO program (key, value) VALUES (?, '')", [(key,)])
        return key

    names = ["a", "b", "bad", "c"]
    works = [db.writer.run(lambda tx, name=name: write(tx, name)) for name in names]  # type: ignore[misc]  # bound early
    results = await asyncio.gather(*works, return_exceptions=True)

    assert [str(result) for result in results] == names
    assert isinstance(results[2], ValueError)
    assert await keys(db) == ["a", "b", "c"]


async def test_sealed_bytes_do_not_open_with_another_key() -> None:
    """The key file belongs to its database."""
    sealed = Box(bytes(32)).seal(b"rahasia")

    assert Box(bytes(32)).open(sealed) == b"rahasia"
    with pytest.raises(Exception, match="does not open"):
        Box(bytes([1]) * 32).open(sealed)


async def test_a_locked_database_is_down_and_stores_nothing(sqlite_url: str) -> None:
    """Another program holds the file for longer than we wait: DatabaseDown, and later it works."""
    db = Database(sqlite_url, Box(bytes(32)), busy_seconds=0.2)
    other = sqlite3.connect(sqlite_url.partition(":///")[2], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseDown):
        async with db.session() as session:
            session.add(Fact(key="a", value=""))
    other.execute("ROLLBACK")
    other.close()
    async with db.session() as session:
        session.add(Fact(key="b", value=""))

    assert await keys(db) == ["b"]
    await db.close()


async def test_a_full_database_is_down_and_says_so_without_parameters(sqlite_url: str) -> None:
    """The error's text names the kind of trouble and nothing that was to be stored."""
    db = Database(sqlite_url, Box(bytes(32)))
    async with db.write() as tx:
        pages = (await tx.rows("PRAGMA page_count"))[0][0]
        await tx.rows(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DatabaseDown) as caught:
        async with db.session() as session:
            session.add(Fact(key="rahasia", value="x" * 200_000))

    assert "full" in str(caught.value)
    assert "rahasia" not in str(caught.value)
    await db.close()


async def test_a_missing_folder_is_made_for_a_new_database(tmp_path: Path) -> None:
    """The first start needs no preparation."""
    db = Database(f"sqlite+aiosqlite:///{tmp_path}/neu/sahabat.db", Box(bytes(32)))
    async with db.write() as tx:
        await tx.rows("SELECT 1")

    assert (tmp_path / "neu" / "sahabat.db").exists()
    await db.close()


async def test_a_wait_for_the_lock_that_is_given_up_costs_nobody_else(sqlite_url: str) -> None:
    """Who waited went away while another program held the file; the next one writes as if nothing had been."""
    db = Database(sqlite_url, Box(bytes(32)), busy_seconds=2)
    async with db.session() as session:
        session.add(Fact(key="a", value=""))
    other = sqlite3.connect(sqlite_url.partition(":///")[2], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(write_fact(db, "given up"))
    await asyncio.sleep(0.05)
    waiting.cancel()
    other.execute("ROLLBACK")
    other.close()
    await asyncio.gather(waiting, return_exceptions=True)
    await write_fact(db, "b")

    assert await keys(db) == ["a", "b"]
    await db.close()


async def test_what_is_given_up_twice_is_still_rolled_back(db: Database) -> None:
    """Cancelled, and cancelled again while it rolls back: nothing of it gets into the next commit."""
    inside = asyncio.Event()

    async def half() -> None:
        async with db.writer._begin() as tx:
            await tx.run("INSERT INTO program (key, value) VALUES (?, '')", [("half",)])
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(half())
    await inside.wait()
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await write_fact(db, "whole")

    assert await keys(db) == ["whole"]


async def test_a_locked_database_is_waited_for_once_for_all_that_wait(sqlite_url: str) -> None:
    """Each of ten would wait the full time again: all are told after the first wait."""
    db = Database(sqlite_url, Box(bytes(32)), busy_seconds=0.1)
    begin, begun = db.writer._begin, []

    def counted() -> AbstractAsyncContextManager[Tx]:
        begun.append(1)
        return cast(AbstractAsyncContextManager[Tx], begin())

    db.writer._begin = counted
    other = sqlite3.connect(sqlite_url.partition(":///")[2], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    works = [db.writer.run(lambda tx: tx.rows("SELECT 1")) for _ in range(10)]
    results = await asyncio.gather(*works, return_exceptions=True)
    other.close()

    assert {type(result) for result in results} == {DatabaseDown}
    assert len(begun) == 1
    await db.close()


async def test_a_hook_that_fails_does_not_have_the_work_done_twice(db: Database) -> None:
    """It is committed; a failed wake-up only costs the wake-up, and the other hooks still run."""
    done: list[str] = []

    async def work(tx: Tx) -> None:
        done.append("work")
        tx.after_commit(lambda: [][0])
        tx.after_commit(lambda: done.append("other hook"))

    await db.writer.run(work)

    assert done == ["work", "other hook"]


async def test_a_work_that_is_cancelled_inside_does_not_stop_the_writer(db: Database) -> None:
    """It alone hears of it; its neighbours and those who come later are served."""

    async def cancelled(tx: Tx) -> None:
        raise asyncio.CancelledError

    async def nothing(tx: Tx) -> None:
        await tx.rows("SELECT 1")

    works = [db.writer.run(work) for work in (cancelled, nothing)]
    results = await asyncio.wait_for(asyncio.gather(*works, return_exceptions=True), 5)

    assert [type(result) for result in results] == [asyncio.CancelledError, type(None)]
    assert len(await db.writer.run(lambda tx: tx.rows("SELECT 1"))) == 1


async def test_a_server_that_is_not_there_is_down(tmp_path: Path) -> None:
    """No socket, no such name: as much away as one that refuses, for writers and for readers."""
    db = Database(f"postgresql+asyncpg://postgres@/none?host={tmp_path}", Box(bytes(32)))
    with pytest.raises(DatabaseDown):
        await write_fact(db, "a")
    with pytest.raises(DatabaseDown):
        await db.writer.run(lambda tx: tx.rows("SELECT 1"))
    with pytest.raises(DatabaseDown):
        await keys(db)
    await db.close()


@pytest.mark.postgres
async def test_a_connection_that_the_server_ended_is_replaced(postgres_fresh_url: str) -> None:
    """The work under way is told; the next one has a new connection."""
    db = Database(postgres_fresh_url, Box(bytes(32)))

    async def work(tx: Tx) -> None:
        await tx.run("INSERT INTO program (key, value) VALUES (?, '')", [("lost",)])
        await tx.rows("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(DatabaseDown):
        await db.writer.run(work)
    await db.writer.run(lambda tx: tx.run("INSERT INTO program (key, value) VALUES (?, '')", [("kept",)]))

    assert await keys(db) == ["kept"]
    await db.close()


@pytest.mark.postgres
async def test_a_server_that_does_not_answer_is_down(postgres_fresh_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cut wire gives no error: after the time for an answer the connection is given up and made anew."""
    monkeypatch.setattr("storage.engine.ANSWER_SECONDS", 0.3)
    db = Database(postgres_fresh_url, Box(bytes(32)))
    with pytest.raises(DatabaseDown):
        await db.writer.run(lambda tx: tx.rows("SELECT pg_sleep(60)"))

    assert len(await db.writer.run(lambda tx: tx.rows("SELECT 1"))) == 1
    await db.close()
