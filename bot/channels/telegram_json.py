"""JSON from and to Telegram, also what the fast reader refuses: half an emoji, or nesting deeper than it writes."""

import json
from typing import Any, TypeGuard

import orjson


def decode(raw: bytes) -> Any:
    """The value; ValueError when it is no JSON, or nested deeper than any reader goes."""
    try:
        return orjson.loads(raw)
    except ValueError:
        pass
    try:
        return json.loads(raw)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def encode(update: Any) -> bytes:
    """An update as it is stored; of one nested beyond reason only its number is left."""
    try:
        return orjson.dumps(update)
    except TypeError:
        pass
    try:
        return json.dumps(update).encode()
    except RecursionError:
        return orjson.dumps({"update_id": number_of(update), "message": None})


def number_of(update: Any) -> int | None:
    """The update's number, by which a repeat is known; None when it has none and so is no update."""
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if is_whole(number) else None


def is_whole(value: object) -> TypeGuard[int]:
    """Whether this is a whole number that a database column holds."""
    return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63
