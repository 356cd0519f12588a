"""Many people at once, meetings they are asked to, and the jobs that tell them, for tests."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from bot.clock import Clock
from bot.jobs import guests, reminders
from bot.quiet import Quiet
from bot.services import invitations, rsvps
from bot.services.invitations import Invited
from bot.services.reach import Reach
from bot.services.rsvps import Answered, Who
from storage import meetings
from storage.audience import Filter
from storage.engine import Database
from storage.models import Conversation, Guest, Meeting, Outbox, Person, Rsvp
from tests.support.world import World

HERE = Reach(frozenset({"test"}))


async def crowd(db: Database, now: datetime, count: int, **more: Any) -> list[int]:
    """So many people with notices on, in chats p1, p2 …; the people's ids."""
    async with db.session() as session:
        told = {"kind": "public", "region": "mataram", "organisation": "", "source": "", "language": "id"}
        notices = {"notify_meetings": True, "notify_news": False, "notify_quiz": False}
        person: dict[str, Any] = {**told, **notices, "registered_at": now, "updated_at": now, **more}
        people = [{**person, "name": f"Orang {number}"} for number in range(1, count + 1)]
        found = await session.execute(insert(Person).returning(Person.id, sort_by_parameter_order=True), people)
        ids = list(found.scalars())
        chat = {"channel": "test", "is_group": False, "language": "", "state": "", "source": "", "unreachable": ""}
        chats = [
            {**chat, "address": f"p{number}", "person_id": one, "next_at": 0, "created_at": now, "seen_at": now}
            for number, one in enumerate(ids, 1)
        ]
        await session.execute(insert(Conversation), chats)
        return ids


async def meeting_of(db: Database, key: str = "rakor") -> Meeting:
    """The meeting as it is stored."""
    async with db.read() as session:
        found = await meetings.by_key(session, key)
    assert found is not None
    return found


async def publish(db: Database, now: datetime, chosen: Filter | None = None, key: str = "rakor") -> Invited:
    """Opens a meeting and asks an audience (without one nobody)."""
    async with db.session() as session:
        found = await meetings.by_key(session, key)
        assert found is not None
        return await invitations.publish(session, now, found, chosen, HERE)


async def says(db: Database, now: datetime, address: str, answer: str, *days: int, key: str = "rakor") -> Answered:
    """The answer of a chat for some days (from 0; none: all)."""
    async with db.session() as session:
        found = await meetings.by_key(session, key)
        chat = (await session.execute(select(Conversation).where(Conversation.address == address))).scalar_one()
        assert found is not None
        chosen = [found.days[number] for number in days] or found.days
        who = Who(chat.id, chat.person_id)
        return await rsvps.answer(session, now, found, who, {day.id: answer for day in chosen})


async def answers(db: Database, day: int = 0, key: str = "rakor") -> dict[str, str]:
    """What each chat answered for a day (from 0)."""
    meeting = await meeting_of(db, key)
    async with db.read() as session:
        query = (
            select(Conversation.address, Rsvp.answer)
            .join(Guest, Guest.conversation_id == Conversation.id)
            .join(Rsvp, Rsvp.guest_id == Guest.id)
            .where(Rsvp.day_id == meeting.days[day].id)
            .order_by(Conversation.id)
        )
        return {row[0]: row[1] for row in (await session.execute(query)).all()}


async def sent_to(db: Database, *sources: str) -> Sequence[tuple[str, str, str]]:
    """(source, address, state) of the outbox rows of these sources, in order."""
    async with db.read() as session:
        query = select(Outbox.source, Conversation.address, Outbox.state).join(
            Conversation, Conversation.id == Outbox.conversation_id
        )
        rows = await session.execute(query.where(Outbox.source.in_(sources)).order_by(Outbox.id))
        return [(source, address, state) for source, address, state in rows.all()]


def bells(world: World) -> Clock:
    """A clock that rings what guests and reminded people wait for."""
    jobs = [reminders.job(["test"]), guests.job(["test"], Quiet())]
    return Clock(world.db, jobs, lambda: world.now, world.sender.wake)


async def at(world: World, when: datetime) -> None:
    """The bells ring at a time, and what is due then is sent."""
    world.now = when
    await bells(world).ring()
    await world.settle()
