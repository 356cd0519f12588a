"""The right to be forgotten: everything about a person goes at once, save what proves that it was lawful."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import words
from bot.messages import Lane, Reply
from bot.services import people, questions, tickets
from storage import answers, audit, consents, erasure, guests, outbox, quiz, staff, suggestions
from storage import people as people_store
from storage import questions as question_store
from storage.consents import Act
from storage.models import Conversation, Outbox, Question
from storage.outbox import Row


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done: how many chats were emptied, and whether somebody registered was behind them."""

    chats: int
    registered: bool


async def erase(db: AsyncSession, now: datetime, conversation_id: int, act: Act | None = None) -> Erased:
    """Empties the chat, all other chats of the same person, and the person. A message still to be sent leaves first,
    then the address goes too (`drop`)."""
    chats = await erasure.chats_of(db, conversation_id)
    person_id = chats[0].person_id
    if person_id is not None:
        await people_store.make_tombstone(db, person_id, now)
        if act is not None:
            await consents.record(db, person_id, "erasure", given=False, act=act)
        await erasure.minimise_consents(db, person_id)
        await quiz.forget(db, person_id)
    await guests.forget(db, [chat.id for chat in chats], person_id)
    for chat in chats:
        await _empty(db, now, chat)
    about = f"conversation:{conversation_id}" if person_id is None else f"person:{person_id}"
    await audit.append(db, now, "person", "erase", about)
    return Erased(len(chats), person_id is not None)


async def _empty(db: AsyncSession, now: datetime, chat: Conversation) -> None:
    hashed = erasure.address_hash(db, chat.channel, chat.address)
    await people.withdraw_pushed(db, chat.id, "erased")
    await erasure.empty_messages(db, chat.id)
    asked = select(Question.id).where(Question.conversation_id == chat.id)
    await outbox.withdraw(db, "erased", Outbox.source == "question", Outbox.source_id.in_(asked))
    covered = await erasure.empty_questions(db, chat.id)
    for number, row in covered:
        await _cover(db, now, number, row)
    await questions.after_erasure(db, now, chat.id)
    await suggestions.erase(db, chat.id)
    await tickets.erase(db, now, chat.id)
    if await answers.forget(db, chat.id) or covered:
        await erasure.empty_digests(db)
    if await staff.active(db, chat.channel, chat.address) is None:
        await erasure.rename_actor(db, f"{chat.channel}:{chat.address}", f"erased:{hashed[:12]}")
    await erasure.let_go(db, chat.id, now)
    await erasure.remember(db, hashed, now)


async def drop(db: AsyncSession, now: datetime) -> int:
    """Lets go of addresses whose last message has left; how many."""
    return await erasure.drop_addresses(db, now)


async def is_erased(db: AsyncSession, channel: str, address: str) -> bool:
    """Whether this address was erased and nobody registered there since."""
    if await erasure.erased(db, erasure.address_hash(db, channel, address)) is None:
        return False
    return await people_store.by_address(db, channel, address) is None


async def replay(db: AsyncSession, now: datetime) -> int:
    """After a restore: erases again what the list says and the copy still had. Who came since stays; how many."""
    again = 0
    for chat in (await db.execute(select(Conversation).where(Conversation.is_group.is_(False)))).scalars().all():
        at = await erasure.erased(db, erasure.address_hash(db, chat.channel, chat.address))
        if at is None or chat.erased_at is not None:
            continue
        person = await people_store.by_address(db, chat.channel, chat.address)
        since = chat.created_at if person is None else person.registered_at
        if since < at:
            await erase(db, now, chat.id)
            again += 1
    return again


async def _cover(db: AsyncSession, now: datetime, number: int, row: Outbox) -> None:
    """Puts a notice in place of a question that staff still have before their eyes."""
    chat = await db.get_one(Conversation, row.conversation_id)
    body = Reply(words.text(chat.language, "privacy.question_erased", number=number)).dump()
    cover = Row(
        channel=row.channel,
        conversation_id=row.conversation_id,
        source="question",
        source_id=number,
        lane=Lane.URGENT,
        body=body,
        revision=await question_store.next_revision(db, "question", number),
        operation="edit",
        target=row.remote_id,
        urgent=True,
    )
    await outbox.add(db, cover, now)
