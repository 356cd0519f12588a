"""Scores on both engines."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from storage import people, quiz
from storage.engine import Database
from storage.models import Person
from storage.quiz import Best

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


async def player(db: AsyncSession, name: str, *scores: int, source: str = "unram", agrees: bool = True) -> Person:
    """Somebody with scores, the first of them today and each other an hour earlier."""
    person = await people.add(db, name=name, kind="student", region="mataram", language="id", now=NOW)
    person.source, person.notify_quiz = source, agrees
    for hours, score in enumerate(scores):
        await quiz.add(db, person.id, score, 5, NOW - timedelta(hours=hours))
    return person


async def test_the_best_of_each_comes_highest_first(db: Database) -> None:
    """Equal ones by name; only of that source, only who agrees, only since then, only so many."""
    async with db.session() as session:
        await player(session, "Siti", 1, 4, 2)
        await player(session, "Budi", 4)
        await player(session, "Ani", 3, 5)
        await player(session, "Cici", 5, source="ikip")
        await player(session, "Dodi", 5, agrees=False)
        found = await quiz.best(session, "unram", NOW - timedelta(minutes=90), 2)
        since = await quiz.best(session, "unram", NOW, 9)

    assert found == [Best(3, "Ani", 5), Best(2, "Budi", 4)]
    assert [(one.name, one.score) for one in since] == [("Budi", 4), ("Ani", 3), ("Siti", 1)]


async def test_a_tombstone_is_on_no_board(db: Database) -> None:
    """Whatever was left behind."""
    async with db.session() as session:
        person = await player(session, "Siti", 5, source="")
        await people.make_tombstone(session, person.id, NOW)
        await session.refresh(person)

        assert await quiz.best(session, "", NOW - timedelta(days=1), 9) == []


async def test_forgetting_takes_one_persons_rounds(db: Database) -> None:
    """And nobody else's."""
    async with db.session() as session:
        siti, budi = await player(session, "Siti", 5, 4), await player(session, "Budi", 3)
        before = [one.score for one in await quiz.of_person(session, siti.id)]
        await quiz.forget(session, siti.id)
        after = [len(await quiz.of_person(session, one.id)) for one in (siti, budi)]

    assert (before, after) == ([5, 4], [0, 1])
