"""Which questions one answer may serve."""

import pytest

from knowledge.similar import similar


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("bolehkah kucing memilih?", "apa kucing boleh nyoblos"),
        ("bolehkah kepala desa ikut kampanye?", "kades boleh ikut kampanye ga ya"),
        ("Gaji Panwascam 2024 berapa?", "brp gaji panwascam thn 2024"),
    ],
)
def test_other_words_for_the_same_are_the_same(one: str, other: str) -> None:
    """Slang, order and courtesy make no difference, in either direction."""
    assert similar(one, other)
    assert similar(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("bolehkah kucing memilih?", "bolehkah anjing memilih?"),
        ("kapan batas lapor pilkada?", "kapan batas lapor pemilu?"),
        ("gaji panwascam 2024", "gaji panwascam 2020"),
        ("kades boleh ikut kampanye?", "kades boleh jadi saksi di TPS?"),
        ("", ""),
        ("🙏", "🙏"),
        ("kapan?", "kapan?"),
    ],
)
def test_in_doubt_they_differ(one: str, other: str) -> None:
    """Another subject, regime or year needs an answer of its own; so does what has no subject."""
    assert not similar(one, other)
