"""The ten regencies and cities of NTB, how people call them, and how they are found in what was typed."""

import difflib
from collections.abc import Mapping
from types import MappingProxyType

from bot.router import normal

OUTSIDE = "outside"

# Key → the name to show. Proper names are the same in every language.
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "mataram": "Kota Mataram",
        "lombok-barat": "Kabupaten Lombok Barat",
        "lombok-tengah": "Kabupaten Lombok Tengah",
        "lombok-timur": "Kabupaten Lombok Timur",
        "lombok-utara": "Kabupaten Lombok Utara",
        "sumbawa-barat": "Kabupaten Sumbawa Barat",
        "sumbawa": "Kabupaten Sumbawa",
        "dompu": "Kabupaten Dompu",
        "bima": "Kabupaten Bima",
        "kota-bima": "Kota Bima",
    }
)

# The choices of the second question, by the answer to the first; "bima" is an answer that asks which of the two.
GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "lombok": tuple(NAMES)[:5],
        "sumbawa-island": tuple(NAMES)[5:],
        "bima-which": ("bima", "kota-bima"),
    }
)

_ALIASES = {
    "mataram": "mataram|kota mataram|mataram city|ampenan|cakranegara",
    "lombok-barat": "lombok barat|lobar|kab lombok barat|kabupaten lombok barat|gerung|west lombok",
    "lombok-tengah": "lombok tengah|loteng|kab lombok tengah|kabupaten lombok tengah|praya|central lombok",
    "lombok-timur": "lombok timur|lotim|kab lombok timur|kabupaten lombok timur|selong|east lombok",
    "lombok-utara": "lombok utara|klu|lotara|kab lombok utara|kabupaten lombok utara|north lombok|lombok north",
    "sumbawa-barat": "sumbawa barat|ksb|kab sumbawa barat|kabupaten sumbawa barat|taliwang|west sumbawa",
    "sumbawa": "kabupaten sumbawa|kab sumbawa|sumbawa besar|samawa|sumbawa regency",
    "dompu": "dompu|kab dompu|kabupaten dompu",
    "bima": "kabupaten bima|kab bima|bima kabupaten|woha|bima regency",
    "kota-bima": "kota bima|bima kota|kobi|raba|bima city",
    "lombok": "lombok|pulau lombok|lombok island",
    "sumbawa-island": "sumbawa|pulau sumbawa|sumbawa island",
    "bima-which": "bima|mbojo",
    OUTSIDE: "luar ntb|diluar ntb|di luar ntb|luar daerah|outside|outside ntb|luar",
}
_BY_ALIAS = {normal(alias): key for key, line in _ALIASES.items() for alias in line.split("|")}
_WITHIN = {
    "sumbawa-island": {"sumbawa": "sumbawa"},
    "bima-which": {"kabupaten": "bima", "kab": "bima", "kota": "kota-bima"},
}
_CLOSE = 0.86  # a letter or two wrong in a name of eight; lower takes barat for utara


def find(typed: str, within: str = "") -> str | None:
    """The key of a region, of a group of GROUPS that has to be narrowed down, or OUTSIDE; None when it is neither.

    `within` is the group that is asked about: there "sumbawa" is the regency and "kota" a city.
    """
    text = normal(typed)
    if text in _WITHIN.get(within, {}):
        return _WITHIN[within][text]
    if text in _BY_ALIAS:
        return _BY_ALIAS[text]
    close = difflib.get_close_matches(text, _BY_ALIAS, n=1, cutoff=_CLOSE)
    return _BY_ALIAS[close[0]] if close else None


def exact(typed: str) -> str | None:
    """The key of a region as a list of people names it: "sumbawa" is the regency, "bima" stays open (None)."""
    text = normal(typed)
    if text == "sumbawa":
        return "sumbawa"
    key = text.replace(" ", "-") if text.replace(" ", "-") in NAMES and text != "bima" else _BY_ALIAS.get(text)
    return key if key in NAMES or key == OUTSIDE else None


def is_region(key: str) -> bool:
    """Whether `key` is an answer and not a group."""
    return key in NAMES or key == OUTSIDE
