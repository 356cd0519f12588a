"""Answers: per day, changeable, by whoever is behind the chat; what was said of somebody goes with them."""

from datetime import date, timedelta

from sqlalchemy import select, update

from bot.services import erasure, people, personal_data, rsvps
from bot.services.people import Details
from bot.services.rsvps import Who
from storage import conversations, guests
from storage.audience import Filter
from storage.consents import Act
from storage.engine import Database
from storage.models import Conversation, Guest, MutedMeeting, Outbox, Person, Rsvp
from tests.support.guests import answers, crowd, meeting_of, publish, says
from tests.support.meetings import TUESDAY, bring, planned, registered, wita

NOW = wita(date(2026, 11, 1), 10)
THREE_DAYS = (TUESDAY, date(2026, 11, 25), date(2026, 11, 26))
ACT = Act("test", "key", "id", NOW)


async def visitor(db: Database, address: str) -> int:
    """Somebody who is not registered; their chat's id."""
    async with db.session() as session:
        return (await conversations.add(session, "test", address, "id", NOW)).id


async def who(db: Database, address: str) -> Who:
    """Whoever is behind a chat."""
    async with db.read() as session:
        chat = (await session.execute(select(Conversation).where(Conversation.address == address))).scalar_one()
    return Who(chat.id, chat.person_id)


async def test_each_day_has_its_own_answer(db: Database) -> None:
    """Changed as often as somebody likes, and counted."""
    await crowd(db, NOW, 1)
    await bring(db, NOW, planned(*THREE_DAYS))
    await publish(db, NOW, Filter())
    await says(db, NOW, "p1", "yes")
    await says(db, NOW, "p1", "no", 1)
    await says(db, NOW, "p1", "maybe", 1)
    async with db.read() as session:
        changed = (await session.execute(select(Rsvp.changed).order_by(Rsvp.day_id))).scalars().all()

    assert [(await answers(db, day))["p1"] for day in range(3)] == ["yes", "maybe", "yes"]
    assert list(changed) == [0, 2, 0]


async def test_a_day_that_is_over_keeps_what_was_said(db: Database) -> None:
    """The others can still be changed."""
    await crowd(db, NOW, 1)
    await bring(db, NOW, planned(*THREE_DAYS))
    await publish(db, NOW)
    await says(db, NOW, "p1", "yes")
    late = await says(db, wita(THREE_DAYS[1], 8), "p1", "no")

    assert [(await answers(db, day))["p1"] for day in range(3)] == ["yes", "no", "no"]
    assert len(late.refused) == 1


async def test_a_person_with_two_chats_is_one_guest(db: Database) -> None:
    """Whichever they answer in."""
    await registered(db, NOW, ("test", "old"), ("test", "new"))
    await bring(db, NOW, planned())
    await publish(db, NOW, Filter())
    for address in ("old", "new"):
        await says(db, NOW, address, "yes")

    assert await answers(db) == {"new": "yes"}


async def test_a_visitor_who_registers_later_stays_the_same_guest(db: Database) -> None:
    """With the answer given before, and is not invited again."""
    chat = await visitor(db, "ani")
    await bring(db, NOW, planned())
    await publish(db, NOW)
    await says(db, NOW, "ani", "yes")
    async with db.session() as session:
        details = Details("Ani", "student", "bima", frozenset({"meetings"}))
        await people.register(session, NOW, details, "text", ACT, chat)
    async with db.session() as session:
        await session.execute(update(Person).values(name="Ani"))
    done = await publish(db, NOW, Filter())
    async with db.read() as session:
        guest = (await session.execute(select(Guest))).scalar_one()

    assert (done.asked, guest.person_id, guest.status) == (0, 1, "answered")


async def test_coming_after_all_must_hold_a_seat(db: Database) -> None:
    """Confirming the day before keeps it; whoever has none is not counted."""
    await crowd(db, NOW, 2)
    await bring(db, NOW, planned(capacity=1))
    await publish(db, NOW)
    for address in ("p1", "p2"):
        await says(db, NOW, address, "yes")
    meeting = await meeting_of(db)
    async with db.session() as session:
        kept = [
            await rsvps.confirm(session, NOW, meeting, await who(db, address), meeting.days[0].id)
            for address in ("p1", "p2")
        ]
        confirmed = (await session.execute(select(Rsvp.confirmed_at).order_by(Rsvp.id))).scalars().all()

    assert kept == [True, False]
    assert list(confirmed) == [NOW, None]


