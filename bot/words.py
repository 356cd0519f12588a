"""User texts: one catalogue per language in locales/, looked up by section and key."""

import string
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from bot.text import escape

FOLDER = Path(__file__).parent.parent / "locales"
DEFAULT = "id"


class MissingText(KeyError):
    """A key that no catalogue has: add it to locales/id.toml and locales/en.toml."""


class Raw(str):
    """A value that is markup of ours already and must not be escaped."""

    __slots__ = ()


@cache
def catalogue(language: str) -> Mapping[str, Any]:
    """All texts of one language as `section.key` → text or list of texts."""
    flat: dict[str, Any] = {}
    data = tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))
    for section, entries in data.items():
        flat.update({f"{section}.{key}": value for key, value in entries.items()})
    return flat


@cache
def languages() -> tuple[str, ...]:
    """The languages there are, the default first."""
    found = sorted(path.stem for path in FOLDER.glob("*.toml") if "." not in path.stem)
    return (DEFAULT, *(language for language in found if language != DEFAULT))


def text(language: str, key: str, **values: object) -> str:
    """The text of `key`; typed-in values are escaped, numbers and Raw are not. Falls back to Indonesian."""
    template = catalogue(language or DEFAULT).get(key)
    if template is None:
        template = catalogue(DEFAULT).get(key)
    if not isinstance(template, str):
        raise MissingText(key)
    if not values:
        return template
    return string.Formatter().vformat(template, (), {name: _safe(value) for name, value in values.items()})


def listed(key: str, language: str | None = None) -> list[str]:
    """A list of texts, of one language or of all together (reserved words work in every language)."""
    chosen = (language,) if language else languages()
    return [entry for one in chosen for entry in catalogue(one).get(key, [])]


def _safe(value: object) -> object:
    return escape(value) if isinstance(value, str) and not isinstance(value, Raw) else value
