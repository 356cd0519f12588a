"""Questions that people answered, proposed for a topic: taken up as a way of asking, or not."""

from bot.messages import Button, fitting
from bot.router import Router
from bot.services import suggestions
from bot.services import topics as service
from bot.services.suggestions import Pair
from bot.services.topics import Refused
from bot.text import escape
from bot.turn import Turn
from handlers.editing_common import allowed, cut, editor, index, refused
from handlers.editing_draft import show_draft

router = Router("editing suggestions")

SHOWN = 8
NEAR = 3  # topics offered for a suggestion that names none
LINE = 80  # letters of a question in a list


@router.button("edit.suggestions")
async def waiting(turn: Turn) -> None:
    """What was proposed and nobody looked at, the oldest first."""
    if not await allowed(turn):
        return
    found = await suggestions.waiting(turn.db, SHOWN)
    if not found:
        turn.say(turn.t("edit.suggestions_none"), turn.button("edit.menu_button", "edit"))
        return
    lines = [f"{one.number}. {escape(_short(one.question))}" for one in found]
    buttons = [
        Button(fitting(f"{one.number}. {_short(one.question) or '…'}", few=True), f"edit.suggestion:{one.number}")
        for one in found
    ]
    turn.say("\n".join([turn.t("edit.suggestions"), "", *lines]), *buttons)


@router.button("edit.suggestion")
async def show(turn: Turn) -> None:
    """One pair, and the topics it may belong to."""
    found = await _chosen(turn, turn.value)
    if found is None:
        return
    known = index(turn)
    near = [found.topic] if found.topic else []
    if known is not None:
        near = [one for one in near or _nearest(turn, found.question) if one in known.topics]
    text = turn.t("edit.suggestion", question=cut(turn, found.question)[:900], answer=cut(turn, found.answer)[:2000])
    topics = [known.topics[one] for one in near] if known else []
    lines = "\n".join(f"{number}. {escape(one.title)}" for number, one in enumerate(topics, 1))
    buttons = [
        Button(fitting(f"{at}. {one.title}", few=True), f"edit.take:{found.number}.{one.id}")
        for at, one in enumerate(topics, 1)
    ]
    ending = f"{turn.t('edit.suggestion_for')}\n{lines}" if topics else turn.t("edit.suggestion_new")
    turn.say(f"{text}\n\n{ending}", *buttons, turn.button("edit.refuse", f"edit.refuse:{found.number}"))


@router.button("edit.take")
async def take(turn: Turn) -> None:
    """The question becomes a way of asking in the topic's draft."""
    number, _, topic = turn.value.partition(".")
    found = await _chosen(turn, number)
    if found is None:
        return
    who = await editor(turn)
    try:
        question = " ".join(found.question.split())
        draft = await service.add_question(turn.db, turn.now, topic, question, who)
    except Refused as error:
        refused(turn, error)
        return
    await suggestions.settle(turn.db, turn.now, found.number, True, by=who.address)
    await show_draft(turn, draft, checked=True)


@router.button("edit.refuse")
async def refuse(turn: Turn) -> None:
    """Nothing is made of it."""
    found = await _chosen(turn, turn.value)
    if found is None:
        return
    await suggestions.settle(turn.db, turn.now, found.number, False, by=(await editor(turn)).address)
    turn.say(turn.t("edit.refused_suggestion"), turn.button("edit.suggestions_more", "edit.suggestions"))


async def _chosen(turn: Turn, number: str) -> Pair | None:
    if not await allowed(turn):
        return None
    found = await suggestions.by_number(turn.db, int(number)) if number.isdecimal() else None
    if found is None:
        turn.say(turn.t("edit.suggestion_gone"), turn.button("edit.menu_button", "edit"))
    return found


def _nearest(turn: Turn, question: str) -> list[str]:
    known = index(turn)
    return [name for name, _ in known.find(question).ranking][:NEAR] if known else []


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LINE else f"{line[: LINE - 1].rstrip()}…"
