"""Reads an agenda written as TOML: the meeting's fields, [[days]], and in each [[days.sessions]]."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.regions import NAMES, exact
from bot.services.agenda import Agenda, AgendaError, Day, Session, contradictions
from bot.services.bells import Offset, parse
from bot.times import moment

MEETING = (
    "key",
    "title",
    "place",
    "map",
    "description",
    "timezone",
    "status",
    "days",
    "capacity",
    "quotas",
    "reminders",
    "chase_days",
)
DAY = ("date", "begins", "ends", "place", "sessions")
MOST_SEATS = 100_000
SESSION = ("begins", "ends", "title", "speakers", "place")
LONGEST = {"title": 200, "place": 300, "map": 500, "description": 1500, "speakers": 300, "key": 100}
_CLOCK = re.compile(r"([01]?\d|2[0-3])[.:]([0-5]\d)")
_HEADER = re.compile(r"^\s*\[\[\s*(days(?:\.sessions)?)\s*\]\]")
_KEY = re.compile(r"^\s*\"?([A-Za-z_-]+)\"?\s*=")


def read_toml(text: str, timezone: str, today: date | None) -> Agenda:
    """The agenda; AgendaError names every wrong field by line, day and session."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AgendaError([f"not valid TOML: {error}."]) from None
    reader = _Reader(_Lines(text), today)
    agenda = reader.agenda(data, timezone)
    if reader.problems:
        # Also what contradicts itself in the fields that could be read: one round of mending, not two.
        known = replace(agenda, timezone=reader.zone.key)
        raise AgendaError([*reader.problems, *contradictions(known)])
    return agenda


class _Lines:
    """In which line of the text a block or a key stands; none for what is written in another way."""

    def __init__(self, text: str) -> None:
        self._found: dict[tuple[int, int, str], int] = {}
        day = session = -1
        for number, line in enumerate(text.splitlines(), 1):
            if header := _HEADER.match(line):
                day, session = (day + 1, -1) if header[1] == "days" else (day, session + 1)
                self._found[day, session, ""] = number
            elif key := _KEY.match(line):
                self._found.setdefault((day, session, key[1]), number)

    def of(self, day: int, session: int, key: str) -> int | None:
        return self._found.get((day, session, key)) or self._found.get((day, session, ""))


@dataclass
class _Block:
    """A table of the file: its fields, and which day and session it is (from 0, -1 for none)."""

    data: Mapping[str, Any]
    day: int = -1
    session: int = -1


