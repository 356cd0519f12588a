"""The web chat's history on both engines: numbered once, in order, acknowledged, emptied where it was private."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select

from storage import files, inbox, outbox
from storage import webchat as history
from storage.engine import Database, Tx
from storage.inbox import Arrival
from storage.models import Outbox, WebchatMessage
from storage.outbox import Row
from storage.webchat import Entry

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


async def chat(db: Database, address: str = "ani") -> int:
    """A visitor's conversation."""
    async with db.session() as session:
        return await history.conversation_id(session, address, "id", NOW)


async def sent(db: Database, conversation: int, outbox_id: int, body: bytes = b"{}") -> int:
    """Adds a message of the bot; its number."""

    async def add(tx: Tx) -> int:
        return await history.add_sent(tx, conversation, outbox_id, body, NOW)

    return await db.writer.run(add)


async def own(db: Database, conversation: int, client_id: str, body: bytes = b"{}") -> None:
    """Adds a message of the visitor."""

    async def add(tx: Tx) -> None:
        await history.add_own(tx, conversation, client_id, body, NOW)

    await db.writer.run(add)


async def queued(db: Database, conversation: int, source_id: int, state: str, sensitive: bool = False) -> int:
    """An outbox row in some state."""
    row = Row("webchat", conversation, "reply", source_id, 0, b"{}", sensitive=sensitive)
    async with db.session() as session:
        row_id = await outbox.add(session, row, NOW)
        found = await session.get_one(Outbox, row_id)
        found.state = state
        return found.id


async def acknowledged(db: Database, n: int, address: str = "ani") -> bool:
    """Acknowledges everything up to a number."""

    async def note(tx: Tx) -> bool:
        return await history.acknowledge(tx, address, n, NOW)

    return await db.writer.run(note)


async def all_of(db: Database, address: str = "ani") -> list[Entry]:
    """The whole history of a visitor."""
    async with db.read() as session:
        return await history.newest(session, address, 100)


async def test_a_message_sent_twice_keeps_its_number(db: Database) -> None:
    """After a crash between sending and noting it nothing is shown twice."""
    ani = await chat(db)

    assert await sent(db, ani, 1, b"a") == await sent(db, ani, 1, b"a")
    assert [entry.body for entry in await all_of(db)] == [b"a"]


async def test_what_a_visitor_wrote_is_there_once(db: Database) -> None:
    """Per visitor and client id: two visitors may use the same."""
    ani, budi = await chat(db), await chat(db, "budi")
    for conversation in (ani, ani, budi):
        await own(db, conversation, "m1", b"x")
    async with db.read() as session:
        found = await history.by_client(session, "ani", "m1")
        missing = await history.by_client(session, "ani", "m2")

    assert [len(await all_of(db, name)) for name in ("ani", "budi")] == [1, 1]
    assert found == (await all_of(db))[0]
    assert missing is None


async def test_history_is_sealed(db: Database) -> None:
    """Nobody reads it without the key."""
    await own(db, await chat(db), "m1", b"rahasia")
    async with db.read() as session:
        assert b"rahasia" not in (await session.execute(select(WebchatMessage.body))).scalar_one()


async def test_history_is_read_from_a_number_on(db: Database) -> None:
    """In order, some at a time; a number of somebody else is none of this visitor's."""
    ani, budi = await chat(db), await chat(db, "budi")
    numbers = [await sent(db, ani, source) for source in (1, 2, 3, 4)]
    other = await sent(db, budi, 5)
    async with db.read() as session:
        behind = await history.after(session, "ani", numbers[0], 2)
        end, foreign = await history.after(session, "ani", numbers[3], 2), await history.after(session, "ani", other, 2)
        newest = await history.newest(session, "ani", 2)
        last, nobody = await history.last_number(session, "ani"), await history.last_number(session, "cici")
        many = await history.last_numbers(session, ["ani", "budi", "cici"])

    assert behind is not None
    assert [entry.n for entry in behind] == numbers[1:3]
    assert [entry.n for entry in newest] == numbers[2:]
    assert (end, foreign) == ([], None)
    assert (last, nobody, many) == (numbers[3], 0, {"ani": numbers[3], "budi": other})


