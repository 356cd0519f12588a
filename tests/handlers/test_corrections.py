"""Editors look at what changed and send it to those who read the old words."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.context import Context
from bot.services import corrections
from handlers import router
from knowledge import Index, Topics
from tests.support.scripted import Scripted
from tests.support.world import World

OLD = Scripted()
TOPIC = OLD.topics["batas-waktu-melapor"]
NEW = Scripted(
    Topics({**OLD.topics, TOPIC.id: replace(TOPIC, difference="Sejak hari ini berbeda.")}, OLD.topics.notices, "2")
)


class Now:
    """The topics in force, which a test changes."""

    index: Index = OLD


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """Two people have read a topic, one of whom has stopped since; then the topic changes."""
    Now.index = OLD
    context = Context(knowledge=lambda: Now.index, owners=frozenset({("test", "boss")}))
    world = await World.open(sqlite_url, router(), context=context)
    for name in ("ani", "budi"):
        await world.person(name).says("/tanya tenggat")
    await world.person("budi").says("stop")
    Now.index = NEW
    yield world
    await world.close()


async def test_from_the_menu_to_the_readers(world: World) -> None:
    """Looked at first: the count leaves out who stopped. Then Ani reads what changed, and Budi hears nothing."""
    boss, ani, budi = world.person("boss"), world.person("ani"), world.person("budi")
    before = len(budi.messages)
    await boss.says("/staf")
    (listed,) = await boss.taps("Kirim perbaikan")
    await boss.taps("1. ")
    (sent,) = await boss.taps("Kirim ke 1 orang")
    await world.settle()

    assert f"1. {TOPIC.title}: 1 orang" in listed.text
    assert "dikirim ke 1 orang" in sent.text
    assert "Sekarang: Sejak hari ini berbeda." in ani.text
    assert len(budi.messages) == before


async def test_the_new_answer_is_one_tap_from_the_correction(world: World) -> None:
    """Whole, as any answer."""
    boss, ani = world.person("boss"), world.person("ani")
    await boss.says("/perbaikan")
    await boss.taps("1. ")
    await boss.taps("Kirim ke 1 orang")
    await world.settle()
    (answer,) = await ani.taps("Baca lengkap")

    assert "Sejak hari ini berbeda." in answer.text


async def test_a_second_press_sends_nothing(world: World) -> None:
    """Everybody has it."""
    boss = world.person("boss")
    await boss.says("/perbaikan")
    await boss.taps("1. ")
    await boss.taps("Kirim ke 1 orang")
    (again,) = await boss.taps("Kirim ke 1 orang")
    (listed,) = await boss.says("/perbaikan")

    assert "Tidak ada pembaca" in again.text
    assert "Tidak ada topik yang berubah" in listed.text


async def test_by_night_it_waits_until_morning(world: World) -> None:
    """It keeps the quiet hours."""
    boss, ani = world.person("boss"), world.person("ani")
    world.later(hours=12)
    await boss.says("/perbaikan")
    await boss.taps("1. ")
    await boss.taps("Kirim ke 1 orang")
    await world.settle()
    assert "Perbaikan jawaban" not in ani.text
    world.later(hours=9)
    await world.settle()

    assert "Perbaikan jawaban" in ani.text


async def test_too_many_are_kindly_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """And told what they would need."""
    monkeypatch.setattr(corrections, "MOST", 0)
    boss = world.person("boss")
    await boss.says("/perbaikan")
    await boss.taps("1. ")
    (refused,) = await boss.taps("Kirim ke 1 orang")

    assert "Belum ada yang dikirim" in refused.text


@pytest.mark.parametrize("days", ["7", "90"])
async def test_other_days_can_be_chosen(world: World, days: str) -> None:
    """Two more taps away at most."""
    boss = world.person("boss")
    await boss.says("/perbaikan")
    await boss.taps("1. ")
    replies = await boss.taps(f"{days} hari terakhir")

    assert f"dalam {days} hari terakhir" in replies[-1].text


async def test_only_editors_and_owners_may(world: World) -> None:
    """In a private chat."""
    (stranger,) = await world.person("eve").says("/perbaikan")
    (group,) = await world.group("kantor").says("/perbaikan", sender="boss")

    assert "hanya untuk staf" in stranger.text
    assert "chat pribadi" in group.text
