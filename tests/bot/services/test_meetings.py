"""Bringing meetings in: what is new is planned, what moves is withdrawn and planned anew, the rest is left alone."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.services import meetings
from bot.services.agenda import Agenda, AgendaError
from bot.services.meetings import bells
from storage import facts
from storage import meetings as store
from storage.engine import Database
from storage.models import Meeting
from tests.support.meetings import TUESDAY, bring, planned, registered, states, wita

EARLY = wita(date(2026, 11, 1), 10)
MAKASSAR = ZoneInfo("Asia/Makassar")


async def meeting(db: Database, key: str = "rakor") -> Meeting:
    """The meeting as it is stored."""
    async with db.read() as session:
        found = await store.by_key(session, key)
    assert found is not None
    return found


def rung(starts_at: datetime, now: datetime, zone: str = "Asia/Makassar") -> Sequence[tuple[str, datetime]]:
    """Kind and time of the reminders of a day."""
    return [(kind, due) for _, kind, due in bells(starts_at, ZoneInfo(zone), now)]


def test_a_day_has_three_reminders() -> None:
    """Three days before at 09.00, the day before at 18.00, two hours before."""
    assert rung(wita(TUESDAY, 9), EARLY) == [
        ("days3", wita(date(2026, 11, 21), 9)),
        ("day1", wita(date(2026, 11, 23), 18)),
        ("hours2", wita(TUESDAY, 7)),
    ]


def test_reminders_whose_time_has_passed_are_not_planned() -> None:
    """On the day itself only that of two hours before is left."""
    assert [kind for kind, _ in rung(wita(TUESDAY, 9), wita(TUESDAY, 6))] == ["hours2"]
    assert rung(wita(TUESDAY, 9), wita(TUESDAY, 8)) == []


def test_a_meeting_announced_on_the_evening_before_is_told_at_once() -> None:
    """Else people would first hear of it two hours before."""
    late = wita(date(2026, 11, 23), 20)

    assert rung(wita(TUESDAY, 9), late) == [("day1", late), ("hours2", wita(TUESDAY, 7))]


@pytest.mark.parametrize(
    "zone", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "Europe/London", "Australia/Sydney"]
)
@pytest.mark.parametrize("day", [date(2026, 3, 30), date(2026, 10, 5), date(2026, 10, 26), date(2026, 4, 6)])
def test_reminders_ring_at_the_clock_of_the_meeting(zone: str, day: date) -> None:
    """Once each, at 09.00 and 18.00 there, over the days when London and Sydney change their clocks."""
    there = ZoneInfo(zone)
    starts_at = datetime.combine(day, time(9), there)

    local = {kind: due.astimezone(there) for kind, due in rung(starts_at, starts_at - timedelta(days=9), zone)}

    assert (local["days3"].date(), local["days3"].time()) == (day - timedelta(days=3), time(9))
    assert (local["day1"].date(), local["day1"].time()) == (day - timedelta(days=1), time(18))
    assert starts_at - local["hours2"] == timedelta(hours=2)


async def test_a_new_meeting_is_created_with_its_reminders(db: Database) -> None:
    """Three for each day."""
    done = await bring(db, EARLY, planned(TUESDAY, date(2026, 11, 25)))

    assert (done.outcome, done.revision, done.planned) == ("created", 1, 6)
    assert [state for _, state in await states(db)] == ["waiting"] * 6


async def test_importing_again_changes_nothing(db: Database) -> None:
    """The same agenda is no new revision and plans nothing twice."""
    await bring(db, EARLY, planned())
    done = await bring(db, EARLY, planned())

    assert (done.outcome, done.revision, len(await states(db))) == ("unchanged", 1, 3)


async def test_a_new_title_keeps_revision_and_reminders(db: Database) -> None:
    """It is read when the reminder rings."""
    await bring(db, EARLY, planned())
    done = await bring(db, EARLY, planned(title="Rapat Besar"))

    assert (done.outcome, done.revision, done.planned) == ("updated", 1, 0)


@pytest.mark.parametrize(
    "other", [planned(begins=time(13)), planned(place="Hotel"), planned(map_url="https://maps.example.org/x")]
)
async def test_a_new_time_or_place_withdraws_and_plans_anew(db: Database, other: Agenda) -> None:
    """And raises the revision."""
    await bring(db, EARLY, planned())
    done = await bring(db, EARLY, other)

    assert (done.outcome, done.revision, done.planned) == ("updated", 2, 3)
    assert sorted(state for _, state in await states(db)) == ["waiting"] * 3 + ["withdrawn"] * 3


async def test_days_that_stay_keep_their_reminders(db: Database) -> None:
    """When one of two moves, nobody is reminded of the other twice."""
    await bring(db, EARLY, planned(TUESDAY, date(2026, 11, 25)))
    done = await bring(db, EARLY, planned(TUESDAY, date(2026, 11, 26)))

    assert (done.days, done.planned) == ((wita(date(2026, 11, 26), 9),), 3)
    assert sorted(state for _, state in await states(db)) == ["waiting"] * 6 + ["withdrawn"] * 3


async def test_a_day_that_moves_keeps_its_row(db: Database) -> None:
    """So that what hangs on it (attendance, input) stays with it."""
    await bring(db, EARLY, planned(TUESDAY, date(2026, 11, 25)))
    before = [day.id for day in (await meeting(db)).days]
    await bring(db, EARLY, planned(TUESDAY, date(2026, 12, 1)))

    assert [day.id for day in (await meeting(db)).days] == before


async def test_fewer_days_remove_the_rest(db: Database) -> None:
    """With their reminders."""
    await bring(db, EARLY, planned(TUESDAY, date(2026, 11, 25)))
    await bring(db, EARLY, planned(TUESDAY))

    assert len((await meeting(db)).days) == 1
    assert [state for _, state in await states(db)].count("waiting") == 3


async def test_cancelling_withdraws_and_standing_again_plans(db: Database) -> None:
    """An import that says cancelled, then one that does not."""
    await bring(db, EARLY, planned())
    off = await bring(db, EARLY, planned(cancelled=True))
    again = await bring(db, EARLY, planned())

    assert (off.outcome, off.revision, off.planned) == ("cancelled", 2, 0)
    assert (again.outcome, again.revision, again.planned) == ("updated", 3, 3)


async def test_a_calendars_bare_cancellation_keeps_the_days(db: Database) -> None:
    """So that people still see which meeting it was."""
    await bring(db, EARLY, planned())
    await bring(db, EARLY, Agenda("rakor", "Rapat Koordinasi", (), "Aula Kantor", cancelled=True))

    found = await meeting(db)
    assert (found.status, len(found.days)) == ("cancelled", 1)


async def test_a_past_day_is_imported_with_a_warning(db: Database) -> None:
    """And has no reminders."""
    done = await bring(db, wita(date(2026, 11, 24), 20), planned(TUESDAY, date(2026, 11, 25)))

    assert done.warnings == ("day 1 is over.",)
    assert done.planned == 2


async def test_another_offices_key_is_refused(db: Database) -> None:
    """Nothing is changed; the main office may."""
    await bring(db, EARLY, planned(), office="lombok-timur")
    with pytest.raises(AgendaError, match="'rakor' is already used by a meeting of lombok-timur"):
        await bring(db, EARLY, planned(title="x"), office="bima")

    assert (await meeting(db)).title == "Rapat Koordinasi"
    assert (await bring(db, EARLY, planned(title="y"))).outcome == "updated"


async def test_the_sample_loads_once_into_a_new_database(db: Database) -> None:
    """And does not come back when it was removed."""
    async with db.session() as session:
        assert await meetings.load_sample(session, EARLY)
        assert not await meetings.load_sample(session, EARLY)
        assert await meetings.remove_sample(session, EARLY)
        assert not await meetings.remove_sample(session, EARLY)
        assert not await meetings.load_sample(session, EARLY)


async def test_the_sample_stays_out_of_a_database_with_people(db: Database) -> None:
    """An office that works does not get a meeting that is none."""
    await registered(db, EARLY)
    async with db.session() as session:
        assert not await meetings.load_sample(session, EARLY)
        assert await facts.get(session, meetings.SAMPLE_FACT) is None


async def test_the_removed_sample_is_seen_nowhere(db: Database) -> None:
    """Neither in lists nor by a reminder."""
    async with db.session() as session:
        await meetings.load_sample(session, EARLY)
        await meetings.remove_sample(session, EARLY)
        found = await meetings.overview(session)

    assert found == []
    assert {state for _, state in await states(db)} == {"withdrawn"}


async def test_the_overview_counts_reminders_by_state(db: Database) -> None:
    """The newest meeting first."""
    await bring(db, EARLY, planned())
    await bring(db, EARLY, planned(key="other", cancelled=True))
    async with db.read() as session:
        found = await meetings.overview(session)

    assert [(one.meeting.key, one.reminders) for one in found] == [("other", {}), ("rakor", {"waiting": 3})]
