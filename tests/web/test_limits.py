"""Rates: a burst, then one at a time; each key for itself."""

import pytest

from bot.web.limits import Limits, Rate


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_free_and_then_each_waits_its_turn() -> None:
    """Waiting turns are handed out one after the other."""
    rate = Rate(2, 3, Clock())

    assert [rate.take("a", longest=10) for _ in range(5)] == [0, 0, 0, 2, 4]


def test_a_turn_too_far_away_is_refused_and_costs_nothing() -> None:
    """Who is refused does not wait longer for it."""
    clock = Clock()
    rate = Rate(2, 1, clock)
    taken = [rate.take("a") for _ in range(5)]
    clock.now = 2

    assert taken == [0, None, None, None, None]
    assert rate.take("a") == 0


def test_keys_do_not_wait_for_each_other() -> None:
    """One visitor's flood is not another's."""
    rate = Rate(60, 1, Clock())

    assert [rate.take(key) for key in "abab"] == [0, 0, None, None]


def test_looking_takes_nothing() -> None:
    """Only what was taken counts."""
    rate = Rate(60, 1, Clock())
    looks = [rate.allows("a") for _ in range(3)]
    rate.take("a")

    assert looks == [True] * 3
    assert not rate.allows("a")


def test_memory_does_not_grow_with_visitors() -> None:
    """Those who are quiet are forgotten first, then those who came first."""
    clock = Clock()
    rate = Rate(10, 1, clock, keys=3)
    for number in range(3):
        rate.take(str(number))
        clock.now += 4
    for number in range(3, 6):
        rate.take(str(number))

    assert [rate.allows(str(number)) for number in range(6)] == [True, True, True, False, False, False]


@pytest.mark.parametrize(("count", "waits"), [(10, 0.0), (11, 0.3), (20, 3.0), (21, None)])
def test_a_visitor_may_write_ten_at_once(count: int, waits: float | None) -> None:
    """Then about three a second; a turn more than three seconds away is refused."""
    limits = Limits(messages=Rate(0.3, 10, Clock()))
    taken = [limits.messages.take("a", limits.longest_wait) for _ in range(count)]

    assert taken[-1] == (None if waits is None else pytest.approx(waits))
