"""Messages in: stored once, handled in order, a bug costs its own effects only."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select, update

from bot.router import Router
from bot.turn import Turn
from storage.engine import Database
from storage.models import Audit, Inbox, Outbox
from tests.support.world import World

router = Router("test")


@router.command("start")
async def start(turn: Turn) -> None:
    """Greets, with something to tap."""
    turn.say("halo", turn.button("language.name", "pick:1"))


@router.command("set")
async def remember_a_set(turn: Turn) -> None:
    """Remembers what is no JSON."""
    turn.data["seen"] = {1, 2}


@router.command("surrogate")
async def half_a_letter(turn: Turn) -> None:
    """Says half of a surrogate pair, which no UTF-8 can hold."""
    turn.say("\ud83d")


@router.button("pick")
async def pick(turn: Turn) -> None:
    """Waits for lines."""
    turn.expect("lines")
    turn.say(f"dipilih {turn.value}")


@router.answer("lines")
async def lines(turn: Turn) -> None:
    """Keeps each line; fails on "boom" after writing to the database."""
    turn.data.setdefault("lines", []).append(turn.text)
    if turn.text == "boom":
        turn.db.add(Audit(at=turn.now, actor="x", action="y", object="z"))
        await turn.db.flush()
        raise RuntimeError("secret words of a person")
    turn.say(" ".join(turn.data["lines"]) + f" {len(turn.incoming.media)}")


@pytest.fixture
async def world(url: str) -> AsyncIterator[World]:
    """A bot with the three handlers above, on each engine."""
    world = await World.open(url, router)
    yield world
    await world.close()


async def count(db: Database, table: type[Inbox] | type[Outbox] | type[Audit]) -> int:
    """Rows in a table."""
    async with db.read() as session:
        return (await session.execute(select(func.count()).select_from(table))).scalar_one()


async def test_a_message_repeated_a_hundred_times_has_one_effect(world: World) -> None:
    """One inbox row and one reply, whether it comes again one by one or at once."""
    ani = world.person("ani")
    message = ani.incoming(text="/start", command="start", key="7")
    for _ in range(80):
        await world.inbox.receive(message)
    await asyncio.gather(*(world.inbox.receive(message) for _ in range(20)))
    await world.settle()

    assert [seen.text for seen in ani.messages] == ["halo"]
    assert await count(world.db, Inbox) == 1
    assert await count(world.db, Outbox) == 1


async def test_ten_messages_in_one_second_are_handled_in_order(world: World) -> None:
    """Sent over many connections at once, they see each other's effects one after the other."""
    ani = world.person("ani")
    await ani.says("/start")
    await ani.taps("Bahasa")
    await asyncio.gather(*(world.inbox.receive(ani.incoming(text=str(n))) for n in range(10)))
    await world.settle()

    assert ani.text == "0 1 2 3 4 5 6 7 8 9 0"


async def test_a_batch_is_handled_in_its_order(world: World) -> None:
    """As from a poll: stored together, then handled one by one for each conversation."""
    ani, budi = world.person("ani"), world.person("budi")
    for person in (ani, budi):
        await person.says("/start")
        await person.taps("Bahasa")
    mixed = [person.incoming(text=str(n)) for n in range(5) for person in (ani, budi)]
    await world.inbox.receive(*mixed)
    await world.settle()

    assert ani.text == budi.text == "0 1 2 3 4 0"


async def test_a_handlers_bug_takes_back_only_its_own_effects(world: World) -> None:
    """State and database are as before, the person gets an apology, the next message works."""
    ani = world.person("ani")
    await ani.says("/start")
    await ani.taps("Bahasa")
    await ani.says("satu")
    replies = await ani.says("boom")
    await ani.says("dua")

    assert "Maaf" in replies[0].text
    assert ani.text == "satu dua 0"
    assert await count(world.db, Audit) == 0


async def test_a_parked_message_keeps_where_it_failed_but_not_what_was_written(world: World) -> None:
    """The trace names file and function; an error's text may quote a person and is left out."""
    ani = world.person("ani")
    await ani.says("/start")
    await ani.taps("Bahasa")
    await ani.says("boom")
    async with world.db.read() as session:
        parked = (await session.execute(select(Inbox).where(Inbox.status == "parked"))).scalar_one()

    assert "lines" in (parked.trace or "")
    assert "RuntimeError" in (parked.trace or "")
    assert "secret" not in (parked.trace or "")


