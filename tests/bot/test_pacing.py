"""Waits that became known after the slots were handed out, on a clock of the test."""

import pytest

from bot.messages import Lane
from bot.pacing import CHATS_KEPT, Pacing


class Clock:
    """Seconds that pass when the test says so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def pacing(clock: Clock) -> Pacing:
    """Nothing known yet."""
    return Pacing(clock)


@pytest.mark.parametrize(
    ("bulk_only", "lane", "waits"),
    [
        (False, Lane.REPLY, True),
        (False, Lane.BULK, True),
        (True, Lane.REPLY, False),
        (True, Lane.URGENT, False),
        (True, Lane.REMINDER, True),
        (True, Lane.BULK, True),
    ],
)
def test_a_wait_holds_its_lanes(pacing: Pacing, bulk_only: bool, lane: Lane, waits: bool) -> None:
    """What was too fast in bulk does not hold replies; what was too fast in a reply holds everything."""
    pacing.hold("telegram", 1000, bulk_only)

    assert pacing.is_held("telegram", lane) is waits
    assert not pacing.is_held("whatsapp", lane)


def test_a_wait_ends_exactly_when_it_should(pacing: Pacing, clock: Clock) -> None:
    """Not a moment earlier."""
    pacing.hold("telegram", 1000, bulk_only=False)
    clock.now += 0.999
    before = pacing.is_held("telegram", Lane.REPLY)
    clock.now += 0.001

    assert (before, pacing.is_held("telegram", Lane.REPLY)) == (True, False)


def test_a_chat_keeps_its_distance_from_the_last_arrival(pacing: Pacing, clock: Clock) -> None:
    """A slow message moves the next one back; another chat does not care."""
    pacing.reached(1, 3.0)
    clock.now += 1

    assert pacing.wait(1) == pytest.approx(2.0)
    assert pacing.wait(2) < 0


def test_chats_are_forgotten_when_their_gap_is_over(pacing: Pacing, clock: Clock) -> None:
    """Memory stays small however many people there are."""
    for chat in range(CHATS_KEPT):
        pacing.reached(chat, 1.0)
    clock.now += 2
    pacing.reached(CHATS_KEPT, 1.0)

    assert len(pacing._gap_ends) == 1
