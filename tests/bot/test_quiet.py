"""Quiet hours: when they end, and how long an hour is that does not count them."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.quiet import Quiet
from tests.support.meetings import TUESDAY, wita

HOUR = timedelta(hours=1)
WEDNESDAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("begun", "over"),
    [
        (wita(TUESDAY, 10), wita(TUESDAY, 11)),
        (wita(TUESDAY, 20), wita(TUESDAY, 21)),
        (wita(TUESDAY, 20, 45), wita(WEDNESDAY, 6, 45)),
        (wita(TUESDAY, 23), wita(WEDNESDAY, 7)),
        (wita(WEDNESDAY, 5, 59), wita(WEDNESDAY, 7)),
    ],
)
def test_an_hour_does_not_count_the_night(begun: object, over: object) -> None:
    """What began in the evening ends in the morning."""
    assert Quiet().after(begun, HOUR) == over  # type: ignore[arg-type]  # parametrized


def test_a_long_wait_leaves_out_every_night() -> None:
    """Twenty hours are a day of fifteen and five of the next."""
    assert Quiet().after(wita(TUESDAY, 6), timedelta(hours=20)) == wita(WEDNESDAY, 11)


def test_without_quiet_hours_time_just_passes() -> None:
    """The same time twice means none."""
    never = Quiet(time(6), time(6))

    assert never.until(wita(TUESDAY, 23)) is None
    assert never.after(wita(TUESDAY, 23), HOUR) == wita(WEDNESDAY, 0)


def test_quiet_hours_within_a_day_end_on_it() -> None:
    """Also in another zone."""
    noon = Quiet(time(12), time(13), ZoneInfo("Asia/Makassar"))

    assert noon.until(wita(TUESDAY, 12, 30)) == wita(TUESDAY, 13)
    assert noon.until(wita(TUESDAY, 13)) is None
