"""The job that lets go of addresses, on both engines."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.jobs import erasure
from storage.engine import Database
from storage.models import Conversation, Outbox, WebchatMessage

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


async def address_after(
    db: Database, later: timedelta = timedelta(minutes=1), message: str = "sent", acked: bool = True, **chat: Any
) -> str:
    """The address of an erased chat after the job ran, with its last message in state `message`."""
    async with db.session() as session:
        fields = {"address": "ani", "channel": "webchat", "erased_at": NOW, "created_at": NOW, "seen_at": NOW, **chat}
        made = Conversation(**fields)
        session.add(made)
        await session.flush()
        row = Outbox(
            channel="webchat", conversation_id=made.id, source="reply", source_id=1, lane=0, state=message, created_at=0
        )
        shown = WebchatMessage(conversation_id=made.id, body=b"x", at=NOW, acked_at=NOW if acked else None)
        session.add_all([row, shown])
    async with db.write() as tx:
        assert not await erasure.run(tx, NOW + later)
    async with db.read() as session:
        return (await session.get_one(Conversation, made.id)).address


async def test_the_address_goes_when_all_is_sent(db: Database) -> None:
    """What is left cannot be written to."""
    assert await address_after(db) == "erased:1"
    async with db.read() as session:
        chat = await session.get_one(Conversation, 1)
        assert (chat.unreachable, chat.erased_at, chat.language) == ("erased", None, "")
        assert await session.get(WebchatMessage, 1) is None


@pytest.mark.parametrize("state", ["queued", "leased", "started"])
async def test_the_last_message_leaves_first(db: Database, state: str) -> None:
    """However long it takes."""
    assert await address_after(db, timedelta(days=9), state) == "ani"


@pytest.mark.parametrize(("later", "address"), [(timedelta(hours=23), "ani"), (timedelta(hours=25), "erased:1")])
async def test_a_closed_page_has_a_day(db: Database, later: timedelta, address: str) -> None:
    """To come for its last message."""
    assert await address_after(db, later, acked=False) == address


@pytest.mark.parametrize("back", [{"seen_at": NOW + timedelta(seconds=1)}, {"state": "register.name"}])
async def test_who_wrote_again_keeps_the_chat(db: Database, back: dict[str, Any]) -> None:
    """As a new visitor."""
    assert await address_after(db, **back) == "ani"


async def test_others_are_left_alone(db: Database) -> None:
    """Only erased chats are touched."""
    assert await address_after(db, erased_at=None) == "ani"


def test_the_job_looks_at_each_ring() -> None:
    """Its own marks say what is to do."""
    job = erasure.job()

    assert (job.name, job.polls) == ("erasure", True)