async def test_a_number_is_never_given_twice(db: Database) -> None:
    """Not even after everything was erased: an open page knows the old ones."""
    ani = await chat(db)
    before = await sent(db, ani, 1)
    async with db.session() as session:
        await session.execute(delete(WebchatMessage))

    assert await sent(db, ani, 2) > before


async def test_numbers_appear_in_order(db: Database) -> None:
    """Of one conversation, whoever writes: a page that saw a number has seen all smaller ones."""
    ani, seen = await chat(db), list[int]()

    async def look() -> None:
        for _ in range(30):
            numbers = [entry.n for entry in await all_of(db)]
            assert numbers[: len(seen)] == seen
            seen[:] = numbers

    async def add(source: int) -> None:
        async with db.write() as tx:
            await history.add_sent(tx, ani, source, b"{}", NOW)

    await asyncio.gather(look(), *(add(source) for source in range(1, 20)))
    assert len(await all_of(db)) == 19


async def test_only_what_was_sent_becomes_delivered(db: Database) -> None:
    """A result that is not noted yet is asked for again; a failed row stays one."""
    ani = await chat(db)
    rows = [await queued(db, ani, source, state) for source, state in enumerate(("sent", "started", "failed"), 1)]
    numbers = [await sent(db, ani, row) for row in rows]
    first, second, third = (
        await acknowledged(db, numbers[0]),
        await acknowledged(db, numbers[2]),
        await states(db, rows),
    )
    async with db.session() as session:
        (await session.get_one(Outbox, rows[1])).state = "sent"

    assert (first, second, third) == (True, False, ["delivered", "started", "failed"])
    assert await acknowledged(db, numbers[2])
    assert await states(db, rows) == ["delivered", "delivered", "failed"]


async def states(db: Database, rows: list[int]) -> list[str]:
    """The states of some outbox rows."""
    async with db.read() as session:
        return [(await session.get_one(Outbox, row)).state for row in rows]


async def test_nobody_acknowledges_for_another(db: Database) -> None:
    """Numbers are common to all visitors; an acknowledgement is not."""
    row = await queued(db, await chat(db), 1, "sent")
    number = await sent(db, await chat(db), row)
    await acknowledged(db, number + 1, "budi")

    assert await states(db, [row]) == ["sent"]


async def test_a_private_turn_is_emptied_once_it_was_shown(db: Database) -> None:
    """Question and answer; what came before stays."""
    arrival = Arrival("webchat", "ani", "ani:m2", b"{}")
    async with db.write() as tx:
        (opened,) = await inbox.open_turns(tx, [arrival], NOW)
    ani = opened.chat.id
    await own(db, ani, "m1", b"biasa")
    await own(db, ani, "m2", b"rahasia")
    number = await sent(db, ani, await queued(db, ani, opened.inbox_id or 0, "sent", sensitive=True), b"jawaban")
    await acknowledged(db, number)

    assert [entry.body for entry in await all_of(db)] == [b"biasa", b"", b""]


@pytest.mark.parametrize(("later", "there"), [(timedelta(days=6), True), (timedelta(days=8), False)])
async def test_a_file_belongs_to_its_visitor_while_its_time_lasts(later: timedelta, there: bool, db: Database) -> None:
    """Found by its token with all that is needed to show it, without its contents."""
    ani = await chat(db)
    async with db.session() as session:
        file_id = await files.add(session, ani, "a.png", "image/png", b"123", NOW)
        made = await history.attachment_of(session, file_id)
        assert made is not None
        found = await history.attachment(session, made.token, NOW + later)

    assert (made.name, made.mime, made.size, made.address) == ("a.png", "image/png", 3, "ani")
    assert (found == made) is there
