"""How it reads for guests of a meeting: invitations, what they answered, seats, their reminders."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot import limits, times
from bot.messages import Button, Reply, fitting
from bot.services import bells
from bot.text import plain
from bot.words import Raw, listed, text
from storage.models import Meeting, MeetingDay, Rsvp

MARKS = {"yes": "✅", "maybe": "❔", "no": "❌", "waiting": "⏳", "offered": "🎟", "lapsed": "⌛", "": "▫️"}
DAYS_SHOWN = 6  # of a long meeting in one message with a button each
SNOOZE_HOURS = timedelta(hours=1)


def _zone(meeting: Meeting) -> ZoneInfo:
    return ZoneInfo(meeting.timezone)


def _button(language: str, key: str, data: str) -> Button:
    return Button(text(language, key), data)


def _maps(meeting: Meeting, language: str) -> list[Button]:
    return [Button(text(language, "meetings.map"), url=meeting.map_url)] if meeting.map_url else []


def day_name(meeting: Meeting, day: MeetingDay, language: str) -> str:
    """Short, for a button: "Sel 24 Nov"."""
    local = day.starts_at.astimezone(_zone(meeting))
    weekday = listed("times.days", language)[local.weekday()][:3]
    return f"{weekday} {local.day} {listed('times.months', language)[local.month - 1][:3]}"


def _day(meeting: Meeting, day: MeetingDay, language: str) -> str:
    zone = _zone(meeting)
    hours = times.hours(day.starts_at, day.ends_at, zone, language)
    return text(language, "rsvp.day", day=times.day(day.starts_at, zone, language), hours=hours)


def facts(meeting: Meeting, language: str, most: int = 2 * DAYS_SHOWN) -> str:
    """Days (so many of them), hours and place: what nobody should have to ask for."""
    lines = []
    for day in meeting.days[:most]:
        lines.append(_day(meeting, day, language))
        if day.place and day.place != meeting.place:
            lines.append(text(language, "meetings.place", place=day.place))
    if len(meeting.days) > most:
        lines.append(text(language, "changes.more", count=len(meeting.days) - most))
    if meeting.place:
        lines.append(text(language, "meetings.place", place=meeting.place))
    return "\n".join(lines)


def invitation(meeting: Meeting, language: str) -> Reply:
    """The invitation, whole by itself, with the answers to tap."""
    head = text(language, "rsvp.invited", title=meeting.title)
    above = [head, *([text(language, "meetings.sample")] if meeting.sample else []), ""]
    about = [text(language, "meetings.about", description=meeting.description)] if meeting.description else []
    below = ["", text(language, "rsvp.ask" if len(meeting.days) == 1 else "rsvp.ask_days")]
    return Reply(
        _held(lambda most: [*above, facts(meeting, language, most), *about, *below]),
        (*choices(meeting, language), *_maps(meeting, language)),
    )


def _held(build: Callable[[int], Sequence[str]]) -> str:
    """The lines with as many days as one message holds."""
    said = ""
    for most in (2 * DAYS_SHOWN, DAYS_SHOWN, 2, 1):
        said = "\n".join(build(most))
        if limits.units(plain(said)) <= limits.TEXT:
            break
    return said


def chase(meeting: Meeting, language: str) -> Reply:
    """The one question more to those who have not answered."""
    head = text(language, "rsvp.chase", title=meeting.title)
    return Reply(
        _held(lambda most: [head, "", facts(meeting, language, most)]),
        (*choices(meeting, language), *_maps(meeting, language)),
    )


def choices(meeting: Meeting, language: str) -> list[Button]:
    """The answers for all days at once; with several days a way to choose among them, always one to the agenda."""
    several = len(meeting.days) > 1
    buttons = [_button(language, "rsvp.yes_all" if several else "rsvp.yes", f"rsvp.all:{meeting.id}.yes")]
    if several:
        buttons.append(_button(language, "rsvp.days", f"rsvp.days:{meeting.id}.0"))
    else:
        buttons.append(_button(language, "rsvp.maybe", f"rsvp.all:{meeting.id}.maybe"))
    buttons.append(_button(language, "rsvp.no", f"rsvp.all:{meeting.id}.no"))
    return [*buttons, _button(language, "meetings.show", f"meetings.show:{meeting.id}")]


def answers(meeting: Meeting, rsvps: Sequence[Rsvp], places: Mapping[int, int], language: str, now: datetime) -> str:
    """What somebody answered, day by day; for the waiting list with their place (by the day's id)."""
    given = {one.day_id: one.answer for one in rsvps}
    lines = []
    for day in meeting.days:
        answer = given.get(day.id, "")
        said = text(language, f"rsvp.said_{answer or 'nothing'}")
        if answer == "waiting" and day.id in places:
            said = text(language, "rsvp.said_place", place=places[day.id])
        over = text(language, "rsvp.over_day") if day.ends_at <= now else ""
        name = times.day(day.starts_at, _zone(meeting), language)
        lines.append(text(language, "rsvp.line", mark=MARKS[answer], day=name, said=Raw(said + over)))
    return "\n".join(lines)


def toggles(meeting: Meeting, rsvps: Sequence[Rsvp], page: int, language: str, now: datetime) -> list[Button]:
    """A button for each day to come that shows the answer and changes it, in pages."""
    given = {one.day_id: one.answer for one in rsvps}
    coming = [day for day in meeting.days if day.ends_at > now]
    shown = coming[page * DAYS_SHOWN : (page + 1) * DAYS_SHOWN]
    buttons = [
        Button(
            fitting(f"{MARKS[given.get(day.id, '')]} {day_name(meeting, day, language)}", few=True),
            f"rsvp.day:{day.id}.{following(given.get(day.id, ''))}",
        )
        for day in shown
    ]
    if page:
        buttons.append(_button(language, "meetings.previous", f"rsvp.days:{meeting.id}.{page - 1}"))
    if len(coming) > (page + 1) * DAYS_SHOWN:
        buttons.append(_button(language, "meetings.next", f"rsvp.days:{meeting.id}.{page + 1}"))
    return [*buttons, _button(language, "rsvp.done", f"rsvp:{meeting.id}")]


def following(answer: str) -> str:
    """What the next tap on a day means."""
    return {"": "yes", "lapsed": "yes", "offered": "yes", "yes": "no", "waiting": "no", "no": "maybe"}.get(
        answer, "yes"
    )


def reminder(meeting: Meeting, day: MeetingDay, kind: str, late: bool, answer: str, language: str) -> Reply:
    """A reminder for a guest who answered so for the day ("" when they have not)."""
    zone = _zone(meeting)
    soon = bells.is_urgent(kind) and not late
    lines = [
        text(language, "reminders.soon" if soon else "reminders.head", title=meeting.title),
        *([text(language, "meetings.sample")] if meeting.sample else []),
        text(language, "reminders.day", day=times.day(day.starts_at, zone, language)),
        text(language, "reminders.hours", hours=times.hours(day.starts_at, day.ends_at, zone, language)),
    ]
    if place := day.place or meeting.place:
        lines.append(text(language, "meetings.place", place=place))
    still = answer == "yes" and bells.asks_again(kind)
    lines += ["", text(language, "rsvp.still" if still else f"rsvp.reminded_{answer or 'nothing'}")]
    if late:
        lines.append(text(language, "reminders.late"))
    return Reply("\n".join(lines), (*_reminder_buttons(meeting, day, answer, still, language),))


def _reminder_buttons(meeting: Meeting, day: MeetingDay, answer: str, still: bool, language: str) -> list[Button]:
    if still:
        first = [("rsvp.still_yes", f"rsvp.still:{day.id}.yes"), ("rsvp.still_no", f"rsvp.still:{day.id}.no")]
    elif answer in ("", "maybe"):
        first = [(f"rsvp.{one}", f"rsvp.one:{day.id}.{one}") for one in ("yes", "no")]
    else:
        first = [("rsvp.change", f"rsvp:{meeting.id}")]
    rest = [
        ("meetings.show", f"meetings.show:{meeting.id}"),
        ("rsvp.later", f"rsvp.later:{day.id}"),
        ("rsvp.mute", f"rsvp.mute:{meeting.id}"),
    ]
    return [*(_button(language, key, data) for key, data in (*first, *rest)), *_maps(meeting, language)]


def offer(meeting: Meeting, day: MeetingDay, offer_id: int, until: datetime, language: str) -> Reply:
    """A freed seat, until when it is kept, and that it then goes to the next."""
    zone = _zone(meeting)
    said = text(
        language,
        "rsvp.offer",
        title=meeting.title,
        day=Raw(_day(meeting, day, language)),
        until=times.full(until, zone, language),
    )
    taking = (_button(language, "rsvp.take", f"rsvp.offer:{offer_id}.yes"),)
    return Reply(said, (*taking, _button(language, "rsvp.leave", f"rsvp.offer:{offer_id}.no")))
