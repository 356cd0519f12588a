"""The staff's entrance: one-time links, the menu by role, open questions, who is staff."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.context import Context
from bot.services import staff
from bot.services.staff import Role
from handlers import router
from storage.models import Inbox, Staff, StaffLink
from tests.support.scripted import Scripted
from tests.support.world import World

INDEX = Scripted()


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The whole bot, with an owner called boss and a public address."""
    context = Context(
        knowledge=lambda: INDEX, owners=frozenset({("test", "boss")}), public_url="https://bot.example.id"
    )
    world = await World.open(sqlite_url, router(), context=context)
    yield world
    await world.close()


async def link(world: World, role: str = "editor") -> str:
    """The payload of a fresh one-time link."""
    async with world.db.session() as db:
        return "s_" + await staff.make_link(db, world.now, role=role)


async def roles(world: World) -> dict[str, str]:
    """Who has which role in the database."""
    async with world.db.read() as db:
        return {one.address: one.role for one in await staff.everybody(db)}


async def test_a_link_gives_its_role_by_the_press_of_a_button(world: World) -> None:
    """Opening it alone does not; after the press the menu is there."""
    ani = world.person("ani")
    (welcome,) = await ani.says(f"/start {await link(world)}")
    before = await roles(world)
    replies = await ani.taps("Terima undangan")

    assert "Undangan staf sebagai Editor" in welcome.text
    assert before == {}
    assert await roles(world) == {"ani": "editor"}
    assert replies[0].text.startswith("Selamat bergabung. Peran Anda sekarang: Editor.")
    assert replies[1].text.startswith("Menu staf")


async def test_a_link_works_once(world: World) -> None:
    """The second who opens it, or had opened it before, gets nothing."""
    payload = await link(world)
    ani, budi, citra = world.person("ani"), world.person("budi"), world.person("citra")
    await ani.says(f"/start {payload}")
    await budi.says(f"/start {payload}")
    await ani.taps("Terima undangan")
    (late,) = await budi.taps("Terima undangan")
    (later,) = await citra.says(f"/start {payload}")

    assert late.text == later.text
    assert late.text.startswith("Undangan ini tidak berlaku")
    assert await roles(world) == {"ani": "editor"}


async def test_ten_wrong_links_are_enough(world: World) -> None:
    """Then the chat has to wait, kindly told, even with a right one; an hour later it works."""
    eve, payload = world.person("eve"), await link(world)
    for number in range(10):
        await eve.says(f"/start s_guess{number}")
    wrong = eve.last
    (locked,) = await eve.says(f"/start {payload}")
    world.later(minutes=59)
    (still,) = await eve.says(f"/start {payload}")
    world.later(minutes=2)
    fresh = await link(world)
    (open_again,) = await eve.says(f"/start {fresh}")

    assert wrong.text.startswith("Undangan ini tidak berlaku")
    assert locked.text == still.text
    assert "satu jam lagi" in locked.text
    assert open_again.labels == ["Terima undangan"]


async def test_staff_do_not_use_up_a_link_for_somebody_else(world: World) -> None:
    """An owner who taps the invitation they made keeps their role, and the link stays good."""
    boss, ani = world.person("boss"), world.person("ani")
    payload = await link(world, "viewer")
    (kept,) = await boss.says(f"/start {payload}")
    await ani.says(f"/start {payload}")
    await ani.taps("Terima undangan")

    assert "sudah terdaftar sebagai staf (Pemilik)" in kept.text
    assert await roles(world) == {"ani": "viewer"}


async def test_a_link_does_not_work_in_a_group(world: World) -> None:
    """Where everybody could press."""
    group = world.group("kampus")
    (refused,) = await group.says(f"/start {await link(world)}", sender="ani")

    assert "chat pribadi" in refused.text
    assert await roles(world) == {}


async def test_the_token_stays_in_no_stored_message(world: World) -> None:
    """What came in and what went out are emptied."""
    ani, payload = world.person("ani"), await link(world)
    await ani.says(f"/start {payload}")
    await ani.taps("Terima undangan")
    async with world.db.read() as db:
        kept = [one for one in await db.scalars(select(Inbox.raw)) if one is not None]
        hashes = (await db.scalars(select(StaffLink.token_hash))).all()

    assert kept == []
    assert payload not in hashes


async def test_an_invitation_is_made_with_two_taps_and_works(world: World) -> None:
    """Link and command carry the same token; all seven roles are offered."""
    boss, ani = world.person("boss"), world.person("ani")
    await boss.says("/staf")
    (offered,) = await boss.taps("Undang staf")
    (invitation,) = await boss.taps("Penyelenggara")
    payload = invitation.text.partition("?start=")[2].split()[0]
    await ani.says(f"/start {payload}")
    await ani.taps("Terima undangan")

    assert len(offered.labels) == len(Role)
    assert f"/start {payload}" in invitation.text
    assert await roles(world) == {"ani": "organiser"}


