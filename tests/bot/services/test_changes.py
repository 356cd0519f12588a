"""Moves and cancellations: everyone concerned is told once, nobody keeps the old time, staff see who has not got it."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import event, select, update

from bot.messages import Reply
from bot.services import bells, changes, meetings
from storage import changes as change_store
from storage import files, pushing
from storage import meetings as store
from storage.audience import Filter
from storage.engine import Database
from storage.models import Content, Conversation, Outbox
from tests.support.guests import HERE, answers, crowd, meeting_of, publish, says, sent_to
from tests.support.meetings import TUESDAY, bring, planned, registered, wita

NOW = wita(date(2026, 11, 1), 10)
LATER = NOW + timedelta(days=1)
WEDNESDAY = date(2026, 11, 25)


async def invited(db: Database, count: int, *days: date) -> None:
    """People who have got their invitation."""
    await crowd(db, NOW, count)
    await bring(db, NOW, planned(*days))
    await publish(db, NOW, Filter())
    await all_sent(db)


async def all_sent(db: Database) -> None:
    """What waits has reached its reader."""
    async with db.session() as session:
        waiting = update(Outbox).where(Outbox.state == "queued")
        await session.execute(waiting.values(state="sent", sent_at=1))


async def body(db: Database, source: str) -> Reply:
    """The newest message of a source."""
    async with db.read() as session:
        query = select(Content.body).join(Outbox, Outbox.content_id == Content.id).where(Outbox.source == source)
        raw = (await session.execute(query.order_by(Outbox.id.desc()))).scalars().first()
    assert raw is not None
    return Reply.load(db.box.open(raw))


async def test_everyone_concerned_is_told_was_and_now_once(db: Database) -> None:
    """Who comes, may come, waits or is silent; not who said no."""
    await invited(db, 4)
    for address, answer in (("p1", "yes"), ("p2", "maybe"), ("p3", "no")):
        await says(db, NOW, address, answer)
    done = await bring(db, LATER, planned(WEDNESDAY, place="Hotel"))
    again = await bring(db, LATER, planned(WEDNESDAY, place="Hotel"))
    text = (await body(db, "change")).text

    assert (done.told, again.outcome, again.told) == (3, "unchanged", 0)
    assert [address for _, address, _ in await sent_to(db, "change")] == ["p1", "p2", "p4"]
    assert "Dulu: Selasa, 24 November 2026, 09.00–16.00 WITA, di Aula Kantor" in text
    assert "Sekarang: Rabu, 25 November 2026, 09.00–16.00 WITA, di Hotel" in text


async def test_only_guests_of_the_day_that_changed_are_told(db: Database) -> None:
    """Who does not come on that day need not hear of it."""
    await invited(db, 2, TUESDAY, WEDNESDAY)
    await says(db, NOW, "p1", "yes", 0)
    await says(db, NOW, "p1", "no", 1)
    await says(db, NOW, "p2", "yes")
    agenda = meetings.as_agenda(await meeting_of(db))
    days = (agenda.days[0], type(agenda.days[1])(wita(WEDNESDAY, 13), wita(WEDNESDAY, 16)))
    await bring(db, LATER, type(agenda)("rakor", agenda.title, days, agenda.place))

    assert [address for _, address, _ in await sent_to(db, "change")] == ["p2"]


async def test_the_updated_calendar_comes_with_it(db: Database) -> None:
    """One file for all; its events have the names of those sent before."""
    await invited(db, 2)
    await bring(db, LATER, planned(WEDNESDAY))
    reply = await body(db, "change")
    assert reply.file is not None
    async with db.read() as session:
        file = await files.by_id(session, reply.file)
    assert file is not None
    (event_,) = Calendar.from_ical(file.content).walk("VEVENT")

    assert (file.mime, str(event_["UID"]), int(event_.decoded("SEQUENCE"))) == ("text/calendar", "1.rakor@sahabat", 2)
    assert event_.decoded("DTSTART") == wita(WEDNESDAY, 9)


async def test_a_cancellation_is_told_and_its_calendar_cancels(db: Database) -> None:
    """And nobody is reminded of it any more."""
    await invited(db, 1)
    async with db.session() as session:
        meeting = await store.by_key(session, "rakor")
        assert meeting is not None
        done = await meetings.cancel(session, LATER, meeting, HERE)
    reply = await body(db, "change")
    async with db.read() as session:
        file = await files.by_id(session, reply.file or 0)

    assert (done.told, done.outcome) == (1, "cancelled")
    assert "DIBATALKAN" in reply.text
    assert file is not None
    assert b"METHOD:CANCEL" in file.content


async def test_a_meeting_that_stands_again_is_published_as_before(db: Database) -> None:
    """And its guests hear it."""
    await invited(db, 1)
    await bring(db, LATER, planned(cancelled=True))
    await all_sent(db)
    done = await bring(db, LATER, planned())

    assert (done.told, (await meeting_of(db)).status) == (1, "published")
    assert "Jadi diadakan" in (await body(db, "change")).text


@pytest.mark.parametrize(
    ("at", "urgent"),
    [
        (wita(TUESDAY, 7), True),
        (wita(date(2026, 11, 23), 22), True),
        (wita(date(2026, 11, 23), 11), False),
        (LATER, False),
    ],
)
async def test_a_change_that_begins_before_the_next_noon_is_urgent(db: Database, at: datetime, urgent: bool) -> None:
    """Only such a one may wake people: at 22.00 for tomorrow at nine."""
    await invited(db, 1)
    await bring(db, at, planned(place="Hotel"))
    async with db.read() as session:
        found = (await session.execute(select(Outbox.urgent).where(Outbox.source == "change"))).scalars().all()

    assert list(found) == [urgent]


async def test_an_invitation_still_on_its_way_takes_the_new_time_along(db: Database) -> None:
    """Its reader is told nothing twice; one in a sender's hands loses its lease."""
    await crowd(db, NOW, 2)
    await bring(db, NOW, planned())
    await publish(db, NOW, Filter())
    async with db.session() as session:
        leased = update(Outbox).where(Outbox.conversation_id == 1)
        await session.execute(leased.values(state="leased", lease="x", lease_until=1))
    done = await bring(db, LATER, planned(WEDNESDAY))
    async with db.read() as session:
        rows = (await session.execute(select(Outbox.state, Outbox.lease))).all()

    assert done.told == 0
    assert [tuple(row) for row in rows] == [("queued", None)] * 2
    assert "Rabu, 25 November" in (await body(db, "invitation")).text


