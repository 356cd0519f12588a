"""Open questions on both engines: sealed, settled once, and where they were shown."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from storage import audit, outbox, questions
from storage.engine import Database
from storage.models import Conversation, Question
from storage.outbox import Row

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


async def asked(db: AsyncSession, address: str = "ani", text: str = "kucing") -> Question:
    """An open question of a new conversation."""
    chat = Conversation(channel="test", address=address, created_at=NOW, seen_at=NOW)
    db.add(chat)
    await db.flush()
    return await questions.add(db, chat.id, text, "unknown", NOW)


async def test_of_twenty_who_answer_at_once_one_is_first(db: Database) -> None:
    """Twenty transactions; nineteen learn that it was answered."""
    async with db.session() as session:
        number = (await asked(session)).id

    async def settle(member: int) -> bool:
        async with db.session() as session:
            return await questions.settle(session, number, questions.ANSWERED, NOW, f"test:{member}")

    assert sorted(await asyncio.gather(*(settle(member) for member in range(20)))) == [False] * 19 + [True]


async def test_a_closed_question_can_still_be_answered(db: Database) -> None:
    """Somebody may know after all; an answered one stays answered."""
    async with db.session() as session:
        number = (await asked(session)).id
        steps = [
            await questions.settle(session, number, status, NOW, "test:1")
            for status in (questions.CLOSED, questions.ANSWERED, questions.CLOSED)
        ]

    assert steps == [True, True, False]


async def test_the_words_open_only_with_the_key(db: Database) -> None:
    """And an erased text is empty."""
    async with db.session() as session:
        question = await asked(session, text="Bolehkah kucing memilih? 🐈")
        plain, erased = questions.unseal(session, question.text), questions.unseal(session, None)

    assert b"kucing" not in (question.text or b"")
    assert (plain, erased) == ("Bolehkah kucing memilih? 🐈", "")


async def test_open_questions_are_counted_and_listed_oldest_first(db: Database) -> None:
    """Of one asker or of all."""
    async with db.session() as session:
        first, second = await asked(session, "ani"), await asked(session, "budi")
        third = await questions.add(session, first.conversation_id, "lagi", "person", NOW)
        await questions.settle(session, second.id, questions.CLOSED, NOW, "test:1")
        counts = (await questions.count_open(session), await questions.count_open(session, second.conversation_id))
        listed = [one.id for one in await questions.oldest_open(session, 5)]
        rest = [one.id for one in await questions.oldest_open(session, 5, skip=1)]

    assert counts == (2, 0)
    assert (listed, rest) == ([first.id, third.id], [third.id])


async def test_a_reply_finds_the_source_of_the_message_it_replies_to(db: Database) -> None:
    """In its own conversation only, and the message, not a later edit of it."""
    async with db.session() as session:
        question = await asked(session)
        chat = question.conversation_id
        row = Row("test", chat, "question", question.id, 1, b"{}")
        number = await outbox.add(session, row, NOW)
        (found, _), *_ = await questions.shown_to(session, question.id)
        found.remote_id = "77"
        await session.flush()
    async with db.write() as tx:
        right = await outbox.origin(tx, chat, "77")
        wrong = [await outbox.origin(tx, chat + 1, "77"), await outbox.origin(tx, chat, "78")]

    assert number == found.id
    assert right == outbox.Origin("question", question.id)
    assert wrong == [None, None]


async def test_revisions_go_on_from_the_highest(db: Database) -> None:
    """So that a second answer has a key of its own."""
    async with db.session() as session:
        question = await asked(session)
        seen = []
        for _ in range(3):
            seen.append(await questions.next_revision(session, "answer", question.id))
            row = Row("test", question.conversation_id, "answer", question.id, 0, b"{}", revision=seen[-1])
            await outbox.add(session, row, NOW)

    assert seen == [0, 1, 2]


async def test_the_audit_counts_by_actor_action_and_time(db: Database) -> None:
    """What the limit on wrong links stands on."""
    async with db.session() as session:
        for actor, action in (("a", "x"), ("a", "x"), ("b", "x"), ("a", "y")):
            await audit.append(session, NOW, actor, action, "thing:1")
        recent = await audit.count(session, "x", "a", datetime(2026, 11, 24, 1, 0, tzinfo=UTC))
        none = await audit.count(session, "x", "a", NOW)

    assert (recent, none) == (2, 0)
