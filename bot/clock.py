"""The timetable: APScheduler rings once a minute, the database says whether somebody was there before us.

A ring asks each job for the latest entry of its timetable at or before now. So a bell that was missed (the program was
down, the machine slept, the clock was set) is rung once, late, and one rung already is not rung again.
"""

import asyncio
import time as monotonic
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.logs import get_logger
from bot.times import moment
from storage import job_runs
from storage.engine import Database, DatabaseDown, Tx

log = get_logger("clock")

MINUTE = 60.0  # s
JUMP = 2.0  # s between the wall clock and the monotonic one that are not just drift


class Timetable(Protocol):
    """When a job is due."""

    def latest(self, now: datetime) -> datetime:
        """The last entry at or before `now`."""


@dataclass(frozen=True, slots=True)
class Minutely:
    """Due each full minute."""

    def latest(self, now: datetime) -> datetime:
        """This minute."""
        return now.astimezone(UTC).replace(second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Daily:
    """Due once a day at a local time, also on the days when clocks change."""

    at: time
    zone: ZoneInfo

    def latest(self, now: datetime) -> datetime:
        """Today's entry, or yesterday's while today's is to come."""
        today = now.astimezone(self.zone).date()
        due = moment(today, self.at, self.zone)
        return due if due <= now else moment(today - timedelta(days=1), self.at, self.zone)


@dataclass(frozen=True, slots=True)
class Weekly:
    """Due once a week, on `weekday` (Monday is 0), at a local time."""

    weekday: int
    at: time
    zone: ZoneInfo

    def latest(self, now: datetime) -> datetime:
        """This week's entry, or last week's while this week's is to come."""
        today = now.astimezone(self.zone).date()
        day = today - timedelta(days=(today.weekday() - self.weekday) % 7)
        due = moment(day, self.at, self.zone)
        return due if due <= now else moment(day - timedelta(days=7), self.at, self.zone)


@dataclass(frozen=True, slots=True)
class Job:
    """Work by timetable. `run(tx, now)` does one step in one transaction and says whether there is more to do; the
    first step shares its transaction with the note that this entry was taken, so that a crash takes back both.

    `polls` means that the job's own rows say what was done, so that it runs at each ring and takes no entry. Only so
    does it find what becomes due in an hour that the clock shows for the second time.
    """

    name: str
    timetable: Timetable
    run: Callable[[Tx, datetime], Awaitable[bool]]
    polls: bool = False


class Clock:
    """Rings the jobs at start and each minute. `wake` is called when a job has done something."""

    def __init__(
        self,
        db: Database,
        jobs: Iterable[Job],
        now: Callable[[], datetime],
        wake: Callable[[], None] = lambda: None,
        elapsed: Callable[[], float] = monotonic.monotonic,
    ) -> None:
        self._db, self._jobs, self._now, self._wake, self._elapsed = db, list(jobs), now, wake, elapsed
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._taken: dict[str, datetime] = {}
        self._stopping = False
        self._scheduler: AsyncIOScheduler | None = None
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to ring; returns at once, the first ring under way."""
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._scheduler.add_job(
            self._bell, IntervalTrigger(minutes=1, timezone=UTC), id="bell", coalesce=True, misfire_grace_time=None
        )
        self._scheduler.start()
        self._watch = asyncio.create_task(self._watch_jumps())
        await self._bell()

    async def stop(self) -> None:
        """Rings no more; returns when the steps under way have ended, the rest waits for the next start."""
        self._stopping = True
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None
        if self._watch is not None:
            self._watch.cancel()
        await self.idle()

    async def idle(self) -> None:
        """Returns when no job runs."""
        while self._under_way:
            await asyncio.gather(*self._under_way.values())

    async def ring(self) -> None:
        """Rings all jobs once and returns when they are done. For tests and tools."""
        await self._bell()
        await self.idle()

    async def _bell(self) -> None:
        for job in self._jobs:
            if job.name not in self._under_way:
                self._under_way[job.name] = asyncio.create_task(self._ring(job))

    async def _ring(self, job: Job) -> None:
        """One job to its end. What goes wrong is logged, and tried again a minute later."""
        try:
            now = self._now()
            due = job.timetable.latest(now)
            if job.polls or self._taken.get(job.name) != due:
                await self._work(job, due, now)
                self._taken[job.name] = due
        except DatabaseDown as error:
            log.warning("database down", job=job.name, error=str(error))
        except Exception:
            log.exception("job failed", job=job.name)
        finally:
            del self._under_way[job.name]

    async def _work(self, job: Job, due: datetime, now: datetime) -> None:
        async with self._db.write() as tx:
            ours = job.polls or await job_runs.take(tx, job.name, due)
            more = await job.run(tx, now) if ours else False
        while more:
            self._wake()
            if self._stopping:
                return
            async with self._db.write() as tx:
                more = await job.run(tx, now)

    async def _watch_jumps(self) -> None:
        """APScheduler plans its next ring by the wall clock: set back by an hour, it would be silent for an hour."""
        ahead = self._now().timestamp() - self._elapsed()
        while True:
            await asyncio.sleep(MINUTE / 4)
            difference = self._now().timestamp() - self._elapsed()
            if abs(difference - ahead) > JUMP and self._scheduler is not None:
                log.warning("the clock was set", seconds=round(difference - ahead))
                self._scheduler.reschedule_job("bell", trigger=IntervalTrigger(minutes=1, timezone=UTC))
                await self._bell()
            ahead = difference
