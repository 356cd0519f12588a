"""Staff answer what the bot could not: by replying to the question, or by its button."""

from bot import notices
from bot.limits import units
from bot.router import Router
from bot.services import questions, staff
from bot.services.questions import Outcome
from bot.services.staff import Power, Purpose
from bot.turn import Turn
from storage import questions as store
from storage import staff as staff_store
from storage.models import Question

router = Router("answering")

WRITING = "staff.writing"  # the next text is the answer to the question in data["answering"]
EXTRA = "extra"  # data: further answers that wait for "send as an addition?", by question


@router.reply("question")
async def replied(turn: Turn) -> None:
    """A reply to a question is its answer; an edit of that reply corrects it."""
    origin = turn.replied
    question = await turn.db.get(Question, origin.source_id) if origin and await may_answer(turn) else None
    if question is None:
        return
    if await fits(turn):
        await _answer(turn, question)


@router.button("staff.answer")
async def begin(turn: Turn) -> None:
    """Asks for the answer to one question."""
    question = await chosen(turn)
    if question is None:
        return
    turn.data["answering"] = question.id
    turn.expect(WRITING)
    await _ask(turn)


async def _ask(turn: Turn) -> None:
    question = await turn.db.get(Question, turn.data.get("answering", 0))
    if question is None:
        turn.chat.state = ""
        turn.say(turn.t("staff.no_question"))
        return
    asked = store.unseal(turn.db, question.text)
    shown = asked if len(asked) <= notices.SHOWN_LENGTH else f"{asked[: notices.SHOWN_LENGTH]}…"
    turn.say(turn.t("staff.write_answer", number=question.id, asked=shown))


@router.answer(WRITING, again=_ask, free=True)
async def written(turn: Turn) -> None:
    """The text is the answer to the question chosen before."""
    if not await may_answer(turn) or not await fits(turn):
        return
    question = await turn.db.get(Question, turn.data.pop("answering", 0))
    turn.chat.state = ""
    if question is None:
        turn.say(turn.t("staff.no_question"))
    else:
        await _answer(turn, question)


@router.button("staff.extra")
async def extra(turn: Turn) -> None:
    """Sends a second answer as an addition."""
    question = await chosen(turn)
    if question is None:
        return
    text, message = turn.data.get(EXTRA, {}).pop(str(question.id), ("", ""))
    if not text:
        turn.show(turn.t("staff.addition_gone"))
        return
    outcome = await questions.add(turn.db, turn.now, question, text, by=by(turn), message=message)
    turn.show(_told(turn, outcome, question.id, "staff.sent_addition"))


@router.button("staff.drop")
async def drop(turn: Turn) -> None:
    """Forgets a second answer."""
    turn.data.get(EXTRA, {}).pop(turn.value, None)
    turn.show(turn.t("staff.dropped"))


@router.button("staff.close")
async def close(turn: Turn) -> None:
    """Ends a question without an answer."""
    question = await chosen(turn)
    if question is None:
        return
    done = await questions.close(turn.db, turn.now, question, by=by(turn), name=turn.incoming.sender_name)
    turn.say(turn.t("staff.closed" if done else "staff.not_open", number=question.id))


async def _answer(turn: Turn, question: Question) -> None:
    """The text of this turn as an answer: the first, a correction, or perhaps an addition."""
    text, message = turn.incoming.text, f"{turn.chat.id}:{turn.incoming.message}"
    if turn.incoming.edited and question.answer_message == message:
        outcome = await questions.correct(turn.db, turn.now, question, text, by=by(turn))
        turn.say(_told(turn, outcome, question.id, "staff.sent_correction"))
        return
    outcome = await questions.answer(
        turn.db, turn.now, question, text, by=by(turn), name=turn.incoming.sender_name, message=message
    )
    if outcome != Outcome.ALREADY:
        await _confirm(turn, outcome, question)
        return
    turn.data.setdefault(EXTRA, {})[str(question.id)] = (text, message)
    buttons = (
        turn.button("staff.send_addition", f"staff.extra:{question.id}"),
        turn.button("staff.drop_addition", f"staff.drop:{question.id}"),
    )
    turn.say(turn.t("staff.already", number=question.id), *buttons)


async def _confirm(turn: Turn, outcome: Outcome, question: Question) -> None:
    """Says how far the first answer went, and offers to keep it for those who will ask the same."""
    people = await questions.reached(turn.db, question) if outcome == Outcome.SENT else 0
    text = _told(turn, outcome, question.id, "staff.sent")
    if people > 1:
        text = turn.t("staff.sent_many", number=question.id, people=people)
    turn.say(text, turn.button("staff.pair", f"staff.pair:{question.id}"))


def _told(turn: Turn, outcome: Outcome, number: int, sent: str) -> str:
    """What staff read about the fate of their words."""
    return turn.t(sent if outcome == Outcome.SENT else f"staff.not_sent_{outcome}", number=number)


async def fits(turn: Turn) -> bool:
    """Whether the message can go to the asker as it is; else says why not."""
    text = turn.incoming.text
    if turn.incoming.kind != "text" or not text:
        turn.say(turn.t("staff.answer_needs_text"))
        return False
    if units(text) > notices.ANSWER_LENGTH:
        turn.say(turn.t("staff.answer_too_long", length=units(text), limit=notices.ANSWER_LENGTH))
        return False
    return True


async def chosen(turn: Turn, number: str | None = None) -> Question | None:
    """The question a button names (or `number`), if this person may answer it; else says so."""
    number = turn.value if number is None else number
    if not await may_answer(turn):
        return None
    found = await turn.db.get(Question, int(number)) if number.isascii() and number.isdecimal() else None
    if found is None or found.status == store.ERASED:
        turn.say(turn.t("staff.no_question"))
        return None
    return found


async def may_answer(turn: Turn) -> bool:
    """Members of a group that is bound to questions, and staff whose role includes it."""
    if turn.chat.is_group:
        group = await staff_store.group(turn.db, turn.chat.id)
        if group is not None and Purpose.QUESTIONS in group.purposes.split():
            return True
    role = await staff.role_of(turn.db, turn.chat.channel, turn.incoming.who, turn.context.owners)
    if staff.may(role, Power.ANSWER):
        return True
    turn.say(turn.t("staff.not_allowed", role=turn.t(f"staff.role_{role}")) if role else turn.t("staff.not_staff"))
    return False


def by(turn: Turn) -> str:
    """Who acts, as the audit names them."""
    return f"{turn.chat.channel}:{turn.incoming.who}"
