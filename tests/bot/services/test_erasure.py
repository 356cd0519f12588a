"""Erasure beyond one chat: all chats of a person, hashes, the list after a restore. On both engines."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.services import erasure, people
from bot.services.people import Details
from storage import conversations
from storage.consents import Act
from storage.engine import Database
from storage.models import Audit, Conversation, Erasure, Inbox, Outbox, Person, Staff

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
ACT = Act("test", "key", "id", NOW)
SITI = Details("Siti", "student", "mataram")


@pytest.fixture(autouse=True)
async def siti(db: Database) -> None:
    """Somebody with two chats."""
    async with db.session() as session:
        for channel, address in (("telegram", "11"), ("whatsapp", "62811")):
            await conversations.add(session, channel, address, "id", NOW)
        person = await people.register(session, NOW, SITI, "text", ACT, 1)
        await conversations.attach(session, 2, person.id)


async def test_all_chats_of_a_person_are_emptied(db: Database) -> None:
    """And none of them leads to the person any more."""
    async with db.session() as session:
        done = await erasure.erase(session, LATER, 2, ACT)
    async with db.read() as session:
        chats = (await session.scalars(select(Conversation))).all()
        person = await session.get_one(Person, 1)

    assert (done.chats, done.registered) == (2, True)
    assert [(chat.person_id, chat.erased_at) for chat in chats] == [(None, LATER)] * 2
    assert (person.name, person.erased_at) == ("", LATER)


async def test_what_waits_is_handled_and_sent_first(db: Database) -> None:
    """A message not handled yet keeps its contents, one not sent yet loses them after that."""
    async with db.session() as session:
        common = {"channel": "telegram", "conversation_id": 1}
        session.add(Inbox(**common, key="1", raw=b"x", status="done", received_at=NOW))
        session.add(Inbox(**common, key="2", raw=b"x", status="new", received_at=NOW))
        for number, state in enumerate(("sent", "queued")):
            row = {"source": "reply", "source_id": number, "lane": 0, "body": b"x", "created_at": 0}
            session.add(Outbox(**common, **row, state=state))
        await session.flush()
        await erasure.erase(session, LATER, 1)
    async with db.read() as session:
        came = (await session.scalars(select(Inbox.raw).order_by(Inbox.id))).all()
        went = (await session.execute(select(Outbox.body, Outbox.sensitive).order_by(Outbox.id))).all()

    assert came == [None, b"x"]
    assert [tuple(one) for one in went] == [(None, False), (b"x", True)]


async def test_the_hash_tells_an_address_only_to_the_key(db: Database) -> None:
    """The same address again is known, no other is, and the list holds no address."""
    async with db.session() as session:
        await erasure.erase(session, LATER, 1)
        asked = [await erasure.is_erased(session, *one) for one in (("telegram", "11"), ("telegram", "12"))]
        hashes = (await session.scalars(select(Erasure.address_hash))).all()

    assert asked == [True, False]
    assert len(set(hashes)) == 2
    assert not any(one == "11" for one in hashes)


async def test_who_registers_again_is_no_longer_refused(db: Database) -> None:
    """It was their own wish."""
    async with db.session() as session:
        await erasure.erase(session, LATER, 1)
        await people.register(session, LATER, SITI, "text", ACT, 1)

        assert not await erasure.is_erased(session, "telegram", "11")


async def test_erasing_twice_keeps_one_hash(db: Database) -> None:
    """With the newer time."""
    async with db.session() as session:
        for at in (NOW, LATER):
            for number in (1, 2):
                await erasure.erase(session, at, number)
        times = (await session.scalars(select(Erasure.at))).all()

    assert times == [LATER, LATER]  # one for each of the two chats


async def test_the_audit_says_that_it_happened_and_to_whom_by_number(db: Database) -> None:
    """Acts of the person lose their address, those of staff keep it."""
    async with db.session() as session:
        session.add_all(Audit(at=NOW, actor=one, action="x", object="y") for one in ("telegram:11", "whatsapp:62811"))
        session.add(Staff(channel="whatsapp", address="62811", role="viewer", added_at=NOW))
        await session.flush()
        await erasure.erase(session, LATER, 1, ACT)
        acts = (await session.execute(select(Audit.actor, Audit.action, Audit.object).order_by(Audit.id))).all()

    assert acts[0].actor.startswith("erased:")
    assert acts[1].actor == "whatsapp:62811"
    assert tuple(acts[-1]) == ("person", "erase", "person:1")


async def restored(db: Database) -> None:
    """The database as a copy of before has it, with the list of erasures beside it."""
    async with db.session() as session:
        await erasure.erase(session, LATER, 1)
        for chat in (await session.scalars(select(Conversation))).all():
            await session.refresh(chat)
            chat.person_id, chat.erased_at = 1, None
        person = await session.get_one(Person, 1, populate_existing=True)
        person.name, person.erased_at = "Siti", None


async def test_the_list_is_replayed_after_a_restore(db: Database) -> None:
    """Whoever was erased is erased again, once."""
    await restored(db)
    async with db.session() as session:
        counts = [await erasure.replay(session, LATER), await erasure.replay(session, LATER)]
    async with db.read() as session:
        person = await session.get_one(Person, 1)

    assert counts == [1, 0]
    assert person.name == ""


async def test_who_came_back_since_is_not_erased_by_a_replay(db: Database) -> None:
    """The newer wish counts."""
    await restored(db)
    async with db.session() as session:
        person = await session.get_one(Person, 1)
        person.registered_at = LATER + timedelta(days=1)
        await session.flush()

        assert await erasure.replay(session, LATER) == 0
