"""Words for settings that cannot be used: the full name, what was found, what is expected, an example."""

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any, NamedTuple

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from bot.redact import Redactor


class ConfigError(Exception):
    """A configuration the program must not start with; its text names every wrong setting."""


class Names(NamedTuple):
    """The settings there are, by section and key, and the variables that are set."""

    fields: dict[str, dict[str, FieldInfo]]
    env: dict[str, str]
    prefix: str

    @classmethod
    def of(cls, model: type[BaseModel], prefix: str, env: Mapping[str, str]) -> "Names":
        """Reads them from the model; variables count without regard to case."""
        upper = {key.upper(): value for key, value in env.items() if key.upper().startswith(prefix)}
        return cls({name: keys_of(field.annotation) for name, field in model.model_fields.items()}, upper, prefix)

    def variable(self, section: str, key: str) -> str:
        """The environment variable of a setting."""
        return f"{self.prefix}{section}__{key}".upper()

    def suggest(self, key: str, section: str = "") -> str:
        """Which setting or section was probably meant; empty if none is near."""
        homes = [name for name, keys in self.fields.items() if key in keys]
        if near := difflib.get_close_matches(key, self.fields.get(section, {}), 1):
            return f" Did you mean {section}.{near[0]}?"
        if homes:
            return f" It belongs in [{homes[0]}]."
        near = [] if section else difflib.get_close_matches(key, self.fields, 1)
        return f" Did you mean [{near[0]}]?" if near else ""

    def unknown_variables(self) -> list[str]:
        """Variables with our prefix that name no section; those within a section the model finds itself."""
        found = []
        for name in sorted(self.env):
            section, _, key = name.removeprefix(self.prefix).lower().partition("__")
            if section not in self.fields or not key:
                near = difflib.get_close_matches(section, self.fields, 1)
                hint = f" Did you mean {self.variable(near[0], key or 'KEY')}?" if near else ""
                found.append(f"{name}: there is no such setting.{hint}")
        return found


def keys_of(section: Any) -> dict[str, FieldInfo]:
    """The keys of a section as they are written in the file."""
    return {field.alias or name: field for name, field in section.model_fields.items()}


def is_secret(field: FieldInfo) -> bool:
    """Whether the value must never be shown."""
    return field.annotation is SecretStr


def written(value: Any) -> str:
    """A value as it is written in config.toml."""
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, time):
        value = value.strftime("%H:%M")
    if isinstance(value, tuple | list):
        return f"[{', '.join(written(':'.join(item) if isinstance(item, tuple) else item) for item in value)}]"
    if isinstance(value, float) and value.is_integer():
        return f"{value:.1f}"
    return json.dumps(value, ensure_ascii=False, default=str)


def example(names: Names, section: str, key: str, by_variable: bool = False) -> str:
    """How to write a setting, with its example or its default."""
    field = names.fields[section][key]
    value = written(field.examples[0] if field.examples else field.default)
    if by_variable:
        return f"Example: {names.variable(section, key)}={value.strip('[]')}"
    return f"Example: {key} = {value} in [{section}]"


def in_words(error: ValidationError, names: Names) -> list[str]:
    """One sentence for each wrong setting."""
    return [_sentence(names, [str(part) for part in item["loc"]], item) for item in error.errors()]


def _sentence(names: Names, place: list[str], item: Any) -> str:
    section, key = place[0], place[1] if len(place) > 1 else ""
    if section not in names.fields:
        return f"{section}: unknown.{names.suggest(section)}"
    if not key:
        return f"{section}: expected a section that begins with [{section}]."
    variable = names.variable(section, key)
    source = f" ({variable})" if variable in names.env else ""
    if key not in names.fields[section]:
        return f"{section}.{key}{source}: unknown.{names.suggest(key, section)}"
    field = names.fields[section][key]
    found = "a value that is not shown" if is_secret(field) else _shown(item["input"])
    return f"{section}.{key}{source}: found {found}, {_expected(item)}. {example(names, section, key, bool(source))}"


def _shown(value: Any) -> str:
    text = Redactor().secrets(json.dumps(value, ensure_ascii=False, default=str))
    return text if len(text) <= 80 else f"{text[:77]}…"


_KINDS = {
    "bool": "expected true or false",
    "float": "expected a number",
    "int": "expected a whole number",
    "path": "expected a path in quotes",
    "string": "expected a text in quotes",
}


def _expected(item: Any) -> str:
    kind, _, fault = item["type"].partition("_")
    if fault in ("type", "parsing", "from_float") and kind in _KINDS:
        return _KINDS[kind]
    return re.sub(r"^(Input|String|Value) should", "it should", item["msg"].removeprefix("Value error, "))


def together(where: str, sentences: Iterable[str]) -> ConfigError:
    """One error for all of them."""
    return ConfigError("\n  ".join([f"{where} cannot be used:", *sentences]))
