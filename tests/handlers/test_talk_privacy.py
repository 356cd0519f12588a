"""Talks with staff in the copy of one's data and in its erasure."""

import orjson

from storage import tickets
from storage.models import Base, File, Outbox, Staff, Ticket, TicketMessage, WebchatMessage
from tests.support.registering import conversation, only, rows
from tests.support.world import Person, World

SECRET = "Rahasia saya soal DPTb"


async def talking(world: World) -> tuple[Person, Person]:
    """An owner and ani, in a talk about something private."""
    async with world.db.session() as session:
        session.add(Staff(channel="test", address="boss", name="Bu Rina", role="owner", added_at=world.now))
    boss, ani = world.person("boss"), world.person("ani")
    await boss.says("/staf")
    await ani.says("/bicara")
    await ani.says(SECRET)
    await boss.taps("Ambil")
    await boss.taps("Jawab")
    await boss.says("Jawaban petugas")
    await ani.says(f"{SECRET}, lagi")
    return boss, ani


async def test_the_copy_holds_the_talk_and_no_name_of_staff(world: World) -> None:
    """What both sides said, with times."""
    _, ani = await talking(world)
    await ani.says("/datasaya")
    copy = orjson.loads(world.db.box.open((await only(world, File)).content))

    assert [one["text"] for one in copy["talk_messages"]] == [SECRET, "Jawaban petugas", f"{SECRET}, lagi"]
    assert copy["talks"][0]["status"] == "claimed"
    assert {one["action"] for one in copy["audit"]} >= {"ticket.claim", "ticket.answer"}
    assert "Rina" not in str(copy)
    assert "test:boss" not in str(copy)


async def test_an_erased_talk_is_over_and_empty(world: World) -> None:
    """Staff see that it was erased, in place of each message; nothing of it can be read with the key in hand."""
    boss, ani = await talking(world)
    shown = {one.remote for one in boss.messages if SECRET in one.text and one.operation == "send"}
    await ani.says("/hapus")
    await ani.taps("Ya, hapus")
    covered = {
        one.target for one in boss.messages if one.text == "Isi percakapan nomor 1 sudah dihapus oleh penanyanya."
    }
    sealed: list[tuple[type[Base], str]] = [(TicketMessage, "text"), (Outbox, "body"), (WebchatMessage, "body")]
    values = [getattr(row, column) for table, column in sealed for row in await rows(world, table)]

    assert shown <= covered
    assert not any("Rahasia" in world.db.box.open(value).decode() for value in values if value)
    assert ((await only(world, Ticket)).status, (await only(world, Ticket)).reason) == ("closed", "erased")
    assert (await conversation(world, ani)).data is None


async def test_staff_cannot_write_to_who_was_erased(world: World) -> None:
    """The button of before says that it is over."""
    boss, ani = await talking(world)
    await ani.says("/hapus")
    await ani.taps("Ya, hapus")
    before = len(ani.messages)
    await boss.taps("Jawab")

    assert boss.text == "Percakapan 1 sudah selesai."
    assert len(ani.messages) == before
    async with world.db.read() as session:
        assert await tickets.said(session, 1, 10) == [(False, ""), (True, ""), (False, "")]
