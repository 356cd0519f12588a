"""Dates and times as people read them, and local times as moments."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot import words

MINUTE = timedelta(minutes=1)
_INDONESIAN = {7: "WIB", 8: "WITA", 9: "WIT"}


def moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The moment in UTC at which clocks in `zone` show `clock` on `day`.

    A time that the change to summer time leaves out becomes the next minute that exists; one that comes twice is
    the first of the two.
    """
    local = datetime.combine(day, clock.replace(fold=0), zone)
    while local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        local += MINUTE
    return local.astimezone(UTC)


def zone_name(at: datetime, zone: ZoneInfo) -> str:
    """WIB, WITA or WIT inside Indonesia, else what the zone calls itself then (BST, AEDT), else UTC+5."""
    local = at.astimezone(zone)
    name = local.tzname() or ""
    offset = local.utcoffset() or timedelta(0)
    if zone.key in ("Asia/Jakarta", "Asia/Pontianak", "Asia/Makassar", "Asia/Jayapura"):
        return _INDONESIAN[offset // timedelta(hours=1)]
    if name[:1] not in "+-":
        return name
    return f"UTC{name[:3].replace('+0', '+').replace('-0', '-')}{':' + name[3:] if name[3:] else ''}"


def day(at: datetime, zone: ZoneInfo, language: str) -> str:
    """For example "Selasa, 24 November 2026"."""
    local = at.astimezone(zone)
    weekday = words.listed("times.days", language)[local.weekday()]
    month = words.listed("times.months", language)[local.month - 1]
    return words.text(language, "times.day", weekday=weekday, date=local.day, month=month, year=local.year)


def clock(at: datetime, zone: ZoneInfo, language: str) -> str:
    """For example "10.00", in English "10:00"."""
    return at.astimezone(zone).strftime(words.text(language, "times.clock"))


def hours(begin: datetime, end: datetime, zone: ZoneInfo, language: str) -> str:
    """For example "09.00–16.00 WITA"."""
    return f"{clock(begin, zone, language)}–{clock(end, zone, language)} {zone_name(begin, zone)}"


def full(at: datetime, zone: ZoneInfo, language: str) -> str:
    """For example "Selasa, 24 November 2026, 10.00 WITA"."""
    return f"{day(at, zone, language)}, {clock(at, zone, language)} {zone_name(at, zone)}"


def days(begin: datetime, end: datetime, zone: ZoneInfo, language: str) -> str:
    """First and last day, for example "24–26 November 2026"; one day alone as `day` writes it."""
    first, last = begin.astimezone(zone), end.astimezone(zone)
    if first.date() == last.date():
        return day(begin, zone, language)
    months = words.listed("times.months", language)
    ending = f"{last.day} {months[last.month - 1]} {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{ending}"
    beginning = f"{first.day} {months[first.month - 1]}"
    return f"{beginning}{'' if first.year == last.year else f' {first.year}'} – {ending}"
