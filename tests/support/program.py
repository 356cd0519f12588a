"""Starts the real program as a process of its own, and ends only what it started."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
QUICK = {
    "SAHABAT__SENDER__LEASE_SECONDS": "5",
    "SAHABAT__SENDER__SWEEP_SECONDS": "0.3",
    "SAHABAT__WEB__PORT": "0",
    "SAHABAT__APP__LOG_LEVEL": "WARNING",
}


@dataclass
class Program:
    """A running program: where it is, how to talk to it, how to end it."""

    process: asyncio.subprocess.Process
    address: str
    staff_link: str

    async def kill(self) -> None:
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def stop(self, patience: float = 30) -> int:
        """SIGTERM; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), patience)

    async def crashed(self, patience: float = 60) -> int:
        """Waits until it ends by itself; the exit status."""
        return await asyncio.wait_for(self.process.wait(), patience)


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The variables of a program whose data lies in `folder`, without any configuration of this machine."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SAHABAT__")}
    return {**kept, **QUICK, "SAHABAT__APP__DATA_DIR": str(folder / "data"), "PYTHONPATH": str(ROOT), **more}


def free_port() -> str:
    """A port that nobody listens on now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return str(taken.getsockname()[1])


@contextlib.asynccontextmanager
async def running(
    folder: Path, settings: dict[str, str] | None = None, point: str = "never", nth: int = 1
) -> AsyncIterator[Program]:
    """The program on SQLite in `folder` with more settings, and with a crash at a point if one is named."""
    command = (sys.executable, "-m", "tests.acceptance.program", point, str(nth))
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=environment(folder, **settings or {}), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), 90)).decode().split()
        assert line, f"the program ended with {await process.wait()} before it was ready"
        yield Program(process, line[1], line[2])
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
