"""The hours in which nobody is woken, and how long a wait is when they do not count."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

MAKASSAR = ZoneInfo("Asia/Makassar")


@dataclass(frozen=True, slots=True)
class Quiet:
    """Quiet hours in a zone; the same time twice means none."""

    begin: time = time(21)
    end: time = time(6)
    zone: ZoneInfo = MAKASSAR

    def until(self, at: datetime) -> datetime | None:
        """When the quiet hours that `at` falls into end (UTC); None when it does not."""
        local = at.astimezone(self.zone)
        clock, begin, end = local.time(), self.begin, self.end
        inside = begin <= clock < end if begin <= end else clock >= begin or clock < end
        if begin == end or not inside:
            return None
        day = local.date() + timedelta(days=1 if clock >= end else 0)
        return datetime.combine(day, end, self.zone).astimezone(UTC)

    def after(self, at: datetime, span: timedelta) -> datetime:
        """The moment at which `span` has passed since `at`, quiet hours not counted (UTC): an hour from 20.45 on is
        over at 06.45."""
        at = self.until(at) or at.astimezone(UTC)
        night = self._next_night(at)
        while night is not None and at + span > night:
            span -= night - at
            at = self.until(night) or night
            night = self._next_night(at)
        return at + span

    def _next_night(self, at: datetime) -> datetime | None:
        if self.begin == self.end:
            return None
        local = at.astimezone(self.zone)
        day = local.date() + timedelta(days=1 if local.time() >= self.begin else 0)
        return datetime.combine(day, self.begin, self.zone).astimezone(UTC)
