"""Reminders: one row for each bell of a meeting's day; rung, they become one outbox row for each person."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Subquery, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage import outbox, reach
from storage.engine import Tx
from storage.models import Conversation, Guest, Outbox, Person, Reminder, Rsvp
from storage.reach import Channels
from storage.types import from_ms, to_ms

SOURCE = "reminder"


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder whose time has come."""

    id: int
    meeting_id: int
    day_at: datetime
    kind: str
    revision: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Sending:
    """How a reminder goes out: the content for each language (the first is for all others), to people reached by
    one of `channels`."""

    contents: Mapping[str, int]
    channels: Collection[str]
    lane: int
    urgent: bool
    late: bool


async def plan(
    db: AsyncSession, meeting_id: int, revision: int, bells: Sequence[tuple[datetime, str, datetime]]
) -> None:
    """Adds reminders, each (when its day begins, its kind, when it is due)."""
    for day_at, kind, due_at in bells:
        db.add(Reminder(meeting_id=meeting_id, revision=revision, day_at=day_at, kind=kind, due_at=due_at))
    await db.flush()


async def withdraw(db: AsyncSession, meeting_id: int, days: Collection[datetime], reason: str) -> int:
    """Takes back the reminders of days that begin at these times, and of their messages those not started yet; how
    many messages. The reminders first: a bell that rings meanwhile has then either ended or finds nothing."""
    kept = (Reminder.meeting_id == meeting_id, Reminder.day_at.in_(list(days)))
    live = Reminder.state.in_(("waiting", "queued"))
    changed = update(Reminder).where(*kept, live).values(state="withdrawn").returning(Reminder.id)
    ids = (await db.execute(changed.execution_options(synchronize_session=False))).scalars().all()
    return await outbox.withdraw(db, reason, Outbox.source == SOURCE, Outbox.source_id.in_(ids)) if ids else 0


async def withdraw_person(db: AsyncSession, person_id: int, reason: str) -> int:
    """Takes back the reminders on their way to a person; how many."""
    theirs = select(Conversation.id).where(Conversation.person_id == person_id)
    return await outbox.withdraw(db, reason, Outbox.source == SOURCE, Outbox.conversation_id.in_(theirs))


async def withdraw_chat(
    db: AsyncSession, meeting_id: int, day_at: datetime | None, conversation_id: int, reason: str
) -> int:
    """Takes back the reminders on their way to a chat, of one day of a meeting or (None) of all; how many."""
    theirs = select(Reminder.id).where(Reminder.meeting_id == meeting_id)
    if day_at is not None:
        theirs = theirs.where(Reminder.day_at == day_at)
    mine = (Outbox.source == SOURCE, Outbox.source_id.in_(theirs), Outbox.conversation_id == conversation_id)
    return await outbox.withdraw(db, reason, *mine)


async def kinds_between(db: AsyncSession, meeting_id: int, since: datetime, until: datetime) -> Collection[str]:
    """The kinds of a meeting's reminders that ring or rang in this time."""
    query = select(Reminder.kind).where(Reminder.meeting_id == meeting_id, Reminder.state.in_(("waiting", "queued")))
    return set((await db.execute(query.where(Reminder.due_at.between(since, until)))).scalars())


def guests(meeting_id: int, day_id: int, answers: Collection[str], channels: Channels) -> Subquery:
    """The chats (conversation_id, channel, language) of guests to be reminded of a day who answered so for it; "" are
    those who said nothing about it and still want notices. Who muted the meeting is left out."""
    chats = reach.guests(meeting_id, channels)
    said = func.coalesce(Rsvp.answer, "")
    agreed = or_(said != "", Person.notify_meetings, Guest.person_id.is_(None))
    query = (
        select(chats.c.conversation_id, chats.c.channel, chats.c.language)
        .join(Guest, Guest.id == chats.c.guest_id)
        .outerjoin(Person, Person.id == Guest.person_id)
        .outerjoin(Rsvp, (Rsvp.guest_id == Guest.id) & (Rsvp.day_id == day_id))
        .where(said.in_(list(answers)), agreed, reach.not_muted(meeting_id, chats.c.conversation_id))
    )
    return query.subquery()


async def states(db: AsyncSession) -> dict[int, dict[str, int]]:
    """How many reminders are in each state, by meeting."""
    query = select(Reminder.meeting_id, Reminder.state, func.count()).group_by(Reminder.meeting_id, Reminder.state)
    found: dict[int, dict[str, int]] = {}
    for meeting_id, state, number in (await db.execute(query)).all():
        found.setdefault(meeting_id, {})[state] = number
    return found


