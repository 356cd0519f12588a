"""Questions that go to a person: put before staff, answered once, and the answer brought back."""

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot import notices, words
from bot.messages import Lane, Reply
from bot.services.staff import Addresses, Purpose, audience
from storage import audit, outbox
from storage import questions as store
from storage.models import Conversation, Outbox, Question
from storage.outbox import Row

MOST_OPEN = 5  # per asker, so that one person cannot fill the staff's chat


class Outcome(StrEnum):
    """What became of a staff member's words."""

    SENT = "sent"
    ALREADY = "already"  # answered before: nothing was sent, ask whether this is an addition
    STOPPED = "stopped"  # kept; the asker wants no messages
    UNREACHABLE = "unreachable"  # kept; the asker has blocked us


async def ask(
    db: AsyncSession, now: datetime, owners: Addresses, zone: ZoneInfo, conversation_id: int, text: str, reason: str
) -> Question | None:
    """Keeps a question and puts it before staff; None when this asker has too many open.

    `reason`: unknown, person (they asked for a human), not_these, unavailable.
    """
    if await store.count_open(db, conversation_id) >= MOST_OPEN:
        return None
    question = await store.add(db, conversation_id, text, reason, now)
    asker = await store.chat_of(db, question)
    for chat in await audience(db, owners, Purpose.QUESTIONS):
        language = chat.language or words.DEFAULT
        about = notices.about(language, now, zone, asker.language, reason)
        notice = notices.question(language, question.id, text, about, chat.is_group)
        await outbox.add(db, _row(chat, "question", question.id, notice, Lane.URGENT), now)
    return question


async def answer(
    db: AsyncSession, now: datetime, question: Question, text: str, *, by: str, name: str = "", message: str = ""
) -> Outcome:
    """The first answer, sent to the asker. `by` is channel:address, `message` where staff wrote it
    (conversation:message), so that an edit of it is known as a correction."""
    if not await store.settle(db, question.id, store.ANSWERED, now, by):
        return Outcome.ALREADY
    return await _deliver(db, now, question, text, "first", by=by, name=name, message=message)


async def add(db: AsyncSession, now: datetime, question: Question, text: str, *, by: str, message: str = "") -> Outcome:
    """A further answer to a question that has one."""
    return await _deliver(db, now, question, text, "addition", by=by, message=message)


async def correct(db: AsyncSession, now: datetime, question: Question, text: str, *, by: str) -> Outcome:
    """New words in place of the last answer; the asker is told that they correct it."""
    return await _deliver(db, now, question, text, "correction", by=by, message=question.answer_message)


async def close(db: AsyncSession, now: datetime, question: Question, *, by: str, name: str = "") -> bool:
    """Ends a question without an answer and tells the asker; False when it was not open."""
    if question.status != store.OPEN or not await store.settle(db, question.id, store.CLOSED, now, by):
        return False
    chat = await store.chat_of(db, question)
    if _deaf(chat, question) is None:
        reply = notices.closed(chat.language, store.unseal(db, question.text))
        revision = await store.next_revision(db, "answer", question.id)
        await outbox.add(db, _row(chat, "answer", question.id, reply, Lane.REPLY, revision), now)
    await _mark(db, now, question, store.CLOSED, name)
    await audit.append(db, now, by, "question.close", f"question:{question.id}", question.office)
    return True


async def _deliver(
    db: AsyncSession, now: datetime, question: Question, text: str, kind: str, *, by: str, name: str = "", message: str
) -> Outcome:
    before = store.unseal(db, question.answer) if kind == "addition" else ""
    question.answer = store.seal(db, f"{before}\n\n{text}".strip())
    question.answer_message = message
    await audit.append(db, now, by, f"question.{kind}", f"question:{question.id}", question.office)
    if kind == "first":
        await _mark(db, now, question, store.ANSWERED, name)
    chat = await store.chat_of(db, question)
    deaf = _deaf(chat, question)
    if deaf is None:
        reply = notices.answer(chat.language, store.unseal(db, question.text), text, kind)
        revision = await store.next_revision(db, "answer", question.id)
        await outbox.add(db, _row(chat, "answer", question.id, reply, Lane.REPLY, revision), now)
    return deaf or Outcome.SENT


def _deaf(chat: Conversation, question: Question) -> Outcome | None:
    """Why this asker cannot be written to. Who asked after a STOP wants the answer all the same."""
    if chat.stopped_at is not None and chat.stopped_at > question.asked_at:
        return Outcome.STOPPED
    return Outcome.UNREACHABLE if chat.unreachable else None


async def _mark(db: AsyncSession, now: datetime, question: Question, status: str, name: str) -> None:
    """Changes the messages that put the question before staff, wherever they are, and withdraws those not sent yet."""
    await outbox.withdraw(db, status, Outbox.source == "question", Outbox.source_id == question.id)
    revision = await store.next_revision(db, "question", question.id)
    asked = store.unseal(db, question.text)
    for row, chat in await store.shown_to(db, question.id):
        if row.remote_id:
            reply = notices.settled(chat.language, question.id, asked, status, name)
            await outbox.add(db, _edit(chat, question.id, reply, revision, row.remote_id), now)


def _row(chat: Conversation, source: str, source_id: int, reply: Reply, lane: Lane, revision: int = 0) -> Row:
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
        source="question",
        source_id=question_id,
        lane=Lane.URGENT,
        body=reply.dump(),
        revision=revision,
        operation="edit",
        target=remote,
        urgent=True,  # an edit makes no sound, and a question that is answered should look so at night too
    )
