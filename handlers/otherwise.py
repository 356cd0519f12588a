"""Everything nobody else takes: what we cannot read, commands that do not exist, and words we do not understand."""

import difflib

from bot import menu, words
from bot.logs import get_logger
from bot.messages import Button, fitting
from bot.router import Router
from bot.turn import Turn
from storage import files

log = get_logger("otherwise")
router = Router("otherwise")

LONG = 600  # letters: more than one question, or a text to be checked
KEPT = 1000  # letters of a text that are remembered for "this is a question"
UNREADABLE = {
    "sticker": "sticker",
    "voice": "voice",
    "audio": "voice",
    "photo": "photo",
    "video": "photo",
    "document": "document",
    "location": "location",
    "contact": "contact",
    "poll": "poll",
}
TO_A_PERSON = {"voice", "photo", "document"}


async def otherwise(turn: Turn) -> None:
    """An answer to whatever came, with a way on."""
    if turn.incoming.command:
        await _unknown_command(turn)
    elif turn.incoming.kind != "text" or not turn.text:
        await _unreadable(turn)
    elif turn.incoming.forwarded and not router.root().is_question(turn.text):
        turn.say(turn.t("otherwise.forwarded"), *_is_question(turn))
    elif (on_question := router.root().on_question) and (router.root().is_question(turn.text) or _answerable(turn)):
        await on_question(turn)
    elif turn.chat.is_group:
        turn.say(turn.t("otherwise.unclear_group"))
    else:
        key = "otherwise.long" if len(turn.text) > LONG else "otherwise.unclear"
        turn.say(
            turn.t(key), *_is_question(turn), turn.button("menu.human", "human:"), turn.button("menu.all", "menu:")
        )


router.fallback = otherwise


@router.word(words.listed("otherwise.thanks_words"))
async def welcome(turn: Turn) -> None:
    """Thanks and nods need no menu."""
    turn.say(turn.t("otherwise.welcome"))


@router.event("edited")
async def edited(turn: Turn) -> None:
    """A changed message is not read again, so that an answer never counts twice; the step stays where it is."""
    if turn.chat.is_group:
        return
    turn.say(turn.t("otherwise.edited" if turn.again is None else "otherwise.edited_step"))
    if turn.again is not None:
        await turn.again(turn)


@router.button("otherwise.run")
async def run(turn: Turn) -> None:
    """The command that was meant."""
    await router.root().commands.get(turn.value, otherwise)(turn)


def _answerable(turn: Turn) -> bool:
    """Whether a text that is no question by its form still names something we know or can say a word to."""
    try:
        finding = turn.context.knowledge().find(turn.text)
    except Exception:
        log.exception("knowledge unavailable")
        return False
    return finding.status != "unknown" or bool(finding.reason)


def _is_question(turn: Turn) -> tuple[Button, ...]:
    """A button that takes the text as a question after all."""
    if turn.chat.is_group or "ask.this" not in router.root().buttons:
        return ()
    turn.data["asked"] = turn.text[:KEPT]
    return (turn.button("form.is_question", "ask.this"),)


async def _unreadable(turn: Turn) -> None:
    """What is not text is not kept either."""
    turn.sensitive = True
    if turn.incoming.media:
        await files.drop(turn.db, turn.chat.id, [one.remote for one in turn.incoming.media])
    kind = UNREADABLE.get(turn.incoming.kind, "other")
    text = turn.t(f"otherwise.{kind}")
    if turn.chat.is_group:
        turn.say(text)
        return
    person = [turn.button("menu.human", "human:")] if kind in TO_A_PERSON else []
    turn.say(text, turn.button("menu.ask", "ask:"), *person, turn.button("menu.all", "menu:"))


async def _unknown_command(turn: Turn) -> None:
    """Names the closest command there is, else what can be done; a form under way goes on."""
    command = turn.incoming.command
    close = difflib.get_close_matches(command, router.root().commands, n=1, cutoff=0.6)
    if close:
        shown = command if len(command) <= 32 else command[:32] + "…"
        label = fitting(turn.t("otherwise.run", known=close[0]), few=True)
        turn.say(turn.t("otherwise.command", command=shown, known=close[0]), Button(label, f"otherwise.run:{close[0]}"))
    elif turn.chat.is_group:
        turn.say(turn.t("help.group"))
    elif turn.again is None:
        menu.say_menu(turn, turn.t("otherwise.command_unknown"))
    else:
        turn.say(turn.t("otherwise.command_gone"))
    if turn.again is not None:
        await turn.again(turn)
