"""A whole meeting in virtual time: each guest hears what their answer calls for, once, and nothing else."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select, update

from bot.services import bells as ringing
from bot.services import meetings
from handlers import router
from storage import meetings as store
from storage.audience import Filter
from storage.models import Conversation, Guest, Outbox, Reminder, Rsvp
from tests.support.guests import HERE, answers, at, bells, crowd, meeting_of, publish, says
from tests.support.meetings import TUESDAY, bring, planned, registered, wita
from tests.support.world import World

NOW = wita(date(2026, 11, 16), 10)
SATURDAY, MONDAY = TUESDAY - timedelta(days=3), TUESDAY - timedelta(days=1)
DAYS = (TUESDAY, date(2026, 11, 25), date(2026, 11, 26))
KINDS = ("yes", "maybe", "no", "waiting", "silent")
EACH = 60


@pytest.fixture
async def world(url: str) -> AsyncIterator[World]:
    """The whole bot on each engine, eight days before the meeting."""
    world = await World.open(url, router(), now=NOW)
    yield world
    await world.close()


async def three_hundred(world: World) -> None:
    """A meeting of three days with 300 guests: 60 of each kind of answer, the same for all days."""
    await crowd(world.db, NOW, EACH * len(KINDS))
    await bring(world.db, NOW, planned(*DAYS, capacity=EACH, map_url="https://maps.example.org/aula"))
    await publish(world.db, NOW, Filter())
    days = [day.id for day in (await meeting_of(world.db)).days]
    async with world.db.session() as session:
        guests = (await session.execute(select(Guest.id).order_by(Guest.person_id))).scalars().all()
        rows = [
            {"guest_id": guest, "day_id": day, "answer": KINDS[number % 5], "answered_at": NOW, "changed": 0}
            for number, guest in enumerate(guests)
            for day in days
            if KINDS[number % 5] != "silent"
        ]
        queued = [{**row, "queued_at": NOW if row["answer"] == "waiting" else None} for row in rows]
        await session.execute(insert(Rsvp), queued)
        said = update(Guest).where(Guest.id.in_({row["guest_id"] for row in rows}))
        await session.execute(said.values(status="answered", answered_at=NOW))
        # What is sent is not the point here: it is what was put on its way, to whom, and when.
        await session.execute(update(Outbox).values(state="sent", sent_at=1))


async def heard(world: World) -> dict[str, Counter[str]]:
    """How many messages of each kind went to guests of each answer (by reminder: its kind)."""
    async with world.db.read() as session:
        query = (
            select(Conversation.address, Outbox.source, Reminder.kind)
            .join(Conversation, Conversation.id == Outbox.conversation_id)
            .outerjoin(Reminder, (Outbox.source == "reminder") & (Reminder.id == Outbox.source_id))
        )
        found: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
        for address, source, kind in (await session.execute(query)).all():
            found[KINDS[(int(address[1:]) - 1) % 5]][kind or source] += 1
    return found


async def test_three_days_with_three_hundred_people(world: World) -> None:
    """From the invitation to the last day's end: by status, per day, never twice."""
    await three_hundred(world)
    clock, world.now = bells(world), NOW
    while world.now < wita(DAYS[2], 17):
        world.now += timedelta(hours=1)
        await clock.ring()
    found = await heard(world)
    days, each = len(DAYS), EACH
    whole = {"invitation": each, "days3": days * each, "day1": days * each, "hours2": days * each}

    assert found["yes"] == whole
    assert found["maybe"] == whole
    assert found["no"] == {"invitation": each}
    assert found["waiting"] == whole
    assert found["silent"] == {"invitation": each, "days3": days * each, "chase": each}


async def test_a_move_on_the_way_leaves_nobody_with_the_old_time(world: World) -> None:
    """After the first reminders the first day moves: its guests are told once and reminded anew, of the new time."""
    await three_hundred(world)
    await at(world, wita(SATURDAY, 9))
    agenda = meetings.as_agenda(await meeting_of(world.db))
    first = type(agenda.days[0])(wita(TUESDAY, 13), wita(TUESDAY, 16))
    async with world.db.session() as session:
        moved = type(agenda)("rakor", agenda.title, (first, *agenda.days[1:]), agenda.place, agenda.map_url)
        done = await meetings.import_agenda(session, wita(SATURDAY, 12), moved, reach=HERE)
    await at(world, wita(SATURDAY, 12, 1))
    await at(world, wita(MONDAY, 18))
    texts = {address: seen.text for address, seen in world.channel.sent}
    asked = [text for address, text in texts.items() if (int(address[1:]) - 1) % 5 in (0, 1, 3)]

    assert done.told == 4 * EACH
    assert len(asked) == 3 * EACH
    assert all("13.00–16.00 WITA" in text and "09.00" not in text for text in asked)


