"""Dates and times as people read them, and local times that summer time leaves out or repeats."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot import times

MAKASSAR, LONDON, SYDNEY = ZoneInfo("Asia/Makassar"), ZoneInfo("Europe/London"), ZoneInfo("Australia/Sydney")
TEN = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def test_a_moment_reads_as_indonesians_write_it() -> None:
    """Weekday, date, clock with a point, WITA."""
    assert times.full(TEN, MAKASSAR, "id") == "Selasa, 24 November 2026, 10.00 WITA"


def test_a_moment_reads_in_english_with_a_colon() -> None:
    """The same in English."""
    assert times.full(TEN, MAKASSAR, "en") == "Tuesday, 24 November 2026, 10:00 WITA"


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("Asia/Jakarta", "WIB"),
        ("Asia/Pontianak", "WIB"),
        ("Asia/Makassar", "WITA"),
        ("Asia/Jayapura", "WIT"),
        ("Europe/London", "GMT"),
        ("Australia/Sydney", "AEDT"),
        ("Asia/Dubai", "UTC+4"),
        ("Asia/Kathmandu", "UTC+5:45"),
        ("America/Sao_Paulo", "UTC-3"),
    ],
)
def test_each_zone_has_the_name_people_use(zone: str, name: str) -> None:
    """Indonesia's three, then what the zone calls itself, else the offset."""
    assert times.zone_name(TEN, ZoneInfo(zone)) == name


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (datetime(2026, 11, 24, 8, tzinfo=UTC), "Selasa, 24 November 2026"),
        (datetime(2026, 11, 26, 8, tzinfo=UTC), "24–26 November 2026"),
        (datetime(2026, 12, 2, 8, tzinfo=UTC), "24 November – 2 Desember 2026"),
        (datetime(2027, 1, 2, 8, tzinfo=UTC), "24 November 2026 – 2 Januari 2027"),
    ],
)
def test_a_span_of_days_is_said_once(last: datetime, said: str) -> None:
    """Month and year are not repeated while they are the same."""
    assert times.days(TEN, last, MAKASSAR, "id") == said


@pytest.mark.parametrize(("zone", "hour"), [("Asia/Jakarta", 1), ("Asia/Makassar", 0), ("Asia/Jayapura", 23)])
def test_eight_in_the_morning_is_the_zones_own(zone: str, hour: int) -> None:
    """08.00 WIB, WITA and WIT are an hour apart each."""
    assert times.moment(date(2026, 11, 24), time(8), ZoneInfo(zone)).hour == hour


@pytest.mark.parametrize(
    ("zone", "day", "clock", "local"),
    [
        (LONDON, date(2026, 3, 29), time(1, 30), "2026-03-29T02:00:00+01:00"),
        (SYDNEY, date(2026, 10, 4), time(2, 0), "2026-10-04T03:00:00+11:00"),
        (LONDON, date(2026, 3, 29), time(2, 0), "2026-03-29T02:00:00+01:00"),
    ],
)
def test_a_time_left_out_becomes_the_next_minute_there_is(zone: ZoneInfo, day: date, clock: time, local: str) -> None:
    """In the gap of spring."""
    assert times.moment(day, clock, zone).astimezone(zone).isoformat() == local


@pytest.mark.parametrize(
    ("zone", "day", "clock", "local"),
    [
        (LONDON, date(2026, 10, 25), time(1, 30), "2026-10-25T01:30:00+01:00"),
        (SYDNEY, date(2026, 4, 5), time(2, 30), "2026-04-05T02:30:00+11:00"),
    ],
)
def test_a_time_that_comes_twice_is_the_first(zone: ZoneInfo, day: date, clock: time, local: str) -> None:
    """In the fold of autumn."""
    assert times.moment(day, clock, zone).astimezone(zone).isoformat() == local
