"""Agendas from calendars: events are days or sessions, and of a wrong file every mistake is named."""

from datetime import UTC, datetime

import pytest

from bot.services.agenda import Agenda, AgendaError, parse

EVENT = """BEGIN:VEVENT
UID:{uid}
SUMMARY:{title}
DTSTART;TZID=Asia/Makassar:{begins}
DTEND;TZID=Asia/Makassar:{ends}
LOCATION:Aula Kantor
END:VEVENT
"""


def event(begins: str, ends: str, title: str = "Rapat", uid: str = "") -> str:
    """An event in Makassar."""
    return EVENT.format(begins=begins, ends=ends, title=title, uid=uid or begins)


def calendar(*events: str, head: str = "") -> str:
    """A calendar with these events."""
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\n{head}{''.join(events)}END:VCALENDAR\n"


def ics(text: str) -> Agenda:
    """The agenda in a calendar."""
    return parse(text, ".ics")


def problems(text: str) -> list[str]:
    """What is wrong with a calendar."""
    with pytest.raises(AgendaError) as caught:
        ics(text)
    return caught.value.problems


def test_one_event_is_a_meeting_of_one_day() -> None:
    """Its UID is the key, so that sending it again changes the same meeting."""
    agenda = ics(calendar(event("20261124T090000", "20261124T160000", uid="abc@example.org")))

    assert (agenda.key, agenda.title, agenda.place) == ("abc@example.org", "Rapat", "Aula Kantor")
    assert [day.starts_at for day in agenda.days] == [datetime(2026, 11, 24, 1, tzinfo=UTC)]


def test_one_event_over_three_dates_is_three_days() -> None:
    """With the same hours each day."""
    agenda = ics(calendar(event("20261124T090000", "20261126T160000")))

    assert [day.ends_at.day for day in agenda.days] == [24, 25, 26]
    assert {day.starts_at.hour for day in agenda.days} == {1}


def test_an_event_past_midnight_is_one_day() -> None:
    """A night is no second day."""
    assert len(ics(calendar(event("20261124T200000", "20261125T010000"))).days) == 1


def test_events_with_one_name_are_the_days() -> None:
    """In their order in time, whatever that of the file."""
    agenda = ics(calendar(event("20261125T090000", "20261125T120000"), event("20261124T090000", "20261124T160000")))

    assert [day.starts_at.day for day in agenda.days] == [24, 25]
    assert agenda.key == "rapat"
    assert not any(day.sessions for day in agenda.days)


def test_events_with_many_names_are_sessions_of_the_named_calendar() -> None:
    """Those of one date make a day from the first beginning to the last end."""
    agenda = ics(
        calendar(
            event("20261124T090000", "20261124T100000", "Pembukaan"),
            event("20261124T103000", "20261124T120000", "Diskusi"),
            head="X-WR-CALNAME:Rakor\n",
        )
    )

    assert agenda.title == "Rakor"
    assert [session.title for session in agenda.days[0].sessions] == ["Pembukaan", "Diskusi"]
    assert agenda.days[0].ends_at == datetime(2026, 11, 24, 4, tzinfo=UTC)


def test_many_names_without_a_calendars_name_are_refused() -> None:
    """The sentence says both ways out."""
    text = calendar(event("20261124T090000", "20261124T100000", "A"), event("20261125T090000", "20261125T100000", "B"))

    assert "X-WR-CALNAME" in problems(text)[0]


def test_a_time_without_zone_is_the_offices() -> None:
    """And one in UTC is taken as it is."""
    text = calendar(event("20261124T090000", "20261124T160000"))
    floating = text.replace(";TZID=Asia/Makassar", "")
    universal = floating.replace("090000", "010000Z").replace("160000", "080000Z")

    assert ics(floating).days[0].starts_at == ics(universal).days[0].starts_at == ics(text).days[0].starts_at


@pytest.mark.parametrize("off", ["METHOD:CANCEL\n", "STATUS"])
def test_a_cancelled_event_cancels_the_meeting(off: str) -> None:
    """By the calendar's method or the event's status."""
    one = event("20261124T090000", "20261124T160000")
    text = calendar(one, head=off) if off != "STATUS" else calendar(one.replace("LOC", "STATUS:CANCELLED\nLOC"))

    assert ics(text).cancelled


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("DTSTART;TZID=Asia/Makassar:20261124T090000", "DTSTART:2026XX", "line 4: event 1: DTSTART cannot be read."),
        ("DTSTART;TZID=Asia/Makassar:20261124T090000\n", "", "line 4: event 1: DTSTART is missing."),
        ("DTEND;TZID=Asia/Makassar:20261124T160000\n", "", "line 4: event 1: DTEND is missing."),
        ("SUMMARY:Rapat\n", "", "line 4: event 1: SUMMARY is missing."),
        ("DTSTART;TZID=Asia/Makassar:20261124T090000", "DTSTART;VALUE=DATE:20261124", "lasts whole days"),
        ("UID:a\n", "UID:a\nRRULE:FREQ=DAILY;COUNT=3\n", "repeats; export each day as an event of its own"),
        ("LOCATION:Aula Kantor", "Aula Kantor", "line 9: not a line of iCalendar: 'Aula Kantor'."),
        ("20261124T160000", "20261124T080000", "line 4: event 1: ends before it begins."),
        ("20261124T160000", "20270124T160000", "lasts more than 31 days."),
        ("BEGIN:VCALENDAR", "Halo", "line 1: an iCalendar file begins with BEGIN:VCALENDAR."),
    ],
)
def test_a_mistake_is_named_with_its_line(old: str, new: str, named: str) -> None:
    """Each kind of mistake: by the line where the event begins, or its own."""
    text = calendar(event("20261124T090000", "20261124T160000", uid="a"))
    assert old in text

    assert any(named in problem for problem in problems(text.replace(old, new)))


def test_all_events_are_checked_before_refusing() -> None:
    """Two wrong ones and a doubled UID are told together."""
    wrong = event("2026", "20261124T160000", uid="b")
    good = event("20261125T090000", "20261125T160000", uid="c")

    found = problems(calendar(wrong, good, good, wrong))

    assert [problem.partition(":")[0] for problem in found] == ["line 4", "line 25", "line 18"]


def test_an_empty_calendar_is_refused() -> None:
    """There is nothing to import."""
    assert problems(calendar()) == ["there is no event in this calendar."]
