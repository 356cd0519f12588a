"""Binding a staff group: by an owner, to purposes, and off again."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.context import Context
from handlers import router
from storage.models import Audit, StaffGroup
from tests.support.world import World


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The whole bot, with an owner called boss."""
    world = await World.open(sqlite_url, router(), context=Context(owners=frozenset({("test", "boss")})))
    yield world
    await world.close()


async def bound(world: World) -> list[tuple[str, str]]:
    """Office and purposes of all bound groups."""
    async with world.db.read() as db:
        return [(one.office, one.purposes) for one in (await db.scalars(select(StaffGroup))).all()]


async def test_an_owner_binds_a_group_and_chooses_what_it_is_for(world: World) -> None:
    """Nothing is chosen beforehand; each tap shows and counts at once."""
    group = world.group("kantor")
    (menu,) = await group.says("/grupstaf Kota Bima", sender="boss")
    await group.taps("Gangguan", sender="boss")
    (shown,) = await group.taps("Pertanyaan", sender="boss")
    (saved,) = await group.taps("Selesai", sender="boss")

    assert not any(label.startswith("✓") for label in menu.labels)
    assert shown.labels[:4] == ["✓ Pertanyaan", "Pengumuman", "Laporan", "✓ Gangguan"]
    assert saved.text == "Grup ini sekarang menerima: Pertanyaan, Gangguan."
    assert await bound(world) == [("Kota Bima", "questions alarms")]


async def test_a_second_tap_turns_a_purpose_off(world: World) -> None:
    """And a group without any says so."""
    group = world.group("kantor")
    await group.says("/grupstaf", sender="boss")
    await group.taps("Laporan", sender="boss")
    await group.taps("✓ Laporan", sender="boss")
    (saved,) = await group.taps("Selesai", sender="boss")

    assert "belum menerima apa pun" in saved.text
    assert await bound(world) == [("", "")]


async def test_only_an_owner_can_bind_or_change_a_group(world: World) -> None:
    """Members see the buttons; their taps change nothing."""
    group = world.group("kantor")
    (refused,) = await group.says("/grupstaf", sender="ani")
    await group.says("/grupstaf", sender="boss")
    menu = group.last
    for label in ("Pertanyaan", "Selesai", "Lepas grup"):
        (again,) = await group.does(pressed=menu.presses[label], message=menu.remote, sender="ani")
        assert again.text == refused.text == "Hanya pemilik yang dapat mengatur grup staf."

    assert await bound(world) == [("", "")]


async def test_binding_again_keeps_the_purposes(world: World) -> None:
    """Only a new office replaces the old one."""
    group = world.group("kantor")
    await group.says("/grupstaf Bima", sender="boss")
    await group.taps("Laporan", sender="boss")
    await group.says("/grupstaf", sender="boss")
    await group.says("/grupstaf Dompu", sender="boss")

    assert await bound(world) == [("Dompu", "reports")]


async def test_a_group_is_released_and_its_old_buttons_do_nothing(world: World) -> None:
    """No row stays behind."""
    group = world.group("kantor")
    await group.says("/grupstaf", sender="boss")
    menu = group.last
    await group.taps("Lepas grup", sender="boss")
    (late,) = await group.does(pressed=menu.presses["Laporan"], message=menu.remote, sender="boss")

    assert "belum menerima apa pun" in late.text
    assert await bound(world) == []


async def test_in_a_private_chat_it_says_where_to_use_it(world: World) -> None:
    """With an example."""
    (hint,) = await world.person("boss").says("/grupstaf")

    assert "/grupstaf Kota Bima" in hint.text
    assert await bound(world) == []


async def test_each_change_is_in_the_audit(world: World) -> None:
    """Bound, switched, unbound, by whom."""
    group = world.group("kantor")
    await group.says("/grupstaf", sender="boss")
    await group.taps("Laporan", sender="boss")
    await group.taps("Lepas grup", sender="boss")
    async with world.db.read() as db:
        rows = (await db.scalars(select(Audit).order_by(Audit.id))).all()

    assert [one.action for one in rows] == ["group.bind", "group.reports.on", "group.unbind"]
    assert {one.actor for one in rows} == {"test:boss"}