async def test_an_invitation_to_a_cancelled_meeting_does_not_leave(db: Database) -> None:
    """Who never heard of it need not hear that it is off."""
    await crowd(db, NOW, 1)
    await bring(db, NOW, planned())
    await publish(db, NOW, Filter())
    done = await bring(db, LATER, planned(cancelled=True))

    assert done.told == 0
    assert [state for _, _, state in await sent_to(db, "invitation")] == ["skipped"]


async def test_of_two_moves_only_the_newest_is_still_sent(db: Database) -> None:
    """The first was still on its way."""
    await invited(db, 1)
    await bring(db, LATER, planned(WEDNESDAY))
    await bring(db, LATER, planned(date(2026, 11, 26)))

    assert [state for _, _, state in await sent_to(db, "change")] == ["skipped", "queued"]


async def test_without_guests_those_who_were_reminded_are_told(db: Database) -> None:
    """A meeting that nobody was invited to; who heard nothing of it yet is left alone."""
    for address in ("ani", "budi"):
        await registered(db, NOW, ("test", address))
    await bring(db, NOW, planned())
    async with db.session() as session:
        row = {"channel": "test", "lane": 2, "state": "sent", "created_at": 0}
        session.add(Outbox(conversation_id=1, source="reminder", source_id=1, **row))
    done = await bring(db, LATER, planned(WEDNESDAY))

    assert (done.told, await sent_to(db, "change")) == (1, [("change", "ani", "queued")])


async def test_what_nobody_must_know_is_not_told(db: Database) -> None:
    """A new title or description, another time of reminders."""
    await invited(db, 1)
    renamed = await bring(db, LATER, planned(title="Rapat Besar", description="Baru"))
    async with db.session() as session:
        agenda = planned(title="Rapat Besar", description="Baru", reminders=bells.parse(["1h"]))
        rung = await meetings.import_agenda(session, LATER, agenda, reach=HERE)

    assert (renamed.outcome, renamed.told, rung.told, rung.planned) == ("updated", 0, 0, 1)


async def test_a_removed_day_takes_its_answers_along(db: Database) -> None:
    """The other day keeps its own, and its number."""
    await invited(db, 1, TUESDAY, WEDNESDAY)
    await says(db, NOW, "p1", "yes")
    before = (await meeting_of(db)).days[0].id
    done = await bring(db, LATER, planned(TUESDAY))

    assert (done.told, (await meeting_of(db)).days[0].id) == (1, before)
    assert await answers(db) == {"p1": "yes"}
    assert "Ditiadakan: Rabu" in (await body(db, "change")).text


