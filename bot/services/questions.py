"""Questions that go to a person: put before staff, answered once for all who ask the same, the answer brought back."""

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot import notices
from bot.messages import Lane
from bot.services import staff_notices
from bot.services.staff import Addresses
from knowledge.similar import traits
from storage import audit, outbox
from storage import questions as store
from storage.models import Conversation, Question

MOST_OPEN = 5  # per asker, so that one person cannot fill the staff's chat
COMPARED = 50  # of the open questions, the newest, with which a new one is compared
WITA = ZoneInfo("Asia/Makassar")


class Outcome(StrEnum):
    """What became of a staff member's words."""

    SENT = "sent"
    ALREADY = "already"  # answered before: nothing was sent, ask whether this is an addition
    STOPPED = "stopped"  # kept; the asker wants no messages
    UNREACHABLE = "unreachable"  # kept; the asker has blocked us


async def ask(
    db: AsyncSession, now: datetime, owners: Addresses, zone: ZoneInfo, conversation_id: int, text: str, reason: str
) -> Question | None:
    """Keeps a question and puts it before staff, or behind one there that asks the same; None when this asker has too
    many open.

    `reason`: unknown, person (they asked for a human), not_these, not_answered, unavailable.
    """
    if await store.count_open(db, conversation_id) >= MOST_OPEN:
        return None
    before = await _before(db, text)
    question = await store.add(db, conversation_id, text, reason, now, same_as=before.id if before else None)
    if before is None:
        await staff_notices.put(db, now, owners, zone, question)
    else:
        await staff_notices.renew(db, now, zone, before)
    return question


async def _before(db: AsyncSession, text: str) -> Question | None:
    """The open question that asks the same, if there is one."""
    asked = traits(text)
    for one in await store.newest_open(db, COMPARED):
        if asked.fits(traits(store.unseal(db, one.text))) and await store.hold(db, one.id):
            return one
    return None


async def split(db: AsyncSession, now: datetime, owners: Addresses, zone: ZoneInfo, question: Question) -> int:
    """Staff see that these do not ask the same: each stands before them by itself; how many came apart."""
    others = await store.alike(db, question.id, store.OPEN) if await store.hold(db, question.id) else []
    for one in others:
        one.same_as = None
    await db.flush()
    for one in others:
        await staff_notices.put(db, now, owners, zone, one)
    if others:
        await staff_notices.renew(db, now, zone, question)
    return len(others)


async def after_erasure(db: AsyncSession, now: datetime, conversation_id: int, zone: ZoneInfo = WITA) -> None:
    """The questions of a chat were emptied: who asked the same still waits, and staff see how many are left."""
    for one in await store.of_chat(db, conversation_id):
        if one.same_as is not None:
            before = await db.get_one(Question, one.same_as)
            if before.status == store.OPEN:
                await staff_notices.renew(db, now, zone, before)
        elif others := await store.alike(db, one.id, store.OPEN):
            first, *rest = others
            first.same_as = None
            for other in rest:
                other.same_as = first.id
            await db.flush()
            await staff_notices.put_where(db, now, zone, first, one.id)


async def answer(
    db: AsyncSession, now: datetime, question: Question, text: str, *, by: str, name: str = "", message: str = ""
) -> Outcome:
    """The first answer, sent to all who asked it. `by` is channel:address, `message` where staff wrote it
    (conversation:message), so that an edit of it is known as a correction."""
    if not await store.settle(db, question.id, store.ANSWERED, now, by):
        return Outcome.ALREADY
    others = await store.alike(db, question.id, store.OPEN, store.CLOSED)
    settled = [one for one in others if await store.settle(db, one.id, store.ANSWERED, now, by)]
    return await _deliver(db, now, [question, *settled], text, "first", by=by, name=name, message=message)


async def add(db: AsyncSession, now: datetime, question: Question, text: str, *, by: str, message: str = "") -> Outcome:
    """A further answer to a question that has one."""
    return await _deliver(db, now, await _answered(db, question), text, "addition", by=by, message=message)


async def correct(db: AsyncSession, now: datetime, question: Question, text: str, *, by: str) -> Outcome:
    """New words in place of the last answer; the askers are told that they correct it."""
    wrong = await _answered(db, question)
    return await _deliver(db, now, wrong, text, "correction", by=by, message=question.answer_message)


async def close(db: AsyncSession, now: datetime, question: Question, *, by: str, name: str = "") -> bool:
    """Ends a question without an answer and tells the askers; False when it was not open."""
    if question.status != store.OPEN or not await store.settle(db, question.id, store.CLOSED, now, by):
        return False
    told: set[int] = set()
    for one in (question, *await store.alike(db, question.id, store.OPEN)):
        await store.settle(db, one.id, store.CLOSED, now, by)
        chat = await store.chat_of(db, one)
        if chat.id not in told and _deaf(chat, one) is None:
            reply = notices.closed(chat.language, store.unseal(db, one.text))
            revision = await store.next_revision(db, "answer", one.id)
            await outbox.add(db, staff_notices.row(chat, "answer", one.id, reply, Lane.REPLY, revision), now)
        told.add(chat.id)
        await staff_notices.mark(db, now, one, store.CLOSED, name)
        await audit.append(db, now, by, "question.close", f"question:{one.id}", one.office)
    return True


async def reached(db: AsyncSession, question: Question) -> int:
    """How many people the answers to this question went to."""
    numbers = [one.id for one in await _answered(db, question)]
    return await store.reached(db, numbers)


async def _answered(db: AsyncSession, question: Question) -> list[Question]:
    return [question, *await store.alike(db, question.id, store.ANSWERED)]


async def _deliver(
    db: AsyncSession,
    now: datetime,
    asked: list[Question],
    text: str,
    kind: str,
    *,
    by: str,
    name: str = "",
    message: str,
) -> Outcome:
    """Keeps an answer with each question and sends it to each chat once; SENT when anybody gets it."""
    outcomes: dict[int, Outcome] = {}
    for question in asked:
        before = store.unseal(db, question.answer) if kind == "addition" else ""
        question.answer = store.seal(db, f"{before}\n\n{text}".strip())
        question.answer_message = message
        await audit.append(db, now, by, f"question.{kind}", f"question:{question.id}", question.office)
        if kind == "first":
            await staff_notices.mark(db, now, question, store.ANSWERED, name)
        chat = await store.chat_of(db, question)
        if chat.id not in outcomes:
            outcomes[chat.id] = _deaf(chat, question) or await _send(db, now, chat, question, text, kind)
    return Outcome.SENT if Outcome.SENT in outcomes.values() else next(iter(outcomes.values()))


async def _send(
    db: AsyncSession, now: datetime, chat: Conversation, question: Question, text: str, kind: str
) -> Outcome:
    reply = notices.answer(chat.language, store.unseal(db, question.text), text, kind)
    revision = await store.next_revision(db, "answer", question.id)
    await outbox.add(db, staff_notices.row(chat, "answer", question.id, reply, Lane.REPLY, revision), now)
    return Outcome.SENT


def _deaf(chat: Conversation, question: Question) -> Outcome | None:
    """Why this asker cannot be written to. Who asked after a STOP wants the answer all the same."""
    if chat.stopped_at is not None and chat.stopped_at > question.asked_at:
        return Outcome.STOPPED
    return Outcome.UNREACHABLE if chat.unreachable else None
