"""Talks between a person and staff: asked for, taken by one, carried to and fro, ended by either or by silence.

Nothing here writes to the other side's conversation: the person's chat finds out at its next message who has it, so
that turns which run at the same time cannot overwrite each other.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot import talk_text
from bot.messages import Lane, Reply
from bot.services.staff import Addresses, Purpose, audience
from storage import audit, outbox
from storage import tickets as store
from storage.models import Conversation, Outbox, Person, Ticket
from storage.outbox import Row
from storage.tickets import CALL, CLAIMED, DESK, THREAD

SILENT = timedelta(hours=12)  # after it the bot takes over again
UNCLAIMED = timedelta(days=3)  # a weekend: so long a talk waits for somebody
AWAKE = timedelta(minutes=30)  # who wrote so recently is told at night too
MANY, WINDOW = 20, timedelta(minutes=10)  # messages of a person that staff get one by one
MOST_A_DAY = 5
QUOTED = 10  # messages that somebody who takes over reads
MISSED_FOR = timedelta(days=3)


class Fate(StrEnum):
    """What became of a staff member's words."""

    SENT = "sent"
    CLOSED = "closed"
    UNREACHABLE = "unreachable"


async def begin(db: AsyncSession, now: datetime, owners: Addresses, conversation_id: int, text: str) -> Ticket | None:
    """Asks staff for somebody to talk with about `text`; None when this chat asked too often today."""
    if await store.opened_since(db, conversation_id, now - timedelta(days=1)) >= MOST_A_DAY:
        return None
    ticket = await store.add(db, conversation_id, now)
    await store.write(db, ticket.id, text, now, by_staff=False)
    await _call(db, now, owners, ticket)
    return ticket


async def claim(db: AsyncSession, now: datetime, ticket: Ticket, desk_id: int, by: str, name: str) -> bool:
    """Gives the talk to `by`, who works in the chat `desk_id`; False when somebody else has it."""
    if not await store.claim(db, ticket.id, by, name, desk_id, now):
        return False
    await db.refresh(ticket)
    await _act(db, now, by, "claim", ticket)
    await _mark(db, now, ticket, "claimed", name)
    desk = await db.get_one(Conversation, desk_id)
    who, said = await about(db, ticket, desk.language)
    await _to_desk(db, now, ticket, talk_text.taken(desk.language, ticket, who, said, desk.is_group), urgent=True)
    await _note(db, now, ticket, "talk.joined", Lane.REPLY)
    return True


async def hear(db: AsyncSession, now: datetime, owners: Addresses, ticket: Ticket, text: str) -> int:
    """Passes on what the person wrote, in a flood later together; how many came shortly before. Where the chat in
    which it was taken is gone, somebody else is asked for."""
    recent = await store.count_recent(db, ticket.id, now - WINDOW)
    number = await store.write(db, ticket.id, text, now, by_staff=False, passed=recent < MANY)
    if number is None or ticket.desk_id is None:
        return recent
    desk = await db.get_one(Conversation, ticket.desk_id)
    if desk.unreachable:
        await release(db, now, owners, ticket, "program")
    elif recent < MANY:
        reply = talk_text.heard(desk.language, ticket, text, desk.is_group)
        awake = await _is_awake(db, now, ticket)
        await outbox.add(db, _row(desk, ticket, number, reply, urgent=awake), now)
    return recent


async def tell(db: AsyncSession, now: datetime, ticket: Ticket, text: str, by: str, corrected: bool = False) -> Fate:
    """Carries words of staff to the person."""
    number = await store.write(db, ticket.id, text, now, by_staff=True)
    if number is None:
        return Fate.CLOSED
    await _act(db, now, by, "answer", ticket)
    chat = await db.get_one(Conversation, ticket.conversation_id)
    if chat.unreachable:
        return Fate.UNREACHABLE
    reply = talk_text.from_staff(chat.language, text, corrected)
    await outbox.add(db, _row(chat, ticket, number, reply, source="ticket", lane=Lane.REPLY), now)
    return Fate.SENT


async def release(db: AsyncSession, now: datetime, owners: Addresses, ticket: Ticket, by: str) -> bool:
    """Hands the talk back for somebody else to take; False when nobody had it."""
    name = ticket.claimed_name
    if not await store.release(db, ticket.id, now):
        return False
    await db.refresh(ticket)
    await _act(db, now, by, "release", ticket)
    await _mark(db, now, ticket, "released", name)
    await _call(db, now, owners, ticket)
    await _note(db, now, ticket, "talk.released", Lane.REPLY)
    return True


async def close(db: AsyncSession, now: datetime, ticket: Ticket, reason: str, by: str = "", name: str = "") -> bool:
    """Ends the talk; False when it was over. `reason`: staff, person, stopped, silent or unclaimed. Who did not end it
    themselves is told."""
    if not await store.close(db, ticket.id, reason, now):
        return False
    await db.refresh(ticket)
    if by:
        await _act(db, now, by, "close", ticket)
    await _mark(db, now, ticket, f"closed_{reason}", name)
    if reason not in ("person", "stopped"):
        lane = Lane.REPLY if reason == "staff" else Lane.URGENT
        await _note(db, now, ticket, f"talk.ended_{reason}", lane)
    if ticket.desk_id is not None and reason != "staff":
        desk = await db.get_one(Conversation, ticket.desk_id)
        text = talk_text.note(desk.language, f"desk.ended_{reason}", number=ticket.id)
        await _to_desk(db, now, ticket, text)
    return True


async def end(db: AsyncSession, now: datetime, conversation_id: int, reason: str) -> bool:
    """Ends the talk of this conversation; whether there was one."""
    ticket = await store.running(db, conversation_id)
    return ticket is not None and await close(db, now, ticket, reason)


