"""Privacy: what is held, a copy of it, and its erasure to the last address."""

from typing import Any

import orjson
import pytest
from sqlalchemy import func, select

from bot.messages import Lane, Reply
from bot.services import erasure
from storage import files, outbox
from storage.models import (
    Audit,
    Base,
    Consent,
    Conversation,
    Erasure,
    File,
    Inbox,
    Outbox,
    Person,
    Question,
    Staff,
    WebchatMessage,
)
from storage.outbox import Row
from tests.support.registering import conversation, only, register, rows
from tests.support.world import Person as Chat
from tests.support.world import World


async def copy_of(world: World, chat: Chat) -> dict[str, Any]:
    """The file behind the newest message that has one."""
    number = next(seen.reply.file for seen in reversed(chat.messages) if seen.reply.file is not None)
    async with world.db.read() as session:
        file = await files.by_id(session, number)
    assert file is not None
    return dict(orjson.loads(file.content))


async def ring(world: World) -> int:
    """Lets the job of erased addresses run; how many were dropped."""
    async with world.db.session() as session:
        return await erasure.drop(session, world.now)


async def test_a_visitor_sees_what_is_held(world: World) -> None:
    """Little, and for how long, why, through whom, and that no officer is named yet."""
    ani = world.person("ani")
    await ani.says("/privasi")

    parts = ("belum mendaftar", "8 hari", "30 hari", "persetujuan Anda", "Telegram", "Meta", "belum diisi")
    assert all(part in ani.text for part in parts)
    assert ani.last.labels == ["Unduh data saya", "Hapus data saya", "Menu"]


async def test_somebody_registered_sees_their_own_data(world: World) -> None:
    """As it stands now."""
    ani = world.person("ani")
    await register(ani)
    await ani.says("privasi")

    assert "Siti Aminah, Mahasiswa/pelajar, Kabupaten Lombok Timur" in ani.text
    assert "Kegiatan, Berita, Kuis" in ani.text


