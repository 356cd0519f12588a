"""Talks with staff: of many who take one only one gets it, and what both sides say is numbered and sealed."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from storage import outbox
from storage.models import Conversation, Outbox, Question, Ticket, TicketMessage, WebchatMessage
from storage.questions import seal, unseal

OPEN = "open"
CLAIMED = "claimed"
CLOSED = "closed"
DESK = "desk"  # source of the messages to staff
THREAD, CALL = 0, 1  # their parts: what was said, and the message that asks who takes the talk


async def add(db: AsyncSession, conversation_id: int, now: datetime) -> Ticket:
    """A new talk that nobody has taken."""
    ticket = Ticket(conversation_id=conversation_id, opened_at=now, last_at=now)
    db.add(ticket)
    await db.flush()
    return ticket


async def running(db: AsyncSession, conversation_id: int) -> Ticket | None:
    """The talk of this conversation that is not closed."""
    statement = select(Ticket).where(Ticket.conversation_id == conversation_id, Ticket.status != CLOSED)
    return (await db.execute(statement.execution_options(populate_existing=True))).scalar_one_or_none()


async def by_id(db: AsyncSession, ticket_id: int) -> Ticket | None:
    """The talk with this number, as it is now."""
    return await db.get(Ticket, ticket_id, populate_existing=True)


async def opened_since(db: AsyncSession, conversation_id: int, since: datetime) -> int:
    """How many talks this conversation asked for after `since`."""
    mine = select(func.count()).where(Ticket.conversation_id == conversation_id, Ticket.opened_at > since)
    return (await db.execute(mine)).scalar_one()


async def count_open(db: AsyncSession) -> int:
    """How many talks wait for somebody to take them."""
    return (await db.execute(select(func.count()).where(Ticket.status == OPEN))).scalar_one()


async def oldest(db: AsyncSession, by: str | None, limit: int) -> Sequence[Ticket]:
    """Talks that wait or are in the hands of `by` (None: of anybody), the oldest first."""
    mine = Ticket.status == CLAIMED if by is None else and_(Ticket.status == CLAIMED, Ticket.claimed_by == by)
    statement = select(Ticket).where(or_(Ticket.status == OPEN, mine)).order_by(Ticket.id).limit(limit)
    return (await db.scalars(statement)).all()


async def claim(db: AsyncSession, ticket_id: int, by: str, name: str, desk_id: int, now: datetime) -> bool:
    """Gives an open talk to `by`; False when somebody else was faster."""
    values = {"status": CLAIMED, "claimed_by": by, "claimed_name": name, "desk_id": desk_id}
    return await _change(db, ticket_id, Ticket.status == OPEN, claimed_at=now, last_at=now, **values)


async def release(db: AsyncSession, ticket_id: int, now: datetime) -> bool:
    """The talk waits for somebody else; False when nobody had it."""
    nobody: dict[str, Any] = {"claimed_by": "", "claimed_name": "", "desk_id": None, "claimed_at": None}
    return await _change(db, ticket_id, Ticket.status == CLAIMED, status=OPEN, last_at=now, **nobody)


async def close(db: AsyncSession, ticket_id: int, reason: str, now: datetime) -> bool:
    """Ends a talk; False when it was ended before."""
    return await _change(db, ticket_id, Ticket.status != CLOSED, status=CLOSED, closed_at=now, reason=reason)


async def next_number(db: AsyncSession, ticket_id: int) -> int:
    """A number that nothing about this talk has yet, whoever asks at the same time."""
    statement = update(Ticket).where(Ticket.id == ticket_id).values(written=Ticket.written + 1)
    return (await db.execute(statement.returning(Ticket.written))).scalar_one()


async def write(
    db: AsyncSession, ticket_id: int, text: str, now: datetime, *, by_staff: bool, passed: bool = True
) -> int | None:
    """Keeps what one side said; its number, or None when the talk is over."""
    running_one = update(Ticket).where(Ticket.id == ticket_id, Ticket.status != CLOSED)
    counted = running_one.values(written=Ticket.written + 1, last_at=now).returning(Ticket.written)
    number: int | None = (await db.execute(counted)).scalar_one_or_none()
    if number is not None:
        said = {"text": seal(db, text), "by_staff": by_staff, "passed": passed}
        db.add(TicketMessage(ticket_id=ticket_id, number=number, at=now, **said))
        await db.flush()
    return number


async def said(db: AsyncSession, ticket_id: int, limit: int) -> list[tuple[bool, str]]:
    """The newest messages, oldest first: whether staff said it, and what."""
    newest = select(TicketMessage).where(TicketMessage.ticket_id == ticket_id).order_by(TicketMessage.number.desc())
    found = (await db.scalars(newest.limit(limit))).all()
    return [(one.by_staff, unseal(db, one.text)) for one in reversed(found)]


async def last_words(db: AsyncSession, ticket_id: int) -> datetime | None:
    """When staff said something last."""
    statement = select(func.max(TicketMessage.at)).where(TicketMessage.ticket_id == ticket_id, TicketMessage.by_staff)
    return (await db.execute(statement)).scalar_one()


async def count_recent(db: AsyncSession, ticket_id: int, since: datetime) -> int:
    """How many messages of the person came after `since`."""
    theirs = (TicketMessage.ticket_id == ticket_id, TicketMessage.by_staff.is_(False), TicketMessage.at > since)
    return (await db.execute(select(func.count()).where(*theirs))).scalar_one()


async def take_held(db: AsyncSession) -> list[tuple[Ticket, list[str]]]:
    """What was held back for staff who have a talk in hand, by talk; counts as passed on from now."""
    statement = (
        select(TicketMessage, Ticket)
        .join(Ticket, Ticket.id == TicketMessage.ticket_id)
        .where(TicketMessage.passed.is_(False), Ticket.desk_id.is_not(None))
        .order_by(TicketMessage.id)
    )
    gathered: dict[int, tuple[Ticket, list[str]]] = {}
    for message, ticket in await db.execute(statement):
        message.passed = True
        gathered.setdefault(ticket.id, (ticket, []))[1].append(unseal(db, message.text))
    return list(gathered.values())


async def silent(db: AsyncSession, claimed_before: datetime, open_before: datetime) -> Sequence[Ticket]:
    """Talks in which nothing was said since, taken ones and waiting ones."""
    left = and_(Ticket.status == CLAIMED, Ticket.last_at <= claimed_before)
    waiting = and_(Ticket.status == OPEN, Ticket.last_at <= open_before)
    return (await db.scalars(select(Ticket).where(or_(left, waiting)).order_by(Ticket.id))).all()


async def calls(db: AsyncSession, ticket_id: int) -> list[tuple[Outbox, Conversation]]:
    """In each staff chat the newest message that asked who takes the talk."""
    statement = (
        select(Outbox, Conversation)
        .join(Conversation, Conversation.id == Outbox.conversation_id)
        .where(Outbox.source == DESK, Outbox.source_id == ticket_id, Outbox.part == CALL, Outbox.operation == "send")
        .order_by(Outbox.id)
    )
    newest = {chat.id: (row, chat) for row, chat in await db.execute(statement)}
    return [(row, chat) for row, chat in newest.values() if row.remote_id]


async def undelivered(db: AsyncSession, since: datetime) -> list[tuple[Outbox, Ticket | None]]:
    """Words of staff to a person that did not arrive and that staff were not told about; with the talk, if any."""
    told = aliased(Outbox)
    untold = ~exists().where(told.source == "undelivered", told.source_id == Outbox.id)
    answers = select(Question.id).where(Question.answered_at > since)
    talks = select(Ticket.id).where(Ticket.last_at > since)
    words_of_staff = or_(_of("answer", answers), _of("ticket", talks))
    missed = or_(Outbox.state == "failed", and_(Outbox.state == "skipped", Outbox.reason != "erased"))
    talk = and_(Outbox.source == "ticket", Ticket.id == Outbox.source_id)
    statement = select(Outbox, Ticket).outerjoin(Ticket, talk).where(words_of_staff, missed, untold)
    return [(row, ticket) for row, ticket in await db.execute(statement.order_by(Outbox.id))]


async def empty(db: AsyncSession, conversation_id: int, now: datetime) -> list[tuple[int, Outbox]]:
    """Ends and empties all talks of a chat; the messages that staff still have before their eyes, by talk."""
    mine = update(Ticket).where(Ticket.conversation_id == conversation_id)
    await db.execute(mine.where(Ticket.status != CLOSED).values(status=CLOSED, closed_at=now, reason="erased"))
    numbers = (await db.scalars(select(Ticket.id).where(Ticket.conversation_id == conversation_id))).all()
    await db.execute(update(TicketMessage).where(TicketMessage.ticket_id.in_(numbers)).values(text=None, passed=True))
    desk = (Outbox.source == DESK, Outbox.source_id.in_(numbers))
    await outbox.withdraw(db, "erased", *desk)
    rows = (await db.scalars(select(Outbox).where(*desk).order_by(Outbox.id))).all()
    await db.execute(delete(WebchatMessage).where(WebchatMessage.outbox_id.in_([row.id for row in rows])))
    await db.execute(update(Outbox).where(*desk, Outbox.state == "started").values(sensitive=True))
    await db.execute(update(Outbox).where(*desk, Outbox.state != "started").values(body=None))
    return [(row.source_id, row) for row in rows if row.remote_id and row.operation == "send"]


async def messages_of(db: AsyncSession, ticket_ids: Collection[int]) -> Sequence[TicketMessage]:
    """All that was said in some talks."""
    said_there = select(TicketMessage).where(TicketMessage.ticket_id.in_(ticket_ids)).order_by(TicketMessage.id)
    return (await db.scalars(said_there)).all()


def _of(source: str, ids: Any) -> ColumnElement[bool]:
    return and_(Outbox.source == source, Outbox.source_id.in_(ids))


async def _change(db: AsyncSession, ticket_id: int, condition: ColumnElement[bool], **values: Any) -> bool:
    statement = update(Ticket).where(Ticket.id == ticket_id, condition).values(**values).returning(Ticket.id)
    return (await db.execute(statement)).scalar_one_or_none() is not None
