"""Formatted text: Telegram's HTML to entities, and the checks that text, entities and keyboards must pass."""

import html
import re
from typing import Any

from tests.support.telegram.errors import JsonObject, bad_request
from tests.support.telegram.wire import utf16

TEXT_MAX, CAPTION_MAX, CALLBACK_MAX_BYTES, BUTTONS_MAX, ROW_MAX = 4096, 1024, 64, 100, 8

_TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "span": "spoiler", "code": "code", "pre": "pre", "blockquote": "blockquote", "a": "text_link",
}  # fmt: skip
_ENTITY_TYPES = set(_TAGS.values()) | {
    "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "expandable_blockquote",
    "text_mention", "custom_emoji", "date_time",
}  # fmt: skip
_TOKEN = re.compile(r"<(/?)([a-zA-Z0-9-]*)([^<>]*)>|<|[^<]+")
_LETTER = re.compile(r"&(lt|gt|amp|quot|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")  # the only ones that Telegram knows
_COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,32}(@\w{3,32})?")
_URL = re.compile(r"https?://\S+")


def formatted(text: str, parse_mode: str | None, entities: Any, limit: int) -> tuple[str, list[JsonObject]]:
    """Text and entities as the person sees them; refuses what the service refuses."""
    if parse_mode:
        if parse_mode.lower() != "html":
            raise bad_request("unsupported parse_mode (this double reads only HTML and entities)")
        text, entities = parse_html(text)
    if not text.strip("\0 \n\t\r"):
        raise bad_request("message text is empty" if limit == TEXT_MAX else "message caption is empty")
    if utf16(text) > limit:
        raise bad_request("message is too long" if limit == TEXT_MAX else "message caption is too long")
    return text, [checked_entity(entity, utf16(text)) for entity in entities or []]


def checked_entity(entity: Any, length: int) -> JsonObject:
    """The entity, if its kind is known and it lies within `length` UTF-16 units."""
    if not isinstance(entity, dict) or entity.get("type") not in _ENTITY_TYPES:
        raise bad_request("can't parse entities: unsupported type of MessageEntity")
    offset, size = entity.get("offset"), entity.get("length")
    if not isinstance(offset, int) or not isinstance(size, int) or offset < 0 or size < 1 or offset + size > length:
        raise bad_request(f"can't parse entities: entity {entity.get('type')} at {offset}+{size} is outside the text")
    if entity["type"] == "text_link" and not entity.get("url"):
        raise bad_request("can't parse entities: can't find field \"url\"")
    return {name: value for name, value in entity.items() if value is not None}


def parse_html(source: str) -> tuple[str, list[JsonObject]]:
    """The subset of HTML that Telegram reads, as strict as Telegram."""
    text, entities = "", list[JsonObject]()
    opened: list[tuple[str, str, int]] = []
    for token in _TOKEN.finditer(source):
        closing, tag, attributes = token.group(1), (token.group(2) or "").lower(), token.group(3) or ""
        where = f"at byte offset {len(source[: token.start()].encode())}"
        if token.group(2) is None:
            if token.group() == "<":
                raise bad_request(f"can't parse entities: Unexpected end tag {where}")
            text += _LETTER.sub(lambda found: html.unescape(found.group()), token.group())
        elif tag not in _TAGS:
            raise bad_request(f'can\'t parse entities: Unsupported start tag "{tag}" {where}')
        elif not closing:
            opened.append((tag, attributes, utf16(text)))
        elif not opened or opened[-1][0] != tag:
            raise bad_request(f'can\'t parse entities: Unmatched end tag {where}, found "&lt;/{tag}&gt;"')
        else:
            entities += _entity(*opened.pop(), utf16(text))
    if opened:
        raise bad_request(f"can't parse entities: Can't find end tag corresponding to start tag \"{opened[-1][0]}\"")
    return text, sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def _entity(tag: str, attributes: str, start: int, end: int) -> list[JsonObject]:
    if end == start:
        return []
    entity: JsonObject = {"type": _TAGS[tag], "offset": start, "length": end - start}
    if tag == "blockquote" and "expandable" in attributes:
        entity["type"] = "expandable_blockquote"
    link = re.search(r"""href\s*=\s*["']?([^"'\s]+)""", attributes)
    if tag == "a":
        if not link:
            return []
        entity["url"] = html.unescape(link.group(1))
    return [entity]


def found_entities(text: str) -> list[JsonObject]:
    """Commands and addresses that Telegram finds in what a person types."""
    spots = [("bot_command", found) for found in _COMMAND.finditer(text)]
    spots += [("url", found) for found in _URL.finditer(text)]
    return [
        {"type": kind, "offset": utf16(text[: found.start()]), "length": utf16(found.group())} for kind, found in spots
    ]


def checked_markup(markup: Any) -> JsonObject | None:
    """The keyboard, if the service would take it: at most 100 buttons, 8 in a row, data of 1 to 64 bytes."""
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    rows = markup.get("inline_keyboard")
    if rows is None:
        return _checked_reply_keyboard(markup)
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" must be an array of arrays')
    if sum(len(row) for row in rows) > BUTTONS_MAX or any(len(row) > ROW_MAX for row in rows):
        raise bad_request("reply markup has too many buttons")
    for row in rows:
        for button in row:
            check_inline_button(button)
    return markup if any(rows) else None


def check_inline_button(button: Any) -> None:
    """Refuses a button without a label, without exactly one thing to do, or with too long data."""
    if not isinstance(button, dict) or not isinstance(button.get("text"), str) or not button["text"].strip():
        raise bad_request('can\'t parse inline keyboard button: field "text" must be a non-empty string')
    actions = [
        name for name, value in button.items() if name not in ("text", "style", "icon_custom_emoji_id") and value
    ]
    if len(actions) != 1:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    data = button.get("callback_data")
    if data is not None and (not isinstance(data, str) or len(data.encode()) > CALLBACK_MAX_BYTES):
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button and not re.match(r"(https?|tg)://", str(button["url"])):
        raise bad_request("BUTTON_URL_INVALID")


def _checked_reply_keyboard(markup: JsonObject) -> JsonObject:
    if not {"keyboard", "remove_keyboard", "force_reply"} & set(markup):
        raise bad_request("can't parse reply keyboard markup JSON object")
    for row in markup.get("keyboard") or []:
        for button in row:
            if not (isinstance(button, str) or (isinstance(button, dict) and button.get("text"))):
                raise bad_request('can\'t parse keyboard button: field "text" must be a non-empty string')
    return markup
