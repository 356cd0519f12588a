"""Questions about the rules: answered with both sides and articles, or honestly not, and then by a person."""

from bot import render, words
from bot.links import private_chat
from bot.logs import get_logger
from bot.messages import Button
from bot.router import Router
from bot.services import alarms, questions
from bot.talk_text import described
from bot.turn import Turn
from handlers.topics import PERSON, QUESTION, go_on, leave, tell
from knowledge import Finding, Index, looks_like_question

log = get_logger("ask")
router = Router("ask")

EXAMPLES = ("1", "2", "3")
KEPT = 1000  # letters of the last question that are remembered for "send it to a person"
BUTTONS = {
    "register": "register.begin",
    "meetings": "meetings:",
    "rsvp": "meetings:",
    "privacy": "privacy:",
    "language": "language:",
    "help": "help:",
}
REPORTING = ("jam-dan-tempat-lapor", "batas-waktu-melapor", "isi-laporan")
WITH_EXAMPLES = {"greeting", "partisan", "injection", "off_topic"}
WITH_PERSON = {"insult", "off_topic", "gibberish"}


async def question(turn: Turn) -> None:
    """Answers `turn.text`, whatever came before; the state of another conversation is left alone."""
    if not turn.text:
        turn.say(turn.t("ask.need_text"))
        return
    leave(turn)
    if not turn.chat.is_group:
        turn.data["asked"] = turn.text[:KEPT]
    try:
        index = turn.context.knowledge()
        finding = index.find(turn.text)
    except Exception as error:
        log.exception("knowledge unavailable")
        await _unavailable(turn, type(error).__name__)
        return
    await {"answered": _answered, "choose": _choose, "function": _function}.get(finding.status, _unknown)(
        turn, index, finding
    )


router.is_question, router.on_question = looks_like_question, question


@router.command("tanya", "ask")
async def ask(turn: Turn) -> None:
    """/tanya with a question answers it, alone it invites one."""
    if turn.text:
        await question(turn)
        await go_on(turn)
    else:
        await invite(turn)


@router.button("ask")
@router.word(words.listed("ask.words"))
async def invite(turn: Turn) -> None:
    """Asks what the person wants to know, with three examples to tap."""
    if turn.chat.is_group or turn.again:
        turn.say(turn.t("ask.invite_group" if turn.chat.is_group else "ask.invite_in_form"))
        await go_on(turn)
        return
    turn.expect(QUESTION)
    turn.say(turn.t("ask.invite"), *_examples(turn))


@router.answer(QUESTION, free=True)
async def asked(turn: Turn) -> None:
    """Whatever is written after the invitation is the question."""
    await question(turn)


@router.button("ask.example")
async def example(turn: Turn) -> None:
    """One of the examples, as if it had been typed."""
    if turn.value not in EXAMPLES:  # of an older release
        await invite(turn)
        return
    turn.asked = turn.t(f"ask.question_{turn.value}")
    await question(turn)
    await go_on(turn)


@router.button("ask.this")
async def this(turn: Turn) -> None:
    """A text that was not understood was meant as a question."""
    turn.asked = str(turn.data.get("asked", ""))
    if turn.asked:
        await question(turn)
    else:
        turn.say(turn.t("ask.forgotten"))
    await go_on(turn)


@router.button("ask.not")
async def not_these(turn: Turn) -> None:
    """None of the offered topics: a person answers."""
    await keep(turn, str(turn.data.get("asked", "")), "not_these")
    await go_on(turn)


@router.button("ask.person", "human")
@router.word(words.listed("ask.person_words"))
@router.command("petugas")
async def person(turn: Turn) -> None:
    """Asks for the question to a person; in the middle of something else the last question is taken."""
    last = str(turn.data.get("asked", ""))
    if turn.chat.is_group:
        turn.say(turn.t("ask.person_group"), *_private(turn))
    elif turn.again and last:
        await keep(turn, last, "person")
        await go_on(turn)
    else:
        turn.expect(PERSON)
        _ask_for_person(turn, last)


@router.answer(PERSON, free=True)
async def to_person(turn: Turn) -> None:
    """The question to a person, in their own words."""
    if not turn.text:
        turn.say(turn.t("ask.need_text"))
        return
    leave(turn)
    await keep(turn, described(turn.incoming), "person")
    if turn.incoming.kind != "text":
        turn.say(turn.t("talk.only_text"))


