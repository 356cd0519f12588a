"""Whose score is kept, and which month a board is of. On both engines."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.services import people, personal_data, quiz
from bot.services.people import Details
from storage import conversations
from storage.consents import Act
from storage.engine import Database
from storage.models import Person

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
WITA = ZoneInfo("Asia/Makassar")
ACT = Act("test", "key", "id", NOW)


@pytest.fixture(autouse=True)
async def two(db: Database) -> None:
    """Siti agreed to the quiz, Budi did not; both came by one link. Chat 3 is a group."""
    async with db.session() as session:
        for number, (name, notices) in enumerate((("Siti", {"quiz"}), ("Budi", {"news"})), 1):
            await conversations.add(session, "test", name.lower(), "id", NOW)
            details = Details(name, "student", "mataram", frozenset(notices))
            await people.register(session, NOW, details, "text", ACT, number, "unram")
        await conversations.add(session, "test", "group", "id", NOW)


@pytest.mark.parametrize(("person", "kept"), [(1, True), (2, False), (None, False)])
async def test_only_who_agreed_has_a_score(db: Database, person: int | None, kept: bool) -> None:
    """A visitor has none."""
    async with db.session() as session:
        found = await session.get(Person, person) if person else None

        assert await quiz.keep(session, NOW, found, 4, 5) is kept
        assert len(await quiz.board(session, NOW, WITA, "unram")) == kept


async def test_of_a_group_the_known_ones_who_agreed_are_kept(db: Database) -> None:
    """By their address on the group's channel, and no other."""
    async with db.session() as session:
        scores = {"siti": 3, "budi": 4, "stranger": 5}
        other = await quiz.keep_group(session, NOW, "telegram", 3, scores, 5)
        kept = await quiz.keep_group(session, NOW, "test", 3, scores, 5)
        data = await personal_data.collect(session, 1)

    assert (other, kept) == (0, 1)
    assert [(one["score"], one["of"], one["conversation_id"]) for one in data["quiz_results"]] == [(3, 5, 3)]


@pytest.mark.parametrize(
    ("played", "shown"),
    [
        (datetime(2026, 10, 31, 15, 59, tzinfo=UTC), 0),
        (datetime(2026, 10, 31, 16, 0, tzinfo=UTC), 1),
    ],
)
async def test_the_month_begins_at_midnight_in_ntb(db: Database, played: datetime, shown: int) -> None:
    """16.00 UTC of the day before."""
    async with db.session() as session:
        await quiz.keep(session, played, await session.get(Person, 1), 4, 5)

        assert len(await quiz.board(session, NOW, WITA, "unram")) == shown


@pytest.mark.parametrize(("notices", "kept"), [({"quiz", "news"}, 1), ({"news"}, 0), (set(), 0)])
async def test_scores_go_with_the_consent(db: Database, notices: set[str], kept: int) -> None:
    """Not with a switch that is another's."""
    async with db.session() as session:
        siti = await session.get_one(Person, 1)
        await quiz.keep(session, NOW, siti, 4, 5)
        await people.switch(session, NOW, siti, notices, ACT)
        data = await personal_data.collect(session, 1)

    assert len(data["quiz_results"]) == kept


def test_equal_scores_share_a_rank() -> None:
    """And the next one counts those before it."""
    assert quiz.ranked([5, 5, 3, 2, 2]) == [1, 1, 3, 4, 4]
    assert quiz.ranked([]) == []
