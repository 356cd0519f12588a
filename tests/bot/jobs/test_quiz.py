"""The job that forgets quizzes a group left unfinished, on both engines."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from bot.jobs import quiz
from storage.engine import Database
from storage.models import Conversation

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
DATA = {"quiz": {"names": {"1": "Ani"}}, "quiz_round": 3}


@pytest.mark.parametrize(
    ("is_group", "seen", "left"),
    [
        (True, timedelta(hours=25), {"quiz_round": 3}),
        (True, timedelta(hours=23), DATA),
        (False, timedelta(days=9), DATA),
    ],
)
async def test_names_are_kept_for_a_day_at_most(
    db: Database, is_group: bool, seen: timedelta, left: dict[str, object]
) -> None:
    """In groups; somebody alone can go on whenever they like, and no name is in there."""
    async with db.session() as session:
        data = db.box.seal(orjson.dumps(DATA))
        chat = {"channel": "test", "address": "x", "is_group": is_group, "created_at": NOW, "seen_at": NOW - seen}
        session.add_all([Conversation(**chat, data=data), Conversation(**chat | {"address": "y"})])
    async with db.write() as tx:
        assert not await quiz.run(tx, NOW)
    async with db.read() as session:
        kept = (await session.get_one(Conversation, 1)).data

    assert kept is not None
    assert orjson.loads(db.box.open(kept)) == left
