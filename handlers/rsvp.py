"""Answers to invitations: coming or not, day by day, changeable at any time; seats, changes, the calendar."""

from bot import guest_text, meeting_text, words
from bot.links import private_chat
from bot.messages import Button
from bot.router import Router
from bot.services import rsvps
from bot.services.reach import Reach
from bot.services.rsvps import ANSWERS, Answered, Who
from bot.text import split
from bot.turn import Turn
from storage import guests as store
from storage import meetings
from storage import seats as seat_store
from storage.models import Meeting, SeatOffer

router = Router("rsvp")

MINE = 5  # meetings shown in one message


@router.command("rapatsaya", "mymeetings")
@router.word(words.listed("rsvp.mine_words"))
@router.button("rsvp.mine")
async def mine(turn: Turn) -> None:
    """The meetings this person is a guest of, with their answers, each to be changed."""
    if await refused_in_group(turn):
        return
    found = await store.meetings_of(turn.db, turn.chat.id, turn.chat.person_id, turn.now)
    if not found:
        turn.say(turn.t("rsvp.mine_none"), turn.button("meetings.all", "meetings.list:0"))
    else:
        blocks, buttons = [turn.t("rsvp.mine")], []
        for meeting, guest in found[:MINE]:
            answered = Answered(guest, await rsvps.places(turn.db, guest))
            blocks.append(f"{meeting_text.line(meeting, turn.language)}\n{summary(turn, meeting, answered)}")
            buttons.append(Button(meeting_text.label(meeting, len(found) < MINE), f"rsvp:{meeting.id}"))
        *before, last = split("\n\n".join(blocks), meeting_text.PAGE)
        for part in before:
            turn.say(part)
        turn.say(last, *buttons, turn.button("menu.menu", "menu:"))
    if turn.again is not None:
        await turn.again(turn)


@router.start("m")
async def link(turn: Turn) -> None:
    """A link to one meeting, for people who are not registered too."""
    number = turn.incoming.argument.partition("_")[2]
    await show(turn, await find_meeting(turn, number))


@router.button("rsvp")
async def one(turn: Turn) -> None:
    """What this person answered to one meeting, and everything that can be changed."""
    await show(turn, await find_meeting(turn, turn.value))


@router.button("rsvp.all")
async def all_days(turn: Turn) -> None:
    """One answer for all days to come."""
    number, _, answer = turn.value.partition(".")
    meeting = await find_meeting(turn, number)
    if meeting is None or answer not in ANSWERS:
        await show(turn, meeting)
        return
    await _answered(turn, meeting, {day.id: answer for day in meeting.days if day.ends_at > turn.now})


@router.button("rsvp.one")
async def one_day(turn: Turn) -> None:
    """An answer for one day, from a reminder."""
    meeting, day_id, answer = await find_day(turn)
    if meeting is None or answer not in ANSWERS:
        await show(turn, meeting)
        return
    await _answered(turn, meeting, {day_id: answer})


@router.button("rsvp.days")
async def days(turn: Turn) -> None:
    """A button for each day, in the same message."""
    number, _, page = turn.value.partition(".")
    meeting = await find_meeting(turn, number)
    if meeting is None:
        await show(turn, None)
        return
    if not await _open(turn, meeting):
        return
    answered = await rsvps.of(turn.db, meeting, _who(turn))
    given = answered.guest.rsvps if answered else []
    buttons = guest_text.toggles(meeting, given, int(page) if page.isdigit() else 0, turn.language, turn.now)
    turn.show(turn.t("rsvp.choose_days", title=meeting.title), *buttons)


@router.button("rsvp.day")
async def toggle(turn: Turn) -> None:
    """Changes the answer for one day where it stands."""
    meeting, day_id, answer = await find_day(turn)
    if meeting is None or answer not in ANSWERS:
        await show(turn, meeting)
        return
    if not await _open(turn, meeting):
        return
    answered = await rsvps.answer(turn.db, turn.now, meeting, _who(turn), {day_id: answer})
    coming = [day.id for day in meeting.days if day.ends_at > turn.now]
    page = coming.index(day_id) // guest_text.DAYS_SHOWN if day_id in coming else 0
    buttons = guest_text.toggles(meeting, answered.guest.rsvps, page, turn.language, turn.now)
    text = turn.t("rsvp.choose_days", title=meeting.title)
    turn.show(f"{text}\n\n{summary(turn, meeting, answered)}", *buttons)


@router.button("rsvp.still")
async def still(turn: Turn) -> None:
    """The day before: still coming, or the seat becomes free."""
    meeting, day_id, answer = await find_day(turn)
    if meeting is None:
        await show(turn, None)
    elif not await _open(turn, meeting):
        return
    elif answer == "no":
        await _answered(turn, meeting, {day_id: "no"})
    elif await rsvps.confirm(turn.db, turn.now, meeting, _who(turn), day_id):
        turn.say(turn.t("rsvp.see_you"), turn.button("rsvp.calendar", f"rsvp.ics:{meeting.id}"))
    else:
        await _answered(turn, meeting, {day_id: "yes"})


