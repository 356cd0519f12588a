"""Small forms about a guest: who comes in their place, and what the office should know."""

from bot import menu
from bot.form import Answers, Form, Step, Unclear
from bot.limits import units
from bot.router import Router, normal
from bot.services import rsvps
from bot.services.people import is_name
from bot.services.rsvps import DELEGATE_LENGTH, NOTE_LENGTH, Who
from bot.turn import Turn
from bot.words import listed
from handlers import rsvp
from storage import guests as store
from storage import meetings

router = Router("rsvp_forms")


def ask_delegate(turn: Turn, answers: Answers) -> None:
    """The name of whoever comes instead."""
    turn.say(turn.t("rsvp.ask_delegate"), turn.button("rsvp.nobody", "delegate.name:-"))


def read_delegate(turn: Turn, value: str) -> str:
    """A person's name; "-" and "tidak ada" mean that nobody does."""
    name = " ".join(value.split())
    if name == "-" or normal(name) in {normal(one) for one in listed("rsvp.nobody_words")}:
        return ""
    if turn.incoming.forwarded or not is_name(name) or units(name) > DELEGATE_LENGTH:
        raise Unclear("rsvp.delegate_unclear")
    return name.title() if name.islower() else name


def ask_note(turn: Turn, answers: Answers) -> None:
    """Anything the office should know."""
    turn.say(turn.t("rsvp.ask_note"), turn.button("rsvp.no_note", "guestnote.text:-"))


def read_note(turn: Turn, value: str) -> str:
    """A short text; "-" takes an earlier one back."""
    note = " ".join(value.split())
    if note == "-" or normal(note) in {normal(one) for one in listed("rsvp.nobody_words")}:
        return ""
    if units(note) > NOTE_LENGTH:
        raise Unclear("rsvp.note_long", limit=NOTE_LENGTH)
    return note


async def delegate_done(turn: Turn, answers: Answers) -> None:
    """Keeps the delegate, and says when somebody of that name is a guest already."""
    meeting = await meetings.by_id(turn.db, answers.get("meeting", 0))
    if meeting is None:
        await rsvp.show(turn, None)
        return
    name = answers["name"]
    await rsvps.set_delegate(turn.db, meeting, Who(turn.chat.id, turn.chat.person_id), name)
    if name and await store.same_name(turn.db, meeting.id, name):
        turn.say(turn.t("rsvp.delegate_guest", name=name))
    turn.say(turn.t("rsvp.saved"))
    await rsvp.show(turn, meeting)


async def note_done(turn: Turn, answers: Answers) -> None:
    """Keeps the note."""
    meeting = await meetings.by_id(turn.db, answers.get("meeting", 0))
    if meeting is None:
        await rsvp.show(turn, None)
        return
    await rsvps.set_note(turn.db, meeting, Who(turn.chat.id, turn.chat.person_id), answers["text"])
    turn.say(turn.t("rsvp.saved"))
    await rsvp.show(turn, meeting)


delegate_form = Form("delegate", [Step("name", ask_delegate, read_delegate)], delegate_done, router)
note_form = Form("guestnote", [Step("text", ask_note, read_note, free=True)], note_done, router)


@router.button("rsvp.delegate")
async def begin_delegate(turn: Turn) -> None:
    """Asks who comes instead."""
    await _begin(turn, delegate_form)


@router.button("rsvp.note")
async def begin_note(turn: Turn) -> None:
    """Asks what the office should know."""
    await _begin(turn, note_form)


async def _begin(turn: Turn, form: Form) -> None:
    meeting = await meetings.by_id(turn.db, int(turn.value)) if turn.value.isdigit() else None
    if meeting is None or turn.chat.is_group or meeting.status != "published":
        await rsvp.show(turn, meeting)
        return
    menu.pause(turn)
    answers = form.answers(turn)
    answers.clear()
    answers["meeting"] = meeting.id
    await form.begin(turn)