async def test_the_notice_in_a_form_loses_nothing(world: World) -> None:
    """Its question comes again."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.says("privacy")

    assert "17 tahun" in ani.text


async def test_the_copy_holds_everything(world: World) -> None:
    """Person, consents, chat with draft, messages both ways, questions, audit."""
    ani = world.person("ani")
    await register(ani)
    await ani.says("petugas")
    await ani.says("Rahasia saya di kantor")
    await ani.says("/datasaya")
    copy = await copy_of(world, ani)

    assert copy["person"]["name"] == "Siti Aminah"
    assert [one["version"][:8] for one in copy["consents"]] == ["register", "notices:"]
    assert copy["conversations"][0]["address"] == "ani"
    assert "daftar" in [one["raw"]["text"] for one in copy["messages_received"] if one["raw"] and "text" in one["raw"]]
    assert any("17 tahun" in one["body"]["t"] for one in copy["messages_sent"] if one["body"])
    assert copy["questions"][0]["text"] == "Rahasia saya di kantor"
    assert "dibuat 2026-11-24 10:00" in copy["note"]


async def test_the_copy_holds_nothing_of_others(world: World) -> None:
    """Neither another chat nor the name of a member of staff."""
    ani, budi = world.person("ani"), world.person("budi")
    await register(budi, name="Budi Hartono")
    await ani.says("halo")
    async with world.db.session() as session:
        number = (await session.execute(select(func.max(Inbox.conversation_id)))).scalar_one()
        session.add(Audit(at=world.now, actor="test:petugas-9", action="view", object=f"conversation:{number}"))
    await ani.says("/datasaya")

    copy = await copy_of(world, ani)
    assert copy["audit"][-1]["actor"] == "staff"
    assert not any(word in str(copy) for word in ("Budi", "budi", "petugas-9"))


async def test_the_copy_is_gone_after_a_day(world: World) -> None:
    """And its message is emptied once sent."""
    ani = world.person("ani")
    await ani.says("/datasaya")
    file = await only(world, File)

    assert (file.expires_at - file.created_at).days == 1
    assert (await rows(world, Outbox))[-1].body is None
    assert (await rows(world, Inbox))[-1].raw is None


async def test_erasure_takes_two_steps(world: World) -> None:
    """The first says what goes and what stays; "no" changes nothing."""
    ani = world.person("ani")
    await register(ani)
    await ani.says("/hapus")
    assert all(word in ani.text for word in ("Langsung dihapus", "Tetap disimpan", "tidak bisa dibatalkan"))
    await ani.taps("Tidak jadi")

    assert (await only(world, Person)).name == "Siti Aminah"


async def test_a_confirmation_of_another_hour_asks_again(world: World) -> None:
    """At an hour it still counts, a second later no more."""
    ani = world.person("ani")
    await register(ani)
    await ani.says("/hapus")
    world.later(hours=1, seconds=1)
    await ani.taps("Ya, hapus")
    assert (await only(world, Person)).erased_at is None
    world.later(hours=1)
    await ani.taps("Ya, hapus")

    assert (await only(world, Person)).erased_at == world.now


async def everything_sealed(world: World) -> list[str]:
    """What can still be read of all sealed columns, with the key."""
    found = []
    sealed: list[tuple[type[Base], str]] = [
        (Inbox, "raw"),
        (Outbox, "body"),
        (Question, "text"),
        (Question, "answer"),
        (File, "content"),
        (WebchatMessage, "body"),
    ]
    for table, column in sealed:
        values = [getattr(row, column) for row in await rows(world, table)]
        found += [world.db.box.open(value).decode() for value in values if value]
    return found


async def test_nothing_can_be_read_after_erasure(world: World) -> None:
    """Of no row, with the key in hand; the person is a tombstone."""
    ani = world.person("ani")
    await register(ani)
    await ani.says("petugas")
    await ani.says("Rahasia saya di kantor")
    await ani.says("/datasaya")
    await ani.says("/hapus")
    await ani.taps("Ya, hapus")
    person = await only(world, Person)

    assert "Selesai" in ani.text
    assert await everything_sealed(world) == []
    assert (person.name, person.region, person.organisation, person.notify_meetings) == ("", "", "", False)


async def test_consent_stays_provable_without_leading_anywhere(world: World) -> None:
    """Versions and times stay, the withdrawal is added, message ids go."""
    ani = world.person("ani")
    await register(ani)
    await ani.says("/hapus")
    await ani.taps("Ya, hapus")
    acts = await rows(world, Consent)

    assert [(one.version[:8], one.given) for one in acts] == [
        ("register", True),
        ("notices:", True),
        ("erasure", False),
    ]
    assert {one.message_key for one in acts} == {""}


async def test_the_address_goes_after_the_last_message(world: World) -> None:
    """Not before it was sent; then only its keyed hash is left."""
    ani = world.person("ani")
    await ani.says("/hapus")
    yes = ani.incoming(pressed=ani.last.presses["Ya, hapus semua"], message=ani.last.remote)
    await world.inbox.receive(yes)
    assert await ring(world) == 0
    await world.settle()
    assert "Selesai" in ani.text
    assert await ring(world) == 1

    assert (await only(world, Conversation)).address == "erased:1"
    assert len((await only(world, Erasure)).address_hash) == 43


async def test_who_comes_back_at_once_is_a_new_visitor(world: World) -> None:
    """The chat lives on without a past, and is not cut off in the middle of a form."""
    ani = world.person("ani")
    await register(ani)
    await ani.says("/hapus")
    await ani.taps("Ya, hapus")
    world.later(seconds=1)
    await ani.says("daftar")
    assert await ring(world) == 0
    await ani.taps("17+")

    assert "Siapa nama" in ani.text
    assert (await conversation(world, ani)).erased_at is None


async def test_who_comes_back_later_is_nobody_we_know(world: World) -> None:
    """A new chat beside the dropped one."""
    ani = world.person("ani")
    await register(ani)
    await ani.says("/hapus")
    await ani.taps("Ya, hapus")
    await ring(world)
    await ani.says("/start")

    assert ani.text.startswith("Halo! Saya Sahabat")
    assert len(await rows(world, Conversation)) == 2


async def test_confirming_twice_is_harmless(world: World) -> None:
    """A nervous thumb gets the same answer, and the address still goes."""
    ani = world.person("ani")
    await register(ani)
    await ani.says("/hapus")
    await ani.taps("Ya, hapus")
    world.later(seconds=2)
    await ani.taps("Ya, hapus")

    assert "Selesai" in ani.text
    assert await ring(world) == 1


async def test_what_was_to_be_pushed_is_withdrawn(world: World) -> None:
    """Nothing follows the last message."""
    ani = world.person("ani")
    await register(ani)
    async with world.db.session() as session:
        row = Row("test", 1, "reminder", 1, Lane.REMINDER, Reply("ingat").dump(), not_before=2**50)
        await outbox.add(session, row, world.now)
    await ani.says("/hapus")
    await ani.taps("Ya, hapus")

    (reminder,) = [row for row in await rows(world, Outbox) if row.source == "reminder"]
    assert (reminder.state, reminder.body) == ("skipped", None)


async def test_staff_no_longer_see_an_erased_question(world: World) -> None:
    """The message in their chat is covered."""
    ani, budi = world.person("ani"), world.person("budi")
    async with world.db.session() as session:
        session.add(Staff(channel="test", address="budi", role="owner", added_at=world.now))
    await budi.says("halo")
    await ani.says("petugas")
    await ani.says("Rahasia saya di kantor")
    assert "Rahasia" in budi.text
    await ani.says("/hapus")
    await ani.taps("Ya, hapus")

    assert budi.last.operation == "edit"
    assert budi.text == "Pertanyaan nomor 1 sudah dihapus oleh penanyanya."
    assert not any("Rahasia" in text for text in await everything_sealed(world))


async def test_staff_are_told_that_their_role_stays(world: World) -> None:
    """Only an owner takes it away."""
    budi = world.person("budi")
    async with world.db.session() as session:
        session.add(Staff(channel="test", address="budi", role="owner", added_at=world.now))
    await budi.says("/hapus")

    assert "terdaftar sebagai petugas" in budi.text


@pytest.mark.parametrize("command", ["/datasaya", "/hapus", "/hapusdata"])
async def test_a_group_is_no_place_for_personal_data(world: World, command: str) -> None:
    """Refused kindly; nothing is made or asked."""
    kelas = world.group("kelas")
    await kelas.says(command, sender="budi")

    assert "chat pribadi" in kelas.text
    assert (kelas.last.labels, await rows(world, File)) == ([], [])


async def test_the_notice_in_a_group_is_about_the_group(world: World) -> None:
    """It counts nobody's messages."""
    kelas = world.group("kelas")
    await kelas.says("/privacy", sender="budi")

    assert "langsung dibuang" in kelas.text
