"""Inline mode on the service's side: a query from any chat, and what the bot may offer for it."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.support.telegram.errors import CALLBACK_TOO_OLD, JsonObject, bad_request
from tests.support.telegram.formatting import TEXT_MAX, checked_markup, formatted
from tests.support.telegram.wire import Upload

if TYPE_CHECKING:
    from tests.support.telegram.state import State

RESULTS_MAX, ID_MAX_BYTES, OFFSET_MAX_BYTES = 50, 64, 64
_START = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ARTICLE = {
    "type", "id", "title", "input_message_content", "reply_markup", "url", "description", "thumbnail_url",
    "thumbnail_width", "thumbnail_height",
}  # fmt: skip
_CONTENT = {"message_text", "parse_mode", "entities", "link_preview_options"}


@dataclass(slots=True)
class Query:
    """What somebody typed behind the bot's name, and what was offered (None: not answered yet)."""

    query_id: str
    offered: list[JsonObject] | None = None
    about: JsonObject = field(default_factory=dict)


def answer_inline_query(state: "State", args: JsonObject, _uploads: dict[str, Upload]) -> bool:
    """answerInlineQuery: at most 50 articles, each with an id of its own; once, and in time."""
    query = state.queries.get(args.get("inline_query_id", ""))
    if query is None or query.offered is not None:
        raise bad_request(CALLBACK_TOO_OLD)
    results = args.get("results")
    if not isinstance(results, list) or len(results) > RESULTS_MAX:
        raise bad_request("RESULTS_TOO_MUCH")
    offered = [_checked(result) for result in results]
    if len({result["id"] for result in offered}) < len(offered):
        raise bad_request("RESULT_ID_DUPLICATE")
    if len(args.get("next_offset", "").encode()) > OFFSET_MAX_BYTES:
        raise bad_request("NEXT_OFFSET_INVALID")
    _check_button(args.get("button"))
    query.offered, query.about = offered, {name: args.get(name) for name in ("cache_time", "is_personal", "button")}
    state.wake()
    return True


def _checked(result: Any) -> JsonObject:
    """An article as the service keeps it, its text with entities."""
    if not isinstance(result, dict) or result.get("type") != "article":
        raise bad_request("can't parse inline query result: only articles are known to this double")
    if unknown := set(result) - _ARTICLE:
        raise bad_request(f"unknown field {min(unknown)} (only this double minds)")
    identity = result.get("id")
    if not isinstance(identity, str) or not 1 <= len(identity.encode()) <= ID_MAX_BYTES:
        raise bad_request("RESULT_ID_INVALID")
    if not isinstance(result.get("title"), str) or not result["title"].strip():
        raise bad_request("can't parse inline query result: title must be non-empty")
    content = result.get("input_message_content")
    if not isinstance(content, dict) or set(content) - _CONTENT:
        raise bad_request("can't parse inline query result: input message content is not specified or unknown")
    text, entities = formatted(
        content.get("message_text", ""), content.get("parse_mode"), content.get("entities"), TEXT_MAX
    )
    markup = checked_markup(result.get("reply_markup"))
    said: JsonObject = {"text": text, **({"entities": entities} if entities else {})}
    return {**result, "message": {**said, **({"reply_markup": markup} if markup else {})}}


def _check_button(button: Any) -> None:
    if button is None:
        return
    if not isinstance(button, dict) or not button.get("text") or len(button) != 2:
        raise bad_request("can't parse inline query results button")
    if "start_parameter" in button and not _START.fullmatch(str(button["start_parameter"])):
        raise bad_request("START_PARAM_INVALID")


class Offer:
    """What a person sees above their keyboard after typing the bot's name."""

    def __init__(self, state: "State", query: Query) -> None:
        self._state, self._query = state, query

    async def results(self, timeout: float = 5.0) -> list[JsonObject]:
        """Waits for the bot's offer."""
        return await self._state.wait_until(lambda: self._query.offered, timeout, "an answer to the inline query")

    @property
    def about(self) -> JsonObject:
        """How long it may be kept, for whom, and the button above it."""
        return self._query.about
