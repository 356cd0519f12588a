"""Suggestions for topics. What was asked and answered is sealed, and goes when its asker is erased."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import Question, TopicSuggestion

OPEN, TAKEN, REFUSED, ERASED = "open", "taken", "refused", "erased"


async def add(db: AsyncSession, now: datetime, question: Question, topic: str, by: str) -> int | None:
    """A new one, with the question's texts as they are sealed; None when this topic has it already."""
    insert: Any = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    values: dict[str, Any] = {"question_id": question.id, "question": question.text, "answer": question.answer}
    values |= {"topic": topic, "office": question.office, "by": by, "at": now, "status": OPEN}
    statement = insert(TopicSuggestion).values(**values).on_conflict_do_nothing().returning(TopicSuggestion.id)
    added: int | None = (await db.execute(statement)).scalar_one_or_none()
    return added


async def waiting(db: AsyncSession, limit: int, topic: str | None = None) -> Sequence[TopicSuggestion]:
    """The open ones, the oldest first; of one topic or of all."""
    statement = select(TopicSuggestion).where(TopicSuggestion.status == OPEN).order_by(TopicSuggestion.id)
    if topic is not None:
        statement = statement.where(TopicSuggestion.topic == topic)
    return (await db.scalars(statement.limit(limit))).all()


async def count(db: AsyncSession) -> int:
    """How many are open."""
    statement = select(func.count()).where(TopicSuggestion.status == OPEN)
    return (await db.execute(statement)).scalar_one()


async def settle(db: AsyncSession, number: int, status: str) -> bool:
    """Ends an open one; of many at once one wins."""
    wanted = update(TopicSuggestion).where(TopicSuggestion.id == number, TopicSuggestion.status == OPEN)
    done = await db.execute(wanted.values(status=status).returning(TopicSuggestion.id))
    return done.scalar_one_or_none() is not None


async def of_chats(db: AsyncSession, conversation_ids: Sequence[int]) -> Sequence[TopicSuggestion]:
    """Those made from the questions of these chats."""
    asked = select(Question.id).where(Question.conversation_id.in_(conversation_ids))
    statement = select(TopicSuggestion).where(TopicSuggestion.question_id.in_(asked)).order_by(TopicSuggestion.id)
    return (await db.scalars(statement)).all()


async def erase(db: AsyncSession, conversation_id: int) -> None:
    """Empties those made from the questions of a chat."""
    asked = select(Question.id).where(Question.conversation_id == conversation_id)
    mine = update(TopicSuggestion).where(TopicSuggestion.question_id.in_(asked))
    await db.execute(mine.values(question=None, answer=None, status=ERASED))
