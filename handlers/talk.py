"""Talking with a person of ours: asked for, then the bot is silent until either side ends it."""

from bot import menu, talk_text, words
from bot.router import Router
from bot.services import tickets
from bot.turn import HELD, Turn
from handlers.topics import go_on
from storage import files
from storage import tickets as store
from storage.models import Ticket

router = Router("talk")

ABOUT = "talk.about"  # the next message says what it is about


async def take_over(turn: Turn) -> None:
    """Before the handler is looked for: a talk that somebody has taken since puts a form aside and is where this
    conversation rests; one that was closed or handed back is not."""
    ticket = await store.running(turn.db, turn.chat.id)
    if ticket is None:
        del turn.data[HELD]
    taken = ticket is not None and ticket.status == store.CLAIMED
    if taken and not turn.data[HELD]:
        awaited = router.root().answers.get(turn.chat.state)
        turn.again = awaited.again if awaited else None
        menu.pause(turn)
        turn.again = None
    if taken:
        turn.data[HELD] = True
        turn.chat.state = turn.chat.state or menu.TALK
    elif turn.chat.state == menu.TALK:
        turn.chat.state = ""
    if ticket is not None and not taken:
        turn.data[HELD] = False


router.on_held = take_over


@router.button("talk.begin")
@router.command("bicara", "talk")
@router.word(words.listed("talk.words"))
async def begin(turn: Turn) -> None:
    """Asks what the talk is about, and promises nothing."""
    if turn.chat.is_group:
        turn.say(turn.t("ask.person_group"))
        return
    if await store.running(turn.db, turn.chat.id) is not None:
        turn.say(turn.t("talk.still_open"), turn.button("talk.end", "talk.end"))
        await go_on(turn)
        return
    menu.pause(turn)
    turn.expect(ABOUT)
    turn.say(turn.t("talk.about"))


@router.answer(ABOUT, free=True)
async def about(turn: Turn) -> None:
    """Staff are asked; until somebody comes the bot goes on answering."""
    if turn.incoming.kind != "text" or not turn.text:
        await _not_kept(turn)
        turn.say(turn.t("talk.about_needs_text"))
        return
    turn.chat.state = ""
    ticket = await tickets.begin(turn.db, turn.now, turn.context.owners, turn.chat.id, turn.text)
    if ticket is None:
        turn.say(turn.t("talk.too_often"), turn.button("menu.human", "human:"))
        return
    turn.data[HELD] = False
    when = turn.t("talk.outside" if _is_outside(turn) else "talk.no_promise")
    turn.say(turn.t("talk.asked", number=ticket.id, when=words.Raw(when)), turn.button("talk.end", "talk.end"))


@router.answer(menu.TALK, free=True)
async def here(turn: Turn) -> None:
    """Everything said goes to staff, and nothing of ours comes between; questions of law are theirs to answer."""
    ticket = await store.running(turn.db, turn.chat.id)
    if ticket is None or ticket.status != store.CLAIMED:
        turn.chat.state = ""
        handler = router.root().find(turn.incoming, "", "")
        if handler is not None:
            await handler(turn)
        return
    await _hear(turn, ticket)


@router.button("talk.end")
async def end(turn: Turn) -> None:
    """The person has said what they wanted to say."""
    done = await tickets.end(turn.db, turn.now, turn.chat.id, "person")
    turn.data.pop(HELD, None)
    if turn.chat.state == menu.TALK:
        turn.chat.state = ""
    turn.say(turn.t("talk.ended_person" if done else "talk.none"), turn.button("menu.menu", "menu:"))
    await go_on(turn)


async def _hear(turn: Turn, ticket: Ticket) -> None:
    recent = await tickets.hear(turn.db, turn.now, turn.context.owners, ticket, talk_text.described(turn.incoming))
    if turn.incoming.kind != "text":
        await _not_kept(turn)
        turn.say(turn.t("talk.only_text"))
    if recent == tickets.MANY:
        turn.say(turn.t("talk.many"))


async def _not_kept(turn: Turn) -> None:
    """What is not text stays with nobody, so that nobody thinks it was passed on."""
    turn.sensitive = True
    if turn.incoming.media:
        await files.drop(turn.db, turn.chat.id, [one.remote for one in turn.incoming.media])


def _is_outside(turn: Turn) -> bool:
    """At night and at the weekend nobody can be expected; the hours of an office are not known to us."""
    weekend = turn.now.astimezone(turn.context.timezone).weekday() >= 5
    return weekend or turn.context.quiet.until(turn.now) is not None
