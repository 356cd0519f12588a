"""Topics from and to folders: what differs becomes drafts, for a second person to publish."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import topic_files
from bot.services.reviewers import Editor
from bot.services.topics import PROGRAM, adopt, today
from storage import audit
from storage import topics as store


@dataclass(slots=True)
class Imported:
    """What an import found, by topic. `busy`: somebody else works on a draft of it, so it was left alone."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    busy: list[str] = field(default_factory=list)


async def take_in(db: AsyncSession, now: datetime, texts: Mapping[str, str], who: Editor) -> Imported:
    """Makes a draft of each topic that differs from what is in force. TopicError, and no draft at all, when the texts
    together with the rest would not be a sound set."""
    await adopt(db, now)
    bodies = await store.bodies(db)
    await asyncio.to_thread(topic_files.check_change, {**bodies, **texts}, list(texts), today(now))
    found = Imported()
    for topic, body in texts.items():
        if topic in bodies and topic_files.same(bodies[topic], body):
            found.unchanged.append(topic)
        elif await _draft(db, now, topic, body, who):
            (found.changed if topic in bodies else found.new).append(topic)
        else:
            found.busy.append(topic)
    return found


async def offer(db: AsyncSession, now: datetime) -> list[str]:
    """Makes drafts of topics that a newer program brought along; which. Where the database holds no topics yet, the
    program's are in force anyway. What was offered once is not offered again."""
    if await store.version(db) == 0:
        return []
    await store.lock(db)
    bodies, known = await store.bodies(db), await store.newest_by(db, PROGRAM)
    offered = []
    for topic, body in (await asyncio.to_thread(topic_files.packaged)).items():
        seen = topic in known and topic_files.same(known[topic], body)
        in_force = topic in bodies and topic_files.same(bodies[topic], body)
        if not seen and not in_force and await _draft(db, now, topic, body, Editor(PROGRAM)):
            offered.append(topic)
    return offered


async def put_out(db: AsyncSession, folder: Path) -> int:
    """Writes the topics in force into a folder, as files that `take_in` finds unchanged; how many. Marks that a topic
    is under review stay here: they are not part of its text."""
    texts = await store.bodies(db) or await asyncio.to_thread(topic_files.packaged)
    await asyncio.to_thread(topic_files.write, texts, (), folder)
    return len(texts)


async def _draft(db: AsyncSession, now: datetime, topic: str, body: str, who: Editor) -> bool:
    """The text as the topic's draft; False when somebody else has one."""
    draft = await store.draft(db, topic)
    if draft is None:
        draft = await store.add(db, topic, body, who.address, now, name=who.name)
    elif topic_files.same(draft.body, body):
        return True
    elif draft.author != who.address or draft.status != store.DRAFT:
        return False
    draft.body, draft.changed_at = body, now
    draft.edits += 1
    await db.flush()
    await audit.append(db, now, who.address, "topic.import", f"topic:{topic}:{draft.revision}")
    return True
