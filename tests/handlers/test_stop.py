"""STOP and MULAI: heard in every state, in both languages, and really restoring."""

import pytest

from bot import words
from bot.messages import Lane, Reply
from storage import outbox
from storage.models import Consent, Outbox, Person, Staff
from storage.outbox import Row
from tests.support.registering import conversation, register, rows
from tests.support.world import World


async def push(world: World, number: int) -> list[str]:
    """Sends everybody's first chat an announcement; what arrived."""
    async with world.db.session() as session:
        row = Row("test", 1, "broadcast", number, Lane.BULK, Reply(f"kabar {number}").dump())
        await outbox.add(session, row, world.now)
    before = len(world.channel.sent)
    await world.settle()
    return [seen.text for _, seen in world.channel.sent[before:]]


@pytest.mark.parametrize("sentence", words.listed("stop.words"))
async def test_every_way_to_say_stop_is_heard(world: World, sentence: str) -> None:
    """As people write it: capitals, marks, a courtesy word; in the middle of a form."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.says(f"  {sentence.upper()} ya!!  ")

    assert "MULAI" in ani.text
    assert (await conversation(world, ani)).stopped_at is not None
    assert (await conversation(world, ani)).state == "register.consent"


@pytest.mark.parametrize("sentence", ["kapan masa tenang berhenti?", "bus stop", "mulai kapan kampanye?"])
async def test_stop_within_a_sentence_is_not_a_stop(world: World, sentence: str) -> None:
    """Only the whole message counts."""
    ani = world.person("ani")
    await ani.says(sentence)

    assert (await conversation(world, ani)).stopped_at is None


async def test_stop_in_a_staff_group_silences_nobody(world: World) -> None:
    """One member's word must not cost an office its questions and alarms."""
    async with world.db.session() as session:
        session.add(Staff(channel="test", address="boss", role="owner", added_at=world.now))
    office = world.group("kantor")
    await office.says("/grupstaf", sender="boss")
    await office.says("STOP", sender="sari")

    assert "/grupstaf" in office.text
    assert (await conversation(world, office)).stopped_at is None


async def test_stop_and_start_restore_the_earlier_switches(world: World) -> None:
    """The round trip: gets news, STOP, gets none, MULAI, gets it again, with the same switches."""
    ani = world.person("ani")
    await register(ani, notices="Semua")
    assert await push(world, 1) == ["kabar 1"]
    await ani.says("STOP")
    assert await push(world, 2) == []
    await ani.says("MULAI")

    assert "Kegiatan, Berita, Kuis" in ani.text
    assert await push(world, 3) == ["kabar 3"]
    assert all((one.notify_meetings, one.notify_news) == (True, True) for one in await rows(world, Person))


async def test_stop_withdraws_what_is_queued_and_leaves_replies(world: World) -> None:
    """Nothing that was on its way arrives afterwards."""
    ani = world.person("ani")
    await ani.says("/start")
    async with world.db.session() as session:
        await outbox.add(session, Row("test", 1, "reminder", 1, Lane.REMINDER, b"{}", not_before=2**50), world.now)
        await outbox.add(session, Row("test", 1, "reply", 99, Lane.REPLY, b"{}", not_before=2**50), world.now)
    await ani.says("berhenti")

    states = {(row.source, row.source_id): row.state for row in await rows(world, Outbox)}
    assert states["reminder", 1] == "skipped"
    assert states["reply", 99] == "queued"


async def test_who_stopped_is_still_answered(world: World) -> None:
    """A question after STOP gets its answer and lifts nothing."""
    ani = world.person("ani")
    await ani.says("stop")
    await ani.says("Apa itu masa tenang?")

    assert "tenang" in ani.text.lower()
    assert (await conversation(world, ani)).stopped_at is not None


async def test_a_form_survives_stop_and_goes_on_with_start(world: World) -> None:
    """Neither the answers nor the step are lost."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.taps("17+")
    await ani.says("Siti")
    await ani.says("stop")
    assert "tersimpan" in ani.text
    await ani.says("mulai")

    assert "Salam kenal, Siti" in ani.text


async def test_both_are_kept_as_withdrawal_and_consent(world: World) -> None:
    """With the message they were said by; a second STOP is not a second act."""
    ani = world.person("ani")
    await register(ani)
    before = len(await rows(world, Consent))
    for word in ("stop", "stop", "mulai"):
        await ani.says(word)

    acts = (await rows(world, Consent))[before:]
    assert [(one.version, one.given) for one in acts] == [("stop", False), ("stop", True)]
    assert all(one.message_key for one in acts)


async def test_start_of_somebody_not_stopped_is_the_menu(world: World) -> None:
    """Or the question under way."""
    ani = world.person("ani")
    await ani.says("mulai")
    assert "Daftar" in ani.last.labels
    await ani.says("daftar")
    await ani.says("start")

    assert "17 tahun" in ani.text


async def test_start_without_any_news_offers_to_choose(world: World) -> None:
    """Otherwise MULAI would change nothing that one can see."""
    ani = world.person("ani")
    await register(ani, notices="Tidak dulu")
    await ani.says("stop")
    await ani.says("mulai")
    await ani.taps("Pilih kabar")

    assert "kabar apa yang ingin Anda terima" in ani.text


async def test_start_of_a_visitor_promises_nothing(world: World) -> None:
    """News comes to the registered only."""
    ani = world.person("ani")
    await ani.says("stop")
    await ani.says("mulai")

    assert "setelah Anda mendaftar" in ani.text
