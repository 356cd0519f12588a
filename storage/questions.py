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
ERASED = "erased"


async def add(
    db: AsyncSession,
    conversation_id: int,
    text: str,
    reason: str,
    now: datetime,
    office: str = "",
    same_as: int | None = None,
) -> Question:
    """A new open question; `same_as` is the one before staff that asks the same."""
    question = Question(
        conversation_id=conversation_id,
        office=office,
        text=seal(db, text),
        reason=reason,
        asked_at=now,
        same_as=same_as,
    )
    db.add(question)
    await db.flush()
    return question


async def count_open(db: AsyncSession, conversation_id: int | None = None) -> int:
    """How many wait, of one conversation or of all; of all, those that ask the same count once."""
    statement = select(func.count()).where(Question.status == OPEN)
    mine = Question.same_as.is_(None) if conversation_id is None else Question.conversation_id == conversation_id
    statement = statement.where(mine)
    return (await db.execute(statement)).scalar_one()


async def oldest_open(db: AsyncSession, limit: int, skip: int = 0) -> Sequence[Question]:
    """The questions that wait longest, one of those that ask the same."""
    statement = select(Question).where(Question.status == OPEN, Question.same_as.is_(None)).order_by(Question.id)
    return (await db.scalars(statement.offset(skip).limit(limit))).all()


async def newest_open(db: AsyncSession, limit: int) -> Sequence[Question]:
    """The questions before staff that came last."""
    statement = select(Question).where(Question.status == OPEN, Question.same_as.is_(None))
    return (await db.scalars(statement.order_by(Question.id.desc()).limit(limit))).all()


async def hold(db: AsyncSession, question_id: int) -> bool:
    """Keeps a question from being settled until this transaction ends; False when it is not open any more."""
    still = update(Question).where(Question.id == question_id, Question.status == OPEN).values(status=OPEN)
    return (await db.execute(still.returning(Question.id))).scalar_one_or_none() is not None


async def alike(db: AsyncSession, question_id: int, *statuses: str) -> Sequence[Question]:
    """Those that ask the same as this one, in these states, the first first."""
    statement = select(Question).where(Question.same_as == question_id, Question.status.in_(statuses))
    return (await db.scalars(statement.order_by(Question.id))).all()


async def people(db: AsyncSession, question_ids: Sequence[int]) -> dict[int, int]:
    """How many chats wait for the answer to each of these questions, one's own among them."""
    leader = func.coalesce(Question.same_as, Question.id)
    statement = (
        select(leader, func.count(Question.conversation_id.distinct()))
        .where(leader.in_(question_ids), Question.status == OPEN)
        .group_by(leader)
    )
    return {row[0]: row[1] for row in await db.execute(statement)}


async def unanswered(db: AsyncSession, since: datetime, until: datetime, limit: int) -> Sequence[Question]:
    """Questions of that time that nobody has answered, the newest."""
    statement = select(Question).where(
        Question.asked_at >= since, Question.asked_at < until, Question.status.in_((OPEN, CLOSED))
    )
    return (await db.scalars(statement.order_by(Question.id.desc()).limit(limit))).all()


async def of_chat(db: AsyncSession, conversation_id: int) -> Sequence[Question]:
    """All questions of a chat as they are now."""
    statement = select(Question).where(Question.conversation_id == conversation_id).order_by(Question.id)
    return (await db.scalars(statement.execution_options(populate_existing=True))).all()


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


async def reached(db: AsyncSession, question_ids: Sequence[int]) -> int:
    """How many chats the answers to these questions were sent to."""
    statement = select(func.count(Outbox.conversation_id.distinct()))
    sent = statement.where(Outbox.source == "answer", Outbox.source_id.in_(question_ids))
    return (await db.execute(sent)).scalar_one()


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