@router.button("ask.send")
async def send_last(turn: Turn) -> None:
    """The question asked last goes to a person."""
    leave(turn)
    await keep(turn, str(turn.data.get("asked", "")), "person")
    await go_on(turn)


async def keep(turn: Turn, text: str, reason: str) -> bool:
    """Stores a question for staff and says so; whether it was stored. `reason` is one of `questions.ask`."""
    if not text:
        turn.say(turn.t("ask.forgotten"))
        return False
    kept = await questions.ask(
        turn.db, turn.now, turn.context.owners, turn.context.timezone, turn.chat.id, text, reason
    )
    if kept is None:
        turn.say(turn.t("ask.too_many", count=questions.MOST_OPEN))
        return False
    turn.data.pop("asked", None)
    turn.say(turn.t(f"ask.{reason}_kept", number=kept.id), turn.button("ask.topics_button", "ask.topics"))
    return True


async def _answered(turn: Turn, index: Index, finding: Finding) -> None:
    await tell(turn, index.topics[finding.topic], finding.regime, turn.text[:KEPT])


async def _choose(turn: Turn, index: Index, finding: Finding) -> None:
    listed, buttons = render.choice([index.topics[one] for one in finding.candidates], "ask.pick")
    none = () if turn.chat.is_group else (turn.button("ask.not_these", "ask.not"),)
    question = turn.t("ask.choose_regime" if finding.ask_regime else "ask.choose")
    turn.say(f"{question}\n\n{listed}", *buttons, *none)


async def _function(turn: Turn, index: Index, finding: Finding) -> None:
    """What the person wants is something the bot does, or will do."""
    wish = finding.topic
    text = turn.t(f"ask.to_{wish}")
    if wish == "report":
        listed, buttons = render.choice([index.topics[one] for one in REPORTING if one in index.topics], "ask.topic")
        turn.say(f"{text}\n\n{listed}", *buttons)
    elif wish in BUTTONS:
        turn.say(text, turn.button(f"ask.to_{'meetings' if wish == 'rsvp' else wish}_button", BUTTONS[wish]))
    else:
        turn.say(text, turn.button("answer.person", "ask.person"))


async def _unknown(turn: Turn, index: Index, finding: Finding) -> None:
    """Honest: what was recognised as not a question gets its own sentence, everything else goes to a person."""
    if finding.reason:
        turn.say(turn.t(f"ask.no_{finding.reason}"), *_way_on(turn, finding.reason))
    elif turn.chat.is_group:
        turn.say(turn.t("ask.in_group_unknown"), *_private(turn))
    else:
        await keep(turn, turn.text, "unknown")


async def _unavailable(turn: Turn, error: str) -> None:
    """The rules cannot be read: this is our fault and not the question's."""
    owners = turn.context.owners
    await alarms.raise_alarm(turn.db, turn.now, "knowledge", "alarm.knowledge", owners=owners, error=error)
    if turn.chat.is_group:
        turn.say(turn.t("ask.unavailable"))
    else:
        await keep(turn, turn.text, "unavailable")


def _ask_for_person(turn: Turn, last: str) -> None:
    """One question, written now; or a talk, for which somebody has to have time."""
    live = turn.button("talk.begin", "talk.begin")
    if last:
        shown = last if len(last) <= 300 else f"{last[:300]}…"
        turn.say(turn.t("ask.person_last", asked=shown), turn.button("ask.send_last", "ask.send"), live)
    else:
        turn.say(turn.t("ask.person"), live)


def _examples(turn: Turn) -> tuple[Button, ...]:
    return tuple(turn.button(f"ask.example_{number}", f"ask.example:{number}") for number in EXAMPLES)


def _way_on(turn: Turn, reason: str) -> tuple[Button, ...]:
    examples = _examples(turn) if reason in WITH_EXAMPLES else ()
    asks = reason in WITH_PERSON and not turn.chat.is_group
    return (*examples, turn.button("answer.person", "ask.send")) if asks else examples


def _private(turn: Turn) -> tuple[Button, ...]:
    """A way from a group to the private chat, where there is one."""
    link = private_chat(turn.context, turn.chat.channel, "grup")
    return (turn.button("answer.private_chat", url=link),) if link else ()