async def test_in_an_open_meeting_guests_are_reminded_by_answer_and_others_as_ever(world: World) -> None:
    """Nobody was invited: notices on is enough, a no is heard, a yes counts without notices."""
    for address, wants in (("on", True), ("refuses", True), ("off", False)):
        await registered(world.db, NOW, ("test", address), wants=wants)
    await bring(world.db, NOW, planned())
    await publish(world.db, NOW)
    await says(world.db, NOW, "refuses", "no")
    await says(world.db, NOW, "off", "yes")
    await at(world, wita(MONDAY, 18))

    assert [len(world.person(one).messages) for one in ("on", "refuses", "off")] == [1, 0, 1]
    assert world.person("on").last.labels == ["Lihat acara", "Matikan pengingat"]
    assert "Masih bisa datang?" in world.person("off").text


async def test_own_offsets_ring_for_guests_too(world: World) -> None:
    """Seven days before for all, half an hour before for those who come."""
    for address in ("silent", "comes"):
        await registered(world.db, NOW, ("test", address))
    own = ringing.parse(["7d 12.00", "30m"])
    await bring(world.db, NOW, planned(reminders=own))
    await publish(world.db, NOW, Filter())
    await says(world.db, NOW, "comes", "yes")
    await world.settle()
    await at(world, wita(TUESDAY - timedelta(days=7), 12))
    await at(world, wita(TUESDAY, 8, 30))

    assert ["Pengingat" in seen.text for seen in world.person("silent").messages] == [False, True]
    assert "Sebentar lagi" in world.person("comes").text


async def test_somebody_answering_between_two_bells_is_told_accordingly(world: World) -> None:
    """What counts is the answer when it rings."""
    await registered(world.db, NOW, ("test", "ani"))
    await bring(world.db, NOW, planned())
    await publish(world.db, NOW, Filter())
    await world.settle()
    ani = world.person("ani")
    await at(world, wita(SATURDAY, 9))
    silent = ani.text
    await ani.taps("✅ Datang")
    await at(world, wita(MONDAY, 18))

    assert "Anda belum menjawab" in silent
    assert "Masih bisa datang?" in ani.text


async def test_seats_are_offered_by_the_clock_and_expire_by_it(world: World) -> None:
    """From one to the next, over a night."""
    await crowd(world.db, NOW, 3)
    await bring(world.db, NOW, planned(capacity=1))
    await publish(world.db, NOW)
    for number in (1, 2, 3):
        await says(world.db, NOW + timedelta(seconds=number), f"p{number}", "yes")
    await says(world.db, NOW, "p1", "no")
    await at(world, wita(date(2026, 11, 16), 20, 45))
    await at(world, wita(date(2026, 11, 17), 6, 44))
    night = await answers(world.db)
    await at(world, wita(date(2026, 11, 17), 6, 45))

    assert "Selasa, 17 November 2026, 06.45 WITA" in world.person("p2").text
    assert night == {"p1": "no", "p2": "offered", "p3": "waiting"}
    assert await answers(world.db) == {"p1": "no", "p2": "lapsed", "p3": "offered"}


async def test_a_cancelled_meeting_offers_asks_and_reminds_no_more(world: World) -> None:
    """Whatever was waiting."""
    await three_hundred(world)
    await at(world, NOW + timedelta(hours=1))
    async with world.db.session() as session:
        meeting = await store.by_key(session, "rakor")
        assert meeting is not None
        done = await meetings.cancel(session, NOW + timedelta(hours=2), meeting, HERE)
    before = len(world.channel.sent)
    for when in (NOW + timedelta(hours=3), NOW + timedelta(days=3), wita(SATURDAY, 9), wita(TUESDAY, 7)):
        await at(world, when)

    assert done.told == 4 * EACH
    assert len(world.channel.sent) - before == 4 * EACH
