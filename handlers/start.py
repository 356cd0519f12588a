"""The first minute and the way back to it: greeting, menu, links with a source, groups, chats that were blocked."""

import re

from bot import menu, words
from bot.links import private_chat
from bot.router import Router
from bot.services import people
from bot.turn import Turn
from storage.consents import Act

router = Router("start")

TAG = re.compile(r"[A-Za-z0-9_-]{1,64}")
EXAMPLES = ("1", "2", "3")


@router.command("start", "mulai")
async def start(turn: Turn) -> None:
    """Greets; a link brings its source or belongs to another conversation."""
    payload = turn.incoming.argument
    handler = router.root().starts.get(payload.partition("_")[0])
    if handler is not None:
        await handler(turn)
        return
    if TAG.fullmatch(payload) and not turn.chat.source:
        turn.chat.source = payload
    if not payload and turn.chat.stopped_at is not None:
        await _resume(turn)
    await greet(turn)


@router.word(words.listed("start.greetings"))
async def greet(turn: Turn) -> None:
    """Who we are and three examples; somebody we know gets fewer words."""
    if turn.chat.is_group:
        await introduce(turn)
        return
    menu.pause(turn)
    person = await turn.person()
    if person is not None:
        menu.say_menu(turn, turn.t("start.again", name=person.name))
    else:
        examples = [turn.button(f"ask.example_{one}", f"ask.example:{one}") for one in EXAMPLES]
        turn.say(turn.t("start.hello"), *examples, *menu.buttons(turn)[:1], turn.button("menu.all", "menu:"))
    if turn.chat.stopped_at is not None:
        turn.say(turn.t("start.stopped"))


@router.reserve(words.listed("menu.words"))
@router.command("menu")
@router.button("menu")
async def show_menu(turn: Turn) -> None:
    """The menu; a form under way is put aside, not lost."""
    if turn.chat.is_group:
        await introduce(turn)
        return
    menu.pause(turn)
    kept = turn.t("menu.draft_kept") + "\n\n" if turn.data.get(menu.PAUSED) else ""
    menu.say_menu(turn, kept + turn.t("menu.title"))


@router.button("resume")
async def resume(turn: Turn) -> None:
    """Goes on with the form that was put aside, or with the one under way."""
    menu.resume(turn)
    awaited = router.root().answers.get(turn.chat.state)
    if awaited is None or awaited.again is None:
        menu.say_menu(turn, turn.t("menu.nothing_to_resume"))
        return
    turn.say(turn.t("menu.resumed"))
    await awaited.again(turn)


@router.event("joined")
async def introduce(turn: Turn) -> None:
    """In a group: who we are and how to call us, since we hear nothing else there."""
    link = private_chat(turn.context, turn.chat.channel, "grup")
    turn.say(turn.t("start.group"), *([turn.button("start.private", url=link)] if link else []))


@router.event("left", "blocked")
async def lost(turn: Turn) -> None:
    """Nobody reads us there any more: what was queued is withdrawn."""
    await people.lost(turn.db, turn.chat.id, turn.incoming.event)


@router.event("unblocked")
async def found(turn: Turn) -> None:
    """The chat can be reached again; that says nothing about a STOP."""
    await people.found(turn.db, turn.chat.id)


@router.event("stale")
async def stale(turn: Turn) -> None:
    """A button of long ago, or not of ours: the question under way again, else the menu."""
    if turn.again is not None:
        turn.say(turn.t("start.stale_step"))
        await turn.again(turn)
    elif turn.chat.is_group:
        turn.say(turn.t("help.group"))
    else:
        menu.say_menu(turn, turn.t("start.stale"))


async def _resume(turn: Turn) -> None:
    act = Act(turn.chat.channel, turn.incoming.key, turn.language, turn.now)
    await people.resume(turn.db, turn.chat.id, turn.chat.person_id, act)
    turn.chat.stopped_at = None
