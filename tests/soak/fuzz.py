"""Feeds mutated updates to the reader, and a part of them to the whole inbox: nothing unforeseen may come out.

scripts/soak fuzz 1000000
"""

import asyncio
import copy
import json
import random
import resource
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.channels.telegram_read import Reader, Unreadable
from bot.inbox import Inbox
from bot.router import Router
from bot.turn import Turn
from storage.engine import Database
from storage.models import Base
from storage.sealing import Box

PAYLOADS = Path(__file__).parent.parent / "channels" / "payloads" / "telegram"
ODD: list[Any] = [None, True, -1, 0, 2**53, 2**70, 1e308, "", "x" * 5000, "\u0000", "\u202e", [], {}, [[]], {"id": {}}]
THROUGH_INBOX = 50  # one in so many


def spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value, as the keys that lead there."""
    found = [path] if path else []
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        found += spots(inner, (*path, key))
    return found


def mutated(update: Any, dice: random.Random) -> Any:
    """The update with up to three places changed, dropped or swapped for something odd."""
    copied = copy.deepcopy(update)
    for _ in range(dice.randint(1, 3)):
        places = spots(copied)
        if not places:
            break
        *way, last = dice.choice(places)
        holder = copied
        for key in way:
            holder = holder[key]
        if dice.random() < 0.3 and isinstance(holder, dict):
            del holder[last]
        else:
            holder[last] = copy.deepcopy(dice.choice(ODD))
    return copied


def small() -> Router:
    """Answers everything."""
    router = Router("fuzz")

    async def echo(turn: Turn) -> None:
        turn.say(turn.text[:100] or turn.incoming.kind)

    router.fallback = echo
    return router


async def main(count: int, seed: int) -> None:
    """All cases; stops at the first that breaks, with its seed."""
    dice = random.Random(seed)
    updates = [json.loads(path.read_text())["update"] for path in PAYLOADS.glob("*.json") if "nested" not in path.stem]
    reader = Reader("telegram", "123456")
    counts = {"read": 0, "nothing for us": 0, "refused": 0}
    with tempfile.TemporaryDirectory() as folder:
        db = Database(f"sqlite+aiosqlite:///{folder}/fuzz.db", Box(bytes(32)))
        async with db.write() as tx:
            await tx.conn.run_sync(Base.metadata.create_all)
        inbox = Inbox(db, small(), {"telegram": reader.read}, lambda: datetime.now(UTC))
        before = 0
        for number in range(count):
            raw = json.dumps(mutated(dice.choice(updates), dice)).encode()
            try:
                incoming = reader.read(raw)
            except Unreadable:
                counts["refused"] += 1
                continue
            counts["nothing for us" if incoming is None else "read"] += 1
            if incoming is not None and number % THROUGH_INBOX == 0:
                await inbox.receive(incoming)
            if number == count // 10:
                before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        await inbox.idle()
        await db.close()
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    grown = (after - before) / before * 100 if before else 0
    print(f"{count:,} updates, seed {seed}: {counts}; 0 crashes; memory grew {grown:.1f} % after the first tenth")


if __name__ == "__main__":
    asyncio.run(
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    )
