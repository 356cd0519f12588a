"""The people's side: what persons and groups do, as updates that the bot receives."""

from typing import TYPE_CHECKING, Any, TypeAlias

from tests.support.telegram.errors import JsonObject, forbidden
from tests.support.telegram.formatting import found_entities
from tests.support.telegram.inline import Offer, Query
from tests.support.telegram.seen import TIMEOUT, Reader, Seen
from tests.support.telegram.sending import document_json, photo_json
from tests.support.telegram.state import Chat, Press, bot_status_refusal

if TYPE_CHECKING:
    from tests.support.bot_api import BotApi
    from tests.support.telegram.groups import Group

Message: TypeAlias = JsonObject


def member(user: JsonObject, status: str) -> JsonObject:
    """A ChatMember with all fields that its status demands."""
    if status == "administrator":
        rights = (
            "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
            "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
            "can_edit_stories", "can_delete_stories", "can_send_welcome_messages",
        )  # fmt: skip
        return {"user": user, "status": status, **dict.fromkeys(rights, False)}
    return {"user": user, "status": status, **({"until_date": 0} if status == "kicked" else {})}


class User(Reader):
    """A person with a private chat; nothing can be sent to them before they wrote or pressed Start."""

    def __init__(self, api: "BotApi", chat: Chat, name: str, language: str) -> None:
        super().__init__(api.state, chat)
        self.id = chat.id
        self._api = api
        self.as_json: JsonObject = {"id": chat.id, "is_bot": False, "first_name": name, "language_code": language}

    async def send(self, text: str, **fields: Any) -> Message:
        """Types a text; commands and addresses are marked as Telegram marks them."""
        entities = found_entities(text)
        return await self.post({"text": text, **({"entities": entities} if entities else {}), **fields})

    async def command(self, name: str, argument: str = "") -> Message:
        """Sends `/name argument`."""
        return await self.send(f"/{name.removeprefix('/')} {argument}".strip())

    async def start(self, payload: str = "") -> Message:
        """Presses Start, perhaps through a deep link."""
        return await self.command("start", payload)

    async def post(self, content: JsonObject) -> Message:
        """Sends a message with any content."""
        self.chat.started = True
        message = self.state.new_message(self.chat, self.as_json, content)
        await self._api.update({"message": message})
        return message

    async def reply(self, to: Seen, text: str) -> Message:
        """Answers a message of the bot."""
        return await self.send(text, reply_to_message=to.raw)

    async def photo(self, caption: str = "", content: bytes = b"\xff\xd8\xff photo", **fields: Any) -> Message:
        file = self.state.store_file("", "image/jpeg", content, "photos")
        return await self.post({"photo": photo_json(file), **_captioned(caption), **fields})

    async def document(
        self, name: str, content: bytes, mime: str = "application/pdf", caption: str = "", **fields: Any
    ) -> Message:
        file = self.state.store_file(name, mime, content)
        return await self.post({"document": document_json(file), **_captioned(caption), **fields})

    async def voice(self, seconds: int = 3, content: bytes = b"OggS voice") -> Message:
        file = self.state.store_file("", "audio/ogg", content, "voice")
        return await self.post({"voice": {**_ids(document_json(file)), "duration": seconds, "mime_type": file.mime}})

    async def video(self, seconds: int = 5, content: bytes = b"video") -> Message:
        file = self.state.store_file("", "video/mp4", content, "videos")
        size = {"width": 640, "height": 480, "duration": seconds}
        return await self.post({"video": {**_ids(document_json(file)), **size, "mime_type": file.mime}})

    async def sticker(self, emoji: str = "🙂") -> Message:
        file = self.state.store_file("", "image/webp", b"RIFF sticker", "stickers")
        look = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False, "emoji": emoji}
        return await self.post({"sticker": {**_ids(document_json(file)), **look}})

    async def album(self, captions: list[str]) -> list[Message]:
        """Sends one photo for each caption, as one album."""
        group = str(next(self.state.numbers) + 10**16)
        return [await self.photo(caption, media_group_id=group) for caption in captions]

    async def contact(self, phone: str, *, own: bool = True) -> Message:
        """Shares a phone number: their own, or somebody else's."""
        card: JsonObject = {"phone_number": phone, "first_name": self.as_json["first_name"]}
        return await self.post({"contact": {**card, "user_id": self.id if own else self.id + 1}})

    async def location(self, latitude: float, longitude: float) -> Message:
        return await self.post({"location": {"latitude": latitude, "longitude": longitude}})

    async def forward(self, text: str, origin: JsonObject | None = None) -> Message:
        """Passes on a text of somebody who hides their account, or of the given origin."""
        hidden = {"type": "hidden_user", "sender_user_name": "Orang lain", "date": self.state.now() - 3600}
        return await self.send(text, forward_origin=origin or hidden)

    async def edit(self, message: Message, text: str) -> Message:
        """Changes what they wrote before."""
        content = {"text": text, "edit_date": self.state.now(), "entities": found_entities(text)}
        edited = self.chat.messages[message["message_id"]] | content
        self.chat.messages[message["message_id"]] = edited
        await self._api.update({"edited_message": edited})
        return edited

    async def tap(self, message: Seen | None, label: str) -> "Tap":
        """Presses a button of this message (None: of the newest that has it)."""
        shown = message or next((seen for seen in reversed(self.messages) if label in seen.buttons), None)
        if shown is None:
            raise LookupError(f"no message shows the button {label!r}; the last ones show {self._buttons()}")
        return await press(self._api, self.as_json, shown, label)

    async def types_inline(self, text: str) -> Offer:
        """Types the bot's name and `text` in some chat, without sending it."""
        if not self.state.inline:
            raise LookupError("this bot has no inline mode: /setinline at @BotFather")
        query = Query(str(next(self.state.numbers) + 5 * 10**17))
        self.state.queries[query.query_id] = query
        asked = {"id": query.query_id, "from": self.as_json, "query": text, "offset": "", "chat_type": "supergroup"}
        await self._api.update({"inline_query": asked})
        return Offer(self.state, query)

    async def shares(self, result: JsonObject, chat: "User | Group") -> Message:
        """Puts one of the offered results into a chat; the bot hears of it if it is there."""
        message = self.state.new_message(chat.chat, self.as_json, {**result["message"], "via_bot": self.state.bot})
        if chat is self or not isinstance(chat, User):
            await self._api.update({"message": message})
        return message

    def _buttons(self) -> list[list[str]]:
        return [seen.buttons for seen in self.messages[-3:]]

    async def block(self) -> None:
        """Blocks the bot: it is told so, and later sends are refused with 403."""
        await self._changes_bot("member", "kicked")

    async def unblock(self) -> None:
        """Lets the bot write again."""
        await self._changes_bot("kicked", "member")

    async def _changes_bot(self, old: str, new: str) -> None:
        self.chat.refusal = bot_status_refusal("private", new)
        await self._api.update({"my_chat_member": member_change(self._api, self.chat, self.as_json, old, new)})

    def deactivate(self) -> None:
        """Deletes their account: sends are refused with 403 from now on, without any update."""
        self.chat.refusal = forbidden("user is deactivated")


