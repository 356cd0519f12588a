"""Texts in two languages: found, filled, escaped, and short enough to tap."""

import re
from pathlib import Path

import pytest

from bot import words
from bot.limits import LABEL, TEXT, units
from bot.text import parse, plain

ROOT = Path(__file__).parents[2]
TEXTS = [(one, key) for one in words.languages() for key, text in words.catalogue(one).items() if isinstance(text, str)]


def test_indonesian_comes_first() -> None:
    """It is what everybody here reads."""
    assert words.languages() == ("id", "en")


def test_a_text_is_found_and_filled() -> None:
    """In its language; an unknown or unset language is Indonesian."""
    assert words.text("en", "register.kind", name="Siti").startswith("Nice to meet you, Siti!")
    assert words.text("", "menu.menu") == words.text("id", "menu.menu")


def test_a_language_without_a_text_borrows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Better understood than silent."""
    whole = words.catalogue("id")
    monkeypatch.setattr(words, "catalogue", lambda language: whole if language == "id" else {})

    assert words.text("en", "menu.help") == "Bantuan"


def test_what_people_typed_is_no_markup() -> None:
    """Numbers and our own markup are left alone."""
    shown = words.text("id", "register.summary", name="*A*_", kind="x", region="y", organisation="z", notices="-")

    assert plain(shown).startswith("Nama: *A*_")
    assert "{" not in words.text("id", "help.text")
    assert words.text("id", "register.done", name="A", summary=words.Raw("*B*")).count("*B*") == 1


@pytest.mark.parametrize("key", ["menu.unheard", "stop.words"])
def test_a_missing_text_is_named(key: str) -> None:
    """A list is no text either."""
    with pytest.raises(words.MissingText, match=key):
        words.text("id", key)


def test_reserved_words_of_all_languages_are_one_list() -> None:
    """They work whatever is spoken."""
    both = words.listed("help.cancel_words")

    assert {"batal", "cancel"} <= set(both)
    assert words.listed("help.cancel_words", "id") + words.listed("help.cancel_words", "en") == both
    assert words.listed("help.unheard") == []


def test_every_text_fits_a_message_and_closes_its_marks() -> None:
    """A star left open would be shown."""
    for language, key in TEXTS:
        shown, _ = parse(re.sub(r"\{\w+\}", "(1)", words.catalogue(language)[key]))
        assert units(shown) <= TEXT, key
        assert "*" not in shown, (language, key)


def test_every_label_fits_a_button() -> None:
    """Whatever the code shows as a label, in both languages."""
    used = set()
    for path in [*(ROOT / "handlers").glob("*.py"), *(ROOT / "bot").glob("*.py")]:
        used |= set(re.findall(r"""turn\.button\("([a-z_]+\.[a-z_0-9]+)\"""", path.read_text("utf-8")))

    assert len(used) > 20
    for language in words.languages():
        assert {key for key in used if units(words.text(language, key)) > LABEL} == set()
