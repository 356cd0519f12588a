"""Agendas written as TOML: what they say is read, and of a wrong one every mistake is named."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.services.agenda import Agenda, AgendaError, parse, read
from bot.services.meetings import SAMPLE

GOOD = """
key = "rakor-2026"
title = "Rapat Koordinasi"
place = "Aula Kantor"
map = "https://maps.example.org/aula"

[[days]]
date = 2026-11-24
begins = "09.00"
ends = 16:00:00

[[days.sessions]]
begins = "09.00"
ends = "10.30"
title = "Pembukaan"
speakers = ["Ani", "Budi"]

[[days]]
date = "2026-11-25"
begins = "9:00"
ends = "12.00"
place = "Hotel Contoh"
"""


def toml(text: str) -> Agenda:
    """The agenda in a TOML text."""
    return parse(text, ".toml")


def problems(text: str, suffix: str = ".toml") -> list[str]:
    """What is wrong with a text."""
    with pytest.raises(AgendaError) as caught:
        parse(text, suffix)
    return caught.value.problems


def test_days_sessions_speakers_place_and_map_are_read() -> None:
    """Times are the zone's, kept in UTC."""
    agenda = toml(GOOD)
    first, second = agenda.days

    assert first.starts_at == datetime(2026, 11, 24, 1, tzinfo=UTC)
    assert (first.sessions[0].title, first.sessions[0].speakers) == ("Pembukaan", "Ani; Budi")
    assert (second.place, agenda.place, agenda.map_url) == (
        "Hotel Contoh",
        "Aula Kantor",
        "https://maps.example.org/aula",
    )


def test_a_zone_of_its_own_moves_the_times() -> None:
    """09.00 WIB is an hour after 09.00 WITA."""
    agenda = toml('timezone = "Asia/Jakarta"\n' + GOOD)

    assert agenda.days[0].starts_at == datetime(2026, 11, 24, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('key = "rakor-2026"', "", "key: is missing."),
        ('title = "Rapat Koordinasi"', "title = 7", "line 3: title: must be a text in quotes."),
        ('"https://maps.example.org/aula"', '"aula"', "line 5: map: must be a link that begins with https://."),
        ("date = 2026-11-24", "date = 24", "line 8: day 1, date: must be a date such as 2026-11-24."),
        ('begins = "9:00"', 'begins = "25.00"', 'line 20: day 2, begins: must be a time such as "09.00".'),
        ('title = "Pembukaan"', "", "line 12: day 1, session 1, title: is missing."),
        ("ends = 16:00:00", "ends = 08:00:00", "line 7: day 1: ends before it begins."),
        ('ends = "10.30"', 'ends = "17.00"', "line 12: day 1, session 1: is outside of the hours of its day."),
        ('ends = "10.30"', 'ends = "08.30"', "line 12: day 1, session 1: ends before it begins."),
        ('"2026-11-25"\nbegins = "9:00"', '"2026-11-24"\nbegins = "15.00"\n#', "overlaps day 1."),
        ('"2026-11-25"\nbegins = "9:00"\nends = "12.00"', '2026-11-24\nbegins = "17.00"\nends = "18.00"', "same date"),
    ],
)
def test_a_mistake_is_named_with_its_line(old: str, new: str, named: str) -> None:
    """Each kind of mistake: by line, day, session and field."""
    assert old in GOOD

    assert any(named in problem for problem in problems(GOOD.replace(old, new)))


def test_all_mistakes_are_named_at_once() -> None:
    """Unknown fields, a bad zone and a bad date in one go."""
    found = problems(GOOD.replace("place =", "tempat =").replace("date = 2026", 'date = "x"\nz = 2026') + "\nfoo = 1\n")

    assert len(found) >= 4
    assert any("tempat: is not a field here (known: key, title" in problem for problem in found)


def test_an_unknown_zone_is_named() -> None:
    """With the one that is usual here."""
    assert problems('timezone = "WITA"\n' + GOOD)[0] == (
        "line 1: timezone: no zone is called 'WITA'; one of ours is Asia/Makassar."
    )


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('key = "a"\nkey = "b"\n', "line 2"),
        ("key = \n", "line 1"),
        ('key = "a"\ntitle = "b"\n', "there is no day"),
        ('key = "a"\ntitle = "b"\ndays = 3\n', "line 3: days: must be tables: [[days]]"),
        ('key = "a"\ntitle = "b"\nstatus = "off"\n', 'line 3: status: must be "planned" or "cancelled"'),
        (f'key = "a"\ntitle = "{"b" * 201}"\n', "line 2: title: has 201 letters, at most 200"),
    ],
)
def test_a_file_that_is_no_agenda_says_why(text: str, named: str) -> None:
    """Broken TOML, the same key twice, no days, wrong shapes."""
    assert any(named in problem for problem in problems(text))


def test_other_endings_are_refused(tmp_path: Path) -> None:
    """With the two that work."""
    assert problems(GOOD, ".docx") == ["an agenda ends in .toml or .ics, not in '.docx'."]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Missing, or not written in UTF-8."""
    with pytest.raises(AgendaError, match="cannot be read"):
        read(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'key = "a"\ntitle = "Rapat \xe9"\n')
    with pytest.raises(AgendaError, match="line 2: not written in UTF-8"):
        read(tmp_path / "latin.toml")


def test_the_sample_has_three_days_counted_from_the_first_start() -> None:
    """And is marked as a sample in its title."""
    agenda = read(SAMPLE, today=date(2026, 12, 30))

    assert [day.starts_at.date().isoformat() for day in agenda.days] == ["2027-01-02", "2027-01-03", "2027-01-04"]
    assert agenda.title.startswith("CONTOH")


def test_only_the_sample_may_count_days() -> None:
    """In a file of the office a day needs its date."""
    with pytest.raises(AgendaError, match="in_days: is not a field here"):
        read(SAMPLE)


def test_seats_quotas_and_reminders_are_read() -> None:
    """Regions in everyday words; what is not there is None, so that it stays as it is."""
    rules = 'capacity = 40\nquotas = { lotim = 5, "kota bima" = 2 }\nreminders = ["7d 08.30", "2h"]\nchase_days = 0\n'
    agenda = toml(rules + GOOD)
    bare = toml(GOOD)

    assert (agenda.capacity, agenda.quotas, agenda.chase_days) == (40, {"lombok-timur": 5, "kota-bima": 2}, 0)
    assert [one.kind for one in agenda.reminders or ()] == ["days7", "hours2"]
    assert (bare.capacity, bare.quotas, bare.reminders, bare.chase_days) == (None, None, None, None)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("capacity = -1", "line 1: capacity: must be a whole number"),
        ("capacity = true", "line 1: capacity: must be a whole number"),
        ("quotas = { atlantis = 3 }", 'line 1: quotas: must be like { mataram = 10 }, which "atlantis" is not'),
        ("quotas = 5", "line 1: quotas: must be like"),
        ('reminders = ["soon"]', 'line 1: reminders: "soon" is no reminder'),
        ('reminders = "2h"', "line 1: reminders: must be a list"),
        ("chase_days = 99", "line 1: chase_days: must be a whole number from 0 to 30"),
    ],
)
def test_wrong_seats_and_reminders_are_named(wrong: str, said: str) -> None:
    """With their line, like everything else."""
    assert [one.startswith(said) for one in problems(f"{wrong}\n{GOOD.strip()}")] == [True]
