"""Scores: kept only for people who registered and agreed to the quiz, and shown among those of one source."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from storage import people
from storage import quiz as store
from storage.models import Person
from storage.quiz import Best

TOP = 10


def agrees(person: Person | None) -> bool:
    """Whether somebody's score may be kept and their name shown beside it."""
    return person is not None and person.notify_quiz and person.erased_at is None


async def keep(db: AsyncSession, now: datetime, person: Person | None, score: int, of: int) -> bool:
    """Keeps the score of a round played alone; False when it may not be."""
    if person is None or not agrees(person):
        return False
    await store.add(db, person.id, score, of, now)
    return True


async def keep_group(
    db: AsyncSession, now: datetime, channel: str, group: int, scores: Mapping[str, int], of: int
) -> int:
    """Keeps the scores, by address, of those players of a group whom we know and who agreed; how many."""
    kept = 0
    for address, score in scores.items():
        person = await people.by_address(db, channel, address)
        if person is not None and agrees(person):
            await store.add(db, person.id, score, of, now, group)
            kept += 1
    return kept


async def board(db: AsyncSession, now: datetime, zone: ZoneInfo, source: str) -> Sequence[Best]:
    """The best scores of this month among those who came by `source`."""
    month = now.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return await store.best(db, source, month, TOP)


def ranked(scores: Sequence[int]) -> list[int]:
    """The ranks of scores that are sorted from the highest: equal ones share a rank."""
    return [scores.index(score) + 1 for score in scores]
