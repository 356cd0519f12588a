"""Migrations, on both engines: up from nothing, up to what the models say, and nothing to do the second time."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from storage.engine import Database
from storage.migrate import is_current, newest, upgrade, version
from storage.models import Base, Fact
from storage.sealing import Box
from tests.conftest import postgres_url, run_sql


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without any table, once on each engine."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
    folder, name = request.getfixturevalue("postgres_folder"), f"empty_{uuid4().hex}"
    asyncio.run(run_sql(folder, f"CREATE DATABASE {name}"))
    return postgres_url(folder, name)


@pytest.fixture
async def empty(empty_url: str) -> AsyncIterator[Database]:
    """That database, open."""
    db = Database(empty_url, Box(bytes(32)))
    yield db
    await db.close()


def differences(connection: Any) -> list[Any]:
    """What Alembic would still change."""
    found = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    return [one for one in found if "alembic_version" not in str(one)]


async def test_a_database_without_tables_has_no_version(empty: Database) -> None:
    """Not current, and no error either."""
    assert await version(empty) == ""
    assert not await is_current(empty)


async def test_migrating_from_nothing_gives_what_the_models_say(empty: Database) -> None:
    """Every table, column, index and key: nothing is left to change."""
    assert await upgrade(empty)
    engine = create_async_engine(empty.url)
    async with engine.connect() as connection:
        left = await connection.run_sync(differences)
    await engine.dispose()

    assert left == []
    assert await version(empty) == newest()


async def test_migrating_twice_changes_nothing(empty: Database) -> None:
    """The second time there is nothing to do, and what was stored is still there."""
    await upgrade(empty)
    async with empty.session() as session:
        session.add(Fact(key="a", value="1"))

    assert not await upgrade(empty)
    async with empty.read() as session:
        assert (await session.execute(text("SELECT value FROM program"))).scalar_one() == "1"


async def test_a_program_that_only_looks_does_not_migrate(empty: Database) -> None:
    """Asking whether the schema is current makes no table."""
    await asyncio.gather(is_current(empty), is_current(empty))

    assert await version(empty) == ""


async def test_a_migration_that_fails_leaves_nothing(empty: Database) -> None:
    """Half of the tables would be in the way of the next try for good."""
    async with empty.write() as tx:
        await tx.run("CREATE TABLE webchat (x INTEGER)", [()])
    with pytest.raises(DBAPIError):
        await upgrade(empty)
    async with empty.write() as tx:
        await tx.run("DROP TABLE webchat", [()])

    assert await upgrade(empty)
    assert await is_current(empty)


async def test_two_that_migrate_at_once_do_it_once(empty: Database, empty_url: str) -> None:
    """Two programs started together: the second finds it done."""
    other = Database(empty_url, Box(bytes(32)))
    await asyncio.gather(upgrade(empty), upgrade(other))

    assert await is_current(other)
    await other.close()
