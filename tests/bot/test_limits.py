"""Cutting by the letters that services count."""

import pytest

from bot.limits import cut, units


@pytest.mark.parametrize(
    ("length", "shown"), [(3, "a🐈"), (2, "a"), (1, "a"), (4, "a🐈b"), (-1, "b"), (-2, "b"), (-3, "🐈b"), (9, "a🐈b")]
)
def test_a_text_is_cut_between_letters(length: int, shown: str) -> None:
    """A picture letter counts as two and stays whole or goes."""
    assert cut("a🐈b", length) == shown
    assert units(cut("a🐈b", length)) <= abs(length)