@dataclass
class _Reader:
    lines: _Lines
    today: date | None
    problems: list[str] = field(default_factory=list)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    def agenda(self, data: Mapping[str, Any], timezone: str) -> Agenda:
        block = _Block(data)
        self._known(block, MEETING)
        name = self._text(block, "timezone") or timezone
        zone = self.zone = self._zone(block, name)
        status = self._text(block, "status") or "planned"
        if status not in ("planned", "cancelled"):
            self._wrong(block, "status", f'must be "planned" or "cancelled", not {status!r}')
        days = [self._day(one, zone) for one in self._tables(block, "days", 0)]
        return Agenda(
            key=self._text(block, "key", needed=True),
            title=self._text(block, "title", needed=True),
            days=tuple(day for day in days if day is not None),
            place=self._text(block, "place"),
            map_url=self._link(block),
            description=self._text(block, "description"),
            timezone=name,
            cancelled=status == "cancelled",
            capacity=self._whole(block, "capacity", MOST_SEATS),
            quotas=self._quotas(block),
            reminders=self._reminders(block),
            chase_days=self._whole(block, "chase_days", 30),
        )

    def _day(self, block: _Block, zone: ZoneInfo) -> Day | None:
        self._known(block, (*DAY, "in_days") if self.today else DAY)
        on = self._date(block)
        hours = self._hours(block, on, zone)
        place = self._text(block, "place")
        sessions = [self._session(one, on, zone) for one in self._tables(block, "sessions", block.day)]
        if hours is None:
            return None
        return Day(*hours, place, tuple(one for one in sessions if one is not None), self._where(block, ""))

    def _session(self, block: _Block, on: date | None, zone: ZoneInfo) -> Session | None:
        self._known(block, SESSION)
        hours = self._hours(block, on, zone)
        title = self._text(block, "title", needed=True)
        speakers, place = self._speakers(block), self._text(block, "place")
        return None if hours is None else Session(*hours, title, speakers, place, self._where(block, ""))

    def _hours(self, block: _Block, on: date | None, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
        begins, ends = self._clock(block, "begins"), self._clock(block, "ends")
        if on is None or begins is None or ends is None:
            return None
        return moment(on, begins, zone), moment(on, ends, zone)

    def _tables(self, block: _Block, key: str, day: int) -> list[_Block]:
        found = block.data.get(key, [])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            self._wrong(block, key, f"must be tables: [[{'days' if key == 'days' else 'days.sessions'}]]")
            return []
        return [_Block(one, n) if key == "days" else _Block(one, day, n) for n, one in enumerate(found)]

    def _date(self, block: _Block) -> date | None:
        value = block.data.get("date")
        ahead = block.data.get("in_days")
        if self.today and isinstance(ahead, int) and 0 <= ahead <= 1000:
            return self.today + timedelta(days=ahead)
        if isinstance(value, str):
            try:
                value = date.fromisoformat(value)
            except ValueError:
                value = None
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        self._wrong(block, "date", "must be a date such as 2026-11-24")
        return None

    def _clock(self, block: _Block, key: str) -> time | None:
        value = block.data.get(key)
        if isinstance(value, time):
            return value.replace(second=0, microsecond=0)
        found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            self._wrong(block, key, 'must be a time such as "09.00"')
            return None
        return time(int(found[1]), int(found[2]))

    def _zone(self, block: _Block, name: str) -> ZoneInfo:
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            self._wrong(block, "timezone", f"no zone is called {name!r}; one of ours is Asia/Makassar")
            return ZoneInfo("UTC")

    def _whole(self, block: _Block, key: str, most: int) -> int | None:
        value = block.data.get(key)
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most):
            return value
        self._wrong(block, key, f"must be a whole number from 0 to {most}")
        return None

    def _quotas(self, block: _Block) -> dict[str, int] | None:
        value = block.data.get("quotas")
        if value is None:
            return None
        found: dict[str, int] = {}
        for name, seats in value.items() if isinstance(value, dict) else [("", None)]:
            region = name if name in NAMES else exact(name)
            if region is None or not isinstance(seats, int) or isinstance(seats, bool) or not 0 <= seats <= MOST_SEATS:
                self._wrong(block, "quotas", f'must be like {{ mataram = 10 }}, which "{name}" is not')
            else:
                found[region] = seats
        return found

    def _reminders(self, block: _Block) -> tuple[Offset, ...] | None:
        value = block.data.get("reminders")
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self._wrong(block, "reminders", 'must be a list such as ["3d 09.00", "1d 18.00", "2h"]')
            return None
        try:
            return parse(value)
        except ValueError as error:
            self._wrong(block, "reminders", str(error))
            return None

    def _speakers(self, block: _Block) -> str:
        value = block.data.get("speakers", "")
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            value = "; ".join(one.strip() for one in value)
        return self._text(_Block({"speakers": value}, block.day, block.session), "speakers")

    def _link(self, block: _Block) -> str:
        link = self._text(block, "map")
        if link and not re.fullmatch(r"https?://[^\s/]+\.[^\s]+", link):
            self._wrong(block, "map", "must be a link that begins with https://")
        return link

    def _text(self, block: _Block, key: str, needed: bool = False) -> str:
        value = block.data.get(key, "")
        if not isinstance(value, str):
            self._wrong(block, key, "must be a text in quotes")
            return ""
        text: str = value.strip()
        if needed and not text:
            self._wrong(block, key, "is missing")
        if len(text) > LONGEST.get(key, 300):
            self._wrong(block, key, f"has {len(text)} letters, at most {LONGEST.get(key, 300)}")
        return text

    def _known(self, block: _Block, names: tuple[str, ...]) -> None:
        for key in block.data:
            if key not in names:
                known = ", ".join(names)
                self._wrong(block, key, f"is not a field here (known: {known})")

    def _wrong(self, block: _Block, key: str, what: str) -> None:
        self.problems.append(f"{self._where(block, key)}: {what}.")

    def _where(self, block: _Block, key: str) -> str:
        """For example "line 12: day 1, session 2, begins"."""
        line = self.lines.of(block.day, block.session, key)
        parts = [f"day {block.day + 1}"] if block.day >= 0 else []
        parts += [f"session {block.session + 1}"] if block.session >= 0 else []
        place = ", ".join([*parts, key] if key else parts)
        return f"line {line}: {place}" if line else place
