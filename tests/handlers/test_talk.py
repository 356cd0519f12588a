"""Talking with a person of ours: from asking for one to the end, seen from both sides."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.context import Context
from bot.services import tickets
from handlers import router
from storage.models import Audit, Conversation, Ticket
from tests.support.registering import conversation, only, register, rows
from tests.support.scripted import Scripted
from tests.support.world import Person, World

INDEX = Scripted()
ABOUT = "Saya bingung soal DPTb."


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The whole bot, with an owner called boss who has written once."""
    context = Context(knowledge=lambda: INDEX, owners=frozenset({("test", "boss")}))
    world = await World.open(sqlite_url, router(), context=context)
    await world.person("boss").says("/staf")
    yield world
    await world.close()


async def group(world: World, title: str = "kantor") -> Person:
    """A staff group for questions, bound by the owner."""
    chat = world.group(title)
    await chat.says("/grupstaf", sender="boss")
    await chat.taps("Pertanyaan", sender="boss")
    return chat


async def asks(person: Person) -> None:
    """Asks for a talk."""
    await person.says("petugas")
    await person.taps("Bicara langsung")
    await person.says(ABOUT)


async def talking(world: World) -> tuple[Person, Person]:
    """A group and ani, whose talk Sari has taken."""
    chat, ani = await group(world), world.person("ani")
    await asks(ani)
    await takes(chat)
    return chat, ani


async def takes(chat: Person, who: str = "sari") -> None:
    """A member of the group takes the talk that was called last."""
    await chat.taps("Ambil", sender=who, sender_name=who.title())


async def replies(chat: Person, text: str, who: str = "sari", **more: object) -> None:
    """A reply to the newest message of a talk in the group."""
    asked = next(one for one in reversed(chat.messages) if one.text.startswith("💬") and one.operation == "send")
    await chat.says(text, reply_to=asked.remote, message="m1", sender=who, sender_name=who.title(), **more)


async def test_a_talk_from_beginning_to_end(world: World) -> None:
    """Asked for, taken, words both ways, closed; then the bot answers again."""
    chat, ani = await group(world), world.person("ani")
    await asks(ani)
    assert "nomor 1" in ani.text
    assert chat.text.startswith("💬 Percakapan 1: seseorang ingin bicara langsung.")
    assert ABOUT in chat.text
    await takes(chat)
    assert "Petugas sudah siap" in ani.text
    await replies(chat, "Halo, apa yang *kurang jelas*?")
    assert ani.text == "Petugas:\nHalo, apa yang *kurang jelas*?"
    assert await ani.says("Tenggat pindah memilih?") == []
    assert chat.text == "💬 Percakapan 1\nTenggat pindah memilih?"
    await chat.taps("Tutup percakapan", sender="sari", sender_name="Sari")
    assert "saya lagi yang menjawab" in ani.text
    await ani.says("apa tenggat laporan pemilu?")

    assert "7 hari kerja" in ani.text
    assert (await only(world, Ticket)).reason == "staff"


async def test_no_question_of_law_is_answered_while_a_person_talks(world: World) -> None:
    """Nor a greeting, a thank-you or anything else that is not a reserved word."""
    chat, ani = await talking(world)
    for text in ("apa tenggat laporan pemilu?", "halo", "terima kasih", "daftar", "petugas"):
        assert await ani.says(text) == []
        assert chat.text.endswith(text)


async def test_until_somebody_comes_the_bot_answers(world: World) -> None:
    """Nobody knows how long that takes."""
    await group(world)
    ani = world.person("ani")
    await asks(ani)
    await ani.says("apa tenggat laporan pemilu?")

    assert "7 hari kerja" in ani.text


