"""The week's digest: Monday at eight, once, with what was asked most and what was not answered."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.clock import Clock, Weekly
from bot.context import Context
from bot.jobs import digest as job
from bot.services.digest import SHOWN, Asked, Week, group
from handlers import router
from knowledge.similar import traits
from storage.models import Outbox
from tests.support.scripted import Scripted
from tests.support.world import World

WITA = ZoneInfo("Asia/Makassar")
INDEX = Scripted()
OWNERS = frozenset({("test", "boss")})
TUESDAY = datetime(2026, 11, 17, 2, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # 08.00 WITA


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The whole bot in the week before, with an owner called boss who has written once."""
    context = Context(knowledge=lambda: INDEX, owners=OWNERS)
    world = await World.open(sqlite_url, router(), context=context, now=TUESDAY)
    await world.person("boss").says("/staf")
    yield world
    await world.close()


async def rings(world: World, at: datetime = MONDAY) -> list[str]:
    """Lets the clock ring then; the digests that the owner has."""
    world.now = at
    clock = Clock(world.db, [job.job(WITA, OWNERS)], lambda: world.now)
    await clock.ring()
    await world.settle()
    return [seen.text for seen in world.person("boss").messages if "Ringkasan pertanyaan" in seen.text]


async def week(world: World) -> None:
    """Three people ask, one is helped and one is not."""
    for name in ("ani", "budi"):
        await world.person(name).says("/tanya tenggat")
    await world.person("cici").says("/tanya denda")
    await world.person("ani").taps("Terjawab")
    await world.person("cici").taps("Belum terjawab")
    await world.person("ani").says("/tanya bolehkah kucing memilih")
    await world.person("budi").says("/tanya apa kucing boleh nyoblos?")


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 11, 23, 0, 0, tzinfo=UTC), MONDAY),
        (datetime(2026, 11, 22, 23, 59, tzinfo=UTC), MONDAY - timedelta(days=7)),
        (datetime(2026, 11, 29, 23, 0, tzinfo=UTC), MONDAY),
    ],
)
def test_it_is_due_on_mondays_at_eight_by_the_offices_clock(now: datetime, due: datetime) -> None:
    """Missed, it is due late in the same week, not skipped."""
    assert Weekly(0, time(8), WITA).latest(now) == due


async def test_it_tells_what_was_asked_most_and_what_not_answered(world: World) -> None:
    """Titles with counts; questions grouped, with how many asked; the share that was helped."""
    await week(world)
    (told,) = await rings(world)

    assert "16–22 November 2026" in told
    assert f"1. {INDEX.topics['batas-waktu-melapor'].title} (2×)" in told
    assert f"2. {INDEX.topics['politik-uang-sanksi'].title} (1×)" in told
    assert "(2 orang)" in told
    assert "denda" in told.partition("Belum terjawab")[2]
    assert "Ya 1, belum 1 (50% ya)" in told


async def test_it_comes_once_a_week(world: World) -> None:
    """However often the clock rings or the program starts."""
    await week(world)
    for minutes in (0, 1):
        await rings(world, MONDAY + timedelta(minutes=minutes))

    assert len(await rings(world, MONDAY + timedelta(days=3))) == 1


async def test_a_week_without_questions_is_not_told(world: World) -> None:
    """Nobody reads an empty message twice."""
    assert await rings(world) == []


async def test_what_came_after_sunday_is_for_the_next_week(world: World) -> None:
    """Monday's questions are not in it, and are in the next."""
    world.now = MONDAY - timedelta(hours=1)
    await world.person("ani").says("/tanya tenggat")

    assert await rings(world) == []
    assert len(await rings(world, MONDAY + timedelta(days=7))) == 1


async def test_a_group_for_questions_gets_it_instead(world: World) -> None:
    """As it gets the questions; its button would not work there."""
    group_chat = world.group("kantor")
    await group_chat.says("/grupstaf", sender="boss")
    await group_chat.taps("Pertanyaan", sender="boss")
    await week(world)

    assert await rings(world) == []
    assert "Ringkasan pertanyaan" in group_chat.text
    assert group_chat.last.labels == []


async def test_an_erased_asker_is_in_no_digest(world: World) -> None:
    """Neither in the next one nor in the stored body of the last."""
    await world.person("ani").says("/tanya bolehkah kucing memilih")
    await rings(world)
    await world.person("ani").says("/hapus")
    await world.person("ani").taps("Ya, hapus")
    async with world.db.read() as db:
        bodies = list(await db.scalars(select(Outbox.body).where(Outbox.source == "digest")))

    assert bodies == [None]
    assert len(await rings(world, MONDAY + timedelta(hours=2))) == 1


def test_the_most_asked_questions_come_first() -> None:
    """By people, not by messages."""
    found = group([(1, "bolehkah anjing memilih"), (1, "apa anjing boleh nyoblos"), (2, "kucing boleh memilih?"),
                   (3, "bolehkah kucing nyoblos")])  # fmt: skip

    assert [(one.text, len(one.chats)) for one in found] == [
        ("kucing boleh memilih?", 2),
        ("bolehkah anjing memilih", 1),
    ]


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_fullest_week_fits_one_message(language: str) -> None:
    """Buttons and texts check their own length, so building it is the test; what is left out is counted."""
    most = [("judul " * 15, 99_999)] * SHOWN
    asked = [Asked("kata " * 800, traits("x"), set(range(500))) for _ in range(SHOWN)]
    full = Week(most, asked, 300, 9_999, 9_999)
    reply = job.rendered(language, full, (MONDAY - timedelta(days=7), MONDAY), WITA, False)

    assert "290" in reply.text
