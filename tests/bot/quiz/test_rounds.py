"""Rounds: fair, repeatable, and without the same question twice."""

import pytest

from bot.quiz import QUESTIONS, GroupRound, Item, Round, bank, begin_group, begin_round, letters

BANK = bank()


def rounds(conversation: int, count: int) -> list[list[str]]:
    """The questions of the first rounds of a conversation."""
    return [begin_round(conversation, number, BANK).items for number in range(count)]


def test_no_question_comes_twice_before_the_bank_is_through() -> None:
    """And the next time through they come in another order."""
    once = len(BANK) // QUESTIONS
    asked = [item for items in rounds(1, once) for item in items]

    assert len(asked) == len(set(asked)) == once * QUESTIONS
    assert rounds(1, once + 1)[once] != rounds(1, 1)[0]


def test_two_chats_do_not_get_the_same_questions() -> None:
    """But one chat always does, so that a restart changes nothing."""
    assert rounds(1, 3) == rounds(1, 3)
    assert rounds(1, 3) != rounds(2, 3)


def test_a_question_that_is_left_out_does_not_shuffle_the_others() -> None:
    """Otherwise some would come twice."""
    gone = begin_round(1, 0, BANK).items[0]
    fewer = {key: item for key, item in BANK.items() if key != gone}

    assert begin_round(1, 0, fewer).items[:4] == begin_round(1, 0, BANK).items[1:]


@pytest.mark.parametrize("left", [0, 1, 4])
def test_few_questions_make_a_short_round(left: int) -> None:
    """Each time anew."""
    few = dict(list(BANK.items())[:left])

    assert {len(begin_round(1, number, few).items) for number in range(3)} == {left}


def test_the_right_answer_is_under_every_letter() -> None:
    """About as often under each, and in one round always under the same."""
    found = dict.fromkeys("ABCD", 0)
    for item in BANK.values():
        for number in range(8):
            shown = letters(1, number, item)
            assert shown == letters(1, number, item)
            found[next(letter for letter, option in shown.items() if option == item.right)] += 1

    assert min(found.values()) > sum(found.values()) / 6


def test_three_options_have_three_letters() -> None:
    """No empty button."""
    assert list(letters(1, 0, Item("t", "pemilu", "?", "a", ("b", "c")))) == ["A", "B", "C"]


def test_a_round_counts_and_survives_being_kept() -> None:
    """As JSON between two messages."""
    one = Round(3, ["a", "b"])
    one.answer(right=True)
    again = Round(**one.dump())
    again.answer(right=False)

    assert (again.right, again.missed, again.over) == (1, ["b"], True)
    assert (one.place, one.over) == ("3.1", False)


def test_questions_to_come_can_be_left_out() -> None:
    """Those already asked stay counted."""
    one = Round(0, ["a", "b", "c"], at=1)
    one.leave_out({"c"})

    assert one.items == ["a", "c"]


def test_in_a_group_the_first_tap_counts() -> None:
    """For those who tapped at all there is a score, also zero."""
    one = begin_group(1, 0, BANK, "ani", "Ani", 0)
    taps = [one.tap("ani", "Ani", "A"), one.tap("ani", "Ani", "B"), one.tap("budi", "Budi", "B")]
    winners = one.close("A")

    assert (taps, winners) == ([True, False, True], ["Ani"])
    assert (one.scores, one.taps, one.at) == ({"ani": 1, "budi": 0}, {}, 1)
    assert GroupRound(**one.dump()) == one