async def test_a_long_meeting_with_long_places_still_fits(db: Database) -> None:
    """Invitation and change tell as many days as a message holds, and that there are more."""
    days = [TUESDAY + timedelta(days=number) for number in range(14)]
    agenda = planned(*days, description="a " * 700)
    far = tuple(replace(day, place=f"Gedung {'x' * 280}") for day in agenda.days)
    await crowd(db, NOW, 1)
    await bring(db, NOW, replace(agenda, days=far))
    await publish(db, NOW, Filter())
    invitation = (await body(db, "invitation")).text
    await all_sent(db)
    later = tuple(replace(day, place=f"Hotel {'y' * 280}") for day in agenda.days)
    await bring(db, LATER, replace(agenda, days=later))

    assert "hari lagi" in invitation
    assert "hari lagi" in (await body(db, "change")).text


async def test_staff_see_whom_it_has_not_reached_and_who_has_not_said_ok(db: Database) -> None:
    """Failed, still queued, no chat to write to; an OK in any chat counts."""
    await invited(db, 4)
    async with db.session() as session:
        blocked = update(Conversation).where(Conversation.address == "p4")
        await session.execute(blocked.values(unreachable="blocked"))
    await bring(db, LATER, planned(WEDNESDAY))
    async with db.session() as session:
        for chat, state in ((1, "sent"), (2, "failed")):
            told = update(Outbox).where(Outbox.source == "change", Outbox.conversation_id == chat)
            await session.execute(told.values(state=state, reason="blocked: x" if state == "failed" else None))
        meeting = await store.by_key(session, "rakor")
        assert meeting is not None
        await changes.acknowledge(session, LATER, 1, meeting, 2)
        await changes.acknowledge(session, LATER, 1, meeting, 2)
        missing = await changes.not_reached(session, meeting)
        unsaid = await changes.not_confirmed(session, meeting)

    assert [(one.name, one.state) for one in missing] == [
        ("Orang 2", "failed"),
        ("Orang 3", "queued"),
        ("Orang 4", "none"),
    ]
    assert [one.name for one in unsaid] == ["Orang 2", "Orang 3", "Orang 4"]


@pytest.mark.parametrize("point", ["withdraw_old", "refresh", "push"])
async def test_a_move_that_breaks_off_changes_nothing(
    db: Database, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the time nor the messages; done again, each is told once."""
    await invited(db, 3)
    target = pushing if point == "push" else change_store
    whole = getattr(target, point)

    async def crash(*values: object, **more: object) -> None:
        await whole(*values, **more)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
        patch.setattr(target, point, crash)
        await bring(db, LATER, planned(WEDNESDAY))
    kept = ((await meeting_of(db)).days[0].starts_at, await sent_to(db, "change"))
    await bring(db, LATER, planned(WEDNESDAY))

    assert kept == (wita(TUESDAY, 9), [])
    assert len(await sent_to(db, "change")) == 3


async def test_moving_with_a_thousand_guests_takes_few_statements(db: Database) -> None:
    """As many as with three; nothing of the old time is left on its way."""
    await crowd(db, NOW, 1000)
    await bring(db, NOW, planned())
    await publish(db, NOW, Filter())
    async with db.session() as session:
        gone = update(Outbox).where(Outbox.conversation_id <= 600)
        await session.execute(gone.values(state="sent", sent_at=1))
    statements: list[Any] = []
    engine = db._engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *values: statements.append(values[2]))
    done = await bring(db, LATER, planned(WEDNESDAY))

    assert done.told == 600
    assert len(statements) < 80
    assert {state for _, _, state in await sent_to(db, "invitation")} == {"sent", "queued"}
    assert "25 November" in (await body(db, "invitation")).text


async def test_each_language_has_its_own_words(db: Database) -> None:
    """Also for visitors and in the refreshed invitation."""
    await crowd(db, NOW, 1, language="en")
    await bring(db, NOW, planned())
    await publish(db, NOW, Filter())
    await bring(db, LATER, planned(WEDNESDAY))
    english = (await body(db, "invitation")).text
    await all_sent(db)
    await bring(db, LATER, planned(TUESDAY))

    assert "Wednesday, 25 November 2026" in english
    assert "Was: Wednesday" in (await body(db, "change")).text
