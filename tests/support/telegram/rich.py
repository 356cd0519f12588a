"""Rich messages (Bot API 10.1 and later): what the service accepts as blocks, and how a person reads them."""

import re
from typing import Any

from tests.support.telegram.errors import JsonObject, bad_request
from tests.support.telegram.formatting import check_inline_button

CHARACTERS_MAX, BLOCKS_MAX, DEPTH_MAX, COLUMNS_MAX = 32_768, 500, 16, 20

_TEXT_BLOCKS = {"paragraph", "heading", "pre", "footer", "pullquote", "expandable_blockquote", "thinking"}
_NESTED_BLOCKS = {"blockquote", "details", "collage", "slideshow"}
_MEDIA_BLOCKS = {"photo", "video", "animation", "audio", "document", "voice_note", "map"}
_TEXT_TYPES = {
    "bold", "italic", "underline", "strikethrough", "spoiler", "date_time", "text_mention", "subscript", "superscript",
    "marked", "code", "custom_emoji", "mathematical_expression", "url", "email_address", "phone_number", "hashtag",
    "bank_card_number", "mention", "cashtag", "bot_command", "button", "anchor", "anchor_link", "reference",
    "reference_link",
}  # fmt: skip


class _Count:
    def __init__(self) -> None:
        self.blocks = 0

    def one(self, depth: int) -> None:
        self.blocks += 1
        if self.blocks > BLOCKS_MAX:
            raise bad_request("rich message has too many blocks")
        if depth > DEPTH_MAX:
            raise bad_request("rich message is nested too deeply")


def checked_rich(message: Any) -> JsonObject:
    """The `rich_message` of an answer (`blocks`), made from an InputRichMessage; refuses what breaks the rules."""
    if not isinstance(message, dict):
        raise bad_request("object expected as rich_message")
    given = [name for name in ("html", "markdown", "blocks") if message.get(name)]
    if len(given) != 1:
        raise bad_request("exactly one of the fields html, markdown and blocks must be specified in rich_message")
    if given == ["blocks"]:
        blocks, count = message["blocks"], _Count()
        _check_blocks(blocks, count, 1)
    else:
        plain = re.sub(r"<[^>]+>", " ", str(message[given[0]]))
        blocks = [{"type": "paragraph", "text": plain}]
    if len(rich_text(blocks)) > CHARACTERS_MAX:
        raise bad_request("rich message is too long")
    return {"blocks": blocks} | ({"is_rtl": True} if message.get("is_rtl") else {})


def _check_blocks(blocks: Any, count: _Count, depth: int) -> None:
    if not isinstance(blocks, list) or not blocks:
        raise bad_request("rich message blocks must be a non-empty array")
    for block in blocks:
        count.one(depth)
        _check_block(block, count, depth)


def _check_block(block: Any, count: _Count, depth: int) -> None:
    kind = block.get("type") if isinstance(block, dict) else None
    if kind in _TEXT_BLOCKS:
        _check_text(block.get("text"), depth + 1)
        if kind == "heading" and block.get("size") not in range(1, 7):
            raise bad_request("size of a rich message heading must be 1 to 6")
    elif kind in _NESTED_BLOCKS:
        _check_blocks(block.get("blocks"), count, depth + 1)
        _check_text(block.get("summary", ""), depth + 1)
    elif kind in _CHECKS:
        _CHECKS[kind](block, count, depth)
    elif kind not in _MEDIA_BLOCKS | {"divider", "anchor", "mathematical_expression"}:
        raise bad_request(f"can't parse rich message: unsupported block type {kind}")


def _check_list(block: JsonObject, count: _Count, depth: int) -> None:
    for item in block.get("items") or [{}]:
        count.one(depth)
        _check_blocks(item.get("blocks"), count, depth + 1)


def _check_buttons(block: JsonObject, _count: _Count, _depth: int) -> None:
    for button in block.get("buttons") or [{}]:
        check_inline_button({**button, "text": rich_text(button.get("text"))})


def _check_table(table: JsonObject, count: _Count, depth: int) -> None:
    rows = table.get("cells")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, list) and row for row in rows):
        raise bad_request("rich message table must have rows with cells")
    for row in rows:
        count.one(depth)
        if sum(cell.get("colspan") or 1 for cell in row) > COLUMNS_MAX:
            raise bad_request("rich message table has too many columns")
        for cell in row:
            if cell.get("align") not in ("left", "center", "right"):
                raise bad_request("align of a rich message table cell must be left, center or right")
            if cell.get("valign") not in ("top", "middle", "bottom"):
                raise bad_request("valign of a rich message table cell must be top, middle or bottom")
            if cell.get("text") is not None:
                _check_text(cell["text"], depth + 1)
    if table.get("caption") is not None:
        _check_text(table["caption"], depth + 1)


_CHECKS = {"list": _check_list, "buttons": _check_buttons, "table": _check_table}


def _check_text(text: Any, depth: int) -> None:
    if depth > DEPTH_MAX:
        raise bad_request("rich message is nested too deeply")
    if isinstance(text, list):
        for part in text:
            _check_text(part, depth)
    elif isinstance(text, dict):
        if text.get("type") not in _TEXT_TYPES:
            raise bad_request(f"can't parse rich message: unsupported text type {text.get('type')}")
        if text["type"] == "url" and not text.get("url"):
            raise bad_request("can't parse rich message: can't find field \"url\"")
        if "text" in text:
            _check_text(text["text"], depth + 1)
    elif not isinstance(text, str):
        raise bad_request("can't parse rich message: text expected")


def rich_text(value: Any) -> str:
    """All words of a rich text, block or message; blocks and rows on lines of their own, cells parted by ' | '."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        between = "\n" if any(isinstance(part, dict) and _is_block(part) for part in value) else ""
        return between.join(rich_text(part) for part in value)
    if not isinstance(value, dict):
        return ""
    if value.get("type") == "table":
        rows = [" | ".join(rich_text(cell.get("text")) for cell in row) for row in value["cells"]]
        return "\n".join([*([rich_text(value["caption"])] if value.get("caption") else []), *rows])
    parts = [rich_text(value[name]) for name in ("summary", "text", "blocks", "items", "buttons") if value.get(name)]
    return "\n".join(parts)


def _is_block(part: JsonObject) -> bool:
    blocks = _TEXT_BLOCKS | _NESTED_BLOCKS | _MEDIA_BLOCKS | {"table", "list", "buttons", "divider"}
    return part.get("type") in blocks or "blocks" in part


def tables(blocks: list[JsonObject]) -> list[list[list[str]]]:
    """The tables among the blocks, each as rows of plain cells."""
    return [
        [[rich_text(cell.get("text")) for cell in row] for row in block["cells"]]
        for block in blocks
        if block.get("type") == "table"
    ]
