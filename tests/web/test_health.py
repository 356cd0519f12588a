"""Whether the program lives and whether it is ready are two questions."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from bot.web.health import health_routes
from storage.engine import Database
from storage.migrate import is_current, upgrade
from storage.sealing import Box


async def ask(db: Database, path: str) -> httpx.Response:
    """What the server says there."""
    transport = httpx.ASGITransport(Starlette(routes=health_routes(db)))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get(path)


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[Database]:
    """A database without a schema."""
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'new.db'}", Box(bytes(32)))
    yield db
    await db.close()


async def test_ready_means_that_the_schema_is_current(empty: Database) -> None:
    """Before the migration the program lives and is not ready."""
    before = await ask(empty, "/readyz")
    await upgrade(empty)

    assert (before.status_code, before.headers["retry-after"]) == (503, "5")
    assert (await ask(empty, "/readyz")).status_code == 200


async def test_a_program_without_its_database_lives(tmp_path: Path) -> None:
    """It must not be restarted for that, and must get no work."""
    (tmp_path / "folder.db").mkdir()
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'folder.db'}", Box(bytes(32)))
    alive, ready = await ask(db, "/healthz"), await ask(db, "/readyz")
    await db.close()

    assert (alive.status_code, alive.text) == (200, "ok")
    assert (ready.status_code, ready.text) == (503, "database down")


async def test_a_database_that_does_not_answer_is_not_waited_for(
    empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks has a patience of their own."""
    await is_current(empty)  # connected: a connection that opens would outlive the test
    monkeypatch.setattr("bot.web.health.PATIENCE", 0.0)
    answer = await ask(empty, "/readyz")
    await is_current(empty)

    assert answer.status_code == 503
