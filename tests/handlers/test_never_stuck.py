"""Every state × every reserved word, command, button and odd message: always an answer, never a dead end, and the step
is lost only by asking for it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from bot import words
from bot.buttons import sign
from bot.menu import TALK
from bot.quiz import Round, bank
from bot.router import Router
from bot.turn import HELD
from handlers import router as whole
from storage.models import Conversation
from tests.support.registering import rows
from tests.support.world import Person, World

ROUTER = whole()
SORRY = {words.text(language, "otherwise.sorry").split(".")[0] for language in words.languages()}
ANSWERS = {
    "consent": {"version": "v", "key": "1", "language": "id", "at": "2026-11-24T02:00:00+00:00"},
    "name": "Siti Aminah",
    "kind": "public",
    "island": "lombok",
    "region": "mataram",
    "notices": "choose",
    "switches": [],
    "wants": True,
}
STEPS = ["consent", "name", "kind", "island", "region", "notices", "switches", "organisation"]
STATES = sorted({"", *ROUTER.answers, "form.of-an-older-release"})
KEEP_THE_STEP = {"stop", "start_again", "show_help", "show", "choose", "asked"}
ODD: dict[str, dict[str, Any]] = {
    **{kind: {"kind": kind} for kind in ("sticker", "photo", "voice", "video", "document", "location", "poll", "new")},
    "captioned photo": {"kind": "photo", "text": "batal"},
    "nothing": {"text": ""},
    "emoji": {"text": "🙏🙏"},
    "a letter": {"text": "x"},
    "5,000 letters": {"text": "kata " * 1000},
    "markup": {"text": "*_\\*_ [x](y) <b>"},
    "control letters": {"text": "\x00\x07"},
    "forwarded": {"text": "Sebarkan!", "forwarded": True},
    "edited": {"text": "Budi", "edited": True},
    "question": {"text": "apa itu masa tenang?"},
    "formula": {"text": '=HYPERLINK("x")'},
    "unknown command": {"text": "/xyzzy", "command": "xyzzy"},
    "forged button": {"pressed": "register.kind:public~AAAAAAAA"},
}


@dataclass(frozen=True)
class Result:
    """What became of one message: the replies, and the conversation afterwards."""

    replies: list[str]
    state: str
    data: dict[str, Any]


def draft(state: str) -> dict[str, Any]:
    """What a conversation in this state remembers."""
    form, _, step = state.partition(".")
    if form == "quiz":
        return {"quiz": Round(0, list(bank())[:5], at=1).dump()}
    if state == TALK:
        return {HELD: True}
    if form != "register":
        return {}
    return {"register": {name: ANSWERS[name] for name in ["wants", *STEPS[: STEPS.index(step)]] if name in ANSWERS}}


Prepare = Callable[[World, dict[str, int]], Awaitable[None]]


async def each(
    world: World, state: str, messages: dict[str, dict[str, Any]], prepare: Prepare | None = None
) -> dict[str, Result]:
    """Sends each message in a conversation of its own that is in `state`; `prepare` is given the conversations."""
    async with world.db.session() as session:
        data = world.db.box.seal(orjson.dumps(draft(state)))
        for name in messages:
            chat = Conversation(
                channel="test", address=name, state=state, data=data, created_at=world.now, seen_at=world.now
            )
            session.add(chat)
    numbers = {chat.address: chat.id for chat in await rows(world, Conversation)}
    if prepare is not None:
        await prepare(world, numbers)
    people = {name: world.person(name) for name in messages}

    async def send(name: str, message: dict[str, Any]) -> None:
        fields = dict(message)
        if "data" in fields:
            fields |= {"pressed": sign(world.db.box, numbers[name], fields.pop("data")), "message": "1"}
        await world.inbox.receive(people[name].incoming(**fields))

    await asyncio.gather(*(send(name, message) for name, message in messages.items()))
    await world.settle()
    chats = {chat.address: chat for chat in await rows(world, Conversation)}
    return {name: result(world, people[name], chats[name]) for name in messages}


def result(world: World, person: Person, chat: Conversation) -> Result:
    """What a conversation looks like now."""
    data = orjson.loads(world.db.box.open(chat.data)) if chat.data else {}
    return Result([seen.text for seen in person.messages], chat.state, data)


async def still_answers(world: World, names: list[str]) -> list[str]:
    """Those of the conversations in which "menu" does not bring the menu."""
    people = [world.person(name) for name in names]
    await asyncio.gather(*(world.inbox.receive(one.incoming(text="menu")) for one in people))
    await world.settle()
    return [one.address for one in people if "Privasi" not in one.last.labels and "Privacy" not in one.last.labels]


def silent_or_sorry(results: dict[str, Result]) -> list[str]:
    """Those that got no answer, or an apology."""
    bad = [name for name, one in results.items() if not one.replies]
    return bad + [name for name, one in results.items() if any(text.startswith(tuple(SORRY)) for text in one.replies)]


@pytest.mark.parametrize("state", STATES)
async def test_every_reserved_word_works_in_every_state(world: World, state: str) -> None:
    """Each does what it says, and only the ways out lead out."""
    found = {word: handler.__name__ for word, handler in ROUTER.reserved.items()}
    numeric = state in ROUTER.answers and ROUTER.answers[state].numeric
    messages = {word: {"text": word} for word in found if not (numeric and word.isdigit())}
    results = await each(world, state, messages)
    awaited = ROUTER.answers.get(state)
    repeats = awaited is not None and awaited.again is not None

    assert silent_or_sorry(results) == []
    for word, one in results.items():
        if found[word] in KEEP_THE_STEP and state.startswith("register."):
            assert one.state == state, word
        if found[word] in ("show_menu", "cancel"):
            assert one.state == "", word
        if found[word] == "show_menu" and repeats:
            assert one.data["paused"] == state, word
        if found[word] == "cancel" and state.startswith("register."):
            assert "register" not in one.data, word
        if found[word] == "back" and state.startswith("register."):
            assert STEPS.index(one.state.partition(".")[2]) <= STEPS.index(state.partition(".")[2]), word
    assert await still_answers(world, list(messages)) == []


@pytest.mark.parametrize("state", STATES)
async def test_nothing_odd_leads_astray(world: World, state: str) -> None:
    """In a form the step is kept, and what is asked last is its question."""
    results = await each(world, state, ODD)
    takes_text = {"forwarded", "a letter", "5,000 letters", "markup", "formula", "emoji", "control letters"}

    assert silent_or_sorry(results) == []
    if state.startswith("register."):
        kept = {name: one.state for name, one in results.items() if name not in takes_text}
        assert kept == dict.fromkeys(kept, state)
        assert {one.replies[-1] for name, one in results.items() if name in kept} == {results["sticker"].replies[-1]}
    assert await still_answers(world, list(ODD)) == []


@pytest.mark.parametrize("state", STATES)
async def test_every_command_is_answered_in_every_state(world: World, state: str) -> None:
    """Also those of other conversations; afterwards the chat goes on."""
    messages = {name: {"text": f"/{name}", "command": name} for name in ROUTER.commands}
    results = await each(world, state, messages)

    assert silent_or_sorry(results) == []
    assert {one.state for one in results.values()} <= {"", state, *ROUTER.answers}
    assert await still_answers(world, list(messages)) == []


@pytest.mark.parametrize("state", STATES)
async def test_every_button_is_answered_in_every_state(world: World, state: str) -> None:
    """Also with a value that an older release gave it."""
    ours = [prefix for prefix in ROUTER.buttons if prefix.partition(".")[0] in FAMILIES]
    messages = {f"{prefix}:{value}": {"data": f"{prefix}:{value}"} for prefix in ours for value in ("", "x")}
    results = await each(world, state, messages)

    assert silent_or_sorry(results) == []
    assert await still_answers(world, list(messages)) == []


FAMILIES = {
    "edit",
    "menu",
    "resume",
    "help",
    "language",
    "privacy",
    "register",
    "otherwise",
    "ask",
    "human",
    "meetings",
    "rsvp",
    "delegate",
    "guestnote",
    "quiz",
    "staff",
    "fix",
    "fixes",
    "fixed",
    "talk",
    "desk",
}


def test_the_states_are_those_of_all_conversations() -> None:
    """So that the tests above look at something."""
    assert {f"register.{step}" for step in STEPS} <= set(STATES)
    assert isinstance(ROUTER, Router)
