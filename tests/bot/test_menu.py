"""The menu, and forms put aside."""

from typing import Any, cast

import pytest

from bot import menu
from bot.turn import Turn


class Chat:
    """As much of a conversation as the menu looks at."""

    def __init__(self, state: str, data: dict[str, Any]) -> None:
        self.state, self.data = state, data


def turn(state: str, data: dict[str, Any], repeats: bool = True) -> Turn:
    """A message in that state."""
    made = object.__new__(Turn)
    made.chat = cast(Any, Chat(state, data))
    made.again = cast(Any, (lambda turn: None) if repeats else None)
    return made


def test_a_form_put_aside_comes_back() -> None:
    """Its state waits in the data, its answers stay."""
    one = turn("register.name", {"register": {"name": "Siti"}})
    menu.pause(one)
    assert (one.chat.state, one.data[menu.PAUSED]) == ("", "register.name")
    assert menu.resume(one)

    assert (one.chat.state, one.data) == ("register.name", {"register": {"name": "Siti"}})
    assert not menu.resume(one)


def test_what_has_no_question_is_not_put_aside() -> None:
    """There would be nothing to repeat."""
    one = turn("ask.person", {}, repeats=False)
    menu.pause(one)

    assert (one.chat.state, one.data) == ("", {})


def test_putting_aside_twice_keeps_the_form() -> None:
    """The menu of the menu."""
    one = turn("register.name", {})
    menu.pause(one)
    menu.pause(one)

    assert one.data == {menu.PAUSED: "register.name"}


@pytest.mark.parametrize("paused", [True, False])
def test_dropping_forgets_one_form_only(paused: bool) -> None:
    """Under way or put aside; what others remember stays."""
    data = {"register": {"name": "Siti"}, "asked": "apa?"}
    one = turn("" if paused else "register.name", {**data, **({menu.PAUSED: "register.name"} if paused else {})})
    assert menu.drop(one)

    assert (one.chat.state, one.data) == ("", {"asked": "apa?"})
    assert not menu.drop(one)
