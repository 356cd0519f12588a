"""The messages that put a question before staff: sent, changed as more people ask it, and marked when it is settled."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot import notices, words
from bot.messages import Lane, Reply
from bot.services.staff import Addresses, Purpose, audience
from storage import outbox
from storage import questions as store
from storage.models import Conversation, Outbox, Question
from storage.outbox import Row

SOURCE = "question"


async def put(db: AsyncSession, now: datetime, owners: Addresses, zone: ZoneInfo, question: Question) -> None:
    """Puts a question before staff."""
    for chat in await audience(db, owners, Purpose.QUESTIONS):
        notice = await _notice(db, zone, question, chat)
        await outbox.add(db, row(chat, SOURCE, question.id, notice, Lane.URGENT), now)


async def renew(db: AsyncSession, now: datetime, zone: ZoneInfo, question: Question) -> None:
    """The same messages with how many people ask it now; one that has not left yet leaves in its new form."""
    revision = await store.next_revision(db, SOURCE, question.id)
    for sent, chat in await store.shown_to(db, question.id):
        notice = await _notice(db, zone, question, chat)
        if sent.remote_id:
            await outbox.add(db, _edit(chat, question.id, notice, revision, sent.remote_id), now)
        elif await outbox.withdraw(db, "renewed", Outbox.id == sent.id):
            await outbox.add(db, row(chat, SOURCE, question.id, notice, Lane.URGENT, revision), now)


async def put_where(db: AsyncSession, now: datetime, zone: ZoneInfo, question: Question, before: int) -> None:
    """Puts a question where another one, `before`, stood."""
    for chat in {chat.id: chat for _, chat in await store.shown_to(db, before)}.values():
        notice = await _notice(db, zone, question, chat)
        await outbox.add(db, row(chat, SOURCE, question.id, notice, Lane.URGENT), now)


async def mark(db: AsyncSession, now: datetime, question: Question, status: str, name: str) -> None:
    """Changes the messages of a question that is settled, wherever they are, and withdraws those not sent yet."""
    await outbox.withdraw(db, status, Outbox.source == SOURCE, Outbox.source_id == question.id)
    revision = await store.next_revision(db, SOURCE, question.id)
    asked = store.unseal(db, question.text)
    for sent, chat in await store.shown_to(db, question.id):
        if sent.remote_id:
            reply = notices.settled(chat.language, question.id, asked, status, name)
            await outbox.add(db, _edit(chat, question.id, reply, revision, sent.remote_id), now)


async def _notice(db: AsyncSession, zone: ZoneInfo, question: Question, chat: Conversation) -> Reply:
    language = chat.language or words.DEFAULT
    asker = await store.chat_of(db, question)
    about = notices.about(language, question.asked_at, zone, asker.language, question.reason)
    people = (await store.people(db, [question.id])).get(question.id, 1)
    asked = store.unseal(db, question.text)
    return notices.question(language, question.id, asked, about, is_group=chat.is_group, people=people)


def row(chat: Conversation, source: str, source_id: int, reply: Reply, lane: Lane, revision: int = 0) -> Row:
    """A message of its own to this chat."""
    return Row(
        channel=chat.channel,
        conversation_id=chat.id,
        source=source,
        source_id=source_id,
        lane=lane,
        body=reply.dump(),
        revision=revision,
    )


def _edit(chat: Conversation, question_id: int, reply: Reply, revision: int, remote: str) -> Row:
    return Row(
        channel=chat.channel,
        conversation_id=chat.id,
        source=SOURCE,
        source_id=question_id,
        lane=Lane.URGENT,
        body=reply.dump(),
        revision=revision,
        operation="edit",
        target=remote,
        urgent=True,  # an edit makes no sound, and a question that is answered should look so at night too
    )
