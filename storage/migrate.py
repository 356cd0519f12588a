"""Brings a database to the newest schema, and tells whether it is there already."""

from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from storage.engine import Database, is_down

PATIENCE = 60.0  # s that another program may take to migrate
ONE_AT_A_TIME = 5_241_148  # the number of our lock in PostgreSQL, free for us to choose
FOLDER = Path(__file__).parent / "migrations"


def newest() -> str:
    """The newest revision there is; files are named by revision, in order."""
    return max(path.name for path in (FOLDER / "versions").glob("[0-9]*.py")).partition("_")[0]


async def version(db: Database) -> str:
    """The revision a database is at; "" for an empty one."""
    try:
        async with db.read() as session:
            found: str | None = (await session.execute(text("SELECT version_num FROM alembic_version"))).scalar()
    except DBAPIError as error:
        if is_down(error):
            raise
        return ""
    return found or ""


async def is_current(db: Database) -> bool:
    """Whether the database has the schema that this program was written for."""
    return await version(db) == newest()


async def upgrade(db: Database) -> bool:
    """Migrates to the newest revision, wholly or not at all; False when there was nothing to do. A second program
    that would migrate at the same time waits and finds it done."""
    if await is_current(db):
        return False
    engine = create_async_engine(db.url, connect_args={"timeout": PATIENCE} if db.sqlite else {})
    if db.sqlite:
        event.listen(engine.sync_engine, "connect", _leave_transactions_to_us)
        event.listen(engine.sync_engine, "begin", _begin)
    try:
        async with engine.begin() as connection:
            if not db.sqlite:
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})"))
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()
    return True


def _leave_transactions_to_us(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # else sqlite3 commits each CREATE TABLE by itself


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _upgrade(connection: Any) -> None:
    # Alembic costs a third of a second to import: only who has something to migrate pays for it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
