"""The question loop as a service, on both engines: asked, shown, answered once, marked everywhere."""

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.messages import Lane, Reply
from bot.services import questions
from bot.services.questions import MOST_OPEN, Outcome
from storage.engine import Database
from storage.models import Conversation, Outbox, Question

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
WITA = ZoneInfo("Asia/Makassar")
OWNERS = frozenset({("test", "boss"), ("test", "chief")})


async def chat(db: AsyncSession, address: str) -> int:
    """A conversation; its number."""
    made = Conversation(channel="test", address=address, created_at=NOW, seen_at=NOW)
    db.add(made)
    await db.flush()
    return made.id


async def asked(db: AsyncSession) -> Question:
    """A question of Ani's that two owners see, one of whose messages has gone out."""
    ani = await chat(db, "ani")
    for owner in ("boss", "chief"):
        await chat(db, owner)
    question = await questions.ask(db, NOW, OWNERS, WITA, ani, "bolehkah kucing memilih?", "unknown")
    assert question is not None
    first = (await db.scalars(select(Outbox).order_by(Outbox.id).limit(1))).one()
    first.state, first.remote_id = "sent", "77"
    await db.flush()
    return question


async def rows(db: AsyncSession) -> list[tuple[str, str, str, str | None]]:
    """The outbox: source, operation, state, target."""
    found = (await db.scalars(select(Outbox).order_by(Outbox.id).execution_options(populate_existing=True))).all()
    return [(one.source, one.operation, one.state, one.target) for one in found]


async def test_an_answer_goes_out_and_the_question_is_marked_or_withdrawn(db: Database) -> None:
    """What staff have seen is edited, what still waited never leaves; the answer goes as a reply."""
    async with db.session() as session:
        question = await asked(session)
        outcome = await questions.answer(session, NOW, question, "Tidak.", by="test:boss", name="Sari")
        found = await rows(session)
        (row,) = await session.scalars(select(Outbox).where(Outbox.source == "answer"))

    assert outcome == Outcome.SENT
    assert sorted(found) == [
        ("answer", "send", "queued", None),
        ("question", "edit", "queued", "77"),
        ("question", "send", "sent", None),
        ("question", "send", "skipped", None),
    ]
    assert row.lane == Lane.REPLY
    assert "Tidak." in Reply.load(db.box.open(row.body or b"")).text


async def test_of_ten_answers_at_once_one_is_sent(db: Database) -> None:
    """Ten members of staff in ten transactions; nine are asked whether theirs adds something."""
    async with db.session() as session:
        number = (await asked(session)).id

    async def answer(member: int) -> Outcome:
        async with db.session() as session:
            question = (await session.scalars(select(Question).where(Question.id == number))).one()
            return await questions.answer(session, NOW, question, f"{member}", by=f"test:{member}")

    outcomes = await asyncio.gather(*(answer(member) for member in range(10)))
    async with db.read() as session:
        sent = [one for one in await rows(session) if one[0] == "answer"]

    assert sorted(outcomes) == [Outcome.ALREADY] * 9 + [Outcome.SENT]
    assert len(sent) == 1


async def test_additions_are_kept_beside_the_answer_and_a_correction_replaces_it(db: Database) -> None:
    """What the asker knows now is what is stored."""
    async with db.session() as session:
        question = await asked(session)
        await questions.answer(session, NOW, question, "Satu.", by="test:boss")
        await questions.add(session, NOW, question, "Dua.", by="test:boss")
        both = db.box.open(question.answer or b"").decode()
        await questions.correct(session, NOW, question, "Tiga.", by="test:boss")
        last = db.box.open(question.answer or b"").decode()
        sent = [one for one in await rows(session) if one[0] == "answer"]

    assert (both, last) == ("Satu.\n\nDua.", "Tiga.")
    assert len(sent) == 3


async def test_closing_twice_tells_the_asker_once(db: Database) -> None:
    """And an answered question is not closed."""
    async with db.session() as session:
        question = await asked(session)
        closed = [await questions.close(session, NOW, question, by="test:boss") for _ in range(2)]
        told = len([one for one in await rows(session) if one[0] == "answer"])

    assert closed == [True, False]
    assert told == 1


async def test_one_asker_may_have_five_open_questions(db: Database) -> None:
    """Five wait, the sixth is not kept; when one is answered there is room again."""
    async with db.session() as session:
        ani = await chat(session, "ani")
        kept = [
            await questions.ask(session, NOW, OWNERS, WITA, ani, str(number), "unknown")
            for number in range(MOST_OPEN + 1)
        ]
        assert kept[0] is not None
        await questions.answer(session, NOW, kept[0], "Ya.", by="test:boss")
        again = await questions.ask(session, NOW, OWNERS, WITA, ani, "lagi", "unknown")

    assert [one is not None for one in kept] == [True] * MOST_OPEN + [False]
    assert again is not None


async def test_nobody_is_left_behind_a_question_that_is_answered_meanwhile(db: Database) -> None:
    """Six ask the same while staff answer it: each is answered too, or stands before staff."""
    async with db.session() as session:
        number = (await asked(session)).id
        chats = [await chat(session, f"asker {place}") for place in range(6)]

    async def ask(place: int) -> None:
        async with db.session() as session:
            await questions.ask(session, NOW, OWNERS, WITA, place, "apa kucing boleh nyoblos", "unknown")

    async def answer() -> None:
        async with db.session() as session:
            question = (await session.scalars(select(Question).where(Question.id == number))).one()
            await questions.answer(session, NOW, question, "Tidak.", by="test:boss")

    await asyncio.gather(*(ask(place) for place in chats[:3]), answer(), *(ask(place) for place in chats[3:]))
    async with db.read() as session:
        found = {one.id: one for one in await session.scalars(select(Question))}

    assert len(found) == 7
    assert all(
        one.same_as is None or found[one.same_as].status == "open" for one in found.values() if one.answer is None
    )


async def test_an_addition_goes_to_all_who_got_the_answer(db: Database) -> None:
    """And to each once."""
    async with db.session() as session:
        question = await asked(session)
        budi = await chat(session, "budi")
        await questions.ask(session, NOW, OWNERS, WITA, budi, "apa kucing boleh nyoblos", "unknown")
        await questions.answer(session, NOW, question, "Tidak.", by="test:boss")
        await questions.add(session, NOW, question, "Lihat Pasal 1.", by="test:boss")
        sent = (await session.scalars(select(Outbox.conversation_id).where(Outbox.source == "answer"))).all()
        people = await questions.reached(session, question)

    assert sorted(sent) == sorted([question.conversation_id, budi] * 2)
    assert people == 2


async def test_who_stopped_does_not_keep_the_answer_from_the_others(db: Database) -> None:
    """It counts as sent when anybody gets it."""
    async with db.session() as session:
        question = await asked(session)
        ani = await session.get_one(Conversation, question.conversation_id)
        ani.unreachable = "blocked"
        await questions.ask(session, NOW, OWNERS, WITA, await chat(session, "budi"), "kucing boleh memilih?", "unknown")
        outcome = await questions.answer(session, NOW, question, "Tidak.", by="test:boss")
        people = await questions.reached(session, question)

    assert (outcome, people) == (Outcome.SENT, 1)
