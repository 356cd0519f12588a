"""A loopback double of Telegram's Bot API: real HTTP, strict like the service, with people, faults and a judge's log.

In a test:

    async with BotApi() as api:
        wati = api.user(101, "Wati")
        await wati.send("/start")                    # the bot polls api.base_url, or its webhook is called
        seen = await wati.reads("Selamat datang")    # waits for the bot's message
        await wati.tap(seen, "Daftar")
        api.faults.add("reset_after", "sendMessage") # the next one is accepted, and the connection torn down
        assert len(api.log) == 1                     # what the service accepted, whatever the bot believes

As a process of its own: `python -m tests.support.bot_api --port 8081`; see `telegram/control.py`.
"""

import asyncio
from types import TracebackType
from typing import Self

from tests.support.telegram.delivery import Delivery
from tests.support.telegram.errors import JsonObject
from tests.support.telegram.faults import Faults
from tests.support.telegram.groups import Group
from tests.support.telegram.limits import Limits
from tests.support.telegram.people import Tap, User
from tests.support.telegram.seen import Seen
from tests.support.telegram.server import Server
from tests.support.telegram.state import Chat, Refused, Sent, State, busiest

__all__ = ["TOKEN", "BotApi", "Group", "Refused", "Seen", "Sent", "Tap", "User", "busiest"]

TOKEN = "123456:TEST-token-of-the-loopback-double"


class BotApi:
    """The double; `async with` opens and closes its port. `base_url` is what a client takes for api.telegram.org.

    `webhook_wait` is the pause (s) before a refused update is posted again; it doubles up to 40 times that. The real
    service ends at one to two minutes.
    """

    def __init__(self, token: str = TOKEN, *, port: int = 0, seed: int = 0, webhook_wait: float = 0.05) -> None:
        self.token = token
        self.state = State(token)
        self.delivery = Delivery(self.state.wake, webhook_wait, webhook_wait * 40)
        self.faults = Faults(seed)
        self.limits = Limits()
        self.server = Server(self.state, self.delivery, self.faults, self.limits)
        self.people: dict[int, User] = {}
        self.groups: dict[int, Group] = {}
        self._port = port

    async def __aenter__(self) -> Self:
        self._port = await self.server.start(self._port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.delivery.stop()
        await self.server.stop()

    @property
    def base_url(self) -> str:
        """For `[telegram] api_base`; methods are at /bot<token>/<method>, files at /file/bot<token>/<path>."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def log(self) -> list[Sent]:
        """Every message the service accepted, in order; the judge."""
        return self.state.log

    @property
    def refused(self) -> list[Refused]:
        """Every call that was refused, torn off or never answered before it was carried out."""
        return self.state.refused

    @property
    def calls(self) -> list[tuple[str, JsonObject]]:
        """Every accepted call but those that fetch updates: (method, payload)."""
        return self.state.calls

    def user(self, user_id: int, name: str = "Wati", language: str = "id", *, started: bool = False) -> User:
        """A person. Until they write (or `started`), the bot gets 'chat not found' for them."""
        if user_id not in self.people:
            chat = Chat(user_id, "private", {"first_name": name}, started=started)
            self.state.chats[user_id] = chat
            self.people[user_id] = User(self, chat, name, language)
        return self.people[user_id]

    def group(self, chat_id: int, title: str, *, kind: str = "supergroup", privacy: bool = True) -> Group:
        """A group or supergroup (negative id); the bot is not in it yet."""
        if chat_id not in self.groups:
            chat = Chat(chat_id, kind, {"title": title})
            self.state.chats[chat_id] = chat
            self.groups[chat_id] = Group(self, chat, privacy=privacy)
        return self.groups[chat_id]

    async def update(self, body: JsonObject) -> int:
        """Delivers an update (without an id: the next one) and lets the loop carry it on."""
        update_id = self.delivery.add(body)
        await asyncio.sleep(0)
        return update_id

    async def raw_update(self, body: JsonObject) -> int:
        """Delivers any JSON as an update, also what the service would never send."""
        return await self.update(body)

    async def sent(self, count: int, timeout: float = 5.0) -> list[Sent]:
        """Waits until at least `count` messages were accepted; returns the log."""
        return await self.state.wait_until(
            lambda: self.log if len(self.log) >= count else None,
            timeout,
            f"message {count} of all, {len(self.log)} so far,",
        )

    async def settled(self, timeout: float = 5.0) -> None:
        """Waits until the bot has confirmed every update."""
        await self.state.wait_until(lambda: None if self.delivery.pending else True, timeout, "confirming all updates")


if __name__ == "__main__":
    from tests.support.telegram.control import main

    main()
