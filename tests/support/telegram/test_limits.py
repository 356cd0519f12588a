"""The three models of a rate limit count as they say, on a clock of their own."""

import pytest

from tests.support.telegram.errors import ApiError
from tests.support.telegram.limits import FixedWindow, Limits, Model, StrictWindow, TokenBucket


def allowed(model: Model, *times: float) -> list[bool]:
    """Which of the calls at these times the model lets through."""
    return [model.take(now) == 0 for now in times]


def test_a_strict_window_allows_no_more_in_any_second() -> None:
    """The third call within a second is refused, wherever the second begins."""
    assert allowed(StrictWindow(2), 0.9, 1.0, 1.8, 1.91) == [True, True, False, True]


def test_a_penalty_refuses_everything_for_a_while() -> None:
    """After one call too many, nothing passes until the penalty is over."""
    assert allowed(StrictWindow(1, penalty=3), 0.0, 0.5, 1.5, 3.4, 3.5) == [True, False, False, False, True]


def test_a_bucket_takes_a_burst_and_refills() -> None:
    """Two at once, then as many as time has filled in."""
    assert allowed(TokenBucket(1, 2), 0, 0, 0, 1.0, 1.0) == [True, True, False, True, False]


def test_a_fixed_window_forgets_at_the_full_second() -> None:
    """Just before and just after the full second are different windows."""
    assert allowed(FixedWindow(1), 0.9, 0.95, 1.0) == [True, False, True]


def test_a_group_has_a_limit_of_its_own() -> None:
    """Groups are counted by the minute, people by the second, and 429 names whole seconds."""
    limits = Limits(clock=lambda: 0.0)
    limits.like_telegram()
    for _ in range(20):
        limits.take(-1)
    limits.take(1)

    with pytest.raises(ApiError) as group:
        limits.take(-1)
    with pytest.raises(ApiError) as person:
        limits.take(1)
    assert (group.value.parameters, person.value.parameters) == ({"retry_after": 60}, {"retry_after": 1})
