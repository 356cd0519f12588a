"""Functions guessed from examples."""

from typing import get_args

from knowledge.intents import Function
from knowledge.language import tokens
from knowledge.wishes import RULE, Wishes, load_wishes

SMALL = Wishes({"report": [["mau", "lapor"], ["ada", "curang"]], RULE: [["batas", "lapor"], ["sanksi", "curang"]]})


def test_every_function_has_examples() -> None:
    """And no kind is misspelt."""
    assert load_wishes().keys() - {RULE} == set(get_args(Function))


def test_nearest_kind_is_guessed() -> None:
    """Words count together, and in their order."""
    assert SMALL.guess(["mau", "lapor"])[0] == "report"
    assert SMALL.guess(["batas", "lapor"])[0] == RULE


def test_text_of_other_words_is_no_wish() -> None:
    """One known word among strange ones proves nothing."""
    assert SMALL.guess(["lapor", "motor", "hilang", "kemarin"]) == (RULE, 0.0)
    assert SMALL.guess([]) == (RULE, 0.0)


def test_examples_of_a_kind_lead_to_it() -> None:
    """Two kinds must not be told in the same words."""
    wished = {kind: [tokens(text) for text in texts] for kind, texts in load_wishes().items()}
    wishes = Wishes(wished)
    strayed = [
        (" ".join(text), kind) for kind, texts in wished.items() for text in texts if wishes.guess(text)[0] != kind
    ]

    assert not strayed
