"""Did the answer help? A yes is counted; a no offers what else was near, and a person."""

from bot import render
from bot.logs import get_logger
from bot.messages import Button
from bot.router import Router
from bot.services import answers
from bot.turn import Turn
from handlers.ask import KEPT, keep
from handlers.topics import go_on
from knowledge import Topic
from storage import answers as store
from storage import questions as question_store
from storage.models import AnswerGiven

log = get_logger("verdict")
router = Router("verdict")

OFFERED = 3


@router.button("ask.yes")
async def yes(turn: Turn) -> None:
    """It helped."""
    found = await answers.judge(turn.db, turn.chat.id, _number(turn), helped=True)
    turn.say(turn.t("ask.helped" if found else "ask.too_old"))
    await go_on(turn)


@router.button("ask.no")
async def no(turn: Turn) -> None:
    """It did not: perhaps another topic, else a person."""
    found = await answers.judge(turn.db, turn.chat.id, _number(turn), helped=False)
    if found is None:
        turn.say(turn.t("ask.too_old"))
    elif asked := question_store.unseal(turn.db, found.text):
        turn.data["asked"] = asked[:KEPT]
        _offer(turn, found, asked)
    else:
        turn.say(turn.t("ask.not_helped_ask"), turn.button("answer.person", "ask.person"))
    await go_on(turn)


@router.button("ask.to_staff")
async def to_staff(turn: Turn) -> None:
    """The question behind an answer goes to a person, once."""
    found = await store.by_number(turn.db, turn.chat.id, _number(turn))
    asked = question_store.unseal(turn.db, found.text) if found else ""
    if await keep(turn, asked, "not_answered") and found is not None:
        found.text = None
    await go_on(turn)


def _offer(turn: Turn, found: AnswerGiven, asked: str) -> None:
    near = _near(turn, found.topic, asked)
    send = Button(turn.t("ask.send_staff"), f"ask.to_staff:{found.id}")
    shown = asked if len(asked) <= 300 else f"{asked[:300]}…"
    if near:
        listed, buttons = render.choice(near, "ask.pick")
        turn.say(f"{turn.t('ask.not_helped')}\n\n{listed}\n\n{turn.t('ask.else_staff', asked=shown)}", *buttons, send)
    else:
        turn.say(turn.t("ask.not_helped_send", asked=shown), send)


def _near(turn: Turn, given: str, asked: str) -> list[Topic]:
    """The topics that the search put next to the one that was given."""
    try:
        index = turn.context.knowledge()
        ranked = [topic for topic, _ in index.find(asked).ranking if topic != given and topic in index.topics]
    except Exception:
        log.exception("knowledge unavailable")
        return []
    return [index.topics[one] for one in ranked[:OFFERED]]


def _number(turn: Turn) -> int:
    return int(turn.value) if turn.value.isascii() and turn.value.isdecimal() and len(turn.value) < 16 else 0
