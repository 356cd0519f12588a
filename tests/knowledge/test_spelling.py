"""Typing errors are mended, other words left alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.spelling import Speller, distance, neighbours, plausible, spellings

SPELLER = Speller({"kampanye": 9, "lapor": 5, "batal": 3, "netralitas": 2, "warga": 4, "sengketa": 3, "pindah": 1})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kmpanye", "kampanye"),
        ("kampayne", "kampanye"),
        ("netralits", "netralitas"),
        ("sengketta", "sengketa"),
        ("lapir", "lapor"),
        ("pidnah", "pindah"),
    ],
)
def test_slip_is_mended(typed: str, meant: str) -> None:
    """A letter dropped, doubled, swapped, or the key beside it."""
    assert SPELLER.mend(typed) == meant


@pytest.mark.parametrize("word", ["lapar", "bakal", "harga", "dpt", "kampus", "2024"])
def test_other_word_is_left_alone(word: str) -> None:
    """Hungry is not report, a price is not a citizen."""
    assert SPELLER.mend(word) == word


def test_more_used_word_wins_a_tie() -> None:
    """Between two words equally near, the usual one is meant."""
    assert Speller({"sengketa": 1, "sengkeda": 7}).mend("sengkefa") == "sengkeda"


@settings(deadline=None)
@given(st.text("abcde", max_size=8), st.text("abcde", max_size=8))
def test_distance_is_the_same_both_ways(one: str, other: str) -> None:
    """And nought only between equals."""
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)


def test_swapped_letters_are_one_slip() -> None:
    """Thumbs do that."""
    assert distance("pilkdaa", "pilkada") == 1


def test_neighbours_are_around_a_key() -> None:
    """Left, right, above and below."""
    assert set(neighbours("j")) == set("hjkyuinm,".replace(",", ""))
    assert plausible("lapir", "lapor")
    assert not plausible("lapar", "lapor")


def test_spellings_count_our_words_and_know_the_slang() -> None:
    """Both what topics write and what people write may have been mistyped."""
    counted = spellings(["kampanye dan Kampanye"])

    assert counted["kampanye"] >= 2
    assert "gimana" in counted


@pytest.mark.parametrize(
    ("spoken", "regular"),
    [
        ("disiapin", "siapkan"),
        ("ngumpulin", "kumpulkan"),
        ("nyetor", "setor"),
        ("mantau", "pantau"),
        ("nulis", "tulis"),
    ],
)
def test_spoken_verb_is_made_regular(spoken: str, regular: str) -> None:
    """Speech drops the written prefix and says -in for -kan; only known words are made of it."""
    assert Speller({regular: 1}).mend(spoken) == regular
    assert Speller({"lainnya": 1}).mend(spoken) == spoken
