"""How meetings and their reminders read: for people in their language, for the command line in plain lines."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot import limits, times
from bot.messages import Button, Reply, fitting
from bot.services.bells import is_urgent
from bot.services.meetings import Imported, Overview
from bot.text import split
from bot.words import text
from storage.models import Meeting, MeetingDay, MeetingSession

ANSWERS = ("yes", "maybe", "no", "waiting", "offered", "lapsed")
PAGE = limits.TEXT - 300  # room for what a handler says below


def _zone(meeting: Meeting) -> ZoneInfo:
    return ZoneInfo(meeting.timezone)


def when(meeting: Meeting, language: str) -> str:
    """First to last day, for example "24–26 November 2026"."""
    return times.days(meeting.days[0].starts_at, meeting.days[-1].starts_at, _zone(meeting), language)


def line(meeting: Meeting, language: str) -> str:
    """The meeting in a list: title, days, place, and whether it is cancelled."""
    values = {"title": meeting.title, "when": when(meeting, language), "place": meeting.place}
    lines = [text(language, "meetings.line", **values)]
    if meeting.place:
        lines.append(text(language, "meetings.place", place=meeting.place))
    if meeting.status == "cancelled":
        lines.append(text(language, "meetings.cancelled"))
    return "\n".join(lines)


def detail(meeting: Meeting, language: str) -> list[str]:
    """Everything about a meeting, in as many messages as it needs."""
    head = [text(language, "meetings.title", title=meeting.title)]
    if meeting.status == "cancelled":
        head.append(text(language, "meetings.cancelled"))
    if meeting.sample:
        head.append(text(language, "meetings.sample"))
    if meeting.place:
        head.append(text(language, "meetings.place", place=meeting.place))
    if meeting.description:
        head.append(text(language, "meetings.about", description=meeting.description))
    blocks = ["\n".join(head), *(_day(meeting, day, language) for day in meeting.days)]
    return split("\n\n".join(blocks), PAGE)


def _day(meeting: Meeting, day: MeetingDay, language: str) -> str:
    zone = _zone(meeting)
    values = {
        "day": times.day(day.starts_at, zone, language),
        "hours": times.hours(day.starts_at, day.ends_at, zone, language),
    }
    lines = [text(language, "meetings.day", **values)]
    if day.place:
        lines.append(text(language, "meetings.place", place=day.place))
    return "\n".join([*lines, *(_session(one, zone, language) for one in day.sessions)])


def _session(one: MeetingSession, zone: ZoneInfo, language: str) -> str:
    begin, end = times.clock(one.starts_at, zone, language), times.clock(one.ends_at, zone, language)
    said = text(language, "meetings.session", begin=begin, end=end, title=one.title)
    if one.speakers:
        said += text(language, "meetings.speakers", speakers=one.speakers)
    if one.place:
        said += text(language, "meetings.room", place=one.place)
    return said


def reminder(meeting: Meeting, day: MeetingDay, kind: str, late: bool, language: str) -> Reply:
    """A reminder of one day. It names the date itself and not "tomorrow": quiet hours or a service that is down may
    bring it later than it was meant."""
    zone = _zone(meeting)
    lines = [
        text(language, "reminders.soon" if is_urgent(kind) and not late else "reminders.head", title=meeting.title),
        *([text(language, "meetings.sample")] if meeting.sample else []),
        text(language, "reminders.day", day=times.day(day.starts_at, zone, language)),
        text(language, "reminders.hours", hours=times.hours(day.starts_at, day.ends_at, zone, language)),
    ]
    if place := day.place or meeting.place:
        lines.append(text(language, "meetings.place", place=place))
    if late:
        lines.append("\n" + text(language, "reminders.late"))
    buttons = [
        Button(text(language, "meetings.show"), f"meetings.show:{meeting.id}"),
        Button(text(language, "meetings.mute"), "meetings.mute"),
    ]
    return Reply("\n".join(lines), (*buttons, *map_button(meeting, language)))


def map_button(meeting: Meeting, language: str) -> list[Button]:
    """Opens the map, where there is a link."""
    return [Button(text(language, "meetings.map"), url=meeting.map_url)] if meeting.map_url else []


def label(meeting: Meeting, few: bool) -> str:
    """The title as a button."""
    return fitting(meeting.title, few)


def moment(meeting: Meeting, at: datetime, language: str) -> str:
    """A time by the meeting's clocks."""
    return times.full(at, _zone(meeting), language)


def report(done: Imported) -> str:
    """What an import did, for the command line."""
    lines = [f"{done.title} ({done.key}): {done.outcome}, revision {done.revision}."]
    zone = ZoneInfo(done.timezone)
    lines += [f"  new or changed: {_stamp(at, zone)}" for at in done.days]
    if done.told:
        lines.append(f"  {done.told} people are told of the change.")
    if done.planned or done.withdrawn:
        lines.append(f"  {done.planned} reminders planned, {done.withdrawn} messages on their way withdrawn.")
    return "\n".join([*lines, *(f"  note: {warning}" for warning in done.warnings)])


def table(found: Sequence[Overview]) -> str:
    """All meetings with their reminders, for the command line; what was missed is said in words."""
    if not found:
        return "No meetings yet. Import one: sahabat meeting import agenda.toml"
    return "\n".join(_row(one) for one in found)


def _row(one: Overview) -> str:
    meeting, zone = one.meeting, _zone(one.meeting)
    number = len(meeting.days)
    days = f"{_stamp(meeting.days[0].starts_at, zone)}, {number} day{'s' if number > 1 else ''}" if number else "no day"
    state = f"{'sample, ' if meeting.sample else ''}{meeting.status}, revision {meeting.revision}"
    counts = ", ".join(f"{number} {name}" for name, number in sorted(one.reminders.items())) or "none"
    warning = "  <- missed: nobody was reminded in time" if one.reminders.get("missed") else ""
    return f"{meeting.key}  {meeting.title}\n    {days} ({state}); reminders: {counts}{warning}{_guests(one)}"


def _guests(one: Overview) -> str:
    """How many guests there are, and what they answered for each day."""
    if not one.guests.guests:
        return ""
    zone, lines = _zone(one.meeting), [f"\n    guests: {one.guests.guests}, {one.guests.silent} silent"]
    for day in one.meeting.days:
        given = one.guests.days.get(day.id, {})
        seats = f" of {one.meeting.capacity} seats" if one.meeting.capacity is not None else ""
        answers = ", ".join(f"{given[name]} {name}" for name in ANSWERS if given.get(name)) or "no answer yet"
        lines.append(f"      {day.starts_at.astimezone(zone):%Y-%m-%d}: {answers}{seats}")
    return "\n".join(lines)


def _stamp(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M} {times.zone_name(at, zone)}"