async def test_one_takes_it_and_the_others_see_who(world: World) -> None:
    """The call is changed where it stands, in every group; a late tap hears the name."""
    one, two = await group(world, "satu"), await group(world, "dua")
    await asks(world.person("ani"))
    call, other = one.last, two.last
    await takes(one)
    late = await two.does(pressed=other.presses["Ambil"], message=other.remote, sender="budi")

    assert [seen.text for seen in one.messages if seen.target == call.remote] == [
        "💬 Percakapan 1 ditangani oleh Sari."
    ]
    assert [seen.text for seen in two.messages if seen.target == other.remote] == [
        "💬 Percakapan 1 ditangani oleh Sari."
    ]
    assert late[0].text == "Percakapan 1 sedang ditangani oleh Sari."
    assert (await only(world, Ticket)).claimed_by == "test:sari"


async def test_only_who_took_it_writes(world: World) -> None:
    """Two voices would confuse the person."""
    chat, ani = await talking(world)
    before = len(ani.messages)
    await replies(chat, "Saya juga mau bicara", who="budi")

    assert len(ani.messages) == before
    assert chat.text == "Percakapan 1 sedang ditangani oleh Sari."


async def test_staff_see_a_number_and_no_name(world: World) -> None:
    """Of somebody registered the region, since rules and offices differ by it."""
    chat, ani = await group(world), world.person("ani")
    await register(ani)
    await asks(ani)

    assert "Penanya 1, Bahasa Indonesia, Kabupaten Lombok Timur" in chat.text
    assert "Siti" not in chat.text


async def test_handed_back_it_can_be_taken_by_another(world: World) -> None:
    """The new one reads what was said; the person hears of both changes and is answered by the bot in between."""
    chat, ani = await talking(world)
    await replies(chat, "Sebentar ya.")
    await chat.taps("Lepas", sender="sari")
    assert "menyerahkan percakapan ini" in ani.text
    await ani.says("apa tenggat laporan pemilu?")
    assert "7 hari kerja" in ani.text
    await takes(chat, "budi")
    assert f"Penanya: {ABOUT}\nPetugas: Sebentar ya." in chat.text
    assert "Petugas sudah siap" in ani.text
    await ani.says("Halo lagi")

    assert chat.text.endswith("Halo lagi")


@pytest.mark.parametrize(("who", "done"), [("budi", False), ("boss", True)])
async def test_an_owner_can_free_a_talk_that_a_colleague_left(world: World, who: str, done: bool) -> None:
    """Nobody else can take it out of somebody's hands."""
    chat, _ = await talking(world)
    await chat.taps("Lepas", sender=who)

    assert ((await only(world, Ticket)).status == "open") == done


async def test_the_person_can_end_it(world: World) -> None:
    """From the menu, which says that the talk is open; staff hear it once."""
    chat, ani = await talking(world)
    await ani.says("menu")
    assert ani.text.startswith("Percakapan Anda dengan petugas masih terbuka.")
    await ani.says("masih bisa?")
    assert chat.text.endswith("masih bisa?")
    await ani.taps("Tutup percakapan")

    assert "saya lagi yang menjawab" in ani.text
    assert "Penanya menutup percakapan 1." in [seen.text for seen in chat.messages]
    assert (await conversation(world, ani)).state == ""


async def test_what_is_opened_from_the_menu_goes_first(world: World) -> None:
    """Then the talk goes on where it was."""
    chat, ani = await talking(world)
    await ani.says("menu")
    await ani.taps("Tanya aturan")
    await ani.says("apa tenggat laporan pemilu?")
    assert "7 hari kerja" in ani.text
    await ani.says("Sudah saya baca")

    assert chat.text.endswith("Sudah saya baca")


async def test_a_form_waits_while_a_person_talks(world: World) -> None:
    """What is typed goes to staff and not into the form, which the menu brings back."""
    chat, ani = await group(world), world.person("ani")
    await asks(ani)
    await ani.says("/daftar")
    await ani.taps("17+ dan setuju")
    await takes(chat)
    await ani.says("Halo petugas")
    assert chat.text.endswith("Halo petugas")
    await ani.says("menu")
    await ani.taps("Lanjutkan isian")

    assert "nama lengkap" in ani.text


