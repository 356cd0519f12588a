"""Questions that wait for a person, and what staff answered. Texts are sealed."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import Conversation, Outbox, Question
from storage.sealing import Box

OPEN = "open"
ANSWERED = "answered"
CLOSED = "closed"


async def add(
    db: AsyncSession, conversation_id: int, text: str, reason: str, now: datetime, office: str = ""
) -> Question:
    """A new open question."""
    question = Question(
        conversation_id=conversation_id, office=office, text=seal(db, text), reason=reason, asked_at=now
    )
    db.add(question)
    await db.flush()
    return question


async def count_open(db: AsyncSession, conversation_id: int | None = None) -> int:
    """How many wait, of one conversation or of all."""
    statement = select(func.count()).where(Question.status == OPEN)
    if conversation_id is not None:
        statement = statement.where(Question.conversation_id == conversation_id)
    return (await db.execute(statement)).scalar_one()


async def oldest_open(db: AsyncSession, limit: int, skip: int = 0) -> Sequence[Question]:
    """The questions that wait longest."""
    statement = select(Question).where(Question.status == OPEN).order_by(Question.id).offset(skip).limit(limit)
    return (await db.scalars(statement)).all()


async def settle(db: AsyncSession, question_id: int, status: str, now: datetime, by: str) -> bool:
    """Marks a question as answered or closed; False when somebody answered it before. Of many at once one wins."""
    statement = (
        update(Question)
        .where(Question.id == question_id, Question.status != ANSWERED)
        .values(status=status, answered_at=now, answered_by=by)
    )
    return (await db.execute(statement.returning(Question.id))).scalar_one_or_none() is not None


async def chat_of(db: AsyncSession, question: Question) -> Conversation:
    """The conversation in which it was asked."""
    return (await db.scalars(select(Conversation).where(Conversation.id == question.conversation_id))).one()


async def shown_to(db: AsyncSession, question_id: int) -> Sequence[tuple[Outbox, Conversation]]:
    """The messages that put a question before staff, with the chat of each."""
    statement = (
        select(Outbox, Conversation)
        .join(Conversation, Conversation.id == Outbox.conversation_id)
        .where(Outbox.source == "question", Outbox.source_id == question_id, Outbox.operation == "send")
    )
    return [(row, chat) for row, chat in await db.execute(statement)]


async def next_revision(db: AsyncSession, source: str, source_id: int) -> int:
    """The number after the highest that messages of this source have."""
    statement = select(func.max(Outbox.revision)).where(Outbox.source == source, Outbox.source_id == source_id)
    highest: int | None = (await db.execute(statement)).scalar_one()
    return 0 if highest is None else highest + 1


def seal(db: AsyncSession, text: str) -> bytes:
    """A text as it is stored."""
    return _box(db).seal(text.encode())


def unseal(db: AsyncSession, sealed: bytes | None) -> str:
    """A stored text; "" when it was erased."""
    return _box(db).open(sealed).decode() if sealed else ""


def _box(db: AsyncSession) -> Box:
    return cast(Box, db.info["box"])