@router.button("rsvp.offer")
async def offer(turn: Turn) -> None:
    """Takes or leaves a seat on offer; when its time is over, says so."""
    number, _, answer = turn.value.partition(".")
    made = await turn.db.get(SeatOffer, int(number)) if number.isdigit() else None
    meeting = await meetings.of_day(turn.db, made.day_id) if made else None
    guest = await store.find(turn.db, meeting.id, turn.chat.id, turn.chat.person_id) if meeting else None
    if made is None or meeting is None or guest is None or made.guest_id != guest.id:
        await show(turn, meeting)
    elif made.state == "open" and made.expires_at > turn.now and meeting.status == "published":
        await _answered(turn, meeting, {made.day_id: "yes" if answer == "yes" else "no"})
    else:
        await seat_store.expire(turn.db, turn.now)
        turn.say(turn.t("rsvp.offer_over"))
        await show(turn, meeting)


async def show(turn: Turn, meeting: Meeting | None) -> None:
    """One meeting's answer with all that can be done about it."""
    if await refused_in_group(turn):
        return
    if meeting is None:
        turn.say(turn.t("rsvp.gone"), turn.button("meetings.all", "meetings.list:0"))
        return
    if not await _open(turn, meeting):
        return
    answered = await rsvps.of(turn.db, meeting, _who(turn))
    if answered is None or not answered.guest.rsvps:
        invitation = guest_text.invitation(meeting, turn.language)
        turn.say(invitation.text, *invitation.buttons)
        return
    text = turn.t("rsvp.yours", title=meeting.title, summary=words.Raw(summary(turn, meeting, answered)))
    turn.say(text, *_changes(turn, meeting))


async def _answered(turn: Turn, meeting: Meeting, answers: dict[int, str]) -> None:
    """Keeps an answer and says what came of it."""
    if await refused_in_group(turn) or not await _open(turn, meeting):
        return
    answered = await rsvps.answer(turn.db, turn.now, meeting, _who(turn), answers)
    given = {one.answer for one in answered.guest.rsvps if one.day_id in answers}
    key = next((one for one in ("waiting", "yes", "maybe", "no") if one in given), "no")
    lines = [turn.t(f"rsvp.now_{key}", title=meeting.title), "", summary(turn, meeting, answered)]
    if turn.chat.person_id is None and key != "no":
        lines += ["", turn.t("rsvp.only_this")]
    if turn.chat.stopped_at is not None and key != "no":
        lines += ["", turn.t("meetings.unmuted_stopped")]
    turn.say("\n".join(lines), *_changes(turn, meeting))


async def _open(turn: Turn, meeting: Meeting) -> bool:
    """Whether the meeting takes answers; else says why not."""
    if meeting.status == "published" and meeting.days[-1].ends_at > turn.now:
        return True
    key = {"cancelled": "rsvp.cancelled", "planned": "rsvp.not_yet"}.get(meeting.status, "rsvp.over")
    turn.say(turn.t(key, title=meeting.title), turn.button("meetings.all", "meetings.list:0"))
    return False


def summary(turn: Turn, meeting: Meeting, answered: Answered) -> str:
    """The answers day by day, with delegate and note."""
    guest = answered.guest
    lines = [guest_text.answers(meeting, guest.rsvps, answered.places, turn.language, turn.now)]
    if delegate := store.opened(turn.db, guest.delegate):
        lines.append(turn.t("rsvp.delegate_line", name=delegate))
    if note := store.opened(turn.db, guest.note):
        lines.append(turn.t("rsvp.note_line", note=note))
    return "\n".join(lines)


def _changes(turn: Turn, meeting: Meeting) -> list[Button]:
    several = len(meeting.days) > 1
    first = ("rsvp.days", f"rsvp.days:{meeting.id}.0") if several else ("rsvp.maybe", f"rsvp.all:{meeting.id}.maybe")
    buttons = [
        ("rsvp.yes_all" if several else "rsvp.yes", f"rsvp.all:{meeting.id}.yes"),
        first,
        ("rsvp.no", f"rsvp.all:{meeting.id}.no"),
        ("rsvp.delegate", f"rsvp.delegate:{meeting.id}"),
        ("rsvp.note", f"rsvp.note:{meeting.id}"),
        ("rsvp.calendar", f"rsvp.ics:{meeting.id}"),
        ("meetings.show", f"meetings.show:{meeting.id}"),
    ]
    return [turn.button(key, data) for key, data in buttons]


async def refused_in_group(turn: Turn) -> bool:
    """An answer is a person's own: in a group it is led to the private chat."""
    if not turn.chat.is_group:
        return False
    url = private_chat(turn.context, turn.chat.channel, "menu")
    turn.say(turn.t("rsvp.group"), *([turn.button("start.private", url=url)] if url else []))
    return True


def reach(turn: Turn) -> Reach:
    """How this program sends, for services."""
    return Reach(turn.context.channels, turn.context.quiet)


def _who(turn: Turn) -> Who:
    return Who(turn.chat.id, turn.chat.person_id)


async def find_meeting(turn: Turn, number: str) -> Meeting | None:
    """The meeting whose number a button or link names."""
    return await meetings.by_id(turn.db, int(number)) if number.isdigit() else None


async def find_day(turn: Turn) -> tuple[Meeting | None, int, str]:
    """The meeting of the day that a button names, the day's id, and what else it says."""
    number, _, rest = turn.value.partition(".")
    if not number.isdigit():
        return None, 0, ""
    return await meetings.of_day(turn.db, int(number)), int(number), rest
