"""Talking with a person of ours, from asking for one to the end, as the person sees it."""

from collections.abc import AsyncIterator

import pytest

from bot.services import tickets
from storage.models import Ticket
from tests.support.registering import conversation, only, rows
from tests.support.talks import ABOUT, asks, group, opened, replies, takes, talking
from tests.support.world import World


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The whole bot, with an owner called boss who has written once."""
    world = await opened(sqlite_url)
    yield world
    await world.close()


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


async def test_in_working_hours_no_time_is_promised_either(world: World) -> None:
    """Nobody told us when somebody has time."""
    await group(world)
    ani = world.person("ani")
    await asks(ani)

    assert "Kapan petugas siap, saya belum tahu." in ani.text


async def test_in_a_group_nobody_can_ask_for_a_talk(world: World) -> None:
    """It would be one with everybody."""
    family = world.group("keluarga")
    await family.says("/bicara", sender="ani")

    assert "chat pribadi" in family.text
    assert await rows(world, Ticket) == []
