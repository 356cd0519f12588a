"""Whom a reminder reaches: one message for each person who wants it and can get it."""

from collections.abc import Collection
from datetime import timedelta

import pytest
from sqlalchemy import update

from storage import reminders
from storage.engine import Database
from storage.models import Conversation, Person
from storage.outbox import add_content
from storage.reminders import Sending
from tests.support.meetings import TUESDAY, bring, planned, queued, registered, wita

NOW = wita(TUESDAY - timedelta(days=9), 10)
DUE = wita(TUESDAY, 7)


async def ring(db: Database, channels: Collection[str] = ("test",)) -> list[int]:
    """Queues the reminder of a meeting; the conversations reached."""
    await bring(db, NOW, planned())
    async with db.write() as tx:
        session = tx.session()
        contents = {language: await add_content(session, language.encode(), NOW) for language in ("id", "en")}
        await tx.keep(session)
        await reminders.tidy(tx, DUE)
        due = await reminders.next_due(tx, DUE)
        assert due is not None
        count = await reminders.queue(tx, due, Sending(contents, channels, 1, True, False), DUE)
    rows = await queued(db)
    assert count == len(rows)
    return [row.conversation_id for row in rows]


async def set_chat(db: Database, address: str, **values: object) -> None:
    """Changes a conversation."""
    async with db.session() as session:
        await session.execute(update(Conversation).where(Conversation.address == address).values(**values))


async def address(db: Database, conversation_id: int) -> str:
    """The address of a conversation."""
    async with db.read() as session:
        found = await session.get(Conversation, conversation_id)
    assert found is not None
    return found.address


async def test_a_person_with_several_chats_gets_one_message(db: Database) -> None:
    """In the chat used last."""
    await registered(db, NOW, ("test", "old"), ("test", "new"))

    reached = await ring(db)

    assert [await address(db, one) for one in reached] == ["new"]


@pytest.mark.parametrize("gone", [{"stopped_at": NOW}, {"unreachable": "blocked"}, {"channel": "off"}])
async def test_the_next_chat_is_used_when_the_last_cannot_be(db: Database, gone: dict[str, object]) -> None:
    """Stopped, blocked, or on a channel that this installation does not send by."""
    await registered(db, NOW, ("test", "old"), ("test", "new"))
    await set_chat(db, "new", **gone)

    reached = await ring(db)

    assert [await address(db, one) for one in reached] == ["old"]


async def test_who_does_not_want_it_or_is_gone_gets_nothing(db: Database) -> None:
    """Notices off, everything stopped, erased, a group, a visitor who never registered."""
    await registered(db, NOW, ("test", "off"), wants=False)
    await registered(db, NOW, ("test", "stopped"))
    await set_chat(db, "stopped", stopped_at=NOW)
    await registered(db, NOW, ("test", "group"))
    await set_chat(db, "group", is_group=True)
    erased = await registered(db, NOW, ("test", "erased"))
    async with db.session() as session:
        await session.execute(update(Person).where(Person.id == erased).values(erased_at=NOW))
        session.add(Conversation(channel="test", address="visitor", created_at=NOW, seen_at=NOW))

    assert await ring(db) == []


async def test_no_channel_reaches_nobody(db: Database) -> None:
    """The reminder is queued for no one, and not rung again."""
    await registered(db, NOW, ("test", "ani"))

    assert await ring(db, channels=()) == []
    async with db.write() as tx:
        assert await reminders.next_due(tx, DUE) is None


async def test_the_chats_language_goes_before_the_persons(db: Database) -> None:
    """An Indonesian who set one chat to English reads English there."""
    await registered(db, NOW, ("test", "ani"), ("test", "english"))
    await set_chat(db, "english", language="en")
    await registered(db, NOW, ("test", "budi"))
    await ring(db)
    first, second = await queued(db)

    assert first.content_id != second.content_id


async def test_queueing_twice_adds_nothing(db: Database) -> None:
    """The key in the outbox keeps the second out, whatever went wrong before."""
    await registered(db, NOW, ("test", "ani"))
    await ring(db)
    async with db.write() as tx:
        await tx.run("UPDATE reminders SET state = 'waiting' WHERE state = ?", [("queued",)])
        due = await reminders.next_due(tx, DUE)
        assert due is not None
        again = await reminders.queue(tx, due, Sending({"id": 1}, ["test"], 1, True, False), DUE)

    assert (again, len(await queued(db))) == (0, 1)


async def test_a_missed_reminder_waits_again_when_its_day_is_still_to_come(db: Database) -> None:
    """It was marked under a clock that was wrong."""
    await bring(db, NOW, planned())
    async with db.write() as tx:
        missed = await reminders.tidy(tx, DUE + timedelta(days=3653))
        nothing = await reminders.next_due(tx, DUE)
        await reminders.tidy(tx, DUE)
        due = await reminders.next_due(tx, DUE)

    assert (len(missed), nothing) == (3, None)
    assert due is not None
    assert due.kind == "hours2"
