"""Numbers of legal texts by value."""

from decimal import Decimal

import pytest

from knowledge.numbers import missing_numbers, numbers


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Rp24.000.000", ["24000000"]),
        ("Rp24 juta", ["24000000"]),
        ("Rp2,5 miliar", ["2500000000"]),
        ("8,5%", ["8.5"]),
        ("3.918.291 orang", ["3918291"]),
        ("tiga hari", ["3"]),
        ("36 sampai 72 bulan", ["36", "72"]),
        ("tidak ada", []),
    ],
)
def test_number_is_read_as_indonesian(text: str, values: list[str]) -> None:
    """Dots group, a comma divides, words of size multiply."""
    assert list(numbers(text)) == [Decimal(value) for value in values]


def test_same_amount_in_another_spelling_is_not_missing() -> None:
    """The facts list writes full rupiah, the sentence writes juta."""
    assert not list(missing_numbers(["Rp600.000", "6 bulan"], "1 sampai 6 bulan atau Rp600 ribu"))


def test_wrong_amount_is_missing() -> None:
    """A digit too many is another amount."""
    assert list(missing_numbers(["Rp6.000.000"], "denda Rp600 ribu")) == [("Rp6.000.000", "6000000")]
