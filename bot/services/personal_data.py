"""The right of access: everything held about a chat and its person, as one document."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import consents, erasure, guests, quiz, suggestions, tickets
from storage.models import (
    AnswerGiven,
    Audit,
    Base,
    File,
    Inbox,
    Outbox,
    Person,
    Question,
    Staff,
    Ticket,
    WebchatMessage,
)
from storage.sealing import Box

_SEALED = {"delegate", "note", "raw", "body", "data", "text", "question", "answer"}
_LEFT_OUT = {
    "content",
    "token",
    "lease",
    "lease_until",
    "next_at",
    "answered_by",
    "answer_message",
    "added_by",
    "by",
    "claimed_by",
    "claimed_name",
    "desk_id",
}


@dataclass(frozen=True, slots=True)
class Held:
    """How much is held, for a short notice."""

    questions: int
    messages: int


async def count(db: AsyncSession, conversation_id: int) -> Held:
    """How many questions, and messages whose contents are still there."""
    asked = select(func.count()).where(Question.conversation_id == conversation_id, Question.text.is_not(None))
    came = select(func.count()).where(Inbox.conversation_id == conversation_id, Inbox.raw.is_not(None))
    went = select(func.count()).where(Outbox.conversation_id == conversation_id, Outbox.body.is_not(None))
    found = [(await db.execute(one)).scalar_one() for one in (asked, came, went)]
    return Held(found[0], found[1] + found[2])


async def collect(db: AsyncSession, conversation_id: int) -> dict[str, Any]:
    """Every row about this person, opened; names and addresses of staff are left out (art. 33: others' data)."""
    chats = await erasure.chats_of(db, conversation_id)
    ids = [chat.id for chat in chats]
    person = await db.get(Person, chats[0].person_id) if chats[0].person_id is not None else None
    opener = _Opener(db.info["box"])
    at = {f"{chat.channel}:{chat.address}" for chat in chats}
    questions = await _rows(db, Question, ids)
    talks = await _rows(db, Ticket, ids)
    about = {f"conversation:{one}" for one in ids} | {f"question:{one.id}" for one in questions}
    about |= {f"ticket:{one.id}" for one in talks}
    about |= {f"person:{person.id}"} if person else set()
    audit = select(Audit).where(or_(Audit.object.in_(about), Audit.actor.in_(at))).order_by(Audit.id)
    staff = select(Staff).where(
        or_(*((Staff.channel == one.channel) & (Staff.address == one.address) for one in chats))
    )
    return {
        "person": opener.row(person) if person else None,
        "consents": [opener.row(one) for one in await consents.of(db, person.id)] if person else [],
        "conversations": [opener.row(one) for one in chats],
        "messages_received": [opener.row(one) for one in await _rows(db, Inbox, ids)],
        "messages_sent": [opener.row(one) for one in await _rows(db, Outbox, ids)],
        "webchat_history": [opener.row(one) for one in await _rows(db, WebchatMessage, ids)],
        "answers_shown": [opener.row(one) for one in await _rows(db, AnswerGiven, ids)],
        "questions": [opener.row(one) for one in questions],
        "topic_suggestions": [opener.row(one) for one in await suggestions.of_chats(db, ids)],
        "quiz_results": [opener.row(one) for one in await quiz.of_person(db, person.id)] if person else [],
        "talks": [opener.row(one) for one in talks],
        "talk_messages": [opener.row(one) for one in await tickets.messages_of(db, [one.id for one in talks])],
        **{
            name: [opener.row(one) for one in found]
            for name, found in (await guests.held(db, ids, person.id if person else None)).items()
        },
        "files": [opener.row(one) for one in await _rows(db, File, ids)],
        "staff_roles": [opener.row(one) for one in (await db.execute(staff)).scalars()],
        "audit": [_act(one, at) for one in (await db.execute(audit)).scalars()],
    }


async def _rows(db: AsyncSession, table: Any, ids: list[int]) -> Sequence[Any]:
    query = select(table).where(table.conversation_id.in_(ids)).order_by(table.id)
    return (await db.execute(query.execution_options(populate_existing=True))).scalars().all()


def _act(one: Audit, own: set[str]) -> dict[str, Any]:
    actor = one.actor if one.actor in own or ":" not in one.actor else "staff"
    return {"at": one.at.isoformat(), "actor": actor, "action": one.action, "object": one.object}


class _Opener:
    """Turns rows into JSON, sealed columns opened."""

    def __init__(self, box: Box) -> None:
        self._box = box

    def row(self, row: Base) -> dict[str, Any]:
        columns = [column.key for column in row.__table__.columns if column.key not in _LEFT_OUT]
        return {name: self._value(name, getattr(row, name)) for name in columns}

    def _value(self, name: str, value: Any) -> Any:
        if isinstance(value, datetime):
            return value.isoformat()
        if isinstance(value, bytes):
            return self._opened(value) if name in _SEALED else None
        return value

    def _opened(self, sealed: bytes) -> Any:
        plain = self._box.open(sealed)
        try:
            return orjson.loads(plain)
        except orjson.JSONDecodeError:
            return plain.decode("utf-8", "replace")


def as_json(data: dict[str, Any]) -> bytes:
    """The document, set so that a person can read it too."""
    return orjson.dumps(data, option=orjson.OPT_INDENT_2)
