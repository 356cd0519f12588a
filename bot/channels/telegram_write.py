"""Replies as what Telegram's Bot API takes: entities for markup, keyboards, a real table for a comparison."""

from typing import Any

from bot.limits import FEW_BUTTONS
from bot.messages import Comparison, Outgoing
from bot.text import parse

SHORT_LABEL = 14  # two of these fit beside each other on a small phone
SHARED = 256  # letters that a query from another chat may have


def text_of(markup: str) -> dict[str, Any]:
    """`text` and `entities` of a text with light markup."""
    text, spans = parse(markup)
    fields: dict[str, Any] = {"text": text}
    if spans:
        fields["entities"] = [{"type": span.kind, "offset": span.offset, "length": span.length} for span in spans]
    return fields


def keyboard(message: Outgoing, inline: bool = False) -> dict[str, Any]:
    """`reply_markup` with the reply's buttons: one in a row, or two when all are short. `inline`: the bot may be called
    from other chats, so that what is to be shared can be taken there."""
    buttons = []
    for button in message.reply.buttons:
        if button.share and inline:
            target = {"switch_inline_query": button.share[:SHARED]}
        elif button.url or button.share:
            target = {"url": button.url}
        else:
            target = {"callback_data": message.pressed(button)}
        if all(target.values()):
            buttons.append({"text": button.label, **target})
    if not buttons:
        return {}
    short = all(len(button["text"]) <= SHORT_LABEL for button in buttons)
    width = 2 if short and len(buttons) > FEW_BUTTONS else 1
    rows = [buttons[at : at + width] for at in range(0, len(buttons), width)]
    return {"reply_markup": {"inline_keyboard": rows}}


def plain_message(message: Outgoing, inline: bool = False) -> dict[str, Any]:
    """The fields of sendMessage and editMessageText."""
    return {
        "chat_id": int(message.address),
        **text_of(message.reply.whole_text()),
        **keyboard(message, inline),
        "link_preview_options": {"is_disabled": True},
    }


def rich_message(message: Outgoing, comparison: Comparison, inline: bool = False) -> dict[str, Any]:
    """The fields of sendRichMessage: a table of the two regimes, then the rest."""
    blocks: list[dict[str, Any]] = [{"type": "heading", "size": 3, "text": rich(comparison.title)}, _table(comparison)]
    rest = [*comparison.notes, *message.reply.text.split("\n\n")]
    blocks += [{"type": "paragraph", "text": rich(paragraph)} for paragraph in rest if paragraph.strip()]
    return {
        "chat_id": int(message.address),
        "rich_message": {"blocks": blocks, "skip_entity_detection": True},
        **keyboard(message, inline),
    }


def _table(comparison: Comparison) -> dict[str, Any]:
    labelled = any(what for what, _, _ in comparison.rows)
    head = ([""] if labelled else []) + [comparison.left, comparison.right]
    rows = [[what, left, right] if labelled else [left, right] for what, left, right in comparison.rows]
    cells = [[_cell(text, header=True) for text in head]]
    cells += [[_cell(text, header=labelled and at == 0) for at, text in enumerate(row)] for row in rows]
    return {"type": "table", "is_bordered": True, "cells": cells}


def _cell(markup: str, header: bool) -> dict[str, Any]:
    cell: dict[str, Any] = {"align": "left", "valign": "top", "text": rich(markup)}
    return {**cell, "is_header": True} if header else cell


def rich(markup: str) -> Any:
    """Light markup as rich text: a string, or a list of strings and marked pieces."""
    text, spans = parse(markup)
    if not spans:
        return text
    raw, at = text.encode("utf-16-le"), 0
    pieces: list[Any] = []
    for span in spans:
        if span.offset < at:  # markup inside markup: the outer one is enough for a table
            continue
        pieces.append(raw[at * 2 : span.offset * 2].decode("utf-16-le"))
        at = span.offset + span.length
        pieces.append({"type": span.kind, "text": raw[span.offset * 2 : at * 2].decode("utf-16-le")})
    pieces.append(raw[at * 2 :].decode("utf-16-le"))
    return [piece for piece in pieces if piece]
