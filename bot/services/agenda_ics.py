"""Reads an iCalendar file (RFC 5545) as one meeting: its events are the days, or sessions of days.

One event over several dates is a meeting with the same hours each day. Several events with one summary are its days.
Several with different summaries are sessions of the meeting that the calendar's own name (X-WR-CALNAME) tells.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any, cast
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from icalendar.parser import Contentline

from bot.services.agenda import Agenda, AgendaError, Day, Session
from bot.times import moment

LONGEST_MEETING = 31  # days


@dataclass(frozen=True, slots=True)
class _Item:
    """One event, its times in UTC; `zone` is the one it was written in, if any."""

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    description: str
    zone: str
    cancelled: bool
    at: str


def read_calendar(text: str, timezone: str) -> Agenda:
    """The agenda; AgendaError names every wrong line and event."""
    if problems := list(_wrong_lines(text)):
        raise AgendaError(problems)
    try:
        calendar = Calendar.from_ical(text)
    except ValueError as error:
        raise AgendaError([f"not an iCalendar file: {error}."]) from None
    begun = [number for number, line in enumerate(text.splitlines(), 1) if line.strip().upper() == "BEGIN:VEVENT"]
    events = [event for event in calendar.walk("VEVENT") if isinstance(event, Event)]
    items, problems = [], []
    for number, event in enumerate(events, 1):
        where = f"line {begun[number - 1]}: event {number}" if len(begun) == len(events) else f"event {number}"
        wrong = list(_wrong_event(event))
        problems += [f"{where}: {what}." for what in wrong]
        if not wrong:
            items.append(_item(event, where, timezone))
    problems += _wrong_together(items, str(calendar.get("X-WR-CALNAME", "")))
    if not events:
        problems.append("there is no event in this calendar.")
    if problems:
        raise AgendaError(problems)
    return _agenda(calendar, items, timezone)


def _wrong_lines(text: str) -> Iterator[str]:
    lines = text.splitlines()
    if not lines or lines[0].strip().upper() != "BEGIN:VCALENDAR":
        yield "line 1: an iCalendar file begins with BEGIN:VCALENDAR."
        return
    for number, line in enumerate(lines, 1):
        if not line.strip() or line[0] in " \t":
            continue
        try:
            cast(Any, Contentline).from_ical(line).parts()
        except ValueError:
            yield f"line {number}: not a line of iCalendar: {line[:60]!r}."


def _wrong_event(event: Event) -> Iterator[str]:
    broken = {name for name, _ in event.errors if name}
    yield from (f"{name} cannot be read" for name in sorted(broken))
    if not str(event.get("SUMMARY", "")).strip():
        yield "SUMMARY is missing"
    if "RRULE" in event or "RDATE" in event:
        yield "repeats; export each day as an event of its own"
    if "DTSTART" in broken or "DTEND" in broken or "DURATION" in broken:
        return
    if "DTSTART" not in event:
        yield "DTSTART is missing"
    elif not isinstance(_value(event, "DTSTART"), datetime):
        yield "lasts whole days; say from when to when"
    elif "DTEND" not in event and "DURATION" not in event:
        yield "DTEND is missing"


def _value(event: Event, name: str) -> Any:
    """A property as date, datetime or timedelta; its own type is one of thirty."""
    return cast(Any, event[name]).dt


def _item(event: Event, where: str, timezone: str) -> _Item:
    begins: datetime = _value(event, "DTSTART")
    ends = _value(event, "DTEND") if "DTEND" in event else begins + _value(event, "DURATION")
    if not isinstance(ends, datetime):
        ends = datetime.combine(ends, begins.time(), begins.tzinfo)
    zone = begins.tzinfo.key if isinstance(begins.tzinfo, ZoneInfo) and begins.tzinfo.key != "UTC" else ""
    return _Item(
        uid=str(event.get("UID", "")),
        title=str(event["SUMMARY"]).strip(),
        starts_at=_utc(begins, timezone),
        ends_at=_utc(ends, timezone),
        place=str(event.get("LOCATION", "")).strip(),
        description=str(event.get("DESCRIPTION", "")).strip()[:1500],
        zone=zone,
        cancelled=str(event.get("STATUS", "")).upper() == "CANCELLED",
        at=where,
    )


def _utc(at: datetime, timezone: str) -> datetime:
    """A time without a zone is meant as clocks show it at the meeting."""
    return at.astimezone(UTC) if at.tzinfo else moment(at.date(), at.time(), ZoneInfo(timezone))


def _wrong_together(items: Sequence[_Item], name: str) -> Iterator[str]:
    seen: dict[str, str] = {}
    for item in items:
        if item.uid and item.uid in seen:
            yield f"{item.at}: has the same UID as {seen[item.uid]}."
        seen.setdefault(item.uid, item.at.partition(": ")[2] or item.at)
        if (item.ends_at - item.starts_at) > timedelta(days=LONGEST_MEETING):
            yield f"{item.at}: lasts more than {LONGEST_MEETING} days."
    if not name and len({item.title for item in items}) > 1:
        yield "several events with different SUMMARY: name the meeting by X-WR-CALNAME, or import one file for each."


def _agenda(calendar: Calendar, items: Sequence[_Item], timezone: str) -> Agenda:
    zone = next((item.zone for item in items if item.zone), timezone)
    name = str(calendar.get("X-WR-CALNAME", "")).strip()
    title = items[0].title if len({item.title for item in items}) == 1 else name
    uid = items[0].uid if len(items) == 1 else str(calendar.get("UID", ""))
    off = str(calendar.get("METHOD", "")).upper() == "CANCEL" or all(item.cancelled for item in items)
    standing = [item for item in items if off or not item.cancelled]
    places = {item.place for item in standing}
    place = places.pop() if len(places) == 1 else ""
    texts = {item.description for item in standing if item.description}
    return Agenda(
        key=uid or re.sub(r"\W+", "-", title.lower()).strip("-")[:100],
        title=title,
        days=tuple(_days(standing, title, place, ZoneInfo(zone))),
        place=place,
        description=texts.pop() if len(texts) == 1 else "",
        timezone=zone,
        cancelled=off,
    )


def _days(items: Sequence[_Item], title: str, place: str, zone: ZoneInfo) -> Iterator[Day]:
    def on(item: _Item) -> date:
        return item.starts_at.astimezone(zone).date()

    if len(items) == 1:
        yield from _same_hours(items[0], zone)
        return
    for _, group in groupby(sorted(items, key=lambda item: item.starts_at), key=on):
        together = list(group)
        begins, ends = together[0].starts_at, max(item.ends_at for item in together)
        places = {item.place for item in together}
        own = places.pop() if len(places) == 1 else ""
        sessions = tuple(
            Session(item.starts_at, item.ends_at, item.title, "", item.place if item.place != own else "", item.at)
            for item in together
            if len(together) > 1 or item.title != title
        )
        yield Day(begins, ends, own if own != place else "", sessions, together[0].at)


def _same_hours(item: _Item, zone: ZoneInfo) -> Iterator[Day]:
    """One event as a day, or as several with the same hours when it ends on a later date, later in the day."""
    first, last = item.starts_at.astimezone(zone), item.ends_at.astimezone(zone)
    if last.date() == first.date() or last.time() <= first.time():
        yield Day(item.starts_at, item.ends_at, at=item.at)
        return
    for ahead in range((last.date() - first.date()).days + 1):
        on = first.date() + timedelta(days=ahead)
        yield Day(moment(on, first.time(), zone), moment(on, last.time(), zone), at=item.at)
