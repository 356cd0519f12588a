"""Each answer of the Bot API that is not a result, as the trouble that it is."""

import pytest

from bot.channels.telegram_errors import NO_JSON, RETRY_AFTER, is_conflict, trouble
from bot.messages import SendError, Trouble


def answered(code: int, description: str = "", **parameters: object) -> SendError:
    """The error behind a refusal of the service."""
    body = {"ok": False, "error_code": code, "description": description, "parameters": parameters}
    return trouble(code, body)


@pytest.mark.parametrize(
    ("code", "description", "expected"),
    [
        (403, "Forbidden: bot was blocked by the user", Trouble.BLOCKED),
        (403, "Forbidden: user is deactivated", Trouble.BLOCKED),
        (403, "Forbidden: bot was kicked from the supergroup chat", Trouble.BLOCKED),
        (403, "Forbidden: bot is not a member of the supergroup chat", Trouble.BLOCKED),
        (403, "Forbidden: bot can't initiate conversation with a user", Trouble.BLOCKED),
        (400, "Bad Request: chat not found", Trouble.BLOCKED),
        (400, "Bad Request: PEER_ID_INVALID", Trouble.BLOCKED),
        (400, "Bad Request: not enough rights to send text messages to the chat", Trouble.BLOCKED),
        (400, "Bad Request: CHAT_WRITE_FORBIDDEN", Trouble.BLOCKED),
        (400, "Bad Request: can't parse entities", Trouble.REFUSED),
        (400, "Bad Request: RICH_MESSAGE_NOT_ALLOWED", Trouble.REFUSED),
        (413, "Request Entity Too Large", Trouble.REFUSED),
        (404, "Not Found: method not found", Trouble.REFUSED),
        (404, "Not Found", Trouble.STOPPED),
        (401, "Unauthorized", Trouble.STOPPED),
        (409, "Conflict: terminated by other getUpdates request", Trouble.DOWN),
        (500, "Internal Server Error", Trouble.DOWN),
        (502, "Bad Gateway", Trouble.DOWN),
        (504, "Gateway Timeout", Trouble.UNKNOWN),
    ],
)
def test_each_refusal_is_the_trouble_it_is(code: int, description: str, expected: Trouble) -> None:
    """The service's own words are kept as the detail."""
    error = answered(code, description)

    assert (error.trouble, error.detail) == (expected, description)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, Trouble.UNKNOWN),
        (504, Trouble.UNKNOWN),
        (500, Trouble.DOWN),
        (502, Trouble.DOWN),
        (404, Trouble.DOWN),
        (401, Trouble.DOWN),
    ],
)
def test_an_answer_without_json_is_of_no_service(status: int, expected: Trouble) -> None:
    """HTML of a proxy never stops the account; after 200 the message may well be there."""
    assert trouble(status, NO_JSON).trouble is expected


@pytest.mark.parametrize(("told", "waits"), [(7, 7.0), (None, RETRY_AFTER), ("soon", RETRY_AFTER), (0, RETRY_AFTER)])
def test_too_many_says_how_long_to_wait(told: object, waits: float) -> None:
    """retry_after, or our own pause when there is none to be read."""
    error = answered(429, "Too Many Requests", retry_after=told)

    assert (error.trouble, error.retry_after) == (Trouble.TOO_FAST, waits)


def test_a_moved_group_names_its_new_address() -> None:
    """400 with migrate_to_chat_id is no refusal of the message."""
    error = answered(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1001)

    assert (error.trouble, error.moved_to) == (Trouble.MOVED, "-1001")


@pytest.mark.parametrize("parameters", [None, [], "x", {"retry_after": []}, {"migrate_to_chat_id": 0}])
def test_odd_parameters_are_no_crash(parameters: object) -> None:
    """Whatever stands there, there is a trouble."""
    assert trouble(400, {"ok": False, "error_code": 400, "parameters": parameters}).trouble is Trouble.REFUSED


def test_a_conflict_is_known_by_its_words() -> None:
    """Both kinds: somebody polls, somebody has set a webhook."""
    assert is_conflict(answered(409, "Conflict: can't use getUpdates method while webhook is active"))
    assert is_conflict(answered(409, ""))
    assert not is_conflict(answered(502, "Bad Gateway"))
