"""A whole bot in a test: real router, inbox, outbox and sender on a real database; people who write, tap and read.

world = await World.open(tmp_path)
ani = world.person("ani")
await ani.says("daftar")
assert "setuju" in ani.last.text
await ani.taps("Saya 17+")
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from bot.context import Context
from bot.inbox import Inbox
from bot.messages import Channel, Incoming, Media, Outgoing, Reply, SendError
from bot.router import Router
from bot.sender import Sender, Settings
from bot.text import plain
from storage.engine import Database
from storage.sealing import Box

MORNING = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # 10.00 WITA on a Tuesday, outside the quiet hours


@dataclass(frozen=True)
class Seen:
    """A message as its reader sees it."""

    remote: str
    reply: Reply
    presses: dict[str, str]
    operation: str
    target: str

    @property
    def text(self) -> str:
        """Everything there is to read, without markup."""
        return plain(self.reply.whole_text())

    @property
    def labels(self) -> list[str]:
        """The labels of the buttons, in order."""
        return [button.label for button in self.reply.buttons]


class Collecting:
    """A channel that keeps what it is given; `troubles` makes its next sends fail."""

    per_second = 1e6
    chat_gap = 0.0
    group_gap = 0.0

    def __init__(self, name: str = "test") -> None:
        self.name = name
        self.sent: list[tuple[str, Seen]] = []
        self.troubles: list[SendError] = []
        self._ids = itertools.count(1)

    async def ready(self) -> None:
        """At once."""

    async def send(self, message: Outgoing) -> str:
        """Keeps the message, or fails as told."""
        if self.troubles:
            raise self.troubles.pop(0)
        presses = {button.label: message.pressed(button) for button in message.reply.buttons if button.data}
        remote = str(next(self._ids))
        self.sent.append((message.address, Seen(remote, message.reply, presses, message.operation, message.target)))
        return remote

    def read(self, raw: bytes) -> Incoming | None:
        """The message that `Person` wrote as JSON."""
        return read(self.name, raw)


def read(channel: str, raw: bytes) -> Incoming:
    """The test channel's wire format: the fields of Incoming as JSON."""
    fields: dict[str, Any] = orjson.loads(raw)
    fields["media"] = tuple(Media(**one) for one in fields.get("media", ()))
    return Incoming(channel=channel, raw=raw, **fields)


@dataclass
class World:
    """Everything a conversation needs, and the time it happens at. People are on the channel called test; on `others`
    whoever a test puts there."""

    db: Database
    router: Router
    now: datetime = MORNING
    channel: Collecting = field(default_factory=Collecting)
    context: Context = field(default_factory=Context)
    sending: Settings = field(default_factory=Settings)
    others: tuple[Channel, ...] = ()

    def __post_init__(self) -> None:
        channels: list[Channel] = [self.channel, *self.others]
        readers = {channel.name: channel.read for channel in channels}
        self.inbox = Inbox(self.db, self.router, readers, lambda: self.now, self.context)
        self.sender = Sender(self.db, channels, self.sending, lambda: self.now)
        self._keys = itertools.count(1)

    @classmethod
    async def open(cls, url: str, router: Router, **more: Any) -> "World":
        """A world on the database at `url`, which has all tables."""
        db = Database(url, Box(bytes(32)))
        world = cls(db, router, **more)
        for channel in ("test", *(one.name for one in world.others)):
            await world.sender._prepare(channel)
        return world

    def person(self, name: str, on: "Collecting | None" = None) -> "Person":
        """Somebody with a chat of their own, on one of the `others` if it is named."""
        return Person(self, name, channel=on)

    def group(self, title: str) -> "Person":
        """A group chat; its messages need a `sender`."""
        return Person(self, title, is_group=True)

    def later(self, **delta: float) -> None:
        """Lets time pass (`timedelta`'s arguments)."""
        self.now += timedelta(**delta)

    async def settle(self) -> None:
        """Returns when everything received is handled and everything due is sent."""
        await self.inbox.idle()
        await self.sender.flush()

    async def close(self) -> None:
        """Ends the world."""
        await self.inbox.stop()
        await self.sender.stop()
        await self.db.close()


@dataclass
class Person:
    """Writes, taps and reads in one conversation."""

    world: World
    address: str
    is_group: bool = False
    channel: Collecting | None = None

    @property
    def messages(self) -> list[Seen]:
        """All that was sent here, edits as messages of their own."""
        return [seen for address, seen in (self.channel or self.world.channel).sent if address == self.address]

    @property
    def last(self) -> Seen:
        """The newest message."""
        assert self.messages, f"{self.address} has got no message"
        return self.messages[-1]

    @property
    def text(self) -> str:
        """The text of the newest message."""
        return self.last.text

    async def says(self, text: str, **more: Any) -> list[Seen]:
        """Writes `text` (a leading slash makes a command) and returns the replies to it."""
        command, argument = "", ""
        if text.startswith("/"):
            command, _, argument = text[1:].partition(" ")
        return await self.does(text=text, command=command.lower(), argument=argument, **more)

    async def taps(self, label: str, **more: Any) -> list[Seen]:
        """Taps the newest button whose label begins with `label`; in a group with the `sender` who taps."""
        for seen in reversed(self.messages):
            for shown, data in seen.presses.items():
                if shown.startswith(label):
                    return await self.does(pressed=data, message=seen.remote, **more)
        raise AssertionError(f"no button {label!r}; the last message has {self.last.labels}")

    async def shows(self, kind: str, count: int = 1, **more: Any) -> list[Seen]:
        """Sends a photo, voice note, sticker…; `count` of them."""
        media = [{"kind": kind, "remote": f"file-{number}"} for number in range(count)]
        return await self.does(kind=kind, media=media, **more)

    async def does(self, **fields: Any) -> list[Seen]:
        """Sends any message or event; returns what came back."""
        before = len(self.messages)
        await self.world.inbox.receive(self.incoming(**fields))
        await self.world.settle()
        return self.messages[before:]

    def incoming(self, **fields: Any) -> Incoming:
        """A message of this person, not received yet."""
        key = fields.pop("key", str(next(self.world._keys)))
        body = {"address": self.address, "key": key, "is_group": self.is_group, **fields}
        return read((self.channel or self.world.channel).name, orjson.dumps(body))


def texts(messages: Sequence[Seen]) -> str:
    """All texts of some messages, one after the other."""
    return "\n\n".join(message.text for message in messages)
