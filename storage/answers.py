"""Answers that went out: which topic, in which words, and whether they helped. What was asked is sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import AnswerGiven, AnswerWords, Conversation
from storage.questions import seal

ASKED, OPENED, CORRECTED = "asked", "opened", "corrected"
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody whose newest answer on a topic, `answer`, is in the words of `version`."""

    answer: int
    conversation_id: int
    channel: str
    language: str
    version: str


@dataclass(frozen=True, slots=True)
class Count:
    """How often a topic was shown; `body` is what it said last (AnswerWords)."""

    topic: str
    body: str
    times: int


async def note(
    db: AsyncSession, now: datetime, conversation_id: int, topic: str, version: str, how: str, text: str = ""
) -> int:
    """Keeps that a conversation was shown a topic; the number by which it says whether that helped."""
    values: dict[str, Any] = {"topic": topic, "version": version, "how": how, "verdict": "", "at": now}
    values |= {"conversation_id": conversation_id, "text": seal(db, text) if text else None}
    insert = _insert(db)(AnswerGiven).values(values).returning(AnswerGiven.id)
    return int((await db.execute(insert)).scalar_one())


async def keep_words(db: AsyncSession, topic: str, version: str, body: str) -> None:
    """Keeps what a version of a topic says, once."""
    insert = _insert(db)(AnswerWords).values(topic=topic, version=version, body=body)
    await db.execute(insert.on_conflict_do_nothing())


async def words_of(db: AsyncSession, topic: str, version: str) -> str:
    """What that version said; "" when nobody was shown it."""
    found = await db.get(AnswerWords, (topic, version))
    return found.body if found else ""


async def by_number(db: AsyncSession, conversation_id: int, number: int) -> AnswerGiven | None:
    """An answer of this conversation; None when it is of another or gone."""
    mine = AnswerGiven.conversation_id == conversation_id
    return (await db.scalars(select(AnswerGiven).where(AnswerGiven.id == number, mine))).one_or_none()


async def readers(db: AsyncSession, topic: str, since: datetime, current: str) -> Sequence[Reader]:
    """Who was shown a topic since then and saw it last in other words than `current`: each person once, in the chat in
    which they saw it last; nobody who stopped or cannot be reached, and no group."""
    person = func.coalesce(Conversation.person_id, -Conversation.id)
    newest = (
        select(func.max(AnswerGiven.id))
        .join(Conversation, Conversation.id == AnswerGiven.conversation_id)
        .where(AnswerGiven.topic == topic, AnswerGiven.at >= since, Conversation.is_group.is_(False))
        .group_by(person)
    )
    wanted = (
        select(AnswerGiven.id, Conversation.id, Conversation.channel, Conversation.language, AnswerGiven.version)
        .join(AnswerGiven, AnswerGiven.conversation_id == Conversation.id)
        .where(AnswerGiven.id.in_(newest), AnswerGiven.version != current)
        .where(Conversation.stopped_at.is_(None), Conversation.unreachable == "", Conversation.erased_at.is_(None))
        .order_by(Conversation.id)
    )
    return [Reader(*row) for row in await db.execute(wanted)]


async def versions_since(db: AsyncSession, since: datetime) -> Sequence[tuple[str, str]]:
    """Each topic and version that anybody was shown since then."""
    seen = select(AnswerGiven.topic, AnswerGiven.version).where(AnswerGiven.at >= since).distinct()
    return [(topic, version) for topic, version in await db.execute(seen)]


async def most_shown(db: AsyncSession, since: datetime, until: datetime, limit: int) -> Sequence[Count]:
    """The topics shown most in that time, with what they said last."""
    times = func.count().label("times")
    statement = (
        select(AnswerGiven.topic, func.max(AnswerGiven.id), times)
        .where(AnswerGiven.at >= since, AnswerGiven.at < until, AnswerGiven.how != CORRECTED)
        .group_by(AnswerGiven.topic)
        .order_by(times.desc(), AnswerGiven.topic)
        .limit(limit)
    )
    found = (await db.execute(statement)).all()
    said = (AnswerWords.topic == AnswerGiven.topic) & (AnswerWords.version == AnswerGiven.version)
    newest = AnswerGiven.id.in_([newest for _, newest, _ in found])
    bodies = await db.execute(select(AnswerGiven.topic, AnswerWords.body).join(AnswerWords, said).where(newest))
    body_of = {row.topic: row.body for row in bodies}
    return [Count(topic, body_of.get(topic, ""), number) for topic, _, number in found]


async def verdicts(db: AsyncSession, since: datetime, until: datetime) -> tuple[int, int]:
    """How many said yes and how many no in that time."""
    statement = select(AnswerGiven.verdict, func.count()).where(AnswerGiven.at >= since, AnswerGiven.at < until)
    found = {row[0]: row[1] for row in await db.execute(statement.group_by(AnswerGiven.verdict))}
    return found.get(YES, 0), found.get(NO, 0)


async def unhelpful(db: AsyncSession, since: datetime, until: datetime, limit: int) -> Sequence[AnswerGiven]:
    """Answers of that time that did not help, where what was asked is known; the newest."""
    statement = select(AnswerGiven).where(
        AnswerGiven.at >= since, AnswerGiven.at < until, AnswerGiven.verdict == NO, AnswerGiven.text.is_not(None)
    )
    return (await db.scalars(statement.order_by(AnswerGiven.id.desc()).limit(limit))).all()


async def forget(db: AsyncSession, conversation_id: int) -> int:
    """Removes all that a chat was shown; how much."""
    mine = delete(AnswerGiven).where(AnswerGiven.conversation_id == conversation_id)
    return len((await db.scalars(mine.returning(AnswerGiven.id))).all())


def _insert(db: AsyncSession) -> Any:
    return sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
