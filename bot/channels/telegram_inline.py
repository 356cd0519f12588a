"""Inline mode: "@bot words" in any chat offers topics to put there. Nothing of it is kept; it is answered by signal."""

from collections.abc import Callable, Mapping
from typing import Any

from bot import links, render, words
from bot.channels.telegram_write import text_of
from bot.logs import get_logger
from bot.messages import Reply, TooLong
from bot.router import normal
from knowledge import Index, Topic

log = get_logger("telegram")

KIND = "inline_query"
OFFERED = 5
SECONDS = 300  # that the service may repeat our answer to the same words
LONGEST_ID = 64  # bytes of a result's id
START = "inline"  # what /start brings when somebody goes from the offer to our chat
FIRST = ("batas-waktu-melapor", "politik-uang-sanksi", "usia-minimal-calon")  # shown before anything is typed


def answer(query: Any, knowledge: Callable[[], Index], bot: str) -> dict[str, Any] | None:
    """The parameters of answerInlineQuery; None for what is no query. Which topics come, the search decides as for any
    question: what it does not know is not guessed here either."""
    if not isinstance(query, Mapping) or not isinstance(query.get("id"), str):
        return None
    asked, sender = query.get("query"), query.get("from")
    spoken = sender.get("language_code") if isinstance(sender, Mapping) else ""
    language = spoken if spoken in words.languages() else words.DEFAULT
    topics = _found(knowledge, asked if isinstance(asked, str) else "")
    results = [one for topic in topics if (one := _result(topic, language, bot)) is not None]
    return {
        "inline_query_id": query["id"],
        "results": results,
        "cache_time": SECONDS,
        "is_personal": True,  # the same words of somebody else may need another language
        "button": {"text": words.text(language, "inline.ask"), "start_parameter": START},
    }


def _found(knowledge: Callable[[], Index], asked: str) -> list[Topic]:
    try:
        index = knowledge()
        return [index.topics[one] for one in _names(index, asked.strip()) if one in index.topics][:OFFERED]
    except Exception:
        log.exception("knowledge unavailable")
        return []


def _names(index: Index, asked: str) -> list[str]:
    """The topic that was shared by its title, else what the search finds, the best first."""
    if not asked:
        return list(FIRST)
    title = normal(asked)
    named = [one.id for one in index.topics.values() if title in (normal(one.title), f"t_{one.id}")]
    if named:
        return named
    finding = index.find(asked)
    if finding.status == "answered":
        return list(dict.fromkeys((finding.topic, *(topic for topic, _ in finding.ranking))))
    return list(finding.candidates) if finding.status == "choose" else []


def _result(topic: Topic, language: str, bot: str) -> dict[str, Any] | None:
    if len(topic.id.encode()) > LONGEST_ID:
        return None
    link = links.telegram(bot, f"t_{topic.id}")
    try:
        shown = render.in_group(topic, language, link)
    except TooLong:
        return None
    return {
        "type": "article",
        "id": topic.id,
        "title": topic.title,
        "description": topic.difference,
        "input_message_content": _content(shown),
        "reply_markup": {"inline_keyboard": [[{"text": one.label, "url": one.url} for one in shown.buttons]]},
    }


def _content(shown: Reply) -> dict[str, Any]:
    fields = text_of(shown.text)
    text = {"message_text": fields.pop("text"), **fields}
    return {**text, "link_preview_options": {"is_disabled": True}}
