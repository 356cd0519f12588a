"""The methods that put messages into a chat, change them and take them away."""

import json
from typing import Any

from tests.support.telegram.errors import CALLBACK_TOO_OLD, NOT_MODIFIED, JsonObject, bad_request
from tests.support.telegram.formatting import CAPTION_MAX, TEXT_MAX, checked_markup, formatted
from tests.support.telegram.rich import checked_rich
from tests.support.telegram.state import Chat, State, StoredFile
from tests.support.telegram.wire import Upload, utf16

Uploads = dict[str, Upload]
DOCUMENT_MAX, PHOTO_MAX, DELETABLE_SECONDS, TOAST_MAX = 50_000_000, 10_000_000, 48 * 3600, 200
ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip


def send_message(state: State, args: JsonObject, _uploads: Uploads) -> JsonObject:
    """sendMessage: 1 to 4096 UTF-16 units after formatting."""
    chat = _chat(state, args)
    text, entities = formatted(args.get("text", ""), args.get("parse_mode"), args.get("entities"), TEXT_MAX)
    return _send(state, chat, args, {"text": text, **({"entities": entities} if entities else {})})


def send_rich_message(state: State, args: JsonObject, _uploads: Uploads) -> JsonObject:
    """sendRichMessage: blocks, with tables."""
    chat = _chat(state, args)
    return _send(state, chat, args, {"rich_message": checked_rich(args.get("rich_message"))})


def send_document(state: State, args: JsonObject, uploads: Uploads) -> JsonObject:
    """sendDocument: an upload, or the id of a file sent before."""
    chat = _chat(state, args)
    file = _file(state, args, uploads, "document", DOCUMENT_MAX)
    return _send(state, chat, args, {"document": document_json(file), **_caption(args)})


def send_photo(state: State, args: JsonObject, uploads: Uploads) -> JsonObject:
    """sendPhoto: an upload, or the id of a photo sent before."""
    chat = _chat(state, args)
    file = _file(state, args, uploads, "photo", PHOTO_MAX)
    return _send(state, chat, args, {"photo": photo_json(file), **_caption(args)})


def document_json(file: StoredFile) -> JsonObject:
    """The `document` of a message."""
    return {
        "file_id": file.file_id,
        "file_unique_id": f"u{file.file_id}",
        "file_name": file.name,
        "mime_type": file.mime,
        "file_size": len(file.content),
    }


def photo_json(file: StoredFile) -> list[JsonObject]:
    """The `photo` of a message; one size is enough here."""
    size = {"file_id": file.file_id, "file_unique_id": f"u{file.file_id}", "file_size": len(file.content)}
    return [{**size, "width": 800, "height": 600}]


def edit_message_text(state: State, args: JsonObject, _uploads: Uploads) -> JsonObject:
    """editMessageText: new words or a new rich message in place of the old."""
    if args.get("rich_message") is not None:
        content: JsonObject = {"rich_message": checked_rich(args["rich_message"])}
    else:
        text, entities = formatted(args.get("text", ""), args.get("parse_mode"), args.get("entities"), TEXT_MAX)
        content = {"text": text, **({"entities": entities} if entities else {})}
    return _edit(state, args, content, {"text", "entities", "rich_message"})


def edit_message_caption(state: State, args: JsonObject, _uploads: Uploads) -> JsonObject:
    """editMessageCaption."""
    return _edit(state, args, _caption(args), {"caption", "caption_entities"})


def edit_message_reply_markup(state: State, args: JsonObject, _uploads: Uploads) -> JsonObject:
    """editMessageReplyMarkup: only the buttons change."""
    return _edit(state, args, {}, set())


def delete_message(state: State, args: JsonObject, _uploads: Uploads) -> bool:
    """deleteMessage: our own or, in a private chat, anyone's; younger than 48 hours."""
    chat = _chat(state, args)
    message = chat.messages.get(args.get("message_id", 0))
    if message is None:
        raise bad_request("message to delete not found")
    if state.now() - message["date"] > DELETABLE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    del chat.messages[message["message_id"]]
    state.record_change(chat, "gone", message["message_id"])
    return True


