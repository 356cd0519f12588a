"""What it costs to be there: time to the first answer and memory at rest, beside the import of aiogram alone.

    .venv/bin/python bench/footprint.py            # three rounds, interleaved; prints medians and ratios

Each round starts the real program on an existing database, in turn with the web chat only and with Telegram on (at a
loopback double), and asks one question over the web chat's line; then `sahabat ask`; then `import aiogram` in a bare
Python. The machine must be set up (scripts/setup) before.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import httpx
import orjson
from websockets.asyncio.client import connect

from bench.harness import memory_mib
from tests.support.program import Program, environment, running
from tests.support.telegram.remote import separate_bot_api

ROUNDS = 3
REST = 2.0  # s after the first answer until memory is read


async def first_answer(program: Program) -> None:
    """Opens the page, its line, and waits for an answer to /start."""
    async with httpx.AsyncClient() as client:
        cookie = (await client.get(program.address + "/")).headers["set-cookie"].partition(";")[0]
    address = program.address.replace("http", "ws", 1) + "/ws/chat"
    async with connect(address, additional_headers={"Cookie": cookie}, proxy=None) as line:
        await line.send(orjson.dumps({"id": "bench-1", "text": "/start"}).decode())
        while orjson.loads(await line.recv()).get("from") != "bot":
            pass


async def program(folder: Path, settings: dict[str, str]) -> tuple[float, float]:
    """Seconds from the start to the first answer, and MiB at rest."""
    began = time.perf_counter()
    async with running(folder, settings) as started:
        await first_answer(started)
        took = time.perf_counter() - began
        await asyncio.sleep(REST)
        memory = memory_mib(started.process.pid)
        await started.stop()
    return took, memory


def command(*words: str) -> tuple[float, float]:
    """Seconds of a whole command, and its largest memory in MiB."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *words], env=environment(Path(tempfile.gettempdir())), stdout=subprocess.DEVNULL
    ) as process:
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    return time.perf_counter() - began, usage.ru_maxrss / 1024


async def main() -> None:
    """All rounds, then the medians."""
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        async with separate_bot_api() as api:
            telegram = {"SAHABAT__TELEGRAM__TOKEN": api.token, "SAHABAT__TELEGRAM__API_BASE": api.base_url}
            await program(Path(one), {})
            await program(Path(two), telegram)
            for _ in range(ROUNDS):
                found["web chat only, first answer"].append(await program(Path(one), {}))
                found["with Telegram, first answer"].append(await program(Path(two), telegram))
                found["sahabat ask"].append(await asyncio.to_thread(command, "-m", "bot", "ask", "usia calon bupati?"))
                found["import aiogram"].append(await asyncio.to_thread(command, "-c", "import aiogram"))
                found["bare Python"].append(await asyncio.to_thread(command, "-c", "pass"))
    base = [statistics.median(values) for values in zip(*found["import aiogram"], strict=True)]
    print(f"{'':30}{'seconds':>9}{'MiB':>8}   to import aiogram")
    for name, values in found.items():
        seconds, memory = (statistics.median(column) for column in zip(*values, strict=True))
        print(f"{name:30}{seconds:9.2f}{memory:8.0f}   {seconds / base[0]:.2f}x, {memory - base[1]:+.0f} MiB")


if __name__ == "__main__":
    asyncio.run(main())
