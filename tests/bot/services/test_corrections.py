"""Corrections: each reader of the old words once, with what changed; on both engines."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.messages import Lane, Reply
from bot.services import answers, corrections, people
from bot.services.people import Details
from knowledge import Topics, load
from storage import conversations
from storage.consents import Act
from storage.engine import Database
from storage.models import AnswerGiven, Audit, Content, Conversation, Outbox

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
TOPICS = load()
OLD = TOPICS["batas-waktu-melapor"]
NEW = replace(OLD, pemilu=OLD.pemilu.replace("7 hari kerja", "9 hari kerja"))


async def chat(db: AsyncSession, address: str, **more: Any) -> Conversation:
    """A conversation."""
    made = Conversation(channel="test", address=address, created_at=NOW, seen_at=NOW, **more)
    db.add(made)
    await db.flush()
    return made


async def read(db: AsyncSession, chat_id: int, days_ago: float = 1) -> None:
    """This chat was shown the old words."""
    await answers.note(db, NOW - timedelta(days=days_ago), chat_id, OLD, text="kapan batas lapor?")


async def bodies(db: Database) -> list[str]:
    """The texts that wait for sending, in the order of the chats."""
    async with db.read() as session:
        found = await session.execute(
            select(Content.body).join(Outbox, Outbox.content_id == Content.id).order_by(Outbox.conversation_id)
        )
        return [Reply.load(db.box.open(body)).text for (body,) in found]


async def test_each_reader_of_the_old_words_gets_both(db: Database) -> None:
    """The sentence that changed, before and now, and nothing that did not; as ordinary rows of the last lane."""
    async with db.session() as session:
        for name in ("ani", "budi"):
            await read(session, (await chat(session, name)).id)
        assert await corrections.plan(session, NOW, NEW) == 2
        assert await corrections.send(session, NOW, NEW, by="test:boss") == 2
        rows = list(await session.scalars(select(Outbox)))
    texts = await bodies(db)

    assert {(row.source, row.lane, row.urgent) for row in rows} == {("correction", Lane.BULK, False)}
    assert len(texts) == 2
    assert "Dulu: _" in texts[0]
    assert "9 hari kerja" in texts[0].partition("Sekarang:")[2]
    assert OLD.pilkada not in texts[0]


async def test_sent_again_it_reaches_nobody(db: Database) -> None:
    """They have the new words now; the next change would reach them."""
    async with db.session() as session:
        await read(session, (await chat(session, "ani")).id)
        assert await corrections.send(session, NOW, NEW, by="test:boss") == 1
        assert await corrections.send(session, NOW, NEW, by="test:boss") == 0
        assert await corrections.plan(session, NOW, replace(NEW, difference="Lain.")) == 1


async def test_a_topic_that_goes_back_and_forth_is_corrected_each_time(db: Database) -> None:
    """Also to words that were sent before."""
    async with db.session() as session:
        await read(session, (await chat(session, "ani")).id)
        sent = [await corrections.send(session, NOW, topic, by="test:boss") for topic in (NEW, OLD, NEW)]

    assert sent == [1, 1, 1]


async def test_who_saw_the_new_words_since_needs_none(db: Database) -> None:
    """They asked again."""
    async with db.session() as session:
        ani = await chat(session, "ani")
        await read(session, ani.id)
        await answers.note(session, NOW, ani.id, NEW)

        assert await corrections.plan(session, NOW, NEW) == 0


@pytest.mark.parametrize(
    "more", [{"stopped_at": NOW}, {"unreachable": "blocked"}, {"erased_at": NOW}, {"is_group": True}]
)
async def test_nobody_is_written_to_who_does_not_want_or_cannot(db: Database, more: Mapping[str, Any]) -> None:
    """A STOP, a block, an erasure; and a group is not called upon."""
    async with db.session() as session:
        await read(session, (await chat(session, "ani", **more)).id)

        assert await corrections.plan(session, NOW, NEW) == 0


async def test_a_person_with_two_chats_gets_it_in_the_newer(db: Database) -> None:
    """Once."""
    async with db.session() as session:
        first, second = await chat(session, "ani"), await chat(session, "ani-2")
        act = Act("test", "k", "id", NOW)
        person = await people.register(session, NOW, Details("Ani", "student", "mataram"), "text", act, first.id)
        await conversations.attach(session, second.id, person.id)
        await read(session, first.id, days_ago=2)
        await read(session, second.id, days_ago=1)
        await corrections.send(session, NOW, NEW, by="test:boss")
        to = (await session.scalars(select(Outbox.conversation_id))).all()
        assert await corrections.plan(session, NOW, NEW) == 0

    assert to == [second.id]


async def test_only_the_last_days_count(db: Database) -> None:
    """As many as staff say."""
    async with db.session() as session:
        await read(session, (await chat(session, "ani")).id, days_ago=40)

        assert await corrections.plan(session, NOW, NEW, days=30) == 0
        assert await corrections.plan(session, NOW, NEW, days=90) == 1


async def test_too_many_are_for_a_broadcast(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is queued then."""
    monkeypatch.setattr(corrections, "MOST", 1)
    async with db.session() as session:
        for name in ("ani", "budi"):
            await read(session, (await chat(session, name)).id)
        with pytest.raises(corrections.TooMany, match="2 readers"):
            await corrections.send(session, NOW, NEW, by="test:boss")
        assert (await session.scalars(select(Outbox))).all() == []


