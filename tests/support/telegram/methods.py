"""The table of methods: the parameters each one knows, and what it does."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tests.support.telegram import sending
from tests.support.telegram.delivery import Delivery, Webhook
from tests.support.telegram.errors import ApiError, JsonObject, bad_request
from tests.support.telegram.inline import answer_inline_query
from tests.support.telegram.state import State, bot_status_refusal
from tests.support.telegram.wire import utf16

DOWNLOAD_MAX, COMMANDS_MAX = 20_000_000, 100
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_SCOPES = {
    "default": (), "all_private_chats": (), "all_group_chats": (), "all_chat_administrators": (),
    "chat": ("chat_id",), "chat_administrators": ("chat_id",), "chat_member": ("chat_id", "user_id"),
}  # fmt: skip
_TEXTS = {"name": 64, "description": 512, "short_description": 120}

_SEND = {
    "chat_id": "chat", "business_connection_id": "str", "message_thread_id": "int", "direct_messages_topic_id": "int",
    "disable_notification": "bool", "protect_content": "bool", "allow_paid_broadcast": "bool",
    "message_effect_id": "str", "suggested_post_parameters": "json", "reply_parameters": "json",
    "reply_markup": "json", "ephemeral_message_parameters": "json", "reply_to_message_id": "int",
    "allow_sending_without_reply": "bool", "parse_mode": "str",
}  # fmt: skip
_TEXT = {"text": "str", "entities": "json", "link_preview_options": "json", "disable_web_page_preview": "bool"}
_CAPTION = {"caption": "str", "caption_entities": "json", "show_caption_above_media": "bool"}
_EDIT = {
    "chat_id": "chat", "message_id": "int", "inline_message_id": "str", "business_connection_id": "str",
    "reply_markup": "json", "parse_mode": "str",
}  # fmt: skip

Kinds = Mapping[str, str]
Method = Callable[[State, JsonObject, sending.Uploads], Any]
MESSAGES: dict[str, tuple[Kinds, Method]] = {
    "sendMessage": (_SEND | _TEXT, sending.send_message),
    "sendRichMessage": (_SEND | {"rich_message": "json"}, sending.send_rich_message),
    "sendDocument": (
        _SEND | _CAPTION | {"document": "str", "thumbnail": "str", "disable_content_type_detection": "bool"},
        sending.send_document,
    ),
    "sendPhoto": (_SEND | _CAPTION | {"photo": "str", "has_spoiler": "bool"}, sending.send_photo),
}


def get_me(state: State, _args: JsonObject, _uploads: sending.Uploads) -> JsonObject:
    """getMe."""
    abilities = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": state.inline}
    return {**state.bot, **abilities}


def get_file(state: State, args: JsonObject, _uploads: sending.Uploads) -> JsonObject:
    """getFile: at most 20 MB can be fetched."""
    file = state.files.get(args.get("file_id", ""))
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(file.content) > DOWNLOAD_MAX:
        raise bad_request("file is too big")
    about: JsonObject = {"file_id": file.file_id, "file_unique_id": f"u{file.file_id}", "file_path": file.path}
    return {**about, "file_size": len(file.content)}


def get_chat(state: State, args: JsonObject, _uploads: sending.Uploads) -> JsonObject:
    """getChat, with the few fields a reader must find."""
    chat = state.chat_for_sending(args.get("chat_id", 0))
    return {
        **chat.as_json(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
        ),
    }


def leave_chat(state: State, args: JsonObject, _uploads: sending.Uploads) -> bool:
    """leaveChat: after it the bot may not write there."""
    chat = state.chat_for_sending(args.get("chat_id", 0))
    if chat.kind == "private":
        raise bad_request("chat can't be left")
    chat.refusal = bot_status_refusal(chat.kind, "left")
    return True


def set_my_commands(state: State, args: JsonObject, _uploads: sending.Uploads) -> bool:
    """setMyCommands for one scope and language: 1 to 100 commands."""
    commands = args.get("commands")
    if not isinstance(commands, list) or not 1 <= len(commands) <= COMMANDS_MAX:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not _COMMAND.fullmatch(command.get("command", "").removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= utf16(command.get("description", "")) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    state.commands[_scope(args)] = commands
    return True


def delete_my_commands(state: State, args: JsonObject, _uploads: sending.Uploads) -> bool:
    """deleteMyCommands for one scope and language."""
    state.commands.pop(_scope(args), None)
    return True


def get_my_commands(state: State, args: JsonObject, _uploads: sending.Uploads) -> list[JsonObject]:
    """getMyCommands for one scope and language."""
    return state.commands.get(_scope(args), [])


def _scope(args: JsonObject) -> tuple[str, str]:
    scope = args.get("scope") or {"type": "default"}
    if scope.get("type") not in _SCOPES:
        raise bad_request("unsupported BotCommandScope type")
    wanted = [str(scope.get(name, "")) for name in _SCOPES[scope["type"]]]
    if "" in wanted:
        raise bad_request("chat_id is empty")
    return ":".join([scope["type"], *wanted]), _language(args)


def _language(args: JsonObject) -> str:
    language: str = args.get("language_code", "")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad_request("LANG_CODE_INVALID")
    return language


def _set_text(kind: str) -> Method:
    def set_text(state: State, args: JsonObject, _uploads: sending.Uploads) -> bool:
        words: str = args.get(kind, "")
        if utf16(words) > _TEXTS[kind]:
            raise bad_request(f"{kind} is too long")
        state.texts[kind, _language(args)] = words
        return True

    return set_text


def _get_text(kind: str) -> Method:
    def get_text(state: State, args: JsonObject, _uploads: sending.Uploads) -> JsonObject:
        return {kind: state.texts.get((kind, _language(args)), "")}

    return get_text


def _done(_state: State, _args: JsonObject, _uploads: sending.Uploads) -> bool:
    return True


_SCOPE = {"scope": "json", "language_code": "str"}
OTHERS: dict[str, tuple[Kinds, Method]] = {
    "getMe": ({}, get_me),
    "getFile": ({"file_id": "str"}, get_file),
    "getChat": ({"chat_id": "chat"}, get_chat),
    "leaveChat": ({"chat_id": "chat"}, leave_chat),
    "editMessageText": (_EDIT | _TEXT | {"rich_message": "json"}, sending.edit_message_text),
    "editMessageCaption": (_EDIT | _CAPTION, sending.edit_message_caption),
    "editMessageReplyMarkup": (_EDIT, sending.edit_message_reply_markup),
    "deleteMessage": ({"chat_id": "chat", "message_id": "int"}, sending.delete_message),
    "answerCallbackQuery": (
        {"callback_query_id": "str", "text": "str", "show_alert": "bool", "url": "str", "cache_time": "int"},
        sending.answer_callback_query,
    ),
    "answerInlineQuery": (
        {
            "inline_query_id": "str",
            "results": "json",
            "cache_time": "int",
            "is_personal": "bool",
            "next_offset": "str",
            "button": "json",
        },
        answer_inline_query,
    ),
    "sendChatAction": (
        {"chat_id": "chat", "action": "str", "business_connection_id": "str", "message_thread_id": "int"},
        sending.send_chat_action,
    ),
    "setMyCommands": (_SCOPE | {"commands": "json"}, set_my_commands),
    "deleteMyCommands": (_SCOPE, delete_my_commands),
    "getMyCommands": (_SCOPE, get_my_commands),
    "setMyName": ({"name": "str", "language_code": "str"}, _set_text("name")),
    "getMyName": ({"language_code": "str"}, _get_text("name")),
    "setMyDescription": ({"description": "str", "language_code": "str"}, _set_text("description")),
    "getMyDescription": ({"language_code": "str"}, _get_text("description")),
    "setMyShortDescription": ({"short_description": "str", "language_code": "str"}, _set_text("short_description")),
    "getMyShortDescription": ({"language_code": "str"}, _get_text("short_description")),
    "setChatMenuButton": ({"chat_id": "int", "menu_button": "json"}, _done),
    "logOut": ({}, _done),
    "close": ({}, _done),
}


async def get_updates(delivery: Delivery, args: JsonObject) -> list[JsonObject]:
    """getUpdates: at most 100 at a time; `allowed_updates` stays as last set."""
    if "allowed_updates" in args:
        delivery.allowed = args["allowed_updates"]
    limit = args.get("limit", 100)
    return await delivery.poll(args.get("offset", 0), limit if 1 <= limit <= 100 else 100, args.get("timeout", 0))


async def set_webhook(delivery: Delivery, args: JsonObject) -> bool:
    """setWebhook: this double takes plain HTTP too, but only on loopback."""
    url, secret = args.get("url", ""), args.get("secret_token", "")
    if url and not re.match(r"https://|http://(127\.0\.0\.1|localhost|\[::1\])[:/]", url):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if secret and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    if "allowed_updates" in args:
        delivery.allowed = args["allowed_updates"]
    webhook = Webhook(url, secret, min(max(args.get("max_connections", 40), 1), 100))
    await delivery.set_webhook(webhook, args.get("drop_pending_updates", False))
    return True


async def delete_webhook(delivery: Delivery, args: JsonObject) -> bool:
    """deleteWebhook: back to getUpdates."""
    await delivery.set_webhook(Webhook(), args.get("drop_pending_updates", False))
    return True


async def get_webhook_info(delivery: Delivery, _args: JsonObject) -> JsonObject:
    """getWebhookInfo."""
    hook = delivery.webhook
    info: JsonObject = {
        "url": hook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(delivery.pending),
    }
    if hook.url:
        info["max_connections"] = hook.max_connections
    if hook.last_error:
        info |= {"last_error_date": hook.last_error_at, "last_error_message": hook.last_error}
    return info | ({"allowed_updates": delivery.allowed} if delivery.allowed else {})


UPDATES: dict[str, tuple[Kinds, Callable[[Delivery, JsonObject], Awaitable[Any]]]] = {
    "getUpdates": ({"offset": "int", "limit": "int", "timeout": "int", "allowed_updates": "json"}, get_updates),
    "setWebhook": (
        {
            "url": "str", "certificate": "str", "ip_address": "str", "max_connections": "int",
            "allowed_updates": "json", "drop_pending_updates": "bool", "secret_token": "str",
        },
        set_webhook,
    ),
    "deleteWebhook": ({"drop_pending_updates": "bool"}, delete_webhook),
    "getWebhookInfo": ({}, get_webhook_info),
}  # fmt: skip
SPELLED = {name.lower(): name for name in (*MESSAGES, *OTHERS, *UPDATES)}


def spelled(name: str) -> str:
    """The method's name as documented (the service takes any case); 404 for one it does not know."""
    if name.lower() not in SPELLED:
        raise ApiError(404, "Not Found: method not found")
    return SPELLED[name.lower()]
