"""Numbers of legal texts by value."""

from decimal import Decimal

import pytest

from knowledge.numbers import measures, missing_numbers, numbers, unfounded


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


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("36 sampai 72 bulan", ["36 bulan", "72 bulan"]),
        ("14 hari kerja dan 7 hari", ["14 hari kerja", "7 hari"]),
        ("3+2 hari", ["3 hari", "2 hari"]),
        ("8,5 persen atau 10%", ["8.5 %", "10 %"]),
        ("Pilkada 2024 jam 8", ["2024", "8"]),
        ("5 surat suara", ["5"]),
    ],
)
def test_number_carries_its_unit(text: str, found: list[str]) -> None:
    """Seven days are not seven working days; in a range both ends share the unit, and a year has none."""
    assert [str(measure) for measure in measures(text)] == found


def test_number_without_a_fact_is_unfounded() -> None:
    """By value where there is no unit, by value and unit where there is."""
    facts = ["7 hari kerja", "5 surat suara"]

    assert [str(one) for one in unfounded("paling lama 7 hari, 5 kotak, 9 meja", facts)] == ["7 hari", "9"]
