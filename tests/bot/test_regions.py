"""The ten regencies and cities, as people call them."""

import pytest

from bot import regions

EVERYDAY = {
    "lobar": "lombok-barat",
    "Loteng": "lombok-tengah",
    "LOTIM": "lombok-timur",
    "klu": "lombok-utara",
    "lombok utara": "lombok-utara",
    "mataram": "mataram",
    "Kota Mataram": "mataram",
    "KSB": "sumbawa-barat",
    "kab. sumbawa barat": "sumbawa-barat",
    "dompu": "dompu",
    "kota bima": "kota-bima",
    "Kabupaten Bima": "bima",
    "sumbawa besar": "sumbawa",
    "lomok timur": "lombok-timur",
    "matarm": "mataram",
    "di luar NTB": regions.OUTSIDE,
}


@pytest.mark.parametrize("typed", EVERYDAY)
def test_everyday_names_are_known(typed: str) -> None:
    """Short forms, and a letter missed."""
    assert regions.find(typed) == EVERYDAY[typed]


@pytest.mark.parametrize(
    ("typed", "group"), [("bima", "bima-which"), ("lombok", "lombok"), ("pulau sumbawa", "sumbawa-island")]
)
def test_a_name_of_several_asks_which(typed: str, group: str) -> None:
    """The answer is a group to choose from."""
    assert regions.find(typed) == group
    assert len(regions.GROUPS[group]) in (2, 5)


@pytest.mark.parametrize(
    ("typed", "within", "key"),
    [
        ("sumbawa", "", "sumbawa-island"),
        ("sumbawa", "sumbawa-island", "sumbawa"),
        ("bima", "sumbawa-island", "bima-which"),
        ("kota", "bima-which", "kota-bima"),
        ("kabupaten", "bima-which", "bima"),
    ],
)
def test_what_was_asked_decides_what_is_meant(typed: str, within: str, key: str) -> None:
    """Sumbawa is an island and a regency."""
    assert regions.find(typed, within) == key


@pytest.mark.parametrize("typed", ["", "ya", "jakarta", "lombok selatan", "sumbawa timur", "x" * 4096])
def test_what_is_not_there_is_not_guessed(typed: str) -> None:
    """West is not taken for south."""
    assert regions.find(typed) is None


def test_the_ten_are_two_times_five() -> None:
    """Each in one group, all with a name and known by it."""
    both = (*regions.GROUPS["lombok"], *regions.GROUPS["sumbawa-island"])

    assert sorted(both) == sorted(regions.NAMES)
    assert len(both) == 10
    assert {key: regions.find(name) for key, name in regions.NAMES.items()} == {key: key for key in regions.NAMES}


@pytest.mark.parametrize(
    ("typed", "key"), [("sumbawa", "sumbawa"), ("lombok-timur", "lombok-timur"), ("KSB", "sumbawa-barat")]
)
def test_a_list_must_be_exact(typed: str, key: str) -> None:
    """Keys, names and short forms; nothing is guessed, and Bima stays open."""
    assert regions.exact(typed) == key
    assert [regions.exact(one) for one in ("bima", "lombok", "lomok timur", "", "sumbawa-island")] == [None] * 5
