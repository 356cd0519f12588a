"""The kinds of values a setting may have, each with a sentence for what else was found."""

import json
import re
from datetime import time
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, SecretStr

CHANNELS = ("telegram", "whatsapp", "webchat")


class Owner(NamedTuple):
    """An address that is staff from the start."""

    channel: str
    address: str


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("expected a number")
    return value


def _items(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value.startswith("["):
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError("expected a list") from None
    return [item.strip() for item in value.split(",") if item.strip()]


def _owner(value: Any) -> Any:
    if isinstance(value, Owner):
        return value
    channel, _, address = value.partition(":") if isinstance(value, str) else ("", "", "")
    if channel not in CHANNELS or not address.strip():
        raise ValueError(f"expected an address that begins with {', '.join(f'{name}:' for name in CHANNELS)}")
    return Owner(channel, address.strip())


def _link(value: Any) -> Any:
    if isinstance(value, str):
        value = value.strip().rstrip("/")
        if value and not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#@]*)?", value):
            raise ValueError("expected an address that begins with https:// or http://")
    return value


def _origin(value: Any) -> Any:
    value = _link(value)
    if isinstance(value, str) and value.count("/") != 2:
        raise ValueError("expected https:// and the name of the site, without a path")
    return value


def _clock(value: Any) -> Any:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"([01]?\d|2[0-3])[:.][0-5]\d", value):
        raise ValueError("expected hours and minutes")
    hours, minutes = re.split("[:.]", value)
    return time(int(hours), int(minutes))


def _zone(value: Any) -> Any:
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, OSError, TypeError):  # which one depends on what is wrong with the name
        raise ValueError("expected the name of a time zone") from None


def _database_url(value: Any) -> Any:
    if isinstance(value, str) and not re.match(r"(sqlite\+aiosqlite:///|postgresql\+asyncpg://)\S+", value):
        raise ValueError("expected it to begin with sqlite+aiosqlite:/// or postgresql+asyncpg://")
    return value


def secret(shape: str, words: str) -> BeforeValidator:
    """Checks a secret by its shape, so that half of a pasted token is noticed at once. Empty means off."""

    def check(value: Any) -> Any:
        if isinstance(value, str) and not re.fullmatch(f"({shape})?", value, re.ASCII):
            raise ValueError(f"expected {words}")
        return value

    return BeforeValidator(check)


Whole = Annotated[int, BeforeValidator(_number)]
Number = Annotated[float, BeforeValidator(_number)]
Link = Annotated[str, BeforeValidator(_link)]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
ClockTime = Annotated[time, BeforeValidator(_clock)]
Origins = Annotated[tuple[Annotated[str, BeforeValidator(_origin)], ...], BeforeValidator(_items)]
Owners = Annotated[tuple[Annotated[Owner, BeforeValidator(_owner)], ...], BeforeValidator(_items)]
DatabaseUrl = Annotated[SecretStr, BeforeValidator(_database_url)]
Secret = Annotated[SecretStr, secret(r"\S+", "no spaces")]
BotToken = Annotated[SecretStr, secret(r"\d+:[\w-]+", "a number, a colon and letters, as BotFather gives it")]
HookSecret = Annotated[SecretStr, secret(r"[\w-]{1,256}", "1 to 256 letters, digits, _ or -")]
