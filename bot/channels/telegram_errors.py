"""What an answer of the Bot API that is not a result means for us."""

from typing import Any

from bot.messages import SendError, Trouble

NO_JSON: dict[str, Any] = {}
# Nobody reads us in this chat, whatever we send. Most come as 403; these come as 400.
GONE = (
    *("chat not found", "user not found", "peer_id_invalid", "chat was deleted", "group chat was deactivated"),
    *("user is deactivated", "user_is_blocked", "input_user_deactivated", "bot was kicked", "bot was blocked"),
    *("not enough rights to send", "have no rights to send", "need administrator rights", "chat_write_forbidden"),
)
RETRY_AFTER = 5.0  # s, when a 429 names none


def trouble(status: int, answer: dict[str, Any]) -> SendError:
    """The error behind an answer; NO_JSON for a body that was none, such as the HTML of a proxy."""
    if not answer:
        # 200 says that it was carried out, 504 that nobody knows; all others come from a service that is not there.
        unknown = status < 300 or status == 504
        return SendError(Trouble.UNKNOWN if unknown else Trouble.DOWN, f"HTTP {status} without JSON")
    detail = str(answer.get("description") or f"HTTP {status}")
    code, said = answer.get("error_code") or status, detail.casefold()
    given = answer.get("parameters")
    parameters = given if isinstance(given, dict) else {}
    if code == 429:
        return SendError(Trouble.TOO_FAST, detail, _seconds(parameters.get("retry_after")))
    if parameters.get("migrate_to_chat_id"):
        return SendError(Trouble.MOVED, detail, moved_to=str(parameters["migrate_to_chat_id"]))
    if code == 404 and "method not found" in said:  # a Bot API server older than the method
        return SendError(Trouble.REFUSED, detail)
    if code in (401, 404):
        return SendError(Trouble.STOPPED, detail)
    if code == 403 or any(sign in said for sign in GONE):
        return SendError(Trouble.BLOCKED, detail)
    if code == 409:
        return SendError(Trouble.DOWN, detail if "conflict" in said else f"Conflict: {detail}")
    if code == 504:
        return SendError(Trouble.UNKNOWN, detail)
    if isinstance(code, int) and 400 <= code < 500:
        return SendError(Trouble.REFUSED, detail)
    return SendError(Trouble.DOWN, detail)


def is_conflict(error: SendError) -> bool:
    """Whether another program takes this bot's updates: it polls, or it has set a webhook."""
    return "conflict" in error.detail.casefold()


def _seconds(value: object) -> float:
    return float(value) if isinstance(value, int | float) and value > 0 else RETRY_AFTER
