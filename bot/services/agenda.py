"""Agendas of meetings from files: TOML or iCalendar. A wrong one is refused as a whole, with every mistake named."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.services.bells import Offset

BIGGEST = 1_000_000  # bytes


class AgendaError(Exception):
    """An agenda that cannot be imported; `problems` are plain sentences, each with its line where there is one."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Session:
    """One item of a day. `at` says where it stands in the file."""

    starts_at: datetime
    ends_at: datetime
    title: str
    speakers: str = ""
    place: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """One day; an empty place means the meeting's. `at` says where it stands in the file."""

    starts_at: datetime
    ends_at: datetime
    place: str = ""
    sessions: tuple[Session, ...] = ()
    at: str = ""


@dataclass(frozen=True, slots=True)
class Agenda:
    """A meeting as it is to be; times in UTC, to be shown in `timezone`.

    None leaves what the meeting has: `capacity` seats of each day (0: no limit), `quotas` of them by region,
    `reminders` (none: the usual ones), and after how many days the silent are asked again (0: never).
    """

    key: str
    title: str
    days: tuple[Day, ...]
    place: str = ""
    map_url: str = ""
    description: str = ""
    timezone: str = "Asia/Makassar"
    cancelled: bool = False
    capacity: int | None = None
    quotas: Mapping[str, int] | None = None
    reminders: tuple[Offset, ...] | None = None
    chase_days: int | None = None


def read(path: Path, timezone: str = "Asia/Makassar", today: date | None = None) -> Agenda:
    """The agenda in a file ending in .toml or .ics; AgendaError names every mistake.

    `timezone` is for files that name none. With `today`, a day of a TOML agenda may say `in_days` instead of a date.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise AgendaError([f"{path}: cannot be read ({error.strerror})."]) from None
    if len(raw) > BIGGEST:
        raise AgendaError([f"{path}: larger than an agenda can be ({BIGGEST // 1000} kB)."])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise AgendaError([f"line {line}: not written in UTF-8; save the file as UTF-8."]) from None
    return parse(text, path.suffix.lower(), timezone, today)


def parse(text: str, suffix: str, timezone: str = "Asia/Makassar", today: date | None = None) -> Agenda:
    """The agenda in a text of the kind that `suffix` names."""
    # Here because both readers build on the classes above; a calendar's library costs 0.2 s that a TOML saves.
    if suffix in (".ics", ".ical"):
        from bot.services.agenda_ics import read_calendar

        return checked(read_calendar(text, timezone))
    if suffix == ".toml":
        from bot.services.agenda_toml import read_toml

        return checked(read_toml(text, timezone, today))
    raise AgendaError([f"an agenda ends in .toml or .ics, not in {suffix or 'nothing'!r}."])


def checked(agenda: Agenda) -> Agenda:
    """The agenda, its days in order, if what it says can be; else AgendaError."""
    problems = contradictions(agenda)
    if not agenda.days and not agenda.cancelled:
        problems.append("there is no day: a meeting needs at least one.")
    if problems:
        raise AgendaError(problems)
    return replace(agenda, days=_in_order(agenda))


def contradictions(agenda: Agenda) -> list[str]:
    """What its days and sessions say that cannot be."""
    days = _in_order(agenda)
    wrong_sessions = (problem for day in days for problem in _wrong_sessions(day))
    return [*_wrong_days(days, ZoneInfo(agenda.timezone)), *wrong_sessions]


def _in_order(agenda: Agenda) -> tuple[Day, ...]:
    return tuple(sorted(agenda.days, key=lambda day: day.starts_at))


def _wrong_days(days: tuple[Day, ...], zone: ZoneInfo) -> Iterator[str]:
    for day in days:
        if day.ends_at <= day.starts_at:
            yield f"{day.at}: ends before it begins."
    for before, after in pairwise(days):
        if after.starts_at < before.ends_at:
            yield f"{after.at}: overlaps {before.at.partition(': ')[2] or before.at}."
        elif after.starts_at.astimezone(zone).date() == before.starts_at.astimezone(zone).date():
            yield f"{after.at}: has the same date as {before.at.partition(': ')[2] or before.at}."


def _wrong_sessions(day: Day) -> Iterator[str]:
    for session in day.sessions:
        if session.ends_at <= session.starts_at:
            yield f"{session.at}: ends before it begins."
        elif session.starts_at < day.starts_at or session.ends_at > day.ends_at:
            yield f"{session.at}: is outside of the hours of its day."
