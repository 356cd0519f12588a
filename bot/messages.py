"""The vocabulary all parts share: what comes in, what goes out, and why a sending failed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, Protocol

import orjson

from bot import limits
from bot.text import clean, plain

FORMAT = 1


class TooLong(ValueError):
    """A reply that some channel could not show; the text names the limit."""


class Lane(IntEnum):
    """Order of sending: a smaller lane goes first."""

    REPLY = 0
    URGENT = 1
    REMINDER = 2
    BULK = 3


@dataclass(frozen=True, slots=True)
class Media:
    """A file that came with a message: `remote` is the service's id for fetching it, `size` in bytes (0 unknown)."""

    kind: str
    remote: str
    name: str = ""
    mime: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message of one person (or a group's event), as every channel reads it.

    `key` is unique per channel (the update's id); `kind` is text, or what came instead: photo, video, audio, voice,
    document, sticker, location, contact, poll, other. `pressed` is a button's verified data, `command` a word after
    the slash with `argument` behind it. `event` is joined, left, blocked, unblocked, migrated or stale (a button that
    is not ours or not this chat's). `message` is the service's id of the message (or of the one pressed on).
    """

    channel: str
    address: str
    key: str
    text: str = ""
    kind: str = "text"
    command: str = ""
    argument: str = ""
    pressed: str = ""
    event: str = ""
    message: str = ""
    reply_to: str = ""
    sender: str = ""
    sender_name: str = ""
    language: str = ""
    media: tuple[Media, ...] = ()
    album: str = ""
    edited: bool = False
    forwarded: bool = False
    is_group: bool = False
    addressed: bool = True
    sent_at: datetime | None = None
    raw: bytes = b""

    @property
    def who(self) -> str:
        """Address of the person who acts: the sender in a group, else the conversation's address."""
        return self.sender or self.address


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a service says later about a message we sent: delivered, read or failed."""

    channel: str
    remote: str
    status: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Button:
    """Something to tap: `data` ("prefix:value") comes back as `pressed`; a `url` opens instead; `share` is what the
    person takes along into another chat, where the channel can do that: elsewhere the url stands in, if there is one.
    """

    label: str
    data: str = ""
    url: str = ""
    share: str = ""

    def __post_init__(self) -> None:
        if not self.label or bool(self.data) == bool(self.url or self.share):
            raise ValueError(f"a button needs a label and either data or a url: {self}")
        if limits.units(self.label) > limits.LABEL:
            raise TooLong(f"label over {limits.LABEL} letters: {self.label!r}")
        if len(self.data.encode()) > limits.BUTTON_DATA:
            raise TooLong(f"button data over {limits.BUTTON_DATA} bytes: {self.data!r}")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two regimes side by side: headings left and right, and rows of (what, left, right), all with light markup."""

    title: str
    left: str
    right: str
    rows: tuple[tuple[str, str, str], ...]
    notes: tuple[str, ...] = ()

    def as_text(self) -> str:
        """The same as well-set text, for channels without tables."""
        blocks = [f"*{self.title}*"]
        for what, left, right in self.rows:
            head = f"*{what}*\n" if what else ""
            blocks.append(f"{head}▸ {self.left}: {left}\n▸ {self.right}: {right}")
        return "\n\n".join([*blocks, *self.notes])


@dataclass(frozen=True, slots=True)
class Reply:
    """What a person will read: text with light markup, buttons, perhaps a comparison or a file (id in `files`).

    With a comparison, `text` is what follows the table. Limits are checked here, so that they fail in any test
    on any channel and not at night on one of them.
    """

    text: str
    buttons: tuple[Button, ...] = ()
    comparison: Comparison | None = None
    file: int | None = None

    def __post_init__(self) -> None:
        if not self.text and self.comparison is None and self.file is None:
            raise ValueError("a reply without anything to read")
        length = limits.units(plain(self.whole_text()))
        allowed = limits.CAPTION if self.file is not None else limits.TEXT
        if length > allowed:
            raise TooLong(f"{length} letters, at most {allowed}")
        _check_buttons(self.buttons)

    def whole_text(self) -> str:
        """Everything as light markup, a comparison set as text."""
        if self.comparison is None:
            return self.text
        return f"{self.comparison.as_text()}\n\n{self.text}".strip()

    def dump(self) -> bytes:
        """As versioned JSON, readable by this release and the next."""
        body: dict[str, Any] = {"v": FORMAT, "t": self.text}
        if self.buttons:
            body["b"] = [[one.label, one.data, one.url, *((one.share,) if one.share else ())] for one in self.buttons]
        if self.comparison is not None:
            one = self.comparison
            body["c"] = [one.title, one.left, one.right, one.rows, one.notes]
        if self.file is not None:
            body["f"] = self.file
        return orjson.dumps(body)

    @classmethod
    def load(cls, raw: bytes) -> "Reply":
        """The reply that `dump` wrote; fields of a newer release are passed over."""
        body = orjson.loads(raw)
        compared = None
        if "c" in body:
            title, left, right, rows, notes = body["c"]
            compared = Comparison(title, left, right, tuple((a, b, c) for a, b, c in rows), tuple(notes))
        buttons = tuple(Button(*fields[:4]) for fields in body.get("b", ()))
        return cls(body["t"], buttons, compared, body.get("f"))


def _check_buttons(buttons: tuple[Button, ...]) -> None:
    if len(buttons) > limits.BUTTONS:
        raise TooLong(f"{len(buttons)} buttons, at most {limits.BUTTONS}: page them")
    tapped = [button for button in buttons if button.data]
    if len(tapped) <= limits.FEW_BUTTONS:
        for button in tapped:
            if limits.units(button.label) > limits.LABEL_AMONG_FEW:
                raise TooLong(f"label over {limits.LABEL_AMONG_FEW} letters among few buttons: {button.label!r}")


class Trouble(StrEnum):
    """Why a message did not go out; what follows from it is decided in one place, the sender."""

    BLOCKED = "blocked"  # this person does not want or cannot get messages: never again until they write
    TOO_FAST = "too_fast"  # wait `retry_after` seconds
    DOWN = "down"  # the service was not there or said 5xx: not sent, try again
    UNKNOWN = "unknown"  # the request left and no answer came: it may have been sent
    REFUSED = "refused"  # the service says that this message is wrong
    MOVED = "moved"  # the chat has the new address `moved_to`
    STOPPED = "stopped"  # our account does not work: nothing can be sent until a person mends it


class SendError(Exception):
    """A sending that failed, in our words. `detail` is the service's own, without secrets."""

    def __init__(self, trouble: Trouble, detail: str = "", retry_after: float = 0, moved_to: str = "") -> None:
        super().__init__(f"{trouble}: {detail}")
        self.trouble, self.detail, self.retry_after, self.moved_to = trouble, detail, retry_after, moved_to


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One row on its way: to whom, what, why (`source`), and for an edit the message it changes (`target`)."""

    outbox_id: int
    conversation_id: int
    address: str
    is_group: bool
    language: str
    reply: Reply
    operation: str
    target: str
    sign: Callable[[str], str]
    source: str = "reply"

    def pressed(self, button: Button) -> str:
        """The data to give the service for a button: signed, so that only this chat can press it."""
        return self.sign(button.data)


class Channel(Protocol):
    """A service behind one door. `send` returns the service's message id or raises SendError, nothing else."""

    name: str
    per_second: float
    chat_gap: float
    group_gap: float

    async def ready(self) -> None:
        """Returns when it can send; until then nothing is claimed for it, so that no lease runs out meanwhile."""

    async def send(self, message: Outgoing) -> str:
        """Sends one message; the text says which id the service gave it."""

    def read(self, raw: bytes) -> Incoming | None:
        """One stored item as a message; None when it is nothing a person said or did."""


def tidy(incoming: Incoming) -> Incoming:
    """The message without control letters and with its text cut to what a person can type in one message."""
    text = clean(incoming.text)[: limits.INCOMING_TEXT].strip()
    argument = clean(incoming.argument)[: limits.INCOMING_TEXT].strip()
    return replace(incoming, text=text, argument=argument, sender_name=clean(incoming.sender_name)[:128])


def fitting(label: str, few: bool = False) -> str:
    """A label made from data (a title, a name), cut to what a button can show."""
    limit = limits.LABEL_AMONG_FEW if few else limits.LABEL
    if limits.units(label) <= limit:
        return label
    cut = label
    while limits.units(cut) > limit - 1:
        cut = cut[:-1]
    return cut.rstrip() + "…"
