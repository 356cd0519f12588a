"""Drafts a migration from what the models have and the newest schema lacks. For developers: scripts/new-migration."""

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy.ext.asyncio import create_async_engine

from storage.engine import Database
from storage.migrate import FOLDER, upgrade
from storage.sealing import Box


async def main(revision: str, message: str) -> None:
    """Compares against a database made by all migrations so far."""
    with tempfile.TemporaryDirectory() as folder:
        db = Database(f"sqlite+aiosqlite:///{Path(folder) / 'draft.db'}", Box(bytes(32)))
        if any((FOLDER / "versions").glob("[0-9]*.py")):
            await upgrade(db)
        await db.close()
        engine = create_async_engine(db.url)
        async with engine.begin() as connection:
            await connection.run_sync(_draft, revision, message)
        await engine.dispose()


def _draft(connection: Any, revision: str, message: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    command.revision(config, message=message, rev_id=revision, autogenerate=True)
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(FOLDER)], check=True)  # noqa: S603 - our own


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
