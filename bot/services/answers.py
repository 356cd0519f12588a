"""What a topic says in its present words, who was shown it, and whether that helped."""

import hashlib
from datetime import datetime

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge import Topic
from storage import answers as store
from storage.models import AnswerGiven

SAID = ("title", "pemilu", "pemilu_sources", "pilkada", "pilkada_sources", "difference", "caveat", "changed_by")
VERSION_LETTERS = 16


def words_of(topic: Topic) -> str:
    """All that a topic says to a reader, as JSON; ways of asking and dates of checking are not in it."""
    return orjson.dumps({name: getattr(topic, name) for name in SAID}).decode()


def version_of(topic: Topic) -> str:
    """A short mark that changes with any word of it."""
    return hashlib.sha256(words_of(topic).encode()).hexdigest()[:VERSION_LETTERS]


async def note(
    db: AsyncSession, now: datetime, conversation_id: int, topic: Topic, how: str = store.ASKED, text: str = ""
) -> int:
    """Keeps that a chat was shown this topic, and what was asked; its number. `how` is asked, opened or corrected."""
    version = version_of(topic)
    await store.keep_words(db, topic.id, version, words_of(topic))
    return await store.note(db, now, conversation_id, topic.id, version, how, text)


async def judge(db: AsyncSession, conversation_id: int, number: int, helped: bool) -> AnswerGiven | None:
    """Counts whether an answer helped; a second opinion takes the place of the first. None when it is gone."""
    found = await store.by_number(db, conversation_id, number)
    if found is not None:
        found.verdict = store.YES if helped else store.NO
        await db.flush()
    return found
