"""What the double knows: chats, messages, pressed buttons, files, and the judge's log of what was accepted."""

import asyncio
import itertools
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, TextIO, TypeVar

from tests.support.telegram.errors import CHAT_NOT_FOUND, ApiError, JsonObject, bad_request, forbidden
from tests.support.telegram.inline import Query

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Sent:
    """A line of the judge's log: a message that the service accepted. `at` is monotonic seconds."""

    at: float
    method: str
    chat_id: int
    payload: JsonObject
    message_id: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A call that was answered with an error, or not at all (code 0)."""

    at: float
    method: str
    chat_id: int | None
    payload: JsonObject
    code: int
    description: str


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that a person or the bot put on the service."""

    file_id: str
    path: str
    name: str
    mime: str
    content: bytes


@dataclass(slots=True)
class Press:
    """A button somebody pressed, and what the bot answered to it."""

    callback_id: str
    answered: bool = False
    toast: str = ""
    alert: bool = False


@dataclass(slots=True)
class Chat:
    """A private chat or a group as the service holds it."""

    id: int
    kind: str
    fields: JsonObject
    started: bool = True
    refusal: ApiError | None = None
    messages: dict[int, JsonObject] = field(default_factory=dict)
    changes: list[tuple[str, int]] = field(default_factory=list)
    last_id: int = 0

    def as_json(self) -> JsonObject:
        """The `chat` object of a message."""
        return {"id": self.id, "type": self.kind, **self.fields}


class State:
    """Everything the double holds; people and methods work on it."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.bot: JsonObject = {
            "id": int(token.split(":")[0]),
            "is_bot": True,
            "first_name": "Sahabat",
            "username": "sahabat_uji_bot",
        }
        self.chats: dict[int, Chat] = {}
        self.presses: dict[str, Press] = {}
        self.queries: dict[str, Query] = {}
        self.inline = False  # as @BotFather leaves it until /setinline
        self.files: dict[str, StoredFile] = {}
        self.texts: dict[tuple[str, str], str] = {}
        self.commands: dict[tuple[str, str], list[JsonObject]] = {}
        self.keyboards: dict[int, JsonObject] = {}
        self.actions: list[tuple[int, str]] = []
        self.log: list[Sent] = []
        self.refused: list[Refused] = []
        self.calls: list[tuple[str, JsonObject]] = []
        self.journal: TextIO | None = None
        self.numbers = itertools.count(1)
        self._changed = asyncio.Event()

    def now(self) -> int:
        """Seconds since 1970, as dates travel on this wire."""
        return int(datetime.now(UTC).timestamp())

    def chat_for_sending(self, chat_id: int | str) -> Chat:
        """The chat, if the bot may write there; else the refusal that the service gives."""
        chat = self.chats.get(chat_id) if isinstance(chat_id, int) else None
        if chat is None or not chat.started:
            raise bad_request(CHAT_NOT_FOUND)
        if chat.refusal is not None:
            raise chat.refusal
        return chat

    def new_message(self, chat: Chat, sender: JsonObject, content: JsonObject) -> JsonObject:
        """Puts a message into the chat and returns it as the wire shows it."""
        chat.last_id += 1
        message = {
            "message_id": chat.last_id,
            "from": sender,
            "chat": chat.as_json(),
            "date": self.now(),
            **content,
        }
        chat.messages[chat.last_id] = message
        self.record_change(chat, "new", chat.last_id)
        return message

    def record_change(self, chat: Chat, kind: str, message_id: int) -> None:
        """Notes that the chat looks different now, and wakes whoever waits for it."""
        chat.changes.append((kind, message_id))
        self.wake()

    def wake(self) -> None:
        """Lets everybody who waits look again."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait_until(self, look: Callable[[], Found | None], timeout: float, what: str) -> Found:
        """What `look` finds, as soon as it finds it; TimeoutError with `what` after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while (found := look()) is None:
            changed, left = self._changed, deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"{what} did not happen within {timeout} s")
            try:
                await asyncio.wait_for(changed.wait(), left)
            except TimeoutError:
                continue
        return found

    def store_file(self, name: str, mime: str, content: bytes, folder: str = "documents") -> StoredFile:
        """Keeps a file and gives it an id that only this bot understands."""
        number = next(self.numbers)
        file = StoredFile(f"BQAC{number:08d}", f"{folder}/file_{number}", name, mime, content)
        self.files[file.file_id] = file
        return file

    def note_sent(self, method: str, payload: JsonObject, message: JsonObject) -> None:
        """Adds a line to the judge's log."""
        sent = Sent(time.monotonic(), method, message["chat"]["id"], payload, message["message_id"])
        self.log.append(sent)
        if self.journal is not None:
            self.journal.write(json.dumps(asdict(sent), ensure_ascii=False) + "\n")

    def note_refused(self, method: str, payload: JsonObject, code: int, description: str) -> None:
        """Remembers a refusal."""
        chat_id = payload.get("chat_id")
        chat = chat_id if isinstance(chat_id, int) else None
        self.refused.append(Refused(time.monotonic(), method, chat, payload, code, description))


def bot_status_refusal(kind: str, status: str) -> ApiError | None:
    """Why the bot may not write to a chat in which it has this status."""
    if kind == "private":
        return forbidden("bot was blocked by the user") if status == "kicked" else None
    if status == "kicked":
        return forbidden(f"bot was kicked from the {kind} chat")
    return forbidden(f"bot is not a member of the {kind} chat") if status == "left" else None


def busiest(log: list[Sent], seconds: float = 1.0, chat_id: int | None = None) -> int:
    """The most messages accepted within any stretch of `seconds`."""
    times = sorted(sent.at for sent in log if chat_id in (None, sent.chat_id))
    most, first = 0, 0
    for last, at in enumerate(times):
        while at - times[first] >= seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def as_plain(value: Any) -> Any:
    """Arguments of a call without bytes, for the log and the control port."""
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if isinstance(value, dict):
        return {name: as_plain(item) for name, item in value.items()}
    return [as_plain(item) for item in value] if isinstance(value, list) else value
