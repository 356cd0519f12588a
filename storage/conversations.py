"""What is written down about a chat outside the hot path: whose it is, stopped, unreachable, erased."""

from datetime import datetime
from typing import cast

import orjson
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import Conversation
from storage.sealing import Box


async def attach(db: AsyncSession, conversation_id: int, person_id: int) -> None:
    """The chat is this person's."""
    await _set(db, conversation_id, person_id=person_id)


async def set_stopped(db: AsyncSession, conversation_id: int, at: datetime | None) -> None:
    """Nothing but replies goes there from `at` on; None lifts it."""
    await _set(db, conversation_id, stopped_at=at)


async def set_unreachable(db: AsyncSession, conversation_id: int, reason: str) -> None:
    """Why nothing can be sent there (blocked, left); empty when it can."""
    await _set(db, conversation_id, unreachable=reason)


async def add(db: AsyncSession, channel: str, address: str, language: str, now: datetime) -> Conversation:
    """A chat that nobody wrote in yet, such as one of an imported list."""
    chat = Conversation(channel=channel, address=address, language=language, created_at=now, seen_at=now)
    db.add(chat)
    await db.flush()
    return chat


async def by_address(db: AsyncSession, channel: str, address: str) -> Conversation | None:
    """The chat at an address."""
    query = select(Conversation).where(Conversation.channel == channel, Conversation.address == address)
    return (await db.execute(query)).scalar_one_or_none()


async def forget_in_groups(db: AsyncSession, key: str, before: datetime) -> int:
    """Removes `key` from what groups remember in which nobody spoke to us since `before`; how many had it."""
    box = cast(Box, db.info["box"])
    query = select(Conversation.id, Conversation.data).where(
        Conversation.is_group, Conversation.data.is_not(None), Conversation.seen_at < before
    )
    count = 0
    for number, sealed in (await db.execute(query)).all():
        data = orjson.loads(box.open(sealed)) if sealed else {}
        if data.pop(key, None) is not None:
            await _set(db, number, data=box.seal(orjson.dumps(data)))
            count += 1
    return count


async def _set(db: AsyncSession, conversation_id: int, **values: object) -> None:
    await db.execute(update(Conversation).where(Conversation.id == conversation_id).values(**values))