@pytest.mark.parametrize(
    ("role", "labels"),
    [
        ("owner", ["Pertanyaan (0)", "Percakapan (0)", "Topik", "Kirim perbaikan", "Undang staf", "Daftar staf"]),
        ("editor", ["Pertanyaan (0)", "Percakapan (0)", "Topik", "Kirim perbaikan"]),
        ("viewer", ["Pertanyaan (0)"]),
        ("custodian", []),
    ],
)
async def test_the_menu_shows_what_a_role_may_do(world: World, role: str, labels: list[str]) -> None:
    """Nothing is offered that is refused afterwards."""
    async with world.db.session() as db:
        await staff.add(db, world.now, "test", "ani", role=role, by="command line")
    (menu,) = await world.person("ani").says("/staf")

    assert menu.labels == labels


@pytest.mark.parametrize("typed", ["/staf", "staf"])
async def test_others_hear_how_to_become_staff(world: World, typed: str) -> None:
    """And nothing about what is inside."""
    (refused,) = await world.person("ani").says(typed)

    assert refused.labels == []
    assert "tautan undangan" in refused.text


async def test_old_buttons_of_a_former_owner_do_nothing(world: World) -> None:
    """The role counts at the press, not when the button was made."""
    async with world.db.session() as db:
        ani = await staff.add(db, world.now, "test", "ani", role="owner", by="command line")
    former = world.person("ani")
    await former.says("/staf")
    async with world.db.session() as db:
        await staff.remove(db, world.now, ani.id, by="command line")
    for label in ("Pertanyaan", "Undang staf", "Daftar staf"):
        (refused,) = await former.taps(label)
        assert "hanya untuk staf" in refused.text


async def test_a_viewer_sees_questions_and_cannot_answer(world: World) -> None:
    """The refusal names the role."""
    async with world.db.session() as db:
        await staff.add(db, world.now, "test", "ani", role="viewer", by="command line")
    ani = world.person("ani")
    await world.person("budi").says("/tanya bolehkah kucing memilih")
    await ani.says("/staf")
    await ani.taps("Pertanyaan (1)")
    (shown,) = await ani.taps("1. ")
    (refused,) = await ani.taps("Jawab")

    assert "bolehkah kucing memilih" in shown.text
    assert refused.text.startswith("Peran Anda (Pembaca) tidak termasuk hal ini")


async def test_waiting_questions_are_listed_and_answered_from_the_menu(world: World) -> None:
    """The oldest first; an answered one is gone from the list."""
    boss, budi = world.person("boss"), world.person("budi")
    for animal in ("kucing", "anjing"):
        await budi.says(f"/tanya bolehkah *{animal}* memilih")
    await boss.says("/staf")
    (listed,) = await boss.taps("Pertanyaan (2)")
    await boss.taps("1. ")
    await boss.taps("Jawab")
    await boss.says("Tidak.")
    await boss.says("/staf")
    (after,) = await boss.taps("Pertanyaan (1)")

    assert listed.text.splitlines()[2:] == ["1. bolehkah *kucing* memilih", "2. bolehkah *anjing* memilih"]
    assert budi.text.endswith("Tidak.")
    assert after.text.splitlines()[2:] == ["2. bolehkah *anjing* memilih"]


async def test_nothing_waits_is_said_too(world: World) -> None:
    """And a button of an answered question says that it is done."""
    boss = world.person("boss")
    await boss.says("/staf")
    (empty,) = await boss.taps("Pertanyaan (0)")

    assert "Tidak ada pertanyaan" in empty.text


async def test_a_member_of_staff_is_removed_after_a_second_tap(world: World) -> None:
    """The row stays with its end, for the audit."""
    async with world.db.session() as db:
        await staff.add(db, world.now, "test", "ani", role="editor", name="Ani", office="Bima", by="command line")
    boss = world.person("boss")
    await boss.says("/staf")
    (listed,) = await boss.taps("Daftar staf")
    await boss.taps("1. Ani")
    before = await roles(world)
    (removed,) = await boss.taps("Ya, keluarkan")
    async with world.db.read() as db:
        (row,) = (await db.scalars(select(Staff))).all()

    assert "1. Ani, Editor (Bima)" in listed.text
    assert before == {"ani": "editor"}
    assert removed.text == "Ani bukan staf lagi."
    assert row.removed_at is not None


async def test_the_menu_stays_out_of_groups(world: World) -> None:
    """Names and questions are not for everybody in a chat."""
    (hint,) = await world.group("kantor").says("/staf", sender="boss")

    assert "chat pribadi" in hint.text
    assert hint.labels == []
