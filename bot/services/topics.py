"""Changing topics with sign-off: a draft, a second person's review, and only then what everybody reads."""

import asyncio
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.difference import told
from bot.services import topic_files
from bot.services.reviewers import Editor, others, same_person
from bot.services.staff import Addresses
from knowledge import Index
from storage import audit
from storage import topics as store
from storage.models import TopicRevision

PROGRAM = "program"
OFFICE = ZoneInfo("Asia/Makassar")
ALONE_AFTER = timedelta(minutes=10)  # until whoever is the only editor may confirm their own change

Found = list[tuple[str, str]]
Sight = tuple[int, int]  # a draft by its number, as it was when it had been changed so often


class Refused(Exception):
    """A step that cannot be taken now; `key` says which text tells it."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


class Lost(Exception):
    """Questions that would not find their topic any more, each with what they would find."""

    def __init__(self, found: Found) -> None:
        super().__init__(f"{len(found)} questions")
        self.found = found


@dataclass(frozen=True, slots=True)
class State:
    """A topic as an editor meets it: the revision in force, the open draft, and the text that a change starts from."""

    published: TopicRevision | None
    draft: TopicRevision | None
    body: str

    @property
    def table(self) -> dict[str, Any]:
        """The fields of that text; none for a topic that does not exist."""
        return tomllib.loads(self.body)


async def adopt(db: AsyncSession, now: datetime) -> None:
    """From now on the database holds the topics: called before the first change, with no effect later."""
    await store.lock(db)
    if await store.version(db) == 0:
        await store.add_first(db, await asyncio.to_thread(topic_files.packaged), PROGRAM, now)
        await store.raise_version(db)
        await audit.append(db, now, PROGRAM, "topic.adopt", "topics")


async def look(db: AsyncSession, topic: str) -> State:
    """Where a topic stands; the program's own text counts until the first change of any topic."""
    published, draft = await store.published(db, topic), await store.draft(db, topic)
    chosen = draft or published
    if chosen is None and await store.version(db) == 0:
        return State(None, None, (await asyncio.to_thread(topic_files.packaged)).get(topic, ""))
    return State(published, draft, chosen.body if chosen else "")


async def change(
    db: AsyncSession, now: datetime, topic: str, field: str, value: Any, who: Editor, *, seen: str
) -> TopicRevision:
    """Puts a value into the topic's draft, None to leave the field out; makes the draft when there is none.

    `seen` is the value that the editor had before their eyes, as `difference.told` writes it. Refused: in_review,
    changed (somebody else was there first), unknown."""

    def put(table: dict[str, Any]) -> None:
        if told(table.get(field)) != seen:
            raise Refused("changed")
        if value is None:
            table.pop(field, None)
        else:
            table[field] = value

    return await _alter(db, now, topic, put, who, field)


async def add_question(db: AsyncSession, now: datetime, topic: str, question: str, who: Editor) -> TopicRevision:
    """Puts a question among the ways of asking of the topic's draft."""

    def put(table: dict[str, Any]) -> None:
        if question not in table["ask"]:
            table["ask"] = [*table["ask"], question]

    return await _alter(db, now, topic, put, who, "ask")


async def submit(db: AsyncSession, now: datetime, chosen: Sequence[Sight], who: Editor) -> list[TopicRevision]:
    """Hands drafts to the reviewers. TopicError when the set would be wrong with them."""
    drafts = [await _open(db, one, store.DRAFT) for one in chosen]
    await check(db, now, *drafts)
    for draft in drafts:
        draft.status, draft.submitter, draft.submitted_at, draft.note = store.IN_REVIEW, who.address, now, ""
        await _done(db, now, draft, who, "topic.submit")
    return drafts


async def withdraw(db: AsyncSession, now: datetime, sight: Sight, who: Editor) -> TopicRevision:
    """Takes a draft back from review, to change it further."""
    draft = await _open(db, sight, store.IN_REVIEW)
    draft.status = store.DRAFT
    return await _done(db, now, draft, who, "topic.withdraw")


async def drop(db: AsyncSession, now: datetime, sight: Sight, who: Editor) -> TopicRevision:
    """Gives a draft up; it stays in the history."""
    draft = await _open(db, sight, store.DRAFT)
    draft.status = store.DROPPED
    return await _done(db, now, draft, who, "topic.drop")


async def send_back(db: AsyncSession, now: datetime, sight: Sight, who: Editor, reason: str) -> TopicRevision:
    """A reviewer wants something changed."""
    draft = await _open(db, sight, store.IN_REVIEW)
    draft.status, draft.note = store.DRAFT, reason
    draft.reviewer, draft.reviewer_name = who.address, who.name
    return await _done(db, now, draft, who, "topic.send_back")