async def test_stop_ends_the_talk(world: World) -> None:
    """Who wants no messages gets none from staff either; asked for anew it comes."""
    chat, ani = await talking(world)
    await ani.says("stop")
    assert any("penanya meminta berhenti" in seen.text for seen in chat.messages)
    before = len(ani.messages)
    await replies(chat, "Masih di sana?")
    assert len(ani.messages) == before
    await asks(ani)
    await takes(chat)
    await replies(chat, "Halo lagi.")

    assert ani.text == "Petugas:\nHalo lagi."


async def test_cancel_does_not_end_it(world: World) -> None:
    """It forgets forms, and says that the talk is open."""
    chat, ani = await talking(world)
    await ani.says("batal")
    assert "masih terbuka" in ani.text
    await ani.says("Masih ada")

    assert chat.text.endswith("Masih ada")


async def test_after_twelve_silent_hours_the_bot_takes_over(world: World) -> None:
    """Both sides hear it in one sentence; not a minute earlier."""
    chat, ani = await talking(world)
    assert await ring(world, hours=11, minutes=59) == 0
    assert await ring(world, minutes=1) == 1
    world.later(hours=9)
    await world.settle()

    assert "12 jam tidak ada pesan" in ani.text
    assert chat.text == "Percakapan 1 ditutup karena 12 jam tidak ada pesan. Penanya diberi tahu."
    await ani.says("apa tenggat laporan pemilu?")
    assert "7 hari kerja" in ani.text


async def test_a_talk_that_nobody_takes_is_closed_with_an_apology(world: World) -> None:
    """After three days, so that a weekend is not the end of it."""
    await group(world)
    ani = world.person("ani")
    await asks(ani)
    assert await ring(world, hours=71) == 0
    assert await ring(world, hours=1) == 1

    assert "belum ada petugas yang bisa bicara" in ani.text


async def ring(world: World, **later: float) -> int:
    """How many talks end after so much time."""
    world.later(**later)
    async with world.db.session() as db:
        ended = await tickets.expire(db, world.now)
    await world.settle()
    return ended


async def test_one_talk_at_a_time(world: World) -> None:
    """A second request shows the first."""
    chat, ani = await group(world), world.person("ani")
    await asks(ani)
    await ani.says("/bicara")

    assert "masih terbuka" in ani.text
    assert ani.last.labels == ["Tutup percakapan"]
    assert len([one for one in chat.messages if "ingin bicara" in one.text]) == 1


async def test_talks_cannot_be_asked_for_without_end(world: World) -> None:
    """Five a day; a question can still be sent."""
    await group(world)
    ani = world.person("ani")
    for _ in range(tickets.MOST_A_DAY):
        await asks(ani)
        await ani.taps("Tutup percakapan")
    await asks(ani)

    assert "beberapa kali meminta" in ani.text
    assert len(await rows(world, Ticket)) == tickets.MOST_A_DAY


async def test_a_flood_reaches_staff_as_one_message(world: World) -> None:
    """The first twenty one by one, the rest together at the next minute; the person is told once."""
    chat, ani = await talking(world)
    before = len(chat.messages)
    for number in range(tickets.MANY + 4):
        await ani.says(f"pesan {number}")
    assert len(chat.messages) - before == tickets.MANY - 1  # the one it began with counts
    assert [one.text for one in ani.messages].count(
        "Pesan Anda banyak sekali, jadi mulai sekarang saya kumpulkan dulu dan saya teruskan sekaligus."
    ) == 1
    async with world.db.session() as db:
        assert await tickets.gather(db, world.now) == 1
        assert await tickets.gather(db, world.now) == 0
    await world.settle()

    assert chat.text.startswith("💬 Percakapan 1: 5 pesan sekaligus\n• pesan 19")
    assert "• pesan 23" in chat.text


@pytest.mark.parametrize(
    ("kind", "named"), [("photo", "[foto]"), ("voice", "[pesan suara]"), ("poll", "[jajak pendapat]")]
)
async def test_what_is_not_text_is_named_and_not_passed_on(world: World, kind: str, named: str) -> None:
    """Both sides know; the words under a picture go."""
    chat, ani = await talking(world)
    await ani.shows(kind, text="ini suratnya")

    assert chat.text == f"💬 Percakapan 1\n{named} ini suratnya"
    assert "belum bisa diteruskan" in ani.text


