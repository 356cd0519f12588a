"""Requests of the Bot API as they come over HTTP: JSON, form, multipart or query, turned into checked values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from tests.support.telegram.errors import JsonObject, bad_request

MAX_ID = 2**52
_TRUE = {"true", "yes", "1"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came inside a multipart request."""

    name: str
    mime: str
    content: bytes


async def read_arguments(request: web.Request) -> dict[str, Any]:
    """All arguments of the call, unchecked; a query string gives way to the body."""
    arguments: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            raise bad_request("can't parse JSON-encoded request body") from None
        if not isinstance(body, dict):
            raise bad_request("object expected as JSON-encoded request body")
        return arguments | body
    for name, value in (await request.post()).items():
        arguments[name] = _upload(value) if isinstance(value, FileField) else value
    return arguments


def _upload(field: FileField) -> Upload:
    return Upload(field.filename, field.content_type, field.file.read())


def checked(raw: Mapping[str, Any], kinds: Mapping[str, str]) -> dict[str, Any]:
    """The arguments with the types that `kinds` gives; an unknown name or a wrong type is refused.

    The real service ignores unknown names; here they are refused, because they are always our mistake.
    """
    values = {name: value for name, value in raw.items() if value is not None and not isinstance(value, Upload)}
    unknown = [name for name in values if name not in kinds]
    if unknown:
        raise bad_request(f"unknown parameter {unknown[0]} (only this double minds)")
    return {name: _convert(name, kinds[name], value) for name, value in values.items()}


def _convert(name: str, kind: str, value: Any) -> Any:
    match kind:
        case "int":
            return _integer(name, value)
        case "chat":
            return value if isinstance(value, str) and value.startswith("@") else _integer(name, value)
        case "bool":
            return str(value).lower() in _TRUE
        case "json":
            return _parsed(name, value)
        case _:
            if not isinstance(value, str | int | float):
                raise bad_request(f"parameter {name} must be a string")
            return str(value)


def _integer(name: str, value: Any) -> int:
    try:
        number = int(str(value))
    except ValueError:
        raise bad_request(f"invalid {name} specified") from None
    if abs(number) > MAX_ID:
        raise bad_request(f"invalid {name} specified")
    return number


def _parsed(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise bad_request(f"can't parse {name} JSON object") from None


def utf16(text: str) -> int:
    """Length of a text in the units in which Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def without_nulls(value: JsonObject) -> JsonObject:
    """The object without its empty fields, as the service writes it."""
    return {name: item for name, item in value.items() if item is not None}
