"""Pairs of a question and a person's answer that staff propose for a topic; editors make something of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from storage import audit, questions
from storage import suggestions as store
from storage.models import Question, TopicSuggestion


@dataclass(frozen=True, slots=True)
class Pair:
    """A suggestion, opened: `topic` is "" when it asks for a new one."""

    number: int
    topic: str
    question: str
    answer: str
    by: str
    at: datetime


async def suggest(db: AsyncSession, now: datetime, question: Question, topic: str, *, by: str) -> bool:
    """Puts an answered question before the editors of a topic ("" for a new one); False when it is there already."""
    number = await store.add(db, now, question, topic, by)
    if number is None:
        return False
    await audit.append(db, now, by, "topic.suggest", f"suggestion:{number}", question.office)
    return True


async def waiting(db: AsyncSession, limit: int = 20, topic: str | None = None) -> Sequence[Pair]:
    """What editors have not looked at yet, the oldest first; of one topic or of all."""
    found = await store.waiting(db, limit, topic)
    return [_opened(db, one) for one in found]


async def by_number(db: AsyncSession, number: int) -> Pair | None:
    """One suggestion that still waits."""
    found = await db.get(TopicSuggestion, number)
    return _opened(db, found) if found is not None and found.status == store.OPEN else None


async def settle(db: AsyncSession, now: datetime, number: int, taken: bool, *, by: str) -> bool:
    """An editor took it into a topic, or will not; False when somebody did before."""
    if not await store.settle(db, number, store.TAKEN if taken else store.REFUSED):
        return False
    await audit.append(db, now, by, "topic.suggestion." + ("taken" if taken else "refused"), f"suggestion:{number}")
    return True


def _opened(db: AsyncSession, one: TopicSuggestion) -> Pair:
    asked, answer = (questions.unseal(db, part) for part in (one.question, one.answer))
    return Pair(one.id, one.topic, asked, answer, one.by, one.at)