async def test_delegate_and_note_are_sealed(db: Database) -> None:
    """A note may be about health: the database alone does not tell it."""
    await crowd(db, NOW, 1)
    await bring(db, NOW, planned())
    await publish(db, NOW)
    meeting = await meeting_of(db)
    async with db.session() as session:
        await rsvps.set_delegate(session, meeting, await who(db, "p1"), "Budi Santoso")
        await rsvps.set_note(session, meeting, await who(db, "p1"), "kursi roda")
        guest = (await session.execute(select(Guest))).scalar_one()
        opened = (guests.opened(session, guest.delegate), guests.opened(session, guest.note))

    assert opened == ("Budi Santoso", "kursi roda")
    assert b"kursi" not in (guest.note or b"")


async def test_erasure_empties_the_guest_and_frees_the_seat(db: Database) -> None:
    """The row stays, so that no second invitation goes to the chat."""
    await crowd(db, NOW, 1)
    await bring(db, NOW, planned(capacity=1))
    await publish(db, NOW, Filter())
    await says(db, NOW, "p1", "yes")
    chat = await who(db, "p1")
    async with db.session() as session:
        await rsvps.set_note(session, await meeting_of(db), chat, "kursi roda")
        await guests.set_muted(session, chat.conversation_id, 1, True, NOW)
        await erasure.erase(session, NOW, chat.conversation_id)
    async with db.read() as session:
        guest = (await session.execute(select(Guest))).scalar_one()
        muted = (await session.execute(select(MutedMeeting))).all()

    assert (guest.status, guest.person_id, guest.note, list(muted)) == ("erased", None, None, [])
    assert await answers(db) == {}


async def test_who_comes_back_after_erasure_may_answer_again(db: Database) -> None:
    """As a visitor like any other."""
    chat = await visitor(db, "ani")
    await bring(db, NOW, planned())
    await publish(db, NOW)
    await says(db, NOW, "ani", "yes")
    async with db.session() as session:
        await erasure.erase(session, NOW, chat)
    await says(db, NOW, "ani", "no")

    assert await answers(db) == {"ani": "no"}


async def test_the_copy_of_ones_data_has_answers_and_note(db: Database) -> None:
    """Readable, and of this person only."""
    await crowd(db, NOW, 2)
    await bring(db, NOW, planned())
    await publish(db, NOW, Filter())
    await says(db, NOW, "p1", "maybe")
    chat = await who(db, "p1")
    async with db.session() as session:
        await rsvps.set_note(session, await meeting_of(db), chat, "kursi roda")
    async with db.read() as session:
        data = await personal_data.collect(session, chat.conversation_id)

    assert [one["note"] for one in data["invitations"]] == ["kursi roda"]
    assert [one["answer"] for one in data["invitation_answers"]] == ["maybe"]


async def test_turning_meeting_notices_off_mutes_the_meetings_one_answered_for(db: Database) -> None:
    """Whoever wants none at all is not reminded of that one either."""
    (number,) = await crowd(db, NOW, 1)
    await bring(db, NOW, planned())
    await publish(db, NOW, Filter())
    async with db.session() as session:
        await people.switch(session, NOW, await session.get_one(Person, number), (), ACT)
        muted = (await session.execute(select(MutedMeeting.meeting_id))).scalars().all()

        muted_then = list(muted)
        await people.switch(session, NOW, await session.get_one(Person, number), ("meetings",), ACT)
        again = (await session.execute(select(MutedMeeting.meeting_id))).scalars().all()

    assert (muted_then, list(again)) == ([1], [])


async def test_saying_no_takes_back_the_reminder_on_its_way(db: Database) -> None:
    """It stops the moment somebody answers."""
    await crowd(db, NOW, 1)
    await bring(db, NOW, planned())
    await publish(db, NOW, Filter())
    async with db.session() as session:
        row = {"channel": "test", "conversation_id": 1, "lane": 2, "state": "queued", "created_at": 0}
        session.add(Outbox(source="reminder", source_id=1, **row))
    await says(db, NOW + timedelta(days=1), "p1", "no")
    async with db.read() as session:
        row_state = (await session.execute(select(Outbox.state).where(Outbox.source == "reminder"))).scalar_one()

    assert row_state == "skipped"
