"""A topic says something else now: those who read the old words get the new ones, once."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from bot import correction_text, words
from bot.messages import Lane, Reply
from bot.services import answers
from knowledge import Topic, Topics
from storage import answers as store
from storage import audit, outbox
from storage.answers import Reader
from storage.outbox import Row

MOST = 1000  # people; more need the controls of a broadcast
DAYS = 30
SOURCE = "correction"


class TooMany(Exception):
    """More readers than a correction may have; `count` says how many."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} readers, at most {MOST}")
        self.count = count


@dataclass(frozen=True, slots=True)
class Changed:
    """A topic whose old words somebody read, and how many people did."""

    topic: Topic
    people: int


async def changed(db: AsyncSession, now: datetime, topics: Topics, days: int = DAYS) -> Sequence[Changed]:
    """The topics that say something else now than to their readers of the last days, the most read first."""
    since = now - timedelta(days=days)
    seen = await store.versions_since(db, since)
    names = {topic for topic, version in seen if topic in topics and answers.version_of(topics[topic]) != version}
    found = [Changed(topics[name], await plan(db, now, topics[name], days)) for name in sorted(names)]
    return sorted((one for one in found if one.people), key=lambda one: -one.people)


async def plan(db: AsyncSession, now: datetime, topic: Topic, days: int = DAYS) -> int:
    """How many people read this topic in the last days and saw other words than it has now."""
    return len(await _readers(db, now, topic, days))


async def preview(db: AsyncSession, now: datetime, topic: Topic, language: str, days: int = DAYS) -> Reply | None:
    """What most of them would get; None when there is nobody."""
    versions = [reader.version for reader in await _readers(db, now, topic, days)]
    if not versions:
        return None
    return await _reply(db, topic, max(set(versions), key=lambda one: (versions.count(one), one)), language)


async def send(db: AsyncSession, now: datetime, topic: Topic, days: int = DAYS, *, by: str) -> int:
    """Queues the correction for all of them; how many. TooMany when that is for a broadcast. No answer
    is corrected twice, however often this is called; whoever was given the new words since needs none."""
    readers = await _readers(db, now, topic, days)
    if len(readers) > MOST:
        raise TooMany(len(readers))
    contents: dict[tuple[str, str], int] = {}
    sent = 0
    for reader in readers:
        kind = (reader.version, reader.language or words.DEFAULT)
        if kind not in contents:
            body = (await _reply(db, topic, *kind)).dump()
            contents[kind] = await outbox.add_content(db, body, now)
        if await outbox.add(db, _row(topic, reader, contents[kind]), now) is not None:
            await answers.note(db, now, reader.conversation_id, topic, store.CORRECTED)
            sent += 1
    await audit.append(db, now, by, f"correction.send.{sent}", f"topic:{topic.id}")
    return sent


async def _readers(db: AsyncSession, now: datetime, topic: Topic, days: int) -> Sequence[Reader]:
    return await store.readers(db, topic.id, now - timedelta(days=days), answers.version_of(topic))


async def _reply(db: AsyncSession, topic: Topic, version: str, language: str) -> Reply:
    before = await store.words_of(db, topic.id, version)
    after = orjson.loads(answers.words_of(topic))
    return correction_text.correction(language, topic.id, orjson.loads(before) if before else {}, after)


def _row(topic: Topic, reader: Reader, content: int) -> Row:
    return Row(
        channel=reader.channel,
        conversation_id=reader.conversation_id,
        source=SOURCE,
        source_id=zlib.crc32(topic.id.encode()),
        revision=reader.answer,
        lane=Lane.BULK,
        body=None,
        content_id=content,
    )
