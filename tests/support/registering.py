"""People who register in a test, and what the database holds about them."""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import select

from storage.models import Base, Conversation, Person
from tests.support.world import Person as Chat
from tests.support.world import World

Table = TypeVar("Table", bound=Base)


async def rows(world: World, table: type[Table]) -> Sequence[Table]:
    """All rows of a table, by their number."""
    async with world.db.read() as session:
        keys: Any = table.__mapper__.primary_key
        return (await session.execute(select(table).order_by(*keys))).scalars().all()


async def only(world: World, table: type[Table]) -> Table:
    """The one row there is."""
    (row,) = await rows(world, table)
    return row


async def conversation(world: World, chat: Chat) -> Conversation:
    """What is kept about a chat."""
    (found,) = [one for one in await rows(world, Conversation) if one.address == chat.address]
    return found


async def register(chat: Chat, name: str = "Siti Aminah", region: str = "lotim", notices: str = "Semua") -> None:
    """Registers, in Indonesian."""
    await chat.says("daftar")
    await chat.taps("17+ dan setuju")
    await chat.says(name)
    await chat.taps("Mahasiswa")
    await chat.says(region)
    await chat.taps(notices)


async def registered(world: World, chat: Chat) -> Person:
    """The person behind a chat that just registered."""
    await register(chat)
    return (await rows(world, Person))[-1]
