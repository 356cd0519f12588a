"""The board: the best scores of the month among those who came by the same link and agreed to be shown."""

from collections.abc import AsyncIterator

import pytest

from bot.context import Context
from handlers import router
from tests.support.playing import plays
from tests.support.registering import register
from tests.support.world import Person, World


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The whole bot, with an owner called boss."""
    context = Context(owners=frozenset({("test", "boss")}))
    world = await World.open(sqlite_url, router(), context=context)
    yield world
    await world.close()


async def came(world: World, name: str, tag: str, right: int | None = None, notices: str = "Semua") -> Person:
    """Somebody who came by a link, registered and played."""
    chat = world.person(name)
    await chat.says(f"/start {tag}" if tag else "halo")
    await register(chat, name.title(), notices=notices)
    if right is not None:
        await plays(chat, right)
    return chat


@pytest.mark.parametrize("typed", ["/kuis papan", "/quiz board", "papan kuis", "/kuis papan unram"])
async def test_the_board_shows_the_best_of_ones_own_source(world: World, typed: str) -> None:
    """Highest first, equal ones on one rank, and nobody else."""
    await came(world, "budi", "unram", 4)
    await came(world, "cici", "unram", 2)
    await came(world, "dodi", "ikip", 5)
    await came(world, "eka", "unram", 5, notices="Tidak dulu")
    ani = await came(world, "ani", "unram", 4)
    await ani.says(typed)

    assert "Papan skor kuis bulan ini: unram" in ani.text
    assert ani.text.endswith("1. Ani: 4\n1. Budi: 4\n3. Cici: 2")


async def test_the_best_round_of_this_month_counts(world: World) -> None:
    """Not the last one, and not one of last month."""
    ani = await came(world, "ani", "unram", 5)
    world.later(days=8)
    await plays(ani, 3)
    await plays(ani, 1)
    await ani.taps("Papan skor")

    assert ani.text.endswith("1. Ani: 3")


async def test_ten_are_shown(world: World) -> None:
    """The best ones."""
    ani = await came(world, "ani", "unram", 1)
    for letter in "abcdefghij":
        await came(world, f"peserta {letter}", "unram", 5)
    await ani.says("/kuis papan")

    assert ani.text.count(": 5") == 10
    assert ": 1" not in ani.text


async def test_an_empty_board_invites(world: World) -> None:
    """To be the first."""
    ani = await came(world, "ani", "unram")
    await ani.says("/kuis papan")

    assert "Belum ada skor bulan ini untuk unram" in ani.text
    assert ani.last.labels == ["Main kuis"]


@pytest.mark.parametrize(
    ("tag", "typed", "text"),
    [("unram", "/kuis papan ikip", "kegiatan Anda sendiri"), ("", "/kuis papan", "belum ada papan skor")],
)
async def test_others_boards_are_not_shown(world: World, tag: str, typed: str, text: str) -> None:
    """Names are for those of the same event."""
    await came(world, "dodi", "ikip", 5)
    ani = await came(world, "ani", tag)
    await ani.says(typed)

    assert text in ani.text
    assert "Dodi" not in ani.text


async def test_a_visitor_is_asked_to_register(world: World) -> None:
    """Who knows nobody's event sees nobody's name."""
    await came(world, "budi", "unram", 5)
    ani = world.person("ani")
    await ani.says("/start unram")
    await ani.says("/kuis papan")

    assert "peserta terdaftar" in ani.text
    assert ani.last.labels == ["Daftar"]


async def test_staff_can_post_a_board_in_a_group(world: World) -> None:
    """By its tag; members cannot, since names would be read by everybody."""
    await came(world, "budi", "unram", 5)
    group = world.group("kelas")
    (refused,) = await group.says("/kuis papan unram", sender="budi", sender_name="Budi")
    (which,) = await group.says("/kuis papan", sender="boss", sender_name="Boss")
    (shown,) = await group.says("/kuis papan unram", sender="boss", sender_name="Boss")

    assert "hanya bisa ditampilkan petugas" in refused.text
    assert "tanda tautannya" in which.text
    assert "1. Budi: 5" in shown.text


async def test_staff_without_a_source_are_told_how(world: World) -> None:
    """In their private chat too."""
    await came(world, "budi", "unram", 5)
    boss = await came(world, "boss", "")
    await boss.says("/kuis papan")
    hint = boss.text
    await boss.says("/kuis papan unram")

    assert "tanda tautannya" in hint
    assert "1. Budi: 5" in boss.text


async def test_in_a_quiz_the_board_is_shown_and_the_quiz_goes_on(world: World) -> None:
    """With the question that waits."""
    ani = await came(world, "ani", "unram", 5)
    await ani.says("kuis")
    board, again = await ani.says("/kuis papan")

    assert "1. Ani: 5" in board.text
    assert "Soal 1 dari 5" in again.text
