"""Scores of the quiz, of people who agreed to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import Person, QuizResult


@dataclass(frozen=True, slots=True)
class Best:
    """Somebody's best score."""

    person_id: int
    name: str
    score: int


async def add(
    db: AsyncSession, person_id: int, score: int, of: int, now: datetime, conversation_id: int | None = None
) -> None:
    """Keeps a finished round; `conversation_id` is the group it was played in."""
    db.add(QuizResult(person_id=person_id, conversation_id=conversation_id, score=score, of=of, at=now))
    await db.flush()


async def of_person(db: AsyncSession, person_id: int) -> Sequence[QuizResult]:
    """All rounds of a person."""
    query = select(QuizResult).where(QuizResult.person_id == person_id).order_by(QuizResult.id)
    return (await db.scalars(query)).all()


async def best(db: AsyncSession, source: str, since: datetime, limit: int) -> Sequence[Best]:
    """The best scores since then of people who came by `source` and agree to the quiz, the highest first."""
    highest = func.max(QuizResult.score)
    query = (
        select(Person.id, Person.name, highest)
        .join(QuizResult, QuizResult.person_id == Person.id)
        .where(Person.source == source, Person.notify_quiz, Person.erased_at.is_(None), QuizResult.at >= since)
        .group_by(Person.id, Person.name)
        .order_by(highest.desc(), Person.name, Person.id)
        .limit(limit)
    )
    return [Best(*row) for row in (await db.execute(query)).all()]


async def forget(db: AsyncSession, person_id: int) -> None:
    """Removes all rounds of a person."""
    await db.execute(delete(QuizResult).where(QuizResult.person_id == person_id))
