"""Who signs for whom: editors and owners, and never the one who wrote it, by whatever address."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.staff import Addresses, Power, Role, may
from storage import staff as store
from storage.models import Conversation


@dataclass(frozen=True, slots=True)
class Editor:
    """Who acts: channel:address, and the name that others read."""

    address: str
    name: str = ""


async def others(db: AsyncSession, owners: Addresses, *authors: str) -> list[tuple[str, str]]:
    """The addresses of all who may sign what these authors wrote."""
    found = {(one.channel, one.address) for one in await store.everybody(db) if may(Role(one.role), Power.TOPICS)}
    addresses = sorted({*found, *owners})
    people = [await _person(db, one) for one in authors]
    own = {one for one in people if one is not None}
    kept = []
    for channel, address in addresses:
        name = f"{channel}:{address}"
        if name not in authors and await _person(db, name) not in own:
            kept.append((channel, address))
    return kept


async def chats_of_others(db: AsyncSession, owners: Addresses, *authors: str) -> Sequence[Conversation]:
    """Their chats with us, as far as they have written."""
    return await store.chats_of(db, await others(db, owners, *authors))


async def chat_of(db: AsyncSession, address: str) -> Conversation | None:
    """The chat of an address that has written."""
    channel, _, rest = address.partition(":")
    return next(iter(await store.chats_of(db, {(channel, rest)})), None)


async def same_person(db: AsyncSession, one: str, other: str) -> bool:
    """Whether two addresses are one person's: the same, or registered to one."""
    if one == other:
        return True
    person = await _person(db, one)
    return person is not None and person == await _person(db, other)


async def _person(db: AsyncSession, address: str) -> int | None:
    channel, _, rest = address.partition(":")
    statement = select(Conversation.person_id).where(Conversation.channel == channel, Conversation.address == rest)
    return (await db.execute(statement)).scalar_one_or_none()
