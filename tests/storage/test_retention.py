"""What is old goes: contents of messages, files, notes; what is still needed stays."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.config import Retention
from bot.jobs import retention as job
from storage import answers, outbox, retention
from storage.engine import Database
from storage.models import AnswerGiven, Content, Conversation, File, Inbox, JobRun, Outbox, WebchatMessage
from storage.outbox import Row, add_content

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
OLD, OLDER = NOW - timedelta(days=9), NOW - timedelta(days=31)


async def everything(db: Database, table: type[Any]) -> Sequence[Any]:
    """All rows of a table."""
    async with db.read() as session:
        return (await session.execute(select(table).order_by(table.id))).scalars().all()


async def put(db: Database, *rows: Any) -> None:
    """Adds rows."""
    async with db.session() as session:
        session.add_all(rows)


async def clean(db: Database) -> int:
    """Runs the job to its end; how many steps it took."""
    steps, more = 0, True
    while more:
        async with db.write() as tx:
            more = await job.step(tx, NOW, Retention())
        steps += 1
    return steps


def item(key: str, received_at: datetime, status: str = "done") -> Inbox:
    """Something that came in."""
    return Inbox(channel="test", key=key, raw=b"sealed", status=status, received_at=received_at)


@pytest.fixture
async def chat(db: Database) -> int:
    """A conversation; its id."""
    async with db.session() as session:
        chat = Conversation(channel="test", address="ani", created_at=NOW, seen_at=NOW)
        session.add(chat)
        await session.flush()
        return chat.id


async def say(db: Database, chat: int, number: int, at: datetime, state: str = "sent", **more: Any) -> None:
    """A message to that conversation."""
    async with db.session() as session:
        row = Row("test", chat, "reply", number, 0, more.pop("body", b"text"), **more)
        added = await outbox.add(session, row, at)
        message = await session.get(Outbox, added)
        assert message is not None
        message.state = state


async def test_inbox_content_lives_eight_days(db: Database) -> None:
    """Handled items are deleted; one that waits to be handled is not."""
    await put(db, item("young", NOW), item("old", OLD), item("waiting", OLDER, "new"))
    await clean(db)

    assert [one.key for one in await everything(db, Inbox)] == ["young", "waiting"]


async def test_of_a_failed_item_the_trace_stays_longer(db: Database) -> None:
    """Without what the person wrote; after a month it goes, too."""
    await put(db, item("failed", OLD, "parked"), item("long ago", OLDER, "parked"))
    await clean(db)

    assert [(one.key, one.raw) for one in await everything(db, Inbox)] == [("failed", None)]


async def test_messages_are_emptied_after_thirty_days(db: Database, chat: int) -> None:
    """The rows stay: they tell that something was sent, and that it is not sent again."""
    await say(db, chat, 1, OLDER)
    await say(db, chat, 2, OLD)
    await clean(db)

    assert [one.body is None for one in await everything(db, Outbox)] == [True, False]


async def test_what_nobody_could_send_for_a_month_is_skipped(db: Database, chat: int) -> None:
    """Its channel is off; what is planned for later waits on."""
    await say(db, chat, 1, OLDER, "queued")
    await say(db, chat, 2, OLDER, "queued", not_before=int(NOW.timestamp() * 1000) + 1)
    await clean(db)
    late, planned = await everything(db, Outbox)

    assert (late.state, late.reason, late.body) == ("skipped", "too old", None)
    assert (planned.state, planned.body is None) == ("queued", False)


async def test_shared_bodies_are_emptied_when_nothing_needs_them(db: Database, chat: int) -> None:
    """One that a queued message points to stays."""
    async with db.session() as session:
        used, free = await add_content(session, b"a", OLDER), await add_content(session, b"b", OLDER)
    later = int(NOW.timestamp() * 1000) + 1
    await say(db, chat, 1, OLDER, "queued", body=None, content_id=used, not_before=later)
    await say(db, chat, 2, OLDER, body=None, content_id=free)
    await clean(db)

    assert [bool(one.body) for one in await everything(db, Content)] == [True, False]


async def test_who_was_shown_what_goes_after_its_days(db: Database, chat: int) -> None:
    """Ninety by default; the words of the topic stay, nobody stands behind them."""
    async with db.session() as session:
        await answers.keep_words(session, "tsm", "v1", "{}")
        for days in (89, 91):
            await answers.note(session, NOW - timedelta(days=days), chat, "tsm", "v1", answers.ASKED, "apa itu tsm")
    await clean(db)
    async with db.read() as session:
        kept = await answers.words_of(session, "tsm", "v1")

    assert [one.at for one in await everything(db, AnswerGiven)] == [NOW - timedelta(days=89)]
    assert kept == "{}"


async def test_files_and_notes_of_the_clock_go(db: Database, chat: int) -> None:
    """When their time is over."""
    for token, expires_at in (("a", OLD), ("b", NOW + timedelta(days=1))):
        file = {"name": "x", "mime": "text/plain", "size": 1, "content": b"x", "created_at": OLD}
        await put(db, File(token=token, conversation_id=chat, expires_at=expires_at, **file))
    await put(db, JobRun(name="retention", due_at=NOW - timedelta(days=61)), JobRun(name="retention", due_at=OLD))
    await clean(db)
    async with db.read() as session:
        runs = (await session.execute(select(JobRun.due_at))).scalars().all()

    assert [one.token for one in await everything(db, File)] == ["b"]
    assert runs == [OLD]


async def test_much_is_removed_in_batches(db: Database) -> None:
    """Each a transaction of its own, so that nobody waits long."""
    await put(db, *(item(f"{number}", OLD) for number in range(2 * retention.BATCH + 1)))

    assert await clean(db) == 3
    assert await everything(db, Inbox) == []


async def test_emptied_messages_are_not_looked_at_again(db: Database, chat: int) -> None:
    """A million rows of years cost nothing each night."""
    await say(db, chat, 1, OLDER)
    await clean(db)
    async with db.write() as tx:
        assert await retention.empty_outbox(tx, NOW - timedelta(days=30), NOW) == 0


async def test_the_web_chats_history_keeps_what_the_privacy_notice_says(db: Database, chat: int) -> None:
    """What visitors wrote goes after eight days, what we wrote after thirty."""
    for number, at in enumerate((NOW, OLD, OLDER)):
        own = WebchatMessage(conversation_id=chat, client_id=f"c{number}", body=b"own", at=at)
        ours = WebchatMessage(conversation_id=chat, outbox_id=number, body=b"ours", at=at)
        await put(db, own, ours)
    await clean(db)
    left = [(row.body, row.at) for row in await everything(db, WebchatMessage)]

    assert left == [(b"own", NOW), (b"ours", NOW), (b"ours", OLD)]
