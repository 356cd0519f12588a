"""Tells editors what waits for them: a draft to review, one that came back, one that was published."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot import topic_sheet, words
from bot.messages import Button, Lane, Reply
from bot.services.reviewers import Editor, chat_of, chats_of_others
from bot.services.staff import Addresses
from storage import outbox
from storage.models import Conversation, TopicMark, TopicRevision
from storage.outbox import Row

DRAFT, MARK = "topic", "topic_mark"  # sources of outbox rows
WANTED, RETURNED, PUBLISHED = range(3)  # their parts


async def review_wanted(db: AsyncSession, now: datetime, owners: Addresses, drafts: Sequence[TopicRevision]) -> int:
    """Puts drafts before everybody who may sign them; how many chats."""
    first = drafts[0]
    chats = await chats_of_others(db, owners, first.author, first.submitter)
    for chat in chats:
        language = chat.language or words.DEFAULT
        name = topic_sheet.by(language, first.submitter, first.author_name)
        if len(drafts) == 1:
            text = words.text(language, "edit.told_review", title=topic_sheet.title(first), name=name)
            button = Button(words.text(language, "edit.review"), f"edit.draft:{first.id}")
        else:
            text = words.text(language, "edit.told_reviews", count=len(drafts), name=name)
            button = Button(words.text(language, "edit.review"), "edit.reviews")
        await _put(db, now, chat, DRAFT, first.id, first.edits, WANTED, Reply(text, (button,)))
    return len(chats)


async def returned(db: AsyncSession, now: datetime, draft: TopicRevision) -> None:
    """Tells the author why a draft came back."""
    for chat in await _writers(db, draft):
        language = chat.language or words.DEFAULT
        name = topic_sheet.by(language, draft.reviewer, draft.reviewer_name)
        text = words.text(language, "edit.told_returned", title=topic_sheet.title(draft), name=name, reason=draft.note)
        button = Button(words.text(language, "edit.open_draft"), f"edit.draft:{draft.id}")
        await _put(db, now, chat, DRAFT, draft.id, draft.edits, RETURNED, Reply(text, (button,)))


async def published(db: AsyncSession, now: datetime, drafts: Sequence[TopicRevision], number: int, who: Editor) -> None:
    """Tells the authors, except whoever published it."""
    for draft in drafts:
        for chat in await _writers(db, draft):
            if f"{chat.channel}:{chat.address}" == who.address:
                continue
            language = chat.language or words.DEFAULT
            name = topic_sheet.by(language, draft.reviewer, draft.reviewer_name)
            title = topic_sheet.title(draft)
            text = words.text(language, "edit.told_published", title=title, name=name, version=number)
            await _put(db, now, chat, DRAFT, draft.id, draft.edits, PUBLISHED, Reply(text))


async def lift_wanted(
    db: AsyncSession, now: datetime, owners: Addresses, marks: Sequence[TopicMark], value: str, what: str
) -> int:
    """Asks for the second word on taking marks away; `value` is the topic or law, `what` its name. How many chats."""
    first = marks[0]
    chats = await chats_of_others(db, owners, first.asked_by)
    for chat in chats:
        language = chat.language or words.DEFAULT
        name = topic_sheet.by(language, first.asked_by, first.asked_name)
        text = words.text(language, "edit.told_lift", what=what, count=len(marks), name=name)
        button = Button(words.text(language, "edit.lift"), f"edit.lift:{value}")
        await _put(db, now, chat, MARK, first.id, first.asked, WANTED, Reply(text, (button,)))
    return len(chats)


async def _writers(db: AsyncSession, draft: TopicRevision) -> list[Conversation]:
    found = [await chat_of(db, one) for one in dict.fromkeys((draft.author, draft.submitter)) if one]
    return [chat for chat in found if chat is not None]


async def _put(
    db: AsyncSession,
    now: datetime,
    chat: Conversation,
    source: str,
    source_id: int,
    revision: int,
    part: int,
    reply: Reply,
) -> None:
    row = Row(
        channel=chat.channel,
        conversation_id=chat.id,
        source=source,
        source_id=source_id,
        revision=revision,
        part=part,
        lane=Lane.URGENT,
        body=reply.dump(),
    )
    await outbox.add(db, row, now)
