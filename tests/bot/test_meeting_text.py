"""How meetings read on the command line, and reminders at their limits."""

from datetime import date, timedelta

import pytest

from bot import limits, meeting_text, words
from bot.services import meetings
from bot.services.meetings import ONE_DAY, TWO_HOURS
from storage import meetings as store
from storage.engine import Database
from storage.guests import Counts
from storage.models import Meeting
from tests.support.meetings import TUESDAY, bring, planned, wita

EARLY = wita(date(2026, 11, 1), 10)


async def made(db: Database, **more: object) -> Meeting:
    """A meeting as it is stored."""
    await bring(db, EARLY, planned(**more))  # type: ignore[arg-type]  # any field of Agenda
    async with db.read() as session:
        found = await store.by_key(session, "rakor")
    assert found is not None
    return found


@pytest.mark.parametrize("language", words.languages())
@pytest.mark.parametrize("kind", [ONE_DAY, TWO_HOURS])
async def test_the_longest_meeting_fits_into_a_reminder(db: Database, language: str, kind: str) -> None:
    """Title and place at their limits, late, with markup letters that count as themselves."""
    meeting = await made(db, title="*" * 200, place="_" * 300, map_url="https://maps.example.org/" + "x" * 400)

    reply = meeting_text.reminder(meeting, meeting.days[0], kind, True, language)

    assert limits.units(reply.text) < limits.TEXT


@pytest.mark.parametrize("language", words.languages())
async def test_the_last_reminder_says_soon_unless_it_is_late(db: Database, language: str) -> None:
    """The word would be wrong then."""
    meeting = await made(db)
    day = meeting.days[0]
    in_time = meeting_text.reminder(meeting, day, TWO_HOURS, False, language).text
    late = meeting_text.reminder(meeting, day, TWO_HOURS, True, language).text

    assert in_time.startswith(words.text(language, "reminders.soon", title=meeting.title))
    assert late.startswith(words.text(language, "reminders.head", title=meeting.title))


async def test_a_report_says_what_an_import_did(db: Database) -> None:
    """Outcome, revision, days that are other than before, reminders, warnings."""
    await bring(db, EARLY, planned(TUESDAY))
    done = await bring(db, wita(TUESDAY, 20), planned(TUESDAY, TUESDAY + timedelta(days=1)))

    assert meeting_text.report(done).splitlines() == [
        "Rapat Koordinasi (rakor): updated, revision 2.",
        "  new or changed: 2026-11-25 09:00 WITA",
        "  2 reminders planned, 0 messages on their way withdrawn.",
        "  note: day 1 is over.",
    ]


async def test_an_import_that_changed_nothing_says_only_that(db: Database) -> None:
    """One line."""
    await bring(db, EARLY, planned())
    done = await bring(db, EARLY, planned())

    assert meeting_text.report(done) == "Rapat Koordinasi (rakor): unchanged, revision 1."


async def test_the_table_shows_what_was_missed(db: Database) -> None:
    """In words, at the meeting's line."""
    meeting = await made(db)
    fine = meeting_text.table([meetings.Overview(meeting, {"queued": 3})])
    missed = meeting_text.table([meetings.Overview(meeting, {"queued": 2, "missed": 1})])

    assert fine == (
        "rakor  Rapat Koordinasi\n    2026-11-24 09:00 WITA, 1 day (planned, revision 1); reminders: 3 queued"
    )
    assert missed.endswith("1 missed, 2 queued  <- missed: nobody was reminded in time")


async def test_the_table_counts_guests_and_answers(db: Database) -> None:
    """For each day, beside the seats."""
    meeting = await made(db)
    meeting.capacity = 40
    counts = Counts(12, 3, {meeting.days[0].id: {"yes": 7, "no": 2}})
    said = meeting_text.table([meetings.Overview(meeting, {}, counts)])

    assert said.splitlines()[2:] == ["    guests: 12, 3 silent", "      2026-11-24: 7 yes, 2 no of 40 seats"]


def test_no_meetings_says_how_to_import_one() -> None:
    """For the first look."""
    assert "sahabat meeting import" in meeting_text.table([])
