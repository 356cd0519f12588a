"""The clock: each entry of a timetable is worked off once, whatever the wall clock and other processes do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from bot.clock import Clock, Daily, Job, Minutely, Timetable
from storage.engine import Database, DatabaseDown, Tx
from storage.models import JobRun

NOW = datetime(2026, 11, 24, 2, 0, 30, tzinfo=UTC)
NIGHTLY = Daily(time(3, 30), ZoneInfo("Asia/Makassar"))


class Times:
    """A wall clock that is set by hand, and a monotonic one that is not."""

    def __init__(self) -> None:
        self.now = NOW
        self.seconds = 0.0

    def passes(self, **delta: float) -> None:
        self.now += timedelta(**delta)


class Work:
    """A job that notes when it ran; it has `steps` steps and fails while `broken`."""

    def __init__(self, timetable: Timetable = NIGHTLY, steps: int = 1, polls: bool = False) -> None:
        self.ran: list[datetime] = []
        self.steps, self.broken = steps, False
        self.again = asyncio.Event()
        self.job = Job("work", timetable, self.run, polls)

    async def run(self, tx: Tx, now: datetime) -> bool:
        self.ran.append(now)
        if len(self.ran) > 1:
            self.again.set()
        if self.broken:
            raise ValueError("a bug")
        return len(self.ran) % self.steps != 0


@pytest.fixture
def times() -> Times:
    """A clock to set."""
    return Times()


def clock(db: Database, times: Times, *works: Work) -> Clock:
    """A clock with these jobs."""
    return Clock(db, [work.job for work in works], lambda: times.now, elapsed=lambda: times.seconds)


async def taken(db: Database) -> int:
    """How many entries were taken."""
    async with db.read() as session:
        return (await session.execute(select(func.count()).select_from(JobRun))).scalar_one()


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 11, 24, 20, 0, tzinfo=UTC), datetime(2026, 11, 24, 19, 30, tzinfo=UTC)),
        (datetime(2026, 11, 24, 19, 0, tzinfo=UTC), datetime(2026, 11, 23, 19, 30, tzinfo=UTC)),
        (datetime(2026, 12, 31, 19, 30, tzinfo=UTC), datetime(2026, 12, 31, 19, 30, tzinfo=UTC)),
        (datetime(2028, 2, 29, 19, 0, tzinfo=UTC), datetime(2028, 2, 28, 19, 30, tzinfo=UTC)),
    ],
)
def test_a_daily_entry_is_the_last_that_has_come(now: datetime, due: datetime) -> None:
    """Today's or yesterday's, by the clock of the place."""
    assert NIGHTLY.latest(now) == due


def test_a_daily_entry_in_the_gap_is_the_next_minute() -> None:
    """On the day when summer time leaves 01.30 out, the job runs at 02.00."""
    daily = Daily(time(1, 30), ZoneInfo("Europe/London"))

    assert daily.latest(datetime(2026, 3, 29, 12, tzinfo=UTC)) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_a_minutely_entry_is_this_minute() -> None:
    """Without its seconds."""
    assert Minutely().latest(NOW) == datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


async def test_an_entry_is_worked_off_once(db: Database, times: Times) -> None:
    """However often the bell rings, until the next entry comes."""
    work = Work()
    one = clock(db, times, work)
    for _ in range(3):
        await one.ring()
    times.passes(days=1)
    await one.ring()

    assert work.ran == [NOW, NOW + timedelta(days=1)]


async def test_of_two_processes_one_works(db: Database, times: Times) -> None:
    """The key in the database decides, whoever comes first."""
    work = Work()
    await asyncio.gather(*(clock(db, times, work).ring() for _ in range(4)))

    assert len(work.ran) == 1
    assert await taken(db) == 1


async def test_a_missed_night_is_made_up_for_once(db: Database, times: Times) -> None:
    """A machine that was off for five days does the job when it starts, not five times."""
    work = Work()
    await clock(db, times, work).ring()
    times.passes(days=5)
    await clock(db, times, work).ring()

    assert len(work.ran) == 2


async def test_a_failing_job_is_tried_again_and_stops_no_other(db: Database, times: Times) -> None:
    """Its entry is taken back with what it did."""
    bad, good = Work(), Work()
    bad.broken, good.job = True, Job("good", NIGHTLY, good.run)
    one = clock(db, times, bad, good)
    await one.ring()
    bad.broken = False
    await one.ring()

    assert (len(bad.ran), len(good.ran)) == (2, 1)


async def test_steps_are_transactions_of_their_own(db: Database, times: Times) -> None:
    """The job is asked until it has no more to do, and the sender is woken in between."""
    work, woken = Work(steps=3), []
    await Clock(db, [work.job], lambda: times.now, lambda: woken.append(1)).ring()

    assert len(work.ran) == 3
    assert len(woken) == 2


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1), timedelta(seconds=5), timedelta(seconds=-5)])
async def test_a_clock_that_is_set_doubles_and_misses_nothing(db: Database, times: Times, jump: timedelta) -> None:
    """Two days of half-hour rings with a jump in the middle: each night's entry once."""
    work = Work()
    one = clock(db, times, work)
    for ring in range(96):
        await one.ring()
        times.passes(minutes=30)
        if ring == 36:
            times.now += jump

    nights = {NIGHTLY.latest(at) for at in work.ran}
    assert len(work.ran) == len(nights) == 3


async def test_a_polling_job_runs_in_an_hour_shown_twice(db: Database, times: Times) -> None:
    """It finds what became due in it; its own rows keep it from doing anything twice."""
    work = Work(Minutely(), polls=True)
    one = clock(db, times, work)
    await one.ring()
    times.passes(hours=-1)
    await one.ring()

    assert len(work.ran) == 2


async def test_starting_rings_and_stopping_waits(db: Database, times: Times) -> None:
    """What is under way ends before `stop` returns; further steps wait for the next start."""
    began, go_on = asyncio.Event(), asyncio.Event()
    done: list[str] = []

    async def slow(tx: Tx, now: datetime) -> bool:
        began.set()
        await go_on.wait()
        done.append("step")
        return True

    one = Clock(db, [Job("slow", NIGHTLY, slow)], lambda: times.now)
    await one.start()
    await began.wait()
    stopping = asyncio.create_task(one.stop())
    await asyncio.sleep(0)
    go_on.set()
    await stopping

    assert done == ["step"]


async def test_a_clock_set_back_is_noticed(db: Database, times: Times, monkeypatch: pytest.MonkeyPatch) -> None:
    """APScheduler alone would be silent until the old time comes again; the watch rings at once."""
    monkeypatch.setattr("bot.clock.MINUTE", 0.01)
    work = Work(Minutely(), polls=True)
    one = clock(db, times, work)
    await one.start()
    await one.idle()
    times.passes(hours=-1)
    await asyncio.wait_for(work.again.wait(), 10)
    await one.stop()

    assert work.ran[1] == NOW - timedelta(hours=1)


async def test_a_database_that_is_down_costs_one_ring(db: Database, times: Times) -> None:
    """The entry is taken at the next."""
    work = Work()
    gone = _Away(db)
    one = Clock(gone, [work.job], lambda: times.now)
    await one.ring()
    gone.away = False
    await one.ring()

    assert len(work.ran) == 1


class _Away(Database):
    """A database that cannot be reached while `away`."""

    def __init__(self, db: Database) -> None:
        self._inner, self.away = db, True

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Tx]:
        if self.away:
            raise DatabaseDown("away")
        async with self._inner.write() as tx:
            yield tx