async def tidy(tx: Tx, now: datetime) -> Sequence[int]:
    """Marks reminders that are of no use any more; the ids of those missed because their day has begun.

    One missed although its day is still to come was marked under a wrong clock: it waits again. Of several due for
    the same day the last alone is sent.
    """
    at = to_ms(now)
    missed = await tx.rows(
        "UPDATE reminders SET state = 'missed' WHERE state = 'waiting' AND due_at <= ? AND day_at <= ? RETURNING id",
        at,
        at,
    )
    await tx.rows("UPDATE reminders SET state = 'waiting' WHERE state = 'missed' AND day_at > ? RETURNING id", at)
    await tx.rows(
        "UPDATE reminders SET state = 'withdrawn' WHERE state = 'waiting' AND due_at <= ? AND EXISTS "
        "(SELECT 1 FROM reminders AS later WHERE later.meeting_id = reminders.meeting_id "
        "AND later.day_at = reminders.day_at AND later.state IN ('waiting', 'queued') "
        "AND later.due_at > reminders.due_at AND later.due_at <= ?) RETURNING id",
        at,
        at,
    )
    return [row[0] for row in missed]


async def next_due(tx: Tx, now: datetime) -> Due | None:
    """The oldest reminder that is due, locked; None when there is none that another process does not have."""
    lock = "" if tx.sqlite else " FOR UPDATE SKIP LOCKED"
    rows = await tx.rows(
        "SELECT id, meeting_id, day_at, kind, revision, due_at FROM reminders WHERE state = 'waiting' "
        f"AND due_at <= ? ORDER BY due_at, id LIMIT 1{lock}",
        to_ms(now),
    )
    if not rows:
        return None
    number, meeting_id, day_at, kind, revision, due_at = rows[0]
    return Due(number, meeting_id, from_ms(day_at), kind, revision, from_ms(due_at))


async def drop(tx: Tx, due: Due) -> None:
    """Takes a reminder back that has nothing to remind of."""
    await tx.run("UPDATE reminders SET state = 'withdrawn' WHERE id = ?", [(due.id,)])


# One message for each person: to the conversation they used last, of those that can and may be written to.
_REACHED = """
FROM (SELECT id, channel, language, person_id, row_number()
    OVER (PARTITION BY person_id ORDER BY seen_at DESC, id DESC) AS place FROM conversations
    WHERE person_id IS NOT NULL AND stopped_at IS NULL AND unreachable = '' AND NOT is_group
    AND channel IN ({channels})) AS c
JOIN people AS p ON p.id = c.person_id
WHERE c.place = 1 AND p.notify_meetings AND p.erased_at IS NULL
AND NOT EXISTS (SELECT 1 FROM guests AS g WHERE g.meeting_id = ? AND g.person_id = p.id)
AND NOT EXISTS (SELECT 1 FROM muted_meetings AS m JOIN conversations AS mc ON mc.id = m.conversation_id
    WHERE m.meeting_id = ? AND mc.person_id = p.id)"""
_QUEUE = """
INSERT INTO outbox (channel, conversation_id, source, source_id, revision, part, lane, operation, content_id, urgent,
    sensitive, not_before, expires_at, state, attempts, resent, created_at)
SELECT c.channel, c.id, 'reminder', CAST(? AS bigint), CAST(? AS int), 0, CAST(? AS int), 'send', {content},
    CAST(? AS boolean), FALSE, 0, CAST(? AS bigint), 'queued', 0, 0, CAST(? AS bigint)
{reached}
ON CONFLICT (source, source_id, revision, part, conversation_id) DO NOTHING"""


async def queue(tx: Tx, due: Due, sending: Sending, now: datetime) -> int:
    """Puts a reminder into the outbox for everyone with notices on who is no guest, and marks it queued; how many
    people."""
    content, content_values = _content(sending.contents)
    marks = ", ".join("?" for _ in sending.channels)
    query = _QUEUE.format(content=content, reached=_REACHED.format(channels=marks or "''"))
    values: list[Any] = [due.id, due.revision, sending.lane, *content_values, sending.urgent, to_ms(due.day_at)]
    rows = await tx.change(query, *values, to_ms(now), *sending.channels, due.meeting_id, due.meeting_id)
    await mark_queued(tx, due, sending.late, rows)
    return rows


async def mark_queued(tx: Tx, due: Due, late: bool, rows: int) -> None:
    """Notes that a reminder is in the outbox, with so many rows more."""
    await tx.run(
        "UPDATE reminders SET state = 'queued', late = ?, rows = rows + ? WHERE id = ?", [(late, rows, due.id)]
    )


def _content(contents: Mapping[str, int]) -> tuple[str, list[Any]]:
    """The content's id by the language that the chat, else the person, is written to in."""
    first, *others = contents.items()
    language = "CASE WHEN c.language <> '' THEN c.language ELSE p.language END"
    cases = "".join(f" WHEN {language} = ? THEN CAST(? AS bigint)" for _ in others)
    values = [value for pair in others for value in pair]
    return (f"CASE{cases} ELSE CAST(? AS bigint) END" if others else "CAST(? AS bigint)"), [*values, first[1]]
