"""Raw updates in, messages out: every kind there is, and what is none."""

import json
from collections.abc import Mapping
from pathlib import Path
from time import process_time
from typing import Any

import orjson
import pytest

from bot.channels.telegram_read import Reader, Unreadable
from bot.limits import units
from bot.messages import Incoming

FILES = sorted((Path(__file__).parent / "payloads" / "telegram").glob("*.json"))
# The half emoji stands in the file as JSON that orjson rightly refuses: read it as bytes would come from the wire.
CASES = [path for path in FILES if path.stem != "text_lone_surrogate"]


def reader() -> Reader:
    """A reader for the bot that the payloads were written for."""
    made = Reader("telegram", "123456")
    made.name = "sahabat_uji_bot"
    return made


def case(path: Path) -> tuple[Mapping[str, Any], bytes]:
    """What is expected, and the update as it came."""
    body = orjson.loads(path.read_bytes())
    return body["expect"], json.dumps(body["update"]).encode()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_each_kind_of_update_is_read_as_what_it_is(path: Path) -> None:
    """The expectation beside each payload holds; what is not for us is None, what is no update is refused."""
    expect, raw = case(path)
    if expect.get("malformed"):
        with pytest.raises(Unreadable):
            reader().read(raw)
        return
    incoming = reader().read(raw)

    if expect["kind"] == "ignored":
        assert incoming is None or not incoming.addressed
    else:
        assert incoming is not None
        assert told(incoming, expect) == expected(expect)


def told(incoming: Incoming, expect: Mapping[str, Any]) -> dict[str, Any]:
    """What the reader says about each thing that is expected."""
    known: dict[str, Any] = {
        "kind": kind_of(incoming),
        "media": incoming.kind,
        "text_units": units(incoming.text),
        "file_id": incoming.media[0].remote if incoming.media else "",
        "name": incoming.media[0].name if incoming.media else "",
        "mime": incoming.media[0].mime if incoming.media else "",
        "size": incoming.media[0].size if incoming.media else 0,
        "to": incoming.argument,
        "from": incoming.address,
    }
    names = [name for name in expected(expect) if name not in known]
    return {
        **{name: getattr(incoming, name) for name in names},
        **{k: known[k] for k in known if k in expected(expect)},
    }


def expected(expect: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is said about the case rather than the message."""
    return {name: value for name, value in expect.items() if name not in ("note", "why", "own", "malformed")}


def kind_of(incoming: Incoming) -> str:
    """The kind of message in the words of the payloads."""
    if incoming.event:
        return "event"
    if incoming.pressed:
        return "button"
    if incoming.command:
        return "command"
    return "text" if incoming.kind == "text" else "media"


def test_the_lone_half_of_an_emoji_is_refused_not_crashed_on() -> None:
    """JSON that is no Unicode is no update."""
    path = next(path for path in FILES if path.stem == "text_lone_surrogate")
    raw = path.read_bytes().partition(b'"update": ')[2].rpartition(b"}")[0]

    with pytest.raises(Unreadable):
        reader().read(raw)


def test_deep_nesting_costs_no_more_than_fifty_milliseconds() -> None:
    """200 quotations inside each other are passed over, not walked through."""
    _, raw = case(next(path for path in FILES if path.stem == "rich_nested_200"))
    before = process_time()
    reader().read(raw)

    assert process_time() - before < 0.05


def test_only_kinds_that_are_read_are_asked_for() -> None:
    """allowed_updates is what the reader handles, no more."""
    assert reader().kinds == ["message", "edited_message", "callback_query", "my_chat_member"]


@pytest.mark.parametrize(("bot", "heard"), [(123456, False), (777, True)])
def test_our_own_words_brought_back_are_nothing_said(bot: int, heard: bool) -> None:
    """A shared answer arrives as a message of the person who shared it; one of another bot is theirs."""
    chat, person = {"id": 5, "type": "private"}, {"id": 5, "is_bot": False, "first_name": "Wati"}
    message = {"message_id": 1, "date": 1, "chat": chat, "from": person, "text": "Bedanya…", "via_bot": {"id": bot}}
    incoming = reader().read(orjson.dumps({"update_id": 1, "message": message}))

    assert (incoming is not None) == heard