async def test_each_reads_it_in_their_language(db: Database) -> None:
    """One stored body for each language."""
    async with db.session() as session:
        for name, language in (("ani", "id"), ("joe", "en"), ("budi", "")):
            await read(session, (await chat(session, name, language=language)).id)
        await corrections.send(session, NOW, NEW, by="test:boss")
        count = len((await session.scalars(select(Content))).all())
    texts = await bodies(db)

    assert count == 2
    assert [text.split("\n")[0] for text in texts] == ["*Perbaikan jawaban*", "*A correction*", "*Perbaikan jawaban*"]


async def test_the_topics_that_changed_are_found(db: Database) -> None:
    """Those that say something else now than somebody read, with how many; ways of asking do not count."""
    topics = Topics({NEW.id: NEW, "tsm": replace(TOPICS["tsm"], ask=("apa itu tsm",))}, TOPICS.notices, "2")
    async with db.session() as session:
        ani = await chat(session, "ani")
        await read(session, ani.id)
        await answers.note(session, NOW, ani.id, TOPICS["tsm"])
        await answers.note(session, NOW, ani.id, TOPICS["dkpp"])
        found = await corrections.changed(session, NOW, topics)

    assert [(one.topic.id, one.people) for one in found] == [(OLD.id, 1)]


async def test_the_longest_change_still_fits_a_message(db: Database) -> None:
    """All parts of a topic change at once, to very long ones."""
    long = "kata " * 500
    new = replace(
        OLD, title="Judul baru", pemilu=long, pilkada=long, difference=long, caveat=long,
        pemilu_sources=(long,), pilkada_sources=(long,), changed_by=(long,),
    )  # fmt: skip
    async with db.session() as session:
        await read(session, (await chat(session, "ani")).id)
        preview = await corrections.preview(session, NOW, new, "id")

    assert preview is not None
    assert "…" in preview.text


async def test_what_was_sent_is_in_the_audit_and_the_notes(db: Database) -> None:
    """By number only; the words of the question are not taken along."""
    async with db.session() as session:
        await read(session, (await chat(session, "ani")).id)
        await corrections.send(session, NOW, NEW, by="test:boss")
        (act,) = await session.scalars(select(Audit))
        notes = (await session.scalars(select(AnswerGiven).order_by(AnswerGiven.id))).all()

    assert (act.action, act.object) == ("correction.send.1", "topic:batas-waktu-melapor")
    assert [(one.how, one.text is None) for one in notes] == [("asked", False), ("corrected", True)]
