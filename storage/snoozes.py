"""Reminders that people asked to have again a little later."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from storage import outbox
from storage.models import Conversation, Outbox, Snooze

SOURCE = "snooze"


async def add(db: AsyncSession, conversation_id: int, day_id: int, due_at: datetime) -> None:
    """One for this chat and day, in place of the one that waits; the same time twice is one."""
    await withdraw(db, conversation_id, day_id)
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {"conversation_id": conversation_id, "day_id": day_id, "due_at": due_at, "state": "waiting"}
    key = ["conversation_id", "day_id", "due_at"]
    again = insert(Snooze).values(**values).on_conflict_do_update(
        index_elements=key, set_={"state": "waiting"}, where=Snooze.state != "sent"
    )  # fmt: skip
    await db.execute(again)


async def withdraw(db: AsyncSession, conversation_id: int, day_id: int) -> None:
    """Takes back what this chat asked for about a day."""
    mine = (Snooze.conversation_id == conversation_id, Snooze.day_id == day_id)
    waiting = update(Snooze).where(*mine, Snooze.state == "waiting").values(state="withdrawn")
    await db.execute(waiting.execution_options(synchronize_session=False))
    ids = select(Snooze.id).where(*mine)
    await outbox.withdraw(db, "not wanted", Outbox.source == SOURCE, Outbox.source_id.in_(ids))


async def take_due(db: AsyncSession, now: datetime, limit: int) -> Sequence[tuple[Snooze, Conversation]]:
    """The oldest that are due, marked sent, each with its chat."""
    query = (
        select(Snooze, Conversation)
        .join(Conversation, Conversation.id == Snooze.conversation_id)
        .where(Snooze.state == "waiting", Snooze.due_at <= now)
        .order_by(Snooze.due_at, Snooze.id)
        .limit(limit)
        .with_for_update(of=Snooze, skip_locked=True)
    )
    found = [(one, chat) for one, chat in (await db.execute(query)).all()]
    for one, _ in found:
        one.state = "sent"
    await db.flush()
    return found
