"""Offsets of reminders: written, read, and when they ring."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from bot.services import bells
from tests.support.meetings import TUESDAY, wita

MAKASSAR = ZoneInfo("Asia/Makassar")
EARLY = wita(date(2026, 11, 1), 10)


def test_what_is_written_is_read_again() -> None:
    """In the database they are one text."""
    offsets = bells.parse(["7d 08.30", "1d 18:00", "3h", "30m", "90m"])

    assert bells.of(bells.written(offsets)) == offsets
    assert [one.kind for one in offsets] == ["days7", "day1", "hours3", "mins30", "mins90"]


def test_without_own_reminders_the_usual_ones_ring() -> None:
    """Three days before, one day before, two hours before."""
    assert [one.kind for one in bells.of("")] == ["days3", "day1", "hours2"]


@pytest.mark.parametrize("wrong", ["", "3d", "3d 25.00", "2 hours", "0h", "0d 09.00", "-1h", "x"])
def test_a_wrong_offset_is_named(wrong: str) -> None:
    """With an example of a right one."""
    with pytest.raises(ValueError, match=r"3d 09\.00"):
        bells.parse([wrong])


def test_two_that_ring_as_long_before_are_refused() -> None:
    """They would be one key in the outbox."""
    with pytest.raises(ValueError, match="as long before"):
        bells.parse(["1d 09.00", "1d 18.00"])
    with pytest.raises(ValueError, match="at most"):
        bells.parse([f"{number}h" for number in range(1, 9)])


def test_own_offsets_ring_at_their_times() -> None:
    """Local time for days, from the beginning for hours and minutes."""
    found = bells.bells(wita(TUESDAY, 9), MAKASSAR, EARLY, bells.parse(["7d 08.30", "30m"]))

    assert [(kind, due) for _, kind, due in found] == [
        ("days7", wita(date(2026, 11, 17), 8, 30)),
        ("mins30", wita(TUESDAY, 8, 30)),
    ]


def test_only_early_ones_ask_the_silent_and_only_near_ones_are_urgent() -> None:
    """The one of the day before asks those who come whether they still do."""
    kinds = ("days3", "days2", "day1", "hours2", "mins30", "snooze")

    assert [kind for kind in kinds if bells.asks_the_silent(kind)] == ["days3", "days2"]
    assert [kind for kind in kinds if bells.is_urgent(kind)] == ["hours2", "mins30"]
    assert [kind for kind in kinds if bells.asks_again(kind)] == ["day1"]
