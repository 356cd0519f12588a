"""Beside the answer: OK to a change, the calendar, muting a meeting, reminders a little later."""

from bot import meeting_text
from bot.router import Router
from bot.services import changes, invitations
from bot.services.calendar import MIME, NAME, calendar
from bot.turn import Turn
from handlers import rsvp
from storage import files, reminders
from storage import guests as store

router = Router("rsvp_notices")


@router.button("rsvp.ok")
async def acknowledge(turn: Turn) -> None:
    """Keeps that a change was read."""
    number, _, revision = turn.value.partition(".")
    meeting = await rsvp.find_meeting(turn, number)
    if meeting is not None and revision.isdigit():
        await changes.acknowledge(turn.db, turn.now, turn.chat.id, meeting, int(revision))
        turn.say(turn.t("rsvp.thanks"))
    else:
        await rsvp.show(turn, meeting)


@router.button("rsvp.ics")
async def send_calendar(turn: Turn) -> None:
    """The meeting as a calendar file; a newer one changes the same entries."""
    meeting = await rsvp.find_meeting(turn, turn.value)
    if meeting is None:
        await rsvp.show(turn, None)
        return
    content = calendar(meeting, turn.now)
    file = await files.add(turn.db, turn.chat.id, NAME, MIME, content, turn.now)
    turn.say(turn.t("rsvp.calendar_file"), file=file)


@router.button("rsvp.mute", "rsvp.unmute")
async def mute(turn: Turn) -> None:
    """No reminders of this meeting any more, or again; changes are told in any case."""
    meeting = await rsvp.find_meeting(turn, turn.value)
    if meeting is None:
        await rsvp.show(turn, None)
        return
    off = turn.incoming.pressed.startswith("rsvp.mute")
    await store.set_muted(turn.db, turn.chat.id, meeting.id, off, turn.now)
    if off:
        await reminders.withdraw_chat(turn.db, meeting.id, None, turn.chat.id, "muted")
        turn.say(turn.t("rsvp.muted"), turn.button("rsvp.unmute", f"rsvp.unmute:{meeting.id}"))
    else:
        turn.say(turn.t("rsvp.unmuted"))


@router.button("rsvp.later")
async def later(turn: Turn) -> None:
    """When to be reminded again."""
    meeting, day_id, _ = await rsvp.find_day(turn)
    if meeting is None:
        await rsvp.show(turn, None)
        return
    choices = [turn.button(f"rsvp.later_{one}", f"rsvp.snooze:{day_id}.{one}") for one in ("hour", "morning")]
    turn.say(turn.t("rsvp.later_when"), *choices)


@router.button("rsvp.snooze")
async def snooze(turn: Turn) -> None:
    """Reminds again in an hour or tomorrow morning, unless the day will have begun."""
    meeting, day_id, choice = await rsvp.find_day(turn)
    if meeting is None:
        await rsvp.show(turn, None)
        return
    at = await invitations.snooze(turn.db, turn.now, meeting, day_id, turn.chat.id, choice, rsvp.reach(turn))
    if at is None:
        turn.say(turn.t("rsvp.later_too_late"), turn.button("meetings.show", f"meetings.show:{meeting.id}"))
    else:
        turn.say(turn.t("rsvp.later_set", when=meeting_text.moment(meeting, at, turn.language)))
