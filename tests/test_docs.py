"""What is written for people is whole: settings, texts in both languages."""

import re
import string
import tomllib
from pathlib import Path
from typing import Any

import pytest

from bot.config import PREFIX, Config
from bot.config_errors import Names

ROOT = Path(__file__).parent.parent
EXAMPLE = (ROOT / "config.example.toml").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
SETTINGS = [(section, key) for section, keys in Names.of(Config, PREFIX, {}).fields.items() for key in keys]
CATALOGUES = sorted(path.name for path in (ROOT / "locales").glob("*.toml"))
INDONESIAN = [name for name in CATALOGUES if name.endswith("id.toml")]
OTHERS = [name for name in CATALOGUES if not name.endswith("id.toml")]


def model(name: str) -> str:
    """The Indonesian catalogue that another one translates: page.en.toml → page.id.toml."""
    return "page.id.toml" if name.startswith("page.") else "id.toml"


def test_the_example_has_every_setting_and_no_other() -> None:
    """Whoever looks for a setting finds it there."""
    example = tomllib.loads(EXAMPLE)

    assert {(section, key) for section, keys in example.items() for key in keys} == set(SETTINGS)


@pytest.mark.parametrize(("section", "key"), SETTINGS)
def test_every_setting_says_why_it_is_there(section: str, key: str) -> None:
    """A comment stands above its line."""
    table = EXAMPLE.partition(f"\n[{section}]\n")[2].partition("\n[")[0]

    assert re.search(rf"^# .+\n{key} = ", f"\n{table}", re.MULTILINE)


@pytest.mark.parametrize(("section", "key"), SETTINGS)
def test_the_readme_names_every_setting(section: str, key: str) -> None:
    """One line for each section of the table."""
    row = next((line for line in README.splitlines() if line.startswith(f"| `[{section}]`")), "")

    assert f"`{key}`" in row


def texts(name: str) -> dict[str, Any]:
    """The texts of a catalogue by their full key."""
    flat: dict[str, Any] = {}
    for key, value in tomllib.loads((ROOT / "locales" / name).read_text("utf-8")).items():
        flat |= {f"{key}.{inner}": text for inner, text in value.items()} if isinstance(value, dict) else {key: value}
    return flat


def placeholders(text: Any) -> set[str]:
    """The names in braces; a list of reserved words has none."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name} if isinstance(text, str) else set()


def test_there_are_catalogues() -> None:
    """So that the next tests look at something."""
    assert "id.toml" in INDONESIAN


@pytest.mark.parametrize("name", OTHERS)
def test_every_text_is_there_in_every_language(name: str) -> None:
    """Nobody meets a key or the other language."""
    assert texts(name).keys() == texts(model(name)).keys()


@pytest.mark.parametrize("name", OTHERS)
def test_every_language_has_the_same_gaps_to_fill(name: str) -> None:
    """A gap in one only would lose a date or a name, or fail while answering."""
    other = texts(name)
    different = [
        key for key, text in texts(model(name)).items() if placeholders(text) != placeholders(other.get(key, ""))
    ]

    assert different == []


@pytest.mark.parametrize("name", CATALOGUES)
def test_no_text_is_empty(name: str) -> None:
    """Services refuse an empty message."""
    assert [key for key, text in texts(name).items() if not text or not str(text).strip()] == []
