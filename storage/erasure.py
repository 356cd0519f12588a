"""Emptying what is held about a chat and its person. The rows stay where something points at them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, Text, delete, exists, literal, or_, select, update
from sqlalchemy import cast as cast_to
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import (
    Audit,
    Consent,
    Conversation,
    Erasure,
    File,
    Inbox,
    Outbox,
    Question,
    WebchatMessage,
)
from storage.sealing import Box

HASH_LETTERS = 43  # of base64url: 256 bits
UNSENT = ("queued", "leased", "started")
UNREAD_FOR = timedelta(days=1)  # the last message waits so long in a page that is closed


def address_hash(db: AsyncSession, channel: str, address: str) -> str:
    """A keyed hash of an address: tells whether it was erased, and nothing else."""
    return cast(Box, db.info["box"]).sign(f"erased:{channel}:{address}", HASH_LETTERS)


async def chats_of(db: AsyncSession, conversation_id: int) -> Sequence[Conversation]:
    """This chat and all others of the same person."""
    chat = await db.get_one(Conversation, conversation_id, populate_existing=True)
    if chat.person_id is None:
        return [chat]
    query = select(Conversation).where(Conversation.person_id == chat.person_id).order_by(Conversation.id)
    return (await db.execute(query)).scalars().all()


async def empty_messages(db: AsyncSession, conversation_id: int) -> None:
    """Contents in and out. What waits to be handled or sent still is, and is emptied after that."""
    inbox = update(Inbox).where(Inbox.conversation_id == conversation_id, Inbox.status != "new")
    await db.execute(inbox.values(raw=None, trace=None))
    mine = update(Outbox).where(Outbox.conversation_id == conversation_id)
    await db.execute(mine.where(Outbox.state.in_(UNSENT)).values(sensitive=True))
    await db.execute(mine.where(Outbox.state.not_in(UNSENT)).values(body=None, content_id=None))
    await db.execute(delete(WebchatMessage).where(WebchatMessage.conversation_id == conversation_id))
    await db.execute(delete(File).where(File.conversation_id == conversation_id))


async def empty_questions(db: AsyncSession, conversation_id: int) -> Sequence[tuple[int, Outbox]]:
    """Questions and answers; the messages that showed them to staff, with the question's number."""
    emptied = (
        update(Question)
        .where(Question.conversation_id == conversation_id)
        .values(text=None, answer=None, answer_message="", status="erased")
        .returning(Question.id)
    )
    numbers = (await db.execute(emptied)).scalars().all()
    shown = (Outbox.source == "question", Outbox.source_id.in_(numbers))
    rows = (await db.execute(select(Outbox).where(*shown).order_by(Outbox.id))).scalars().all()
    await db.execute(delete(WebchatMessage).where(WebchatMessage.outbox_id.in_([row.id for row in rows])))
    await db.execute(update(Outbox).where(*shown, Outbox.state.not_in(UNSENT)).values(body=None))
    return [(row.source_id, row) for row in rows if row.remote_id and row.operation == "send"]


async def empty_digests(db: AsyncSession) -> None:
    """Stored summaries for staff quote questions: after an erasure none of them is kept."""
    rows = select(Outbox.id).where(Outbox.source == "digest", Outbox.state.not_in(UNSENT))
    await db.execute(delete(WebchatMessage).where(WebchatMessage.outbox_id.in_(rows)))
    await db.execute(update(Outbox).where(Outbox.id.in_(rows)).values(body=None))


async def let_go(db: AsyncSession, conversation_id: int, now: datetime) -> None:
    """The chat is nobody's and remembers nothing; its address goes once the last message has left."""
    await db.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(person_id=None, state="", data=None, source="", stopped_at=None, erased_at=now)
    )


async def remember(db: AsyncSession, hashed: str, now: datetime) -> None:
    """Notes that the address behind this hash was erased."""
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(Erasure).values(address_hash=hashed, at=now)
    await db.execute(statement.on_conflict_do_update(index_elements=["address_hash"], set_={"at": now}))


async def erased(db: AsyncSession, hashed: str) -> datetime | None:
    """When the address behind this hash was erased, if ever."""
    return (await db.execute(select(Erasure.at).where(Erasure.address_hash == hashed))).scalar_one_or_none()


async def minimise_consents(db: AsyncSession, person_id: int) -> None:
    """Leaves what proves that there was consent, and nothing that leads to the message it was given by."""
    await db.execute(update(Consent).where(Consent.person_id == person_id).values(message_key=""))


async def rename_actor(db: AsyncSession, actor: str, name: str) -> None:
    """Puts `name` in place of an address in the audit."""
    await db.execute(update(Audit).where(Audit.actor == actor).values(actor=name))


async def drop_addresses(db: AsyncSession, now: datetime) -> int:
    """Lets go of the addresses of erased chats whose last message has left; how many.

    Who wrote again in the meantime is a visitor like any other and keeps their chat.
    """
    back = or_(
        Conversation.seen_at > Conversation.erased_at, Conversation.state != "", Conversation.person_id.is_not(None)
    )
    marked = Conversation.erased_at.is_not(None)
    await db.execute(update(Conversation).where(marked, back).values(erased_at=None))
    ready = select(Conversation.id).where(marked, ~_unsent(), ~_unread(now))
    found = (await db.execute(ready)).scalars().all()
    if not found:
        return 0
    await db.execute(delete(WebchatMessage).where(WebchatMessage.conversation_id.in_(found)))
    await db.execute(update(Outbox).where(Outbox.conversation_id.in_(found)).values(remote_id=None, target=None))
    await db.execute(
        update(Conversation)
        .where(Conversation.id.in_(found))
        .values(
            address=literal("erased:") + cast_to(Conversation.id, Text),
            language="",
            unreachable="erased",
            erased_at=None,
        )
    )
    return len(found)


def _unsent() -> ColumnElement[bool]:
    return exists().where(Outbox.conversation_id == Conversation.id, Outbox.state.in_(UNSENT))


def _unread(now: datetime) -> ColumnElement[bool]:
    """A page that was closed right after the request may still come for its answer."""
    waits = exists().where(WebchatMessage.conversation_id == Conversation.id, WebchatMessage.acked_at.is_(None))
    return waits & (Conversation.erased_at > now - UNREAD_FOR)
