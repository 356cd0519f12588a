"""Kills the real program at random moments while people write, starts it again, and counts by the service's own log.

scripts/soak crash 60        # sixty runs of two hundred people, one kill each; the seed is printed
"""

import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.support.program import running
from tests.support.telegram.remote import RemoteBotApi, separate_bot_api

PEOPLE = 200
QUIET = 3.0  # s without a new message until a run counts as over
PATIENCE = 120.0


@dataclass(frozen=True)
class Outcome:
    """One run: who got nothing, what came twice, and how long after the new start all had an answer."""

    seed: int
    killed_after: float
    lost: int
    repeated: int
    recovery: float


async def answered(api: RemoteBotApi) -> Counter[int]:
    """Messages by person."""
    return Counter(sent["chat_id"] for sent in await api.log())


async def until_quiet(api: RemoteBotApi) -> float:
    """Waits until everybody has an answer, or nothing comes any more; seconds until the last one."""
    began = last = time.monotonic()
    seen = await answered(api)
    while time.monotonic() - began < PATIENCE:
        await asyncio.sleep(0.2)
        now = await answered(api)
        if now != seen:
            seen, last = now, time.monotonic()
        if len(seen) == PEOPLE and time.monotonic() - last > QUIET:
            break
    return last - began


async def run(seed: int) -> Outcome:
    """One run with its own database and service."""
    dice = random.Random(seed)
    after = dice.uniform(0.05, 2.5)
    with tempfile.TemporaryDirectory() as folder:
        async with separate_bot_api("--seed", str(seed)) as api:
            settings = {
                "SAHABAT__TELEGRAM__TOKEN": api.token,
                "SAHABAT__TELEGRAM__API_BASE": api.base_url,
                "SAHABAT__TELEGRAM__PER_SECOND": "200",
            }
            await api.fault("latency", "sendMessage", times=None, seconds=0.025, up_to=0.2)
            async with running(Path(folder), settings) as program:
                writing = asyncio.gather(
                    *(api.do(number, "send", text="/start") for number in range(101, 101 + PEOPLE))
                )
                await asyncio.sleep(after)
                await program.kill()
                await writing
            async with running(Path(folder), settings):
                recovery = await until_quiet(api)
                counted = await answered(api)
    return Outcome(seed, after, PEOPLE - len(counted), sum(counted.values()) - len(counted), recovery)


async def main(count: int, first: int) -> None:
    """All runs, a line each, then the sum."""
    print("| seed | killed after | lost | came twice | all answered after |\n|---|---|---|---|---|", flush=True)
    outcomes = []
    for seed in range(first, first + count):
        one = await run(seed)
        outcomes.append(one)
        print(f"| {seed} | {one.killed_after:.2f} s | {one.lost} | {one.repeated} | {one.recovery:.1f} s |", flush=True)
    lost, twice = sum(one.lost for one in outcomes), sum(one.repeated for one in outcomes)
    worst = max(one.repeated for one in outcomes)
    print(
        f"\n{count} runs of {PEOPLE} people: {lost} lost, {twice} came twice (at most {worst} in a run), "
        f"all answered {max(one.recovery for one in outcomes):.0f} s after the new start at the latest."
    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60, int(sys.argv[2]) if len(sys.argv) > 2 else 1))
