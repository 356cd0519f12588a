"""The staff's side of a talk: one takes it, writes, hands it back, ends it; what is kept of that."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from storage import conversations
from storage.models import Audit, Conversation, Ticket
from tests.support.registering import conversation, only, register, rows
from tests.support.talks import ABOUT, asks, group, opened, replies, takes, talking
from tests.support.world import World


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The whole bot, with an owner called boss who has written once."""
    world = await opened(sqlite_url)
    yield world
    await world.close()


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


async def test_words_that_cross_all_arrive(url: str) -> None:
    """Both sides write at the same moment, many times; on both engines nothing is lost or sent twice."""
    world = await opened(url)
    chat, ani = await talking(world)
    thread = next(one for one in reversed(chat.messages) if one.operation == "send")
    reply = {"reply_to": thread.remote, "sender": "sari", "message": "m1"}
    items = [ani.incoming(text=f"tanya {number}") for number in range(10)]
    items += [chat.incoming(text=f"jawab {number}", **reply) for number in range(10)]
    await asyncio.gather(*(world.inbox.receive(item) for item in items))
    await world.settle()
    asked = sorted(seen.text[-1] for seen in chat.messages if "\ntanya " in seen.text)
    answered = sorted(seen.text[-1] for seen in ani.messages if "\njawab " in seen.text)
    await world.close()

    assert asked == answered == [str(number) for number in range(10)]


async def test_a_talk_whose_group_is_gone_is_offered_to_others(world: World) -> None:
    """The person writes to nobody otherwise; what they wrote meanwhile is read by the next."""
    chat, ani = await talking(world)
    other = await group(world, "dua")
    await chat.does(event="left", sender="boss")
    async with world.db.session() as db:
        await conversations.set_unreachable(db, (await conversation(world, chat)).id, "left")
    await ani.says("Masih ada orang?")

    assert f"Penanya: {ABOUT}\nPenanya: Masih ada orang?" in other.text
    assert other.last.labels == ["Ambil"]
    assert "menyerahkan percakapan ini" in ani.text


async def test_an_owner_sees_whose_hands_a_talk_is_in(world: World) -> None:
    """And can free it from the menu of staff; a colleague sees what waits only."""
    boss, _ = world.person("boss"), await talking(world)
    await boss.says("/staf")
    await boss.taps("Percakapan (0)")
    await boss.taps("1. Saya")
    assert boss.text == "Percakapan 1 sedang ditangani oleh Sari."
    await boss.taps("Lepas")

    assert (await only(world, Ticket)).status == "open"


@pytest.mark.parametrize("letter", ["a", "🐈"])
async def test_long_words_fit_and_say_that_they_were_cut(world: World, letter: str) -> None:
    """From the person in part, to the person only as long as one message."""
    chat, ani = await talking(world)
    await ani.says(letter * 4000)
    assert chat.text.endswith("(dipotong karena panjang)")
    await replies(chat, letter * 3001)
    assert "paling panjang" in chat.text
    await chat.taps("Lepas", sender="sari")
    call = next(one.text for one in reversed(chat.messages) if "ingin bicara" in one.text)

    assert f"\n… {letter * 100}" in call
