"""When a meeting's reminders ring: so many days before at a time of day, or so many hours before."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot import times

THREE_DAYS, ONE_DAY, TWO_HOURS = "days3", "day1", "hours2"
MOST = 6
SILENT_FROM = 2  # days before: whoever has not answered is reminded while there is time to, not at the door
_OFFSET = re.compile(r"(\d{1,3})\s*d\s+([01]?\d|2[0-3])[.:]([0-5]\d)|(\d{1,2})\s*h|(\d{1,2})\s*m")

Bell = tuple[datetime, str, datetime]


@dataclass(frozen=True, slots=True)
class Offset:
    """One reminder: `days` before at the local time `at`, or `before` the beginning."""

    days: int = 0
    at: time = time()
    before: timedelta = timedelta()

    @property
    def kind(self) -> str:
        """A short name, unique within a meeting: day1, days3, hours2, mins30."""
        if self.days:
            return f"day{'s' if self.days > 1 else ''}{self.days}"
        minutes = self.before // timedelta(minutes=1)
        return f"mins{minutes}" if minutes % 60 else f"hours{minutes // 60}"

    def due(self, starts_at: datetime, zone: ZoneInfo) -> datetime:
        """When it rings for a day that begins then."""
        if not self.days:
            return starts_at - self.before
        on = starts_at.astimezone(zone).date()
        return times.moment(on - timedelta(days=self.days), self.at, zone)


USUAL = (Offset(3, time(9)), Offset(1, time(18)), Offset(before=timedelta(hours=2)))


def parse(texts: Iterable[str]) -> tuple[Offset, ...]:
    """Offsets written as "3d 09.00", "2h" or "30m"; ValueError names what cannot be read."""
    found: list[Offset] = []
    for text in texts:
        match = _OFFSET.fullmatch(text.strip().lower())
        days, hour, minute, hours, minutes = match.groups() if match else (None,) * 5
        if days:
            offset = Offset(int(days), time(int(hour or 0), int(minute or 0)))
        else:
            offset = Offset(before=timedelta(hours=int(hours or 0), minutes=int(minutes or 0)))
        if not (offset.days or offset.before):
            raise ValueError(f'"{text}" is no reminder; write for example "3d 09.00", "2h" or "30m"')
        if offset.kind in {one.kind for one in found}:
            raise ValueError(f'"{text}" rings as long before as another one')
        found.append(offset)
    if len(found) > MOST:
        raise ValueError(f"at most {MOST} reminders")
    return tuple(found)


def written(offsets: Sequence[Offset]) -> str:
    """Offsets as one text, which `of` reads again."""
    return "; ".join(
        f"{one.days}d {one.at:%H.%M}" if one.days else f"{one.before // timedelta(minutes=1)}m" if one.kind[0] == "m"
        else f"{one.before // timedelta(hours=1)}h"
        for one in offsets
    )  # fmt: skip


def of(text: str) -> tuple[Offset, ...]:
    """The offsets of a meeting; the usual ones when it has none of its own."""
    return parse(text.split(";")) if text else USUAL


def bells(starts_at: datetime, zone: ZoneInfo, now: datetime, offsets: Sequence[Offset] = USUAL) -> list[Bell]:
    """The reminders still to ring for a day. When a day is announced or moved on the evening before, its bell of that
    evening has passed and most people would first hear of it two hours before: then it rings at once (quiet hours hold
    the message)."""
    due = {one.kind: one.due(starts_at, zone) for one in offsets}
    eve, later = starts_at.astimezone(zone).date() - timedelta(days=1), [at for at in due.values() if at > now]
    if ONE_DAY in due and due[ONE_DAY] < now < min(later, default=now) and now.astimezone(zone).date() == eve:
        due[ONE_DAY] = now
    return [(starts_at, kind, at) for kind, at in due.items() if at >= now]


def is_urgent(kind: str) -> bool:
    """Whether a reminder ignores the quiet hours: those counted in hours or minutes."""
    return kind.startswith(("hours", "mins"))


def asks_the_silent(kind: str) -> bool:
    """Whether this reminder also goes to those who have not answered."""
    return kind.startswith("days") and int(kind[4:]) >= SILENT_FROM


def asks_again(kind: str) -> bool:
    """Whether this one asks those who come if they still do: the one of the day before."""
    return kind == ONE_DAY