def answer_callback_query(state: State, args: JsonObject, _uploads: Uploads) -> bool:
    """answerCallbackQuery: once for each button that was pressed."""
    press = state.presses.get(args.get("callback_query_id", ""))
    if press is None or press.answered:
        raise bad_request(CALLBACK_TOO_OLD)
    if utf16(args.get("text", "")) > TOAST_MAX:
        raise bad_request("MESSAGE_TOO_LONG")
    press.answered, press.toast, press.alert = True, args.get("text", ""), args.get("show_alert", False)
    state.wake()
    return True


def send_chat_action(state: State, args: JsonObject, _uploads: Uploads) -> bool:
    """sendChatAction: 'typing…' and the like."""
    chat = _chat(state, args)
    if args.get("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    state.actions.append((chat.id, args["action"]))
    return True


def _chat(state: State, args: JsonObject) -> Chat:
    if args.get("chat_id") in (None, ""):
        raise bad_request("chat_id is empty")
    return state.chat_for_sending(args["chat_id"])


def _send(state: State, chat: Chat, args: JsonObject, content: JsonObject) -> JsonObject:
    markup = checked_markup(args.get("reply_markup"))
    if not state.inline and markup is not None and _shares(markup):
        raise bad_request("BUTTON_TYPE_INVALID")
    if markup is not None and "inline_keyboard" in markup:
        content["reply_markup"] = markup
    elif markup is not None:
        state.keyboards[chat.id] = markup
    content |= _replied(chat, args)
    if args.get("protect_content"):
        content["has_protected_content"] = True
    if args.get("message_thread_id"):
        content["message_thread_id"] = args["message_thread_id"]
    return state.new_message(chat, state.bot, content)


def _shares(markup: JsonObject) -> bool:
    """Whether a button takes the reader's words to another chat, which needs inline mode."""
    buttons = (button for row in markup.get("inline_keyboard", ()) for button in row)
    return any(name.startswith("switch_inline_query") for button in buttons for name in button)


def _replied(chat: Chat, args: JsonObject) -> JsonObject:
    reply = args.get("reply_parameters") or {"message_id": args.get("reply_to_message_id")}
    if not isinstance(reply, dict) or reply.get("message_id") is None:
        return {}
    original = chat.messages.get(reply["message_id"])
    if original is None:
        if reply.get("allow_sending_without_reply") or args.get("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")
    return {"reply_to_message": {name: item for name, item in original.items() if name != "reply_to_message"}}


def _edit(state: State, args: JsonObject, content: JsonObject, replaced: set[str]) -> JsonObject:
    chat = _chat(state, args)
    message = chat.messages.get(args.get("message_id", 0))
    if message is None:
        raise bad_request("message to edit not found")
    if message["from"]["id"] != state.bot["id"]:
        raise bad_request("message can't be edited")
    markup = checked_markup(args.get("reply_markup"))
    if markup is not None and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    ours = replaced | {"reply_markup", "edit_date"}
    new = {name: item for name, item in message.items() if name not in ours} | content
    if markup is not None:
        new["reply_markup"] = markup
    if _without_date(new) == _without_date(message):
        raise bad_request(NOT_MODIFIED)
    new["edit_date"] = state.now()
    chat.messages[message["message_id"]] = new
    state.record_change(chat, "edited", message["message_id"])
    return new


def _without_date(message: JsonObject) -> str:
    return json.dumps({name: item for name, item in message.items() if name != "edit_date"}, sort_keys=True)


def _caption(args: JsonObject) -> JsonObject:
    if not args.get("caption"):
        return {}
    caption, entities = formatted(args["caption"], args.get("parse_mode"), args.get("caption_entities"), CAPTION_MAX)
    return {"caption": caption, **({"caption_entities": entities} if entities else {})}


def _file(state: State, args: JsonObject, uploads: Uploads, field: str, limit: int) -> StoredFile:
    value: Any = args.get(field, "")
    upload = uploads.get(value.removeprefix("attach://") if value else field)
    if upload is not None:
        if len(upload.content) > limit:
            raise bad_request("file is too big")
        if not upload.content:
            raise bad_request("file must be non-empty")
        return state.store_file(upload.name, upload.mime, upload.content, f"{field}s")
    if not value:
        raise bad_request(f"there is no {field} in the request")
    if value not in state.files:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return state.files[value]