async def test_an_album_is_one_message_with_all_its_pictures(world: World) -> None:
    """Three parts, answered once, after the album has been quiet for two seconds."""
    ani = world.person("ani")
    await ani.says("/start")
    await ani.taps("Bahasa")
    before = len(ani.messages)
    for _ in range(3):
        await world.inbox.receive(ani.incoming(kind="photo", media=[{"kind": "photo", "remote": "x"}], album="A"))
    world.later(seconds=3)
    await world.settle()

    assert [seen.text for seen in ani.messages[before:]] == [" 3"]


async def test_what_a_crash_left_behind_is_handled_at_the_next_start(world: World) -> None:
    """Stored and acknowledged, never handled: the next process takes it up."""
    ani = world.person("ani")
    await world.inbox._batches([ani.incoming(text="/start", command="start")])
    assert ani.messages == []
    await world.inbox.recover(everything=True)
    await world.settle()

    assert ani.text == "halo"


@pytest.mark.parametrize("press", ["pick:1", "pick:1~AAAAAAAA", "pick:2~", "~", "x" * 64])
async def test_a_button_that_was_never_given_to_this_chat_presses_nothing(world: World, press: str) -> None:
    """Data without our signature for this conversation is not handled as a press."""
    ani = world.person("ani")
    await ani.says("/start")
    replies = await ani.does(pressed=press)

    assert replies == []


async def test_a_button_of_somebody_else_presses_nothing(world: World) -> None:
    """The same label, sent to Ani, does not count when Budi presses it."""
    ani, budi = world.person("ani"), world.person("budi")
    await ani.says("/start")
    await budi.says("/start")
    replies = await budi.does(pressed=ani.last.presses["Bahasa Indonesia"])

    assert replies == []


async def test_what_cannot_be_remembered_is_a_bug_of_its_handler(world: World) -> None:
    """Data that is no JSON, and a reply that is none: an apology, whether alone or out of a batch, and life goes on."""
    ani = world.person("ani")
    for text in ("/set", "/surrogate"):
        replies = await ani.says(text)
        assert "Maaf" in replies[0].text
    await world.inbox.receive(*(ani.incoming(text=text, command=text[1:]) for text in ("/set", "/surrogate", "/start")))
    await world.settle()

    assert ["Maaf" in seen.text for seen in ani.messages] == [True] * 4 + [False]
    assert ani.text == "halo"


async def test_an_item_that_cannot_be_opened_does_not_block_its_chat(world: World) -> None:
    """Damaged in the database: it is parked, and what came after it is answered."""
    ani = world.person("ani")
    await world.inbox._batches(
        [ani.incoming(text="/start", command="start"), ani.incoming(text="/start", command="start")]
    )
    async with world.db.session() as session:
        first = select(func.min(Inbox.id)).scalar_subquery()
        await session.execute(update(Inbox).where(Inbox.id == first).values(raw=b"damaged"))
    await world.inbox.recover(everything=True)
    async with asyncio.timeout(10):
        await world.settle()

    assert [seen.text for seen in ani.messages] == ["halo"]


async def test_an_album_does_not_wait_for_a_clock_that_was_set_back(world: World) -> None:
    """Its parts came an hour from now: it is complete."""
    ani = world.person("ani")
    await ani.says("/start")
    await ani.taps("Bahasa")
    parts = [ani.incoming(kind="photo", media=[{"kind": "photo", "remote": "x"}], album="A") for _ in range(2)]
    await world.inbox._batches(parts)
    world.later(hours=-1)
    await world.inbox.recover(everything=True)
    async with asyncio.timeout(10):
        await world.settle()

    assert ani.text == " 2"


@pytest.mark.parametrize("everything", [True, False])
async def test_what_came_before_the_clock_was_set_back_is_taken_up(world: World, everything: bool) -> None:
    """An item left behind is not forgotten because it seems to be of tomorrow."""
    ani = world.person("ani")
    await world.inbox._batches([ani.incoming(text="/start", command="start")])
    world.later(days=-1)
    await world.inbox.recover(everything)
    await world.settle()

    assert ani.text == "halo"
