"""Updates of Telegram as messages. Plain dictionaries: a field nobody knows yet can never make an update unreadable."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

import orjson

from bot.channels.telegram_json import is_whole, number_of
from bot.messages import Incoming, Media
from bot.text import clean

Json: TypeAlias = Mapping[str, Any]

NAME_LENGTH = 255  # letters of names of people and files that are kept

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@(\w+))?(?:\s+|$)(.*)", re.DOTALL)
_MEDIA = {
    "photo": "photo",
    "video": "video",
    "video_note": "video",
    "animation": "video",
    "audio": "audio",
    "voice": "voice",
    "document": "document",
    "sticker": "sticker",
    "venue": "location",
    "location": "location",
    "contact": "contact",
    "poll": "poll",
}
# What surrounds the content of a message. A message with nothing else in it says nothing.
_AROUND = """
message_id from chat date sender_chat message_thread_id is_topic_message edit_date reply_to_message via_bot
forward_origin forward_from forward_from_chat forward_from_message_id forward_signature forward_sender_name
forward_date external_reply quote is_automatic_forward has_protected_content media_group_id author_signature
entities caption caption_entities show_caption_above_media has_media_spoiler reply_markup link_preview_options
is_from_offline effect_id sender_boost_count business_connection_id sender_business_bot is_paid_post
paid_star_count direct_messages_topic suggested_post_info reply_to_story reply_to_checklist_task_id
sender_tag reply_to_poll_option_id
"""
# What Telegram says about a chat, and no person to us.
_NEWS = """
new_chat_members left_chat_member new_chat_title new_chat_photo delete_chat_photo group_chat_created
supergroup_chat_created channel_chat_created message_auto_delete_timer_changed pinned_message users_shared
chat_shared user_shared connected_website write_access_allowed passport_data proximity_alert_triggered
boost_added chat_background_set forum_topic_created forum_topic_edited forum_topic_closed forum_topic_reopened
general_forum_topic_hidden general_forum_topic_unhidden giveaway_created giveaway giveaway_winners
giveaway_completed video_chat_scheduled video_chat_started video_chat_ended video_chat_participants_invited
web_app_data successful_payment refunded_payment checklist_tasks_done checklist_tasks_added
direct_message_price_changed paid_message_price_changed gift unique_gift gift_upgrade_sent chat_owner_left
chat_owner_changed suggested_post_approved suggested_post_approval_failed suggested_post_declined
suggested_post_paid suggested_post_refunded managed_bot_created poll_option_added poll_option_deleted
community_chat_added community_chat_removed community_chat_joined
"""
_ENVELOPE, _SERVICE = frozenset(_AROUND.split()), frozenset(_NEWS.split())


class Unreadable(ValueError):
    """Not what Telegram would send: the item is put aside."""


class Reader:
    """Reads updates for one bot; its id and name tell which commands and replies in a group are meant for it."""

    def __init__(self, channel: str, bot_id: str) -> None:
        self._channel, self._bot_id = channel, bot_id
        self.name = ""
        self._kinds: dict[str, Callable[[str, Json, bytes], Incoming | None]] = {
            "message": self._message,
            "edited_message": self._edited,
            "callback_query": self._callback,
            "my_chat_member": self._membership,
        }

    @property
    def kinds(self) -> list[str]:
        """The kinds of update that are read, for allowed_updates."""
        return list(self._kinds)

    def read(self, raw: bytes) -> Incoming | None:
        """One update; None when nobody says anything to us with it. Unreadable when it is not an update."""
        try:
            update = orjson.loads(raw)
        except ValueError as error:
            raise Unreadable("no JSON") from error
        return self.understand(update, raw)

    def understand(self, update: Any, raw: bytes) -> Incoming | None:
        """The same for an update that was taken out of its JSON already."""
        number = number_of(update)
        if number is None:
            raise Unreadable("no update")
        for kind, read in self._kinds.items():
            if kind in update:
                try:
                    return read(str(number), update[kind], raw)
                except (KeyError, TypeError, ValueError, AttributeError) as error:
                    raise Unreadable(f"a {kind} that is none") from error
        return None

    def _message(self, key: str, message: Json, raw: bytes, edited: bool = False) -> Incoming | None:
        chat = message["chat"]
        moved = _moved(message)
        if moved is not None:
            old, new = moved
            return Incoming(self._channel, old, key, event="migrated", argument=new, is_group=True, raw=raw)
        if not _from_a_person(message) or self._ours(message):
            return None
        content = [name for name in message if name not in _ENVELOPE and message[name] is not None]
        if not content or _SERVICE.issuperset(content):
            return None
        is_group = chat["type"] != "private"
        kind = "text" if "text" in content else next((_MEDIA[name] for name in content if name in _MEDIA), "other")
        text = _string(message.get("text") if kind == "text" else message.get("caption") or "")
        command, argument, ours = self._command(text) if kind == "text" else ("", "", True)
        if not ours:
            return None
        return self._told(
            key,
            raw,
            chat,
            message.get("from"),
            text=text,
            kind=kind,
            command=command,
            argument=argument,
            message=_id(message["message_id"]),
            reply_to=_reply_to(message),
            media=_media(message, content) if kind != "text" else (),
            album=_word(message.get("media_group_id")),
            edited=edited,
            forwarded="forward_origin" in message,
            addressed=not is_group or bool(command) or self._addressed(message, text),
            sent_at=_moment(message.get("date")),
        )

    def _edited(self, key: str, message: Json, raw: bytes) -> Incoming | None:
        return self._message(key, message, raw, edited=True)

    def _callback(self, key: str, query: Json, raw: bytes) -> Incoming | None:
        sender, message = query.get("from"), query.get("message")
        if sender is None:
            raise ValueError("nobody pressed")
        if message is None or not query.get("data"):
            return None
        pressed, shown = _string(query["data"]), _id(message["message_id"])
        return self._told(key, raw, message["chat"], sender, pressed=pressed, message=shown)

    def _membership(self, key: str, change: Json, raw: bytes) -> Incoming | None:
        chat, new, old = change["chat"], change["new_chat_member"], change["old_chat_member"]
        if chat["type"] == "channel":
            return None
        before, after = _present(old), _present(new)
        if before == after:
            return None
        names = ("unblocked", "blocked") if chat["type"] == "private" else ("joined", "left")
        return self._told(key, raw, chat, change.get("from"), event=names[0] if after else names[1])

    def _told(self, key: str, raw: bytes, chat: Json, sender: Json | None, **what: Any) -> Incoming:
        is_group = chat["type"] != "private"
        who, name, language = _who(sender, is_group)
        return Incoming(
            self._channel,
            _id(chat["id"]),
            key,
            sender=who,
            sender_name=name,
            language=language,
            is_group=is_group,
            raw=raw,
            **what,
        )

    def _command(self, text: str) -> tuple[str, str, bool]:
        """Command, argument, and whether it is meant for us rather than for another bot."""
        found = _COMMAND.fullmatch(text) if text.startswith("/") else None
        if found is None:
            return "", "", True
        name, bot, argument = found.groups()
        ours = not bot or not self.name or bot.casefold() == self.name.casefold()
        return name.lower(), argument.strip(), ours

    def _ours(self, message: Json) -> bool:
        """Whether it is an answer of ours that somebody took along into this chat."""
        through = message.get("via_bot") or {}
        return bool(str(through.get("id", "")) == self._bot_id)

    def _addressed(self, message: Json, text: str) -> bool:
        author = (message.get("reply_to_message") or {}).get("from") or {}
        replied = str(author.get("id", "")) == self._bot_id
        return replied or (bool(self.name) and f"@{self.name}".casefold() in text.casefold())


def _moved(message: Json) -> tuple[str, str] | None:
    """Old and new address, from whichever side tells that a group became a supergroup."""
    if message.get("migrate_to_chat_id"):
        return _id(message["chat"]["id"]), _id(message["migrate_to_chat_id"])
    if message.get("migrate_from_chat_id"):
        return _id(message["migrate_from_chat_id"]), _id(message["chat"]["id"])
    return None


def _from_a_person(message: Json) -> bool:
    """Whether somebody wrote it to be read here: no bot, no channel, nothing shown for a moment only."""
    chat, sender = message["chat"], message.get("from")
    if chat["type"] == "channel" or message.get("is_automatic_forward") or message.get("ephemeral_message_id"):
        return False
    speaks_as = message.get("sender_chat")
    if speaks_as is not None:  # an anonymous administrator speaks as the group itself
        return bool(speaks_as["id"] == chat["id"])
    if sender is None:
        return bool(chat["type"] == "private")
    return not sender.get("is_bot")


def _who(sender: Json | None, is_group: bool) -> tuple[str, str, str]:
    """Address, name and language of who did it; in a private chat the address says that already. A bot stands in for
    an administrator who wants to be nobody, the same one in all groups of the world: it is nobody."""
    if sender is None or sender.get("is_bot"):
        return "", "", ""
    name = " ".join(part for part in (_word(sender.get("first_name")), _word(sender.get("last_name"))) if part)
    who = _id(sender["id"]) if is_group else ""
    return who, name, _word(sender.get("language_code"))


def _reply_to(message: Json) -> str:
    replied = message.get("reply_to_message")
    return _id(replied["message_id"]) if replied else ""


def _present(member: Json) -> bool:
    status = member["status"]
    return status in ("member", "administrator", "creator") or (
        status == "restricted" and bool(member.get("is_member")) and bool(member.get("can_send_messages"))
    )


def _media(message: Json, content: list[str]) -> tuple[Media, ...]:
    name = next((name for name in content if name in _MEDIA), None)
    if name is None or name == "text":
        return ()
    thing = message[name]
    thing = thing[-1] if isinstance(thing, list) and thing else thing  # a photo comes in sizes, the last is largest
    if not isinstance(thing, Mapping) or not thing.get("file_id"):
        return ()
    size, remote = thing.get("file_size"), _word(thing["file_id"])
    about = _word(thing.get("file_name")), _word(thing.get("mime_type"))
    return (Media(_MEDIA[name], remote, *about, size if is_whole(size) and size > 0 else 0),)


def _moment(seconds: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) and seconds > 0 else None
    except (OverflowError, OSError, ValueError):
        return None


def _string(value: object) -> str:
    """Words that matter: a text, or the data of a button."""
    if not isinstance(value, str):
        raise TypeError("text that is none")
    value.encode()  # half an emoji is no text
    return value


def _word(value: object) -> str:
    """A name or the like, in a state in which it can be kept; "" for what is none."""
    if not isinstance(value, str):
        return ""
    if not value.isprintable():
        value = clean(value).encode(errors="replace").decode()
    return value[:NAME_LENGTH]


def _id(value: object) -> str:
    if not is_whole(value):
        raise TypeError("a number that is none")
    return str(value)
