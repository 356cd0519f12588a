"""Alarms: one per kind and hour, by night too, and a failing handler raises one."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.context import Context
from bot.router import Router
from bot.services.alarms import raise_alarm
from bot.turn import Turn
from storage.models import Outbox
from tests.support.world import World

OWNERS = frozenset({("test", "boss")})
router = Router("test")


@router.command("start")
async def start(turn: Turn) -> None:
    """Works."""
    turn.say("halo")


@router.command("boom")
async def boom(turn: Turn) -> None:
    """Does not."""
    raise RuntimeError("secret words of a person")


@pytest.fixture
async def world(url: str) -> AsyncIterator[World]:
    """A bot that fails on /boom, with an owner who has written once."""
    world = await World.open(url, router, context=Context(owners=OWNERS))
    await world.person("boss").says("/start")
    yield world
    await world.close()


async def alarm(world: World, kind: str) -> int:
    """Raises one; how many chats were told."""
    async with world.db.session() as db:
        return await raise_alarm(db, world.now, kind, "alarm.knowledge", owners=OWNERS, error="X")


async def test_a_kind_alarms_once_an_hour(world: World) -> None:
    """A storm of the same trouble is one message; another kind, or another hour, is news."""
    told = [await alarm(world, kind) for kind in ("a", "a", "b")]
    world.later(minutes=59)
    told.append(await alarm(world, "a"))
    world.later(minutes=1)
    told.append(await alarm(world, "a"))

    assert told == [1, 0, 1, 0, 1]


async def test_alarms_do_not_wait_for_the_morning(world: World) -> None:
    """Urgent rows pass the quiet hours."""
    world.now += timedelta(hours=15)  # 01.00 WITA
    await alarm(world, "a")
    await world.settle()

    assert "Kumpulan aturan" in world.person("boss").text


async def test_a_failing_handler_tells_the_owner_without_the_persons_words(world: World) -> None:
    """Its number and part; the person gets an apology, however often it fails."""
    ani, boss = world.person("ani"), world.person("boss")
    for _ in range(3):
        await ani.says("/boom")

    alarms = [seen.text for seen in boss.messages if "Gangguan" in seen.text]
    assert "Maaf" in ani.text
    assert len(alarms) == 1
    assert "bagian boom" in alarms[0]
    assert "secret" not in alarms[0]


async def test_an_alarm_that_fails_costs_nobody_the_apology(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the hour cannot be reckoned."""
    monkeypatch.setattr("bot.services.alarms.HOUR", 0)
    (sorry,) = await world.person("ani").says("/boom")
    async with world.db.read() as db:
        sources = set((await db.scalars(select(Outbox.source))).all())

    assert "Maaf" in sorry.text
    assert sources == {"reply"}
