"""What an error of the Bot API means for us."""

from typing import Any

from bot.messages import SendError, Trouble

GONE = ("chat not found", "peer_id_invalid", "user not found", "user is deactivated", "bot was kicked")


def trouble(status: int, answer: dict[str, Any]) -> SendError:
    """The error behind an answer that is not ok; an answer without JSON (an HTML 502) is a service that is down."""
    detail = str(answer.get("description") or f"HTTP {status}")
    code = answer.get("error_code") or status
    parameters = answer.get("parameters") or {}
    if code == 429:
        return SendError(Trouble.TOO_FAST, detail, float(parameters.get("retry_after") or 5))
    if parameters.get("migrate_to_chat_id"):
        return SendError(Trouble.MOVED, detail, moved_to=str(parameters["migrate_to_chat_id"]))
    if code in (401, 404):
        known = "method not found" in detail.casefold()
        return SendError(Trouble.REFUSED if known else Trouble.STOPPED, detail)
    if code == 403 or any(sign in detail.casefold() for sign in GONE):
        return SendError(Trouble.BLOCKED, detail)
    if code == 409:
        return SendError(Trouble.DOWN, f"Conflict: {detail}")
    if isinstance(code, int) and 400 <= code < 500 and answer:
        return SendError(Trouble.REFUSED, detail)
    return SendError(Trouble.DOWN, detail)
