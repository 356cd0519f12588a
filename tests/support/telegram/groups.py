"""Groups: the bot comes and goes, people talk, and a group can move to a new id."""

from typing import TYPE_CHECKING

from tests.support.telegram.errors import JsonObject, bad_request
from tests.support.telegram.formatting import found_entities
from tests.support.telegram.people import Message, Tap, User, member_change, press
from tests.support.telegram.seen import Reader, Seen
from tests.support.telegram.state import Chat, bot_status_refusal

if TYPE_CHECKING:
    from tests.support.bot_api import BotApi


class Group(Reader):
    """A group; with privacy mode on, the bot hears only commands, replies to it and what happens to the group."""

    def __init__(self, api: "BotApi", chat: Chat, *, privacy: bool = True) -> None:
        super().__init__(api.state, chat)
        self.id = chat.id
        self.privacy = privacy
        self.status = "left"
        self._api = api

    async def add_bot(self, by: User, *, admin: bool = False) -> None:
        """Somebody takes the bot into the group."""
        await self._change_status("administrator" if admin else "member", by)
        await self._tell({"new_chat_members": [self.state.bot]}, by)

    async def remove_bot(self, by: User) -> None:
        """Somebody throws the bot out; later sends are refused with 403."""
        await self._change_status("kicked", by)

    async def _change_status(self, status: str, by: User) -> None:
        old, self.status = self.status, status
        self.chat.refusal = bot_status_refusal(self.chat.kind, status)
        await self._api.update({"my_chat_member": member_change(self._api, self.chat, by.as_json, old, status)})

    async def add(self, user: User, by: User | None = None) -> None:
        """A person joins, or is taken in by somebody."""
        await self._tell({"new_chat_members": [user.as_json]}, by or user)

    async def remove(self, user: User, by: User | None = None) -> None:
        """A person leaves, or is thrown out."""
        await self._tell({"left_chat_member": user.as_json}, by or user)

    async def say(self, user: User, text: str, reply_to: Seen | None = None) -> Message:
        """A person writes in the group, perhaps as a reply to the bot."""
        content: JsonObject = {"text": text, "entities": found_entities(text)}
        if reply_to is not None:
            content["reply_to_message"] = reply_to.raw
        message = self.state.new_message(self.chat, user.as_json, content)
        if self._hears(message):
            await self._api.update({"message": message})
        return message

    async def tap(self, user: User, message: Seen, label: str) -> Tap:
        """A person presses a button of the bot's message."""
        return await press(self._api, user.as_json, message, label)

    def _hears(self, message: Message) -> bool:
        if self.status in ("left", "kicked"):
            return False
        replied = message.get("reply_to_message", {}).get("from", {}).get("id")
        mention = f"@{self.state.bot['username']}"
        words: str = message["text"]
        command = words.startswith("/") and ("@" not in words.split()[0] or words.split()[0].endswith(mention))
        return not self.privacy or self.status == "administrator" or command or replied == self.state.bot["id"]

    async def _tell(self, event: JsonObject, by: User) -> None:
        message = self.state.new_message(self.chat, by.as_json, event)
        if self.status not in ("left", "kicked"):
            await self._api.update({"message": message})

    async def migrate(self, new_id: int, by: User) -> "Group":
        """The group becomes a supergroup with a new id; sends to the old id are refused with the new one."""
        new = self._api.group(new_id, self.chat.fields["title"], kind="supergroup", privacy=self.privacy)
        new.status, new.chat.refusal = self.status, None
        await self._tell({"migrate_to_chat_id": new_id}, by)
        words = "group chat was upgraded to a supergroup chat"
        self.chat.refusal = bad_request(words, migrate_to_chat_id=new_id)
        await new._tell({"migrate_from_chat_id": self.id}, by)
        return new
