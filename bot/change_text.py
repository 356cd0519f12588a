"""How it reads that a meeting moved or is cancelled: what was, what is now."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot import limits, times
from bot.messages import Button, Reply
from bot.text import plain
from bot.words import Raw, text
from storage.models import Meeting

if TYPE_CHECKING:
    from bot.services.changes import Difference, Known, KnownDay

MOST = (12, 6, 3, 1)  # changed days told one by one, as many as a message holds; all are in the agenda


def change(meeting: Meeting, before: "Known", different: Sequence["Difference"], language: str) -> Reply:
    """The message to everyone concerned, with an OK to tap."""
    off = meeting.status not in ("planned", "published")
    said = ""
    for most in MOST:
        said = _said(meeting, before, different, most, language)
        if limits.units(plain(said)) <= limits.TEXT:
            break
    return Reply(said, tuple(_buttons(meeting, off, language)))


def _said(meeting: Meeting, before: "Known", different: Sequence["Difference"], most: int, language: str) -> str:
    off = meeting.status not in ("planned", "published")
    head = "changes.cancelled" if off else "changes.moved" if before.days else "changes.again"
    lines = [text(language, head, title=meeting.title)]
    if off:
        days = [one.was for one in different if one.was]
        lines += [text(language, "changes.off", what=Raw(_day(meeting, day, language))) for day in days[:most]]
        lines.append("\n" + text(language, "changes.stay"))
    else:
        lines += ["\n" + _difference(meeting, one, language) for one in different[:most]]
    if len(different) > most:
        lines.append("\n" + text(language, "changes.more", count=len(different) - most))
    lines.append("\n" + text(language, "changes.ask_ok"))
    return "\n".join(lines)


def _buttons(meeting: Meeting, off: bool, language: str) -> list[Button]:
    buttons = [Button(text(language, "changes.ok"), f"rsvp.ok:{meeting.id}.{meeting.revision}")]
    if off:
        return buttons
    buttons.append(Button(text(language, "meetings.show"), f"meetings.show:{meeting.id}"))
    if meeting.status == "published":
        buttons.append(Button(text(language, "rsvp.change"), f"rsvp:{meeting.id}"))
    if meeting.map_url:
        buttons.append(Button(text(language, "meetings.map"), url=meeting.map_url))
    return buttons


def _difference(meeting: Meeting, one: "Difference", language: str) -> str:
    if one.was is None and one.now is not None:
        return text(language, "changes.new", now=Raw(_day(meeting, one.now, language)))
    if one.now is None and one.was is not None:
        return text(language, "changes.gone", was=Raw(_day(meeting, one.was, language)))
    if one.was is None or one.now is None:
        return ""
    values = {"was": Raw(_day(meeting, one.was, language)), "now": Raw(_day(meeting, one.now, language))}
    return text(language, "changes.day", **values)


def _day(meeting: Meeting, day: "KnownDay", language: str) -> str:
    zone = ZoneInfo(meeting.timezone)
    what = text(
        language,
        "changes.when",
        day=times.day(day.starts_at, zone, language),
        hours=times.hours(day.starts_at, day.ends_at, zone, language),
    )
    return what + (text(language, "changes.where", place=day.place) if day.place else "")
