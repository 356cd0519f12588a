"""Compares servers side by side: the same load on each in turn, round by round, and the ratios to the first.

    .venv/bin/python bench/harness.py                          # every peer, 3 rounds of 6 s, 32 connections
    .venv/bin/python bench/harness.py --peers aiogram ptb --rate 100 --pin
    .venv/bin/python bench/harness.py --add 'mine=python my_server.py --api {api} --secret {secret}'

A peer is a command that prints "ready PORT" and then takes updates at POST /telegram/webhook, with the secret in
X-Telegram-Bot-Api-Secret-Token, and answers each by sendMessage to {api}. {token}, {secret} and {folder} (empty, its
own) are filled in too. What counts is the reply arriving, not the 200. CPU seconds are those of the peer's process
and its children. Read the ratios: they hold on a busy machine too, the other numbers do not.
"""

import argparse
import asyncio
import contextlib
import json
import os
import shlex
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.load import SECRET, TOKEN, Load, Result

HERE = Path(__file__).parent / "peers"
_COMMON = "--api {api} --token {token} --secret {secret} --folder {folder}"
PEERS = {
    "aiogram": f"{sys.executable} {HERE / 'aiogram_echo.py'} {_COMMON}",
    "ptb": f"{sys.executable} {HERE / 'ptb_echo.py'} {_COMMON}",
    "aiogram-orm": f"{sys.executable} {HERE / 'aiogram_orm.py'} {_COMMON}",
}
Row = dict[str, float | str]
WARM_UP = 1.0
START = 60.0


@dataclass
class Peer:
    """A running server and what its rounds gave."""

    name: str
    process: asyncio.subprocess.Process
    port: int
    rounds: list[tuple[Result, float]] = field(default_factory=list)

    def per_cpu(self, number: int) -> float:
        """Replies for each CPU second in this round."""
        result, cpu = self.rounds[number]
        return result.replies / cpu if cpu else float("nan")


def cpu_seconds(pid: int) -> float:
    """CPU time used so far by a process, its threads and its living descendants."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)], ticks[int(entry.name)] = int(fields[1]), int(fields[11]) + int(fields[12])
    family = {pid}
    while grown := {child for child, parent in parents.items() if parent in family} - family:
        family |= grown
    return sum(ticks.get(member, 0) for member in family) / os.sysconf("SC_CLK_TCK")


def memory_mib(pid: int) -> float:
    """Resident memory of a process in MiB."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024
    return float("nan")


@contextlib.asynccontextmanager
async def started(name: str, command: str, api: str, core: int | None) -> AsyncIterator[Peer]:
    """Starts a peer in a folder of its own, waits for its "ready PORT", and ends it afterwards."""
    with tempfile.TemporaryDirectory(prefix=f"bench-{name}-") as folder:
        words = shlex.split(command.format(api=api, token=TOKEN, secret=SECRET, folder=folder))
        if core is not None:
            words = ["taskset", "-c", str(core), *words]
        process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
        try:
            yield Peer(name, process, await asyncio.wait_for(_port(process), START))
        finally:
            if process.returncode is None:
                process.terminate()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), 10)
            if process.returncode is None:
                process.kill()
                await process.wait()


async def _port(process: asyncio.subprocess.Process) -> int:
    assert process.stdout is not None
    while line := await process.stdout.readline():
        if line.startswith(b"ready "):
            return int(line.split()[1])
    raise RuntimeError("the peer ended before it was ready")


async def one_round(peer: Peer, load: Load, wanted: argparse.Namespace) -> None:
    """Warms the peer up, drives it, and keeps what it gave."""
    await load.drive(peer.port, WARM_UP, wanted.connections, wanted.rate)
    before = cpu_seconds(peer.process.pid)
    result = await load.drive(peer.port, wanted.seconds, wanted.connections, wanted.rate)
    peer.rounds.append((result, cpu_seconds(peer.process.pid) - before))


async def compare(wanted: argparse.Namespace) -> list[Row]:
    """Runs all rounds of all peers, interleaved; returns the table."""
    commands = {name: PEERS[name] for name in wanted.peers} | dict(item.split("=", 1) for item in wanted.add)
    load = Load(text=wanted.text)
    api = await load.open()
    async with contextlib.AsyncExitStack() as stack:
        peers = [
            await stack.enter_async_context(started(name, command, api, 0 if wanted.pin else None))
            for name, command in commands.items()
        ]
        if wanted.pin:
            os.sched_setaffinity(0, set(os.sched_getaffinity(0)) - {0})
        for number in range(wanted.rounds):
            for peer in peers:
                await one_round(peer, load, wanted)
                print(f"round {number + 1}: {peer.name} {peer.rounds[-1][0].replies} replies", file=sys.stderr)
        rows = [summary(peer, peers[0]) for peer in peers]
    load.close()
    return rows


def summary(peer: Peer, baseline: Peer) -> Row:
    """Medians over the rounds; the ratio is the median of the rounds' ratios per CPU second."""
    rounds = range(len(peer.rounds))
    results = [result for result, _ in peer.rounds]
    median = statistics.median
    return {
        "peer": peer.name,
        "replies_per_s": round(median(result.replies / result.seconds for result in results), 1),
        "per_cpu_s": round(median(peer.per_cpu(number) for number in rounds), 1),
        "ratio": round(median(peer.per_cpu(number) / baseline.per_cpu(number) for number in rounds), 2),
        "p50_ms": round(median(result.percentile(0.50) for result in results), 1),
        "p99_ms": round(median(result.percentile(0.99) for result in results), 1),
        "refused": sum(result.refused for result in results),
        "lost": sum(result.lost for result in results),
        "mib": round(memory_mib(peer.process.pid), 0),
    }


def show(rows: list[Row]) -> None:
    """Prints the table."""
    widths = {name: max(len(name), *(len(str(row[name])) for row in rows)) for name in rows[0]}
    heads: Row = {name: name for name in widths}
    for row in (heads, *rows):
        print("  ".join(str(row[name]).rjust(width) for name, width in widths.items()))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS), help="the first is the baseline")
    parser.add_argument("--add", action="append", default=[], metavar="NAME=COMMAND")
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--rate", type=float, default=0.0, help="updates a second; 0: as fast as replies come")
    parser.add_argument("--text", default="halo", help="what the people write; a number follows")
    parser.add_argument("--pin", action="store_true", help="servers on core 0, the load on the others")
    parser.add_argument("--json", metavar="FILE", help="also write the table here")
    wanted = parser.parse_args()
    rows = uvloop.run(compare(wanted))
    show(rows)
    if wanted.json:
        Path(wanted.json).write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