async def publish(
    db: AsyncSession,
    now: datetime,
    chosen: Sequence[Sight],
    who: Editor,
    owners: Addresses,
    before: Index | None,
    *,
    alone: bool = False,
) -> tuple[list[TopicRevision], int]:
    """Puts reviewed drafts in force together: the revisions, and the number of the new set.

    `before` is the set in force. Refused: own (a second person is needed), alone (there is none: confirm with `alone`),
    soon (wait), stale. Raises TopicError for a wrong set, Lost for questions that would not find their topic."""
    drafts = [await _open(db, one, store.IN_REVIEW) for one in chosen]
    for draft in drafts:
        await may_publish(db, now, draft, who, owners, alone=alone)
    texts = {**await store.bodies(db), **{draft.topic: draft.body for draft in drafts}}
    if lost := await asyncio.to_thread(_examine, texts, [draft.topic for draft in drafts], before, today(now)):
        raise Lost(lost)
    for draft in drafts:
        old = await store.published(db, draft.topic)
        if old is not None:
            old.status = store.RETIRED
            await db.flush()
        draft.status, draft.published_at = store.PUBLISHED, now
        draft.reviewer, draft.reviewer_name = who.address, who.name
        await _done(db, now, draft, who, "topic.publish_alone" if alone else "topic.publish")
    return drafts, await store.raise_version(db)


async def may_publish(
    db: AsyncSession, now: datetime, draft: TopicRevision, who: Editor, owners: Addresses, *, alone: bool
) -> None:
    """Raises Refused unless this person may sign this draft now."""
    mine = [one for one in (draft.author, draft.submitter) if await same_person(db, one, who.address)]
    if not mine:
        return
    if await others(db, owners, draft.author, draft.submitter):
        raise Refused("own")
    since = now - (draft.submitted_at or now)
    if not alone or since < ALONE_AFTER:
        raise Refused("soon" if alone else "alone", at=(draft.submitted_at or now) + ALONE_AFTER)


async def revert(db: AsyncSession, now: datetime, number: int, who: Editor) -> TopicRevision:
    """A new draft with the text of an old revision. Refused: busy (there is a draft), unknown."""
    await store.lock(db)
    old = await db.get(TopicRevision, number)
    if old is None:
        raise Refused("unknown")
    if await store.draft(db, old.topic):
        raise Refused("busy")
    made = await store.add(db, old.topic, old.body, who.address, now, name=who.name)
    await audit.append(db, now, who.address, "topic.revert", f"topic:{old.topic}:{old.revision}")
    return made


async def check(db: AsyncSession, now: datetime, *drafts: TopicRevision) -> None:
    """Raises TopicError when the set would be wrong with these drafts in force."""
    texts = {**await store.bodies(db), **{draft.topic: draft.body for draft in drafts}}
    await asyncio.to_thread(topic_files.check_change, texts, [draft.topic for draft in drafts], today(now))


def today(now: datetime) -> date:
    """The office's date, by which topics are dated."""
    return now.astimezone(OFFICE).date()


def _examine(texts: dict[str, str], topics: Sequence[str], before: Index | None, day: date) -> Found:
    return topic_files.lost(topic_files.check_change(texts, topics, day), topics, before)


async def _alter(
    db: AsyncSession, now: datetime, topic: str, put: Callable[[dict[str, Any]], None], who: Editor, what: str
) -> TopicRevision:
    await adopt(db, now)
    state = await look(db, topic)
    if state.draft is not None and state.draft.status == store.IN_REVIEW:
        raise Refused("in_review")
    table = state.table
    if not table:
        raise Refused("unknown")
    put(table)
    body = topic_files.dump(table)
    draft = state.draft or await store.add(db, topic, body, who.address, now, name=who.name)
    draft.body, draft.author, draft.author_name = body, who.address, who.name
    return await _done(db, now, draft, who, f"topic.edit.{what}")


async def _open(db: AsyncSession, sight: Sight, status: str) -> TopicRevision:
    """The draft as the actor saw it, for changing. Refused: stale."""
    await store.lock(db)
    draft = await db.get(TopicRevision, sight[0], populate_existing=True)
    if draft is None or (draft.status, draft.edits) != (status, sight[1]):
        raise Refused("stale")
    return draft


async def _done(db: AsyncSession, now: datetime, draft: TopicRevision, who: Editor, act: str) -> TopicRevision:
    draft.edits += 1
    draft.changed_at = now
    await db.flush()
    await audit.append(db, now, who.address, act, f"topic:{draft.topic}:{draft.revision}")
    return draft


def fields_changed(before: TopicRevision | None, after: TopicRevision) -> Sequence[str]:
    """The fields in which two revisions differ, in the order of the later one."""
    old = tomllib.loads(before.body) if before else {}
    new = tomllib.loads(after.body)
    return [name for name in {**new, **old} if old.get(name) != new.get(name)]
