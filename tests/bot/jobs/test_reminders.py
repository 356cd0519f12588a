"""Reminders: everyone concerned gets each once, at its time; late, moved and missed ones do what they should."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.jobs import reminders as job
from bot.messages import Lane
from bot.services import meetings
from bot.times import moment
from handlers import router
from storage.engine import Database, Tx
from storage.types import from_ms
from tests.support.meetings import TUESDAY, bell, bring, planned, queued, registered, states, wita
from tests.support.world import World

EARLY = wita(date(2026, 11, 1), 10)
MONDAY = TUESDAY - timedelta(days=1)
SATURDAY = TUESDAY - timedelta(days=3)


@pytest.fixture
async def world(url: str) -> AsyncIterator[World]:
    """The whole bot on each engine, on a day weeks before the meeting."""
    world = await World.open(url, router(), now=EARLY)
    yield world
    await world.close()


async def ring(world: World, at: datetime) -> None:
    """The bell rings at a time, and what is due then is sent."""
    world.now = at
    await bell(world).ring()
    await world.settle()


async def test_each_reminder_is_sent_once_at_its_time(world: World) -> None:
    """Not a minute before, not twice."""
    await registered(world.db, EARLY, ("test", "ani"))
    await bring(world.db, EARLY, planned())
    ani = world.person("ani")
    seen = []
    for at in (wita(SATURDAY, 9), wita(MONDAY, 18), wita(TUESDAY, 7)):
        await ring(world, at - timedelta(minutes=1))
        seen.append(len(ani.messages))
        await ring(world, at)
        await ring(world, at + timedelta(minutes=1))

    assert seen == [0, 1, 2]
    assert len(ani.messages) == 3


async def test_a_reminder_says_what_when_and_where(world: World) -> None:
    """With the map, the programme and a way to be left alone."""
    await registered(world.db, EARLY, ("test", "ani"))
    await bring(world.db, EARLY, planned(map_url="https://maps.example.org/aula"))
    await ring(world, wita(MONDAY, 18))
    last = world.person("ani").last

    assert last.text.splitlines() == [
        "🔔 Pengingat: Rapat Koordinasi",
        "📅 Selasa, 24 November 2026",
        "🕘 09.00–16.00 WITA",
        "📍 Aula Kantor",
    ]
    assert last.labels == ["Lihat acara", "Matikan pengingat", "Buka peta"]


async def test_everyone_reads_their_language(world: World) -> None:
    """The chat's language, else the person's."""
    await registered(world.db, EARLY, ("test", "budi"), language="en")
    await registered(world.db, EARLY, ("test", "ani"))
    await bring(world.db, EARLY, planned())
    await ring(world, wita(MONDAY, 18))

    assert "Tuesday, 24 November 2026" in world.person("budi").text
    assert "Selasa, 24 November 2026" in world.person("ani").text


async def test_the_last_reminder_ignores_quiet_hours_and_the_others_keep_them(world: World) -> None:
    """A meeting at 07.00: two hours before is 05.00, in the quiet hours."""
    await registered(world.db, EARLY, ("test", "ani"))
    await bring(world.db, EARLY, planned(begins=time(7)))
    await ring(world, wita(TUESDAY, 5))
    rows = await queued(world.db)

    assert [(row.lane, row.urgent, row.state) for row in rows] == [(Lane.URGENT, True, "sent")]


async def test_a_reminder_queued_at_night_waits_for_the_morning(world: World) -> None:
    """Announced at 22.00 for tomorrow: it goes at 06.00, before the meeting begins."""
    await registered(world.db, EARLY, ("test", "ani"))
    await bring(world.db, wita(MONDAY, 22), planned())
    await ring(world, wita(MONDAY, 22, 1))
    night = len(world.person("ani").messages)
    await ring(world, wita(TUESDAY, 6))

    assert (night, len(world.person("ani").messages)) == (0, 1)


async def test_rows_expire_when_the_day_begins(world: World) -> None:
    """A reminder never leaves after that, however long a service was down."""
    await registered(world.db, EARLY, ("test", "ani"))
    await bring(world.db, EARLY, planned())
    world.now = wita(TUESDAY, 7)
    await bell(world).ring()
    rows = await queued(world.db)
    await ring(world, wita(TUESDAY, 9))

    assert from_ms(rows[0].expires_at or 0) == wita(TUESDAY, 9)
    assert world.person("ani").messages == []


async def test_a_scheduler_that_was_down_sends_late_once(world: World) -> None:
    """Down from ten minutes before 18.00 to two hours after: at once when it is back, and it says so."""
    await registered(world.db, EARLY, ("test", "ani"))
    await bring(world.db, EARLY, planned())
    await ring(world, wita(SATURDAY, 9))
    for minute in (0, 1, 2):
        await ring(world, wita(MONDAY, 20, minute))
    ani = world.person("ani")

    assert len(ani.messages) == 2
    assert "terlambat" in ani.text


async def test_a_reminder_in_time_does_not_call_itself_late(world: World) -> None:
    """Some minutes are nothing."""
    await registered(world.db, EARLY, ("test", "ani"))
    await bring(world.db, EARLY, planned())
    await ring(world, wita(MONDAY, 18, 10))

    assert "terlambat" not in world.person("ani").text


async def test_of_several_late_ones_the_last_is_sent(world: World) -> None:
    """Down over three bells of the same day: one message, not three."""
    await registered(world.db, EARLY, ("test", "ani"))
    await bring(world.db, EARLY, planned())
    await ring(world, wita(TUESDAY, 7, 30))

    assert len(world.person("ani").messages) == 1
    assert await states(world.db) == [("days3", "withdrawn"), ("day1", "withdrawn"), ("hours2", "queued")]


async def test_too_late_is_missed_and_told_to_staff(world: World) -> None:
    """The meeting has begun: nothing is sent, and the list of meetings shows it."""
    await registered(world.db, EARLY, ("test", "ani"))
    await bring(world.db, EARLY, planned())
    await ring(world, wita(TUESDAY, 9))
    async with world.db.read() as session:
        found = await meetings.overview(session)

    assert world.person("ani").messages == []
    assert found[0].reminders == {"missed": 3}


@pytest.mark.parametrize("change", [{"begins": time(13)}, {"place": "Hotel"}, {"cancelled": True}])
async def test_after_a_change_no_old_reminder_is_sent(world: World, change: dict[str, Any]) -> None:
    """Moved or cancelled while its messages were queued: they are withdrawn; the new ones carry the new revision."""
    await registered(world.db, EARLY, ("test", "ani"))
    await bring(world.db, EARLY, planned())
    world.now = wita(MONDAY, 18)
    await bell(world).ring()
    done = await bring(world.db, wita(MONDAY, 18, 1), planned(**change))
    await ring(world, wita(MONDAY, 18, 2))
    rows = await queued(world.db)
    told = [message.text for message in world.person("ani").messages]

    assert (done.withdrawn, rows[0].state) == (1, "skipped")
    assert not any("09.00" in text and "Aula" in text for text in told)
    assert len(told) == (0 if "cancelled" in change else 1)


async def test_switched_off_while_queued_is_not_sent(world: World) -> None:
    """Who presses "Matikan pengingat" gets none of those on their way."""
    await registered(world.db, EARLY, ("test", "ani"))
    await bring(world.db, EARLY, planned(TUESDAY))
    await ring(world, wita(SATURDAY, 9))
    world.now = wita(MONDAY, 18)
    await bell(world).ring()
    await world.person("ani").taps("Matikan")
    await ring(world, wita(TUESDAY, 7))

    assert [row.state for row in await queued(world.db)] == ["sent", "skipped"]


async def test_the_sample_reminds_nobody_outside_the_web_chat(world: World) -> None:
    """Whatever channels are on."""
    for channel in ("webchat", "telegram", "test"):
        await registered(world.db, EARLY, (channel, "ani"))
    await bring(world.db, EARLY, planned(), sample=True)
    world.now = wita(MONDAY, 18)
    await bell(world, "webchat", "telegram", "test").ring()

    assert [row.channel for row in await queued(world.db)] == ["webchat"]


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Asia/Jakarta", date(2026, 11, 24)),
        ("Asia/Makassar", date(2026, 11, 24)),
        ("Asia/Jayapura", date(2026, 11, 24)),
        ("Europe/London", date(2026, 3, 30)),
        ("Europe/London", date(2026, 10, 26)),
        ("Australia/Sydney", date(2026, 10, 5)),
        ("Australia/Sydney", date(2026, 4, 6)),
    ],
)
async def test_each_fires_once_at_its_local_time(world: World, zone: str, day: date) -> None:
    """Rung every half hour for a week, over the nights when London and Sydney change their clocks."""
    there = ZoneInfo(zone)
    start = moment(day, time(8), there)
    await registered(world.db, start - timedelta(days=5), ("test", "ani"))
    await bring(world.db, start - timedelta(days=5), planned(day, begins=time(8), zone=zone))
    world.now, one = start - timedelta(days=4), bell(world)
    while world.now < start + timedelta(hours=1):
        await one.ring()
        world.later(minutes=30)
    at = [from_ms(row.created_at).astimezone(there) for row in await queued(world.db)]

    assert [(moment.date(), moment.time()) for moment in at] == [
        (day - timedelta(days=3), time(9)),
        (day - timedelta(days=1), time(18)),
        (day, time(6)),
    ]


JUMPS = {
    "an hour on": [timedelta(hours=1), timedelta(0)],
    "an hour back": [timedelta(hours=-1), timedelta(0)],
    "ten years and back": [timedelta(days=3653), timedelta(days=-3653)],
    "five seconds on and back": [timedelta(seconds=5), timedelta(seconds=-5)],
}


@pytest.mark.parametrize("jump", JUMPS)
@pytest.mark.parametrize("day", [date(2027, 1, 1), date(2028, 2, 29), date(2027, 3, 1), date(2027, 2, 28)])
async def test_a_clock_that_jumps_sends_no_double_and_misses_none(world: World, jump: str, day: date) -> None:
    """Right after each bell the clock is set, and set again; over New Year, a leap day and the end of a month."""
    start = wita(day, 9)
    await registered(world.db, start - timedelta(days=5), ("test", "ani"))
    await bring(world.db, start - timedelta(days=5), planned(day))
    bells = [due for _, _, due in meetings.bells(start, ZoneInfo("Asia/Makassar"), start - timedelta(days=5))]
    one, far = bell(world), jump.startswith("ten")
    for due in bells:
        world.now = due + timedelta(minutes=1)
        await one.ring()
        for step in JUMPS[jump]:
            world.now += step
            await one.ring()
            assert far or Counter(state for _, state in await states(world.db))["missed"] == 0
    world.now = start - timedelta(minutes=1)
    await one.ring()

    assert [state for _, state in await states(world.db)] == ["queued"] * 3
    assert len(await queued(world.db)) == 3


class Crash(Exception):
    """The process ended here."""


class Crashing(Database):
    """A database whose transactions end where `crash` says: before a statement, or before the commit."""

    def __init__(self, db: Database, crash: Callable[[], bool]) -> None:
        self._inner, self._crash, self.crashes = db, crash, 0

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Tx]:
        async with self._inner.write() as tx:
            for name in ("rows", "run", "change", "session", "keep"):
                setattr(tx, name, self._risky(getattr(tx, name)))
            yield tx
            self._maybe()

    def _risky(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def risky(*values: Any) -> Any:
            self._maybe()
            return call(*values)

        return risky

    def _maybe(self) -> None:
        if self._crash():
            self.crashes += 1
            raise Crash


async def ring_until_done(db: Database, now: datetime) -> None:
    """What the clock does: a step that broke off is taken up again, until there is nothing to do."""
    more = True
    while more:
        with suppress(Crash):
            async with db.write() as tx:
                more = await job.ring(tx, now, frozenset({"test"}))


async def test_a_crash_at_any_point_loses_and_doubles_nothing(world: World) -> None:
    """Broken off before the first statement, the second … the commit: each person has the reminder once."""
    for name in ("ani", "budi"):
        await registered(world.db, EARLY, ("test", name))
    point, reached = 0, True
    while reached:
        await bring(world.db, EARLY, planned(TUESDAY + timedelta(days=point), key=f"rapat-{point}"))
        countdown = iter(range(point + 1))
        crashing = Crashing(world.db, lambda countdown=countdown, last=point: next(countdown, None) == last)  # type: ignore[misc]  # bound now
        await ring_until_done(crashing, wita(SATURDAY + timedelta(days=point), 9))
        reached, point = crashing.crashes > 0, point + 1
    rows = await queued(world.db)

    assert point > 10
    assert set(Counter((row.source_id, row.conversation_id) for row in rows).values()) == {1}
    assert len([state for _, state in await states(world.db) if state == "queued"]) * 2 == len(rows)


@pytest.mark.parametrize("seed", range(4))
async def test_random_crashes_lose_and_double_nothing(world: World, seed: int) -> None:
    """Thirty reminders due at once, transactions broken off at random."""
    people = [await registered(world.db, EARLY, ("test", f"p{number}")) for number in range(3)]
    for number in range(30):
        await bring(world.db, EARLY, planned(key=f"rapat-{number}"))
    dice = random.Random(seed)
    crashing = Crashing(world.db, lambda: dice.random() < 1 / 12)
    await ring_until_done(crashing, wita(SATURDAY, 9))
    rows = await queued(world.db)

    assert crashing.crashes > 10
    assert len({(row.source_id, row.conversation_id) for row in rows}) == len(rows) == 30 * len(people)


async def test_two_processes_ring_together(world: World) -> None:
    """Each reminder is queued by one of them."""
    await registered(world.db, EARLY, ("test", "ani"))
    for number in range(5):
        await bring(world.db, EARLY, planned(key=f"rapat-{number}"))
    world.now = wita(MONDAY, 18)
    first, second = bell(world), bell(world)
    await asyncio.gather(first.ring(), second.ring())

    assert len(await queued(world.db)) == 5


async def test_content_is_written_once_for_each_language(world: World) -> None:
    """And every row points to one of the two."""
    for number in range(6):
        await registered(world.db, EARLY, ("test", f"p{number}"), language="en" if number % 2 else "id")
    await bring(world.db, EARLY, planned())
    world.now = wita(MONDAY, 18)
    await bell(world).ring()
    rows = await queued(world.db)

    assert len({row.content_id for row in rows}) == 2
    assert all(row.body is None for row in rows)
