"""The raw updates in payloads/telegram are what the service sends: another library reads them as we expect."""

import json
from pathlib import Path
from typing import Any

import pytest
import telegram

FOLDER = Path(__file__).parent / "payloads" / "telegram"
PAYLOADS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))
}
GENUINE = [name for name, payload in PAYLOADS.items() if not payload["expect"].get("malformed")]


def of_kind(kind: str) -> list[str]:
    """Names of the genuine payloads that are expected to be read as this kind."""
    return [name for name in GENUINE if PAYLOADS[name]["expect"]["kind"] == kind]


def read(name: str) -> tuple[dict[str, Any], telegram.Update]:
    """What is expected of a payload, and how python-telegram-bot reads it."""
    return PAYLOADS[name]["expect"], telegram.Update.de_json(PAYLOADS[name]["update"], None)


# The library warns that a duration becomes a timedelta in its next major version; the wire stays as it is.
@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
@pytest.mark.parametrize("name", GENUINE)
def test_another_library_reads_it(name: str) -> None:
    """Every update that is not marked malformed can be read."""
    _, update = read(name)

    assert update.update_id == PAYLOADS[name]["update"]["update_id"]


@pytest.mark.parametrize("name", [*of_kind("text"), *of_kind("command")])
def test_words_are_found(name: str) -> None:
    """The expected words are the words of the message, a command with its argument behind it."""
    expect, update = read(name)
    assert update.effective_message
    words = update.effective_message.text or ""
    if expect["kind"] == "command":
        command, _, argument = words.replace("\n", " ", 1).partition(" ")
        assert (command[1:].split("@")[0].lower(), argument.strip()) == (expect["command"], expect["argument"])
    else:
        assert words == expect.get("text", words)


@pytest.mark.parametrize("name", of_kind("button"))
def test_pressed_data_is_found(name: str) -> None:
    """The expected data is the data of the button."""
    expect, update = read(name)

    assert update.callback_query
    assert update.callback_query.data == expect["pressed"]


def test_every_kind_of_update_is_there() -> None:
    """Each kind of update that the reading library knows has at least one payload, and each expectation a kind."""
    kinds = {kind for payload in PAYLOADS.values() for kind in payload["update"]}

    assert set(telegram.Update.ALL_TYPES) - kinds == set()
    assert {payload["expect"]["kind"] for payload in PAYLOADS.values()} == {
        "text", "command", "button", "media", "event", "ignored",
    }  # fmt: skip
