"""What comes down a line, read with care: anybody may send anything."""

from contextlib import suppress
from typing import Any

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from bot.web.limits import FRAME


class Refused(Exception):
    """What the visitor sent is not taken; the text is the key of a sentence."""


async def heard(socket: WebSocket) -> str:
    """The next thing the page says; bytes are nothing it ever says."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    return message.get("text") or ""


def parsed(text: str) -> dict[str, Any]:
    """The object in a frame; Refused when there is none."""
    if len(text) > FRAME or len(text.encode(errors="replace")) > FRAME:
        raise Refused("too_big")
    try:
        said = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Refused("unreadable") from None
    if not isinstance(said, dict):
        raise Refused("unreadable")
    return said


def number(value: object) -> int:
    """A message number as the page names it."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise Refused("unreadable")
    return value


async def close(socket: WebSocket, code: int) -> None:
    """Closes a line, however far it has come."""
    if socket.application_state != WebSocketState.DISCONNECTED:
        with suppress(WebSocketDisconnect, RuntimeError):
            await socket.close(code)
