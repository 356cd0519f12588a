"""Never stuck in a talk: with somebody of the staff in it for real, on either side, every word and button works."""

import pytest

from bot.menu import TALK
from handlers import router as whole
from storage import tickets
from storage.models import Staff, Ticket
from tests.handlers.test_never_stuck import FAMILIES, ODD, STATES, each, silent_or_sorry, still_answers
from tests.support.registering import rows
from tests.support.world import World

ROUTER = whole()
NOT_TEXT = {"sticker", "photo", "voice", "video", "document", "location", "poll", "new", "captioned photo"}
ANSWERED = {*NOT_TEXT, "edited", "unknown command", "forged button"}
STAFF = {"desk", "staff"}


async def in_hand(world: World, numbers: dict[str, int]) -> None:
    """Each conversation has a talk that the last one's owner has taken."""
    async with world.db.session() as session:
        for number in numbers.values():
            one = await tickets.add(session, number, world.now)
            await tickets.claim(session, one.id, "test:boss", "Bu Rina", number, world.now)


async def of_owners(world: World, numbers: dict[str, int]) -> None:
    """Each conversation is an owner's, with a talk of their own that they have taken."""
    async with world.db.session() as session:
        for address, number in numbers.items():
            session.add(Staff(channel="test", address=address, role="owner", added_at=world.now))
            one = await tickets.add(session, number, world.now)
            await tickets.claim(session, one.id, f"test:{address}", "Bu Rina", number, world.now)


async def test_every_reserved_word_works_in_a_talk(world: World) -> None:
    """The talk goes on, except after STOP."""
    found = {word: handler.__name__ for word, handler in ROUTER.reserved.items()}
    results = await each(world, TALK, {word: {"text": word} for word in found}, in_hand)
    stops = sum(name == "stop" for name in found.values())

    assert silent_or_sorry(results) == []
    assert [one.reason for one in await rows(world, Ticket)].count("stopped") == stops
    assert [one.status for one in await rows(world, Ticket)].count("claimed") == len(found) - stops
    assert await still_answers(world, list(found)) == []


async def test_whatever_is_said_in_a_talk_reaches_staff_or_is_answered(world: World) -> None:
    """What cannot be passed on is said to be so; nothing is lost in silence."""
    results = await each(world, TALK, ODD, in_hand)
    silent = {name for name, one in results.items() if all(text.startswith("💬") for text in one.replies)}

    assert silent_or_sorry(results) == []
    assert silent == set(ODD) - ANSWERED
    assert {one.state for one in results.values()} <= {TALK, ""}
    assert await still_answers(world, list(ODD)) == []


async def test_every_command_and_button_works_in_a_talk(world: World) -> None:
    """Whoever asks for something else by name gets it."""
    ours = [prefix for prefix in ROUTER.buttons if prefix.partition(".")[0] in FAMILIES]
    messages = {f"/{name}": {"text": f"/{name}", "command": name} for name in ROUTER.commands}
    messages |= {f"{prefix}:{value}": {"data": f"{prefix}:{value}"} for prefix in ours for value in ("", "x")}
    results = await each(world, TALK, messages, in_hand)

    assert silent_or_sorry(results) == []
    assert await still_answers(world, list(messages)) == []


@pytest.mark.parametrize("state", ["", "register.name", "desk.writing", "staff.writing"])
async def test_every_button_of_staff_works_in_every_state(world: World, state: str) -> None:
    """Also for a talk that does not exist, is over, or is a colleague's."""
    ours = [prefix for prefix in ROUTER.buttons if prefix.partition(".")[0] in STAFF and prefix != "staff.accept"]
    values = ("", "x", "1", "2", "999999")
    messages = {f"{prefix}:{value}": {"data": f"{prefix}:{value}"} for prefix in ours for value in values}
    results = await each(world, state, messages, of_owners)

    assert state in STATES
    assert silent_or_sorry(results) == []
    assert await still_answers(world, list(messages)) == []