class Tap:
    """A button somebody pressed."""

    def __init__(self, api: "BotApi", press: Press) -> None:
        self._api, self._press = api, press

    @property
    def id(self) -> str:
        return self._press.callback_id

    def expire(self) -> None:
        """Lets the press grow older than the service waits: an answer to it is refused from now on."""
        self._press.answered = True

    async def answer(self, timeout: float = TIMEOUT) -> str:
        """Waits until the bot answers the press; returns the words it shows, often none."""
        await self._api.state.wait_until(
            lambda: self._press.answered or None, timeout, "an answer to the pressed button"
        )
        return self._press.toast


async def press(api: "BotApi", user: JsonObject, shown: Seen, label: str) -> Tap:
    """The callback query of a press."""
    button = next((button for row in shown.rows for button in row if button["text"] == label), None)
    if button is None or "callback_data" not in button:
        raise LookupError(f"no button {label!r} to press among {shown.buttons}")
    query_id = str(next(api.state.numbers) + 4 * 10**17)
    api.state.presses[query_id] = pressed = Press(query_id)
    query = {
        "id": query_id,
        "from": user,
        "message": shown.raw,
        "chat_instance": f"-{shown.raw['chat']['id']}",
        "data": button["callback_data"],
    }
    await api.update({"callback_query": query})
    return Tap(api, pressed)


def member_change(api: "BotApi", chat: Chat, by: JsonObject, old: str, new: str) -> JsonObject:
    """The `my_chat_member` of an update."""
    return {
        "chat": chat.as_json(),
        "from": by,
        "date": api.state.now(),
        "old_chat_member": member(api.state.bot, old),
        "new_chat_member": member(api.state.bot, new),
    }


def _captioned(caption: str) -> JsonObject:
    return {"caption": caption} if caption else {}


def _ids(document: JsonObject) -> JsonObject:
    return {name: document[name] for name in ("file_id", "file_unique_id", "file_size")}