async def gather(db: AsyncSession, now: datetime) -> int:
    """Passes on what came in floods, one message for each talk; how many talks."""
    held = await store.take_held(db)
    for ticket, texts in held:
        desk = await db.get_one(Conversation, ticket.desk_id)
        reply = talk_text.heard_many(desk.language, ticket, texts, desk.is_group)
        await _to_desk(db, now, ticket, reply, urgent=await _is_awake(db, now, ticket))
    return len(held)


async def expire(db: AsyncSession, now: datetime) -> int:
    """Ends talks in which nobody says anything any more, and those that nobody took; how many."""
    silent = await store.silent(db, now - SILENT, now - UNCLAIMED)
    for ticket in silent:
        await close(db, now, ticket, "silent" if ticket.status == CLAIMED else "unclaimed")
    return len(silent)


async def report_undelivered(db: AsyncSession, now: datetime, owners: Addresses) -> int:
    """Tells staff once about each of their messages that did not reach the person after all; how many."""
    missed = await store.undelivered(db, now - MISSED_FOR)
    for row, ticket in missed:
        desk = await db.get(Conversation, ticket.desk_id) if ticket and ticket.desk_id else None
        key = "desk.undelivered_talk" if row.source == "ticket" else "desk.undelivered_answer"
        for chat in [desk] if desk else await audience(db, owners, Purpose.QUESTIONS):
            reply = talk_text.note(chat.language, key, number=row.source_id)
            notice = Row(chat.channel, chat.id, "undelivered", row.id, Lane.URGENT, reply.dump())
            await outbox.add(db, notice, now)
    return len(missed)


async def _call(db: AsyncSession, now: datetime, owners: Addresses, ticket: Ticket) -> None:
    number = await store.next_number(db, ticket.id)
    for chat in await audience(db, owners, Purpose.QUESTIONS):
        reply = talk_text.call(chat.language, ticket, *await about(db, ticket, chat.language))
        await outbox.add(db, _row(chat, ticket, number, reply, part=CALL), now)


async def erase(db: AsyncSession, now: datetime, conversation_id: int) -> None:
    """Empties the talks of a chat; what staff see of them is covered."""
    for number, row in await store.empty(db, conversation_id, now):
        ticket, chat = await db.get_one(Ticket, number), await db.get_one(Conversation, row.conversation_id)
        reply = talk_text.note(chat.language, "privacy.talk_erased", number=number)
        revision = await store.next_number(db, number)
        await outbox.add(db, _row(chat, ticket, revision, reply, urgent=True, target=row.remote_id), now)


async def about(db: AsyncSession, ticket: Ticket, language: str) -> tuple[str, str]:
    """Whom a talk is with and what was said last, for staff who read `language`."""
    chat = await db.get_one(Conversation, ticket.conversation_id)
    person = await db.get(Person, chat.person_id) if chat.person_id is not None else None
    said = talk_text.transcript(language, await store.said(db, ticket.id, QUOTED))
    return talk_text.asker(language, ticket, chat, person), said


async def _is_awake(db: AsyncSession, now: datetime, ticket: Ticket) -> bool:
    """Whether somebody of the staff took the talk or wrote in it just now, so that a message at night wakes nobody."""
    spoke = await store.last_words(db, ticket.id) or ticket.claimed_at
    return spoke is not None and now - spoke <= AWAKE


async def _mark(db: AsyncSession, now: datetime, ticket: Ticket, what: str, name: str) -> None:
    """Changes the messages that asked who takes the talk, and withdraws those not sent yet."""
    unsent = (Outbox.source == DESK, Outbox.source_id == ticket.id, Outbox.part == CALL)
    await outbox.withdraw(db, what, *unsent)
    number = await store.next_number(db, ticket.id)
    for row, chat in await store.calls(db, ticket.id):
        reply = talk_text.settled(chat.language, ticket, what, name)
        edit = _row(chat, ticket, number, reply, part=CALL, urgent=True, target=row.remote_id)
        await outbox.add(db, edit, now)


async def _to_desk(db: AsyncSession, now: datetime, ticket: Ticket, reply: Reply, urgent: bool = False) -> None:
    desk = await db.get_one(Conversation, ticket.desk_id)
    number = await store.next_number(db, ticket.id)
    await outbox.add(db, _row(desk, ticket, number, reply, urgent=urgent), now)


async def _note(db: AsyncSession, now: datetime, ticket: Ticket, key: str, lane: Lane) -> None:
    """One sentence of ours to the person."""
    chat = await db.get_one(Conversation, ticket.conversation_id)
    number = await store.next_number(db, ticket.id)
    reply = talk_text.note(chat.language, key, number=ticket.id)
    await outbox.add(db, _row(chat, ticket, number, reply, source="ticket_note", lane=lane), now)


async def _act(db: AsyncSession, now: datetime, by: str, what: str, ticket: Ticket) -> None:
    await audit.append(db, now, by, f"ticket.{what}", f"ticket:{ticket.id}", ticket.office)


def _row(
    chat: Conversation,
    ticket: Ticket,
    number: int,
    reply: Reply,
    *,
    source: str = DESK,
    lane: Lane = Lane.URGENT,
    part: int = THREAD,
    urgent: bool = False,
    target: str | None = None,
) -> Row:
    """A message about a talk; with a `target` it changes that one."""
    return Row(
        channel=chat.channel,
        conversation_id=chat.id,
        source=source,
        source_id=ticket.id,
        lane=lane,
        body=reply.dump(),
        revision=number,
        part=part,
        operation="edit" if target else "send",
        target=target,
        urgent=urgent,
    )
