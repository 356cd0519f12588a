"""Calendar files: read back by an independent hand, one event a day, stable and newer each time."""

from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar

from bot.services.calendar import calendar
from storage.models import Meeting, MeetingDay, MeetingSession
from tests.support.meetings import TUESDAY, wita

NOW = wita(date(2026, 11, 1), 10)


def meeting(**more: object) -> Meeting:
    """A meeting of two days."""
    days = []
    for number, day in enumerate((TUESDAY, date(2026, 11, 25)), 7):
        sessions = [MeetingSession(starts_at=wita(day, 9), ends_at=wita(day, 10), title="Pembukaan; resmi")]
        days.append(MeetingDay(id=number, starts_at=wita(day, 9), ends_at=wita(day, 16), place="", sessions=sessions))
    fields = {"key": "rakor", "title": "Rapat, besar", "place": "Aula", "map_url": "https://maps.example.org/a"}
    rest = {"timezone": "Asia/Makassar", "revision": 3, "status": "published", "description": "Bawa laptop"}
    return Meeting(days=days, **{**fields, **rest, **more})


def events(raw: bytes) -> list[dict[str, object]]:
    """The events of a file."""
    found = []
    for event in Calendar.from_ical(raw).walk("VEVENT"):
        fields: dict[str, object] = {name: str(event.get(name)) for name in ("UID", "SEQUENCE", "STATUS", "SUMMARY")}
        found.append({**fields, "begins": event.decoded("DTSTART"), "place": str(event.get("LOCATION", ""))})
    return found


def test_each_day_is_an_event_at_its_local_time() -> None:
    """Title, place and the zone that phones show it in."""
    raw = calendar(meeting(), NOW)
    first = events(raw)[0]

    assert (first["UID"], first["SEQUENCE"], first["STATUS"]) == ("7.rakor@sahabat", "3", "CONFIRMED")
    assert (first["SUMMARY"], first["place"]) == ("Rapat, besar", "Aula")
    begins = first["begins"]
    assert isinstance(begins, datetime)
    assert (begins.astimezone(UTC), begins.utcoffset()) == (wita(TUESDAY, 9), timedelta(hours=8))
    assert b"BEGIN:VTIMEZONE" in raw
    assert b"METHOD:PUBLISH" in raw


def test_a_newer_file_changes_the_same_events() -> None:
    """Moved: the same names, a higher number."""
    moved = meeting(revision=4)
    moved.days[0].starts_at = wita(TUESDAY, 13)
    before, after = events(calendar(meeting(), NOW)), events(calendar(moved, NOW))

    assert [one["UID"] for one in before] == [one["UID"] for one in after]
    assert {one["SEQUENCE"] for one in after} == {"4"}
    assert after[0]["begins"] == wita(TUESDAY, 13)


def test_cancelling_cancels_every_event() -> None:
    """By method and by each event's status."""
    raw = calendar(meeting(status="cancelled"), NOW)

    assert b"METHOD:CANCEL" in raw
    assert {one["STATUS"] for one in events(raw)} == {"CANCELLED"}


def test_a_day_that_is_gone_is_cancelled_alone() -> None:
    """The others stand."""
    raw = calendar(meeting(), NOW, [(5, wita(date(2026, 11, 23), 9), wita(date(2026, 11, 23), 16))])

    assert {one["UID"]: one["STATUS"] for one in events(raw)} == {
        "7.rakor@sahabat": "CONFIRMED",
        "8.rakor@sahabat": "CONFIRMED",
        "5.rakor@sahabat": "CANCELLED",
    }