async def test_by_night_staff_sleep_unless_they_are_talking(world: World) -> None:
    """A request waits until six; who wrote within half an hour is told at once."""
    chat, ani = await group(world), world.person("ani")
    world.later(hours=13)  # 23.00 WITA
    before = len(chat.messages)
    await asks(ani)
    assert "di luar jam kerja" in ani.text
    assert len(chat.messages) == before
    boss = world.person("boss")
    await boss.says("/staf")
    await boss.taps("Percakapan (1)")
    await boss.taps("1. Saya")
    await boss.taps("Ambil")
    await ani.says("Masih bangun?")
    assert boss.text == "💬 Percakapan 1\nMasih bangun?"
    world.later(minutes=31)
    await ani.says("Saya tidur dulu")

    assert boss.text == "💬 Percakapan 1\nMasih bangun?"


async def test_in_working_hours_no_time_is_promised_either(world: World) -> None:
    """Nobody told us when somebody has time."""
    await group(world)
    ani = world.person("ani")
    await asks(ani)

    assert "Kapan petugas siap, saya belum tahu." in ani.text


async def test_a_corrected_message_says_so(world: World) -> None:
    """Staff edit their reply."""
    chat, ani = await talking(world)
    await replies(chat, "Pasal 210", edited=True)

    assert ani.text == "Petugas memperbaiki pesannya:\nPasal 210"


async def test_staff_hear_when_the_person_has_blocked_us(world: World) -> None:
    """Not a silence that looks like success."""
    chat, ani = await talking(world)
    await ani.does(event="blocked")
    await replies(chat, "Halo?")

    assert chat.text == "Tidak dikirim: penanya percakapan 1 memblokir bot ini."


async def test_each_act_of_staff_is_in_the_audit_by_number_only(world: World) -> None:
    """Who took, wrote, handed back and closed; no word of either side."""
    chat, _ = await talking(world)
    await replies(chat, "Rahasia kantor")
    await chat.taps("Lepas", sender="sari")
    await takes(chat, "budi")
    await chat.taps("Tutup percakapan", sender="budi")
    acts = [one for one in await rows(world, Audit) if one.action.startswith("ticket.")]

    assert [(one.actor, one.action) for one in acts] == [
        ("test:sari", "ticket.claim"),
        ("test:sari", "ticket.answer"),
        ("test:sari", "ticket.release"),
        ("test:budi", "ticket.claim"),
        ("test:budi", "ticket.close"),
    ]
    assert {one.object for one in acts} == {"ticket:1"}


async def test_in_a_group_nobody_can_ask_for_a_talk(world: World) -> None:
    """It would be one with everybody."""
    family = world.group("keluarga")
    await family.says("/bicara", sender="ani")

    assert "chat pribadi" in family.text
    assert await rows(world, Ticket) == []


async def test_a_closed_talk_is_found_out_without_touching_the_other_chat(world: World) -> None:
    """So that turns of both sides which run together cannot overwrite each other."""
    chat, ani = await talking(world)
    await ani.says("halo")
    await chat.taps("Tutup percakapan", sender="sari")
    held = (await conversation(world, ani)).state
    await ani.says("menu")

    assert held == "talk.here"
    assert "masih terbuka" not in ani.text
    async with world.db.read() as db:
        assert (await db.scalars(select(Conversation.state).where(Conversation.address == "ani"))).one() == ""


async def test_a_message_of_a_closed_talk_answers_nobody(world: World) -> None:
    """A late reply is said to be late."""
    chat, ani = await talking(world)
    await ani.says("menu")
    await ani.taps("Tutup percakapan")
    before = len(ani.messages)
    await replies(chat, "Satu lagi")

    assert len(ani.messages) == before
    assert chat.text == "Percakapan 1 sudah selesai."
    assert world.now - (await only(world, Ticket)).opened_at < timedelta(minutes=1)
