"""Telegram: connects by long polling or webhook, takes updates in, hands replies out.

The only importer of aiogram. Updates are read as plain JSON (telegram_read.py), so that no new field of the service
can stop one, and replies are posted without building models, for speed.
"""

import asyncio
import gc
import hmac
from collections.abc import Callable
from typing import Any

from aiohttp import ClientSession

from bot import words
from bot.channels import telegram_inline
from bot.channels.telegram_api import Api
from bot.channels.telegram_json import number_of
from bot.channels.telegram_poll import Alarm, Pace, Poller, Update
from bot.channels.telegram_read import Reader, Unreadable
from bot.channels.telegram_send import Messages
from bot.config import Telegram as Settings
from bot.inbox import Inbox
from bot.logs import get_logger
from bot.messages import Incoming, Outgoing, SendError, Trouble
from knowledge import Index
from storage.engine import Database, DatabaseDown

log = get_logger("telegram")

HOOK = "/telegram/webhook"
HOOK_CONNECTIONS = 40
SCOPES = {"all_private_chats": "telegram.commands", "all_group_chats": "telegram.group_commands"}
MARGIN = 0.95  # of the permitted rates is used: messages leave evenly, but they do not arrive so
CONNECTIONS = 100
KEEP_ALIVE = 15.0  # s: we close an idle connection before the service would, so that no request runs into its end
LONGEST_WAIT = 60.0  # s between tries to connect
TOO_MANY_WAITING = 1000


class Client:
    """aiogram's HTTP session and addresses. Its import takes seconds and builds a large heap, so it is done at the
    first call and in a thread: the web chat answers meanwhile."""

    def __init__(self, api_base: str, token: str) -> None:
        self._api_base, self._token = api_base, token
        self._session: Any = None
        self._opening = asyncio.Lock()

    async def open(self) -> ClientSession:
        """The HTTP session."""
        if self._session is None:
            async with self._opening:
                await self._import_once()
        client: ClientSession = await self._session.create_session()
        return client

    def address(self, method: str) -> str:
        """Where a method is called; it holds the token. Only after `open`."""
        return str(self._session.api.api_url(self._token, method))

    async def close(self) -> None:
        """Closes the connections there are."""
        if self._session is not None:
            await self._session.close()

    async def _import_once(self) -> None:
        if self._session is None:
            self._session = await asyncio.to_thread(self._import)

    def _import(self) -> Any:
        from aiogram.client.session.aiohttp import AiohttpSession
        from aiogram.client.telegram import TelegramAPIServer

        session = AiohttpSession(api=TelegramAPIServer.from_base(self._api_base), limit=CONNECTIONS)
        session._connector_init["keepalive_timeout"] = KEEP_ALIVE
        # What aiogram built lives until the end; a full collection over it would stop everything for 0.1 s.
        gc.collect()
        gc.freeze()
        return session


async def _tell_nobody(kind: str) -> None:
    """The alarm of a program without staff: the log has it."""


def _without_failing(alarm: Alarm) -> Alarm:
    """The same, but an alarm that cannot be raised does not end what it was raised about."""

    async def safely(kind: str) -> None:
        try:
            await alarm(kind)
        except Exception:
            log.exception("alarm failed", kind=kind)

    return safely


class Telegram:
    """The channel. `run` connects and keeps receiving; `send` is called by the sender only.

    `bots` learns the bot's public name; `alarm` is called with what a person has to mend: conflict, stopped, webhook;
    `knowledge` gives the topics that may be taken into other chats (without it nothing is offered there).
    """

    name = "telegram"

    def __init__(
        self,
        settings: Settings,
        db: Database,
        bots: dict[str, str] | None = None,
        *,
        alarm: Alarm = _tell_nobody,
        pace: Pace = Pace(),
        knowledge: Callable[[], Index] | None = None,
    ) -> None:
        self._settings, self._db, self._pace = settings, db, pace
        self._alarm = _without_failing(alarm)
        self._bots = {} if bots is None else bots
        self._knowledge = knowledge
        self.per_second = settings.per_second * MARGIN
        self.chat_gap = settings.per_chat_seconds / MARGIN
        self.group_gap = 60 / settings.per_group_minute / MARGIN
        token = settings.token.get_secret_value()
        self._client = Client(settings.api_base, token)
        self._api = Api(self._client.open, self._client.address)
        self._messages = Messages(self._api, db)
        self._reader = Reader(self.name, token.partition(":")[0])
        self._secret = settings.webhook_secret.get_secret_value().encode()

    @property
    def username(self) -> str:
        """The bot's public name, once Telegram told it."""
        return self._reader.name

    def read(self, raw: bytes) -> Incoming | None:
        """One stored update; Unreadable when it is none."""
        return self._reader.read(raw)

    async def ready(self) -> None:
        """Returns when aiogram is there."""
        await self._client.open()

    async def send(self, message: Outgoing) -> str:
        """Sends or edits one message; its id in the chat."""
        return await self._messages.send(message)

    def accepts(self, values: list[str]) -> bool:
        """Whether these values of the secret header are the one right value. Takes as long for any value."""
        given = values[0].encode() if len(values) == 1 else b""
        return hmac.compare_digest(given, self._secret) and bool(self._secret)

    async def receive(self, inbox: Inbox, updates: list[Update]) -> None:
        """Stores updates (with their raw JSON) and answers their presses; DatabaseDown when that was not possible."""
        items = []
        for update, raw in updates:
            try:
                incoming = self._reader.understand(update, raw)
            except Unreadable as error:
                log.error("unreadable update", error=str(error))
                await self._put_aside(inbox, number_of(update), raw)
                continue
            if incoming is not None:
                items.append(incoming)
        if items:
            await self._store(inbox, items)
        for update, _ in updates:
            self._acknowledge(update)

    async def _store(self, inbox: Inbox, items: list[Incoming]) -> None:
        """Stores items together. One that cannot be stored, though the database is there, must not stop the others."""
        try:
            await inbox.receive(*items)
        except DatabaseDown:
            raise
        except Exception:
            log.exception("updates not stored", count=len(items))
            if len(items) > 1:
                for item in items:
                    await self._store(inbox, [item])
            else:
                await self._put_aside(inbox, items[0].key, items[0].raw)

    async def _put_aside(self, inbox: Inbox, key: object, raw: bytes) -> None:
        await inbox.put_aside(self.name, str(key), raw)

    def _acknowledge(self, update: Any) -> None:
        """Answers a pressed button so that the phone stops waiting, and a query from another chat. Also for a repeat:
        who knows what became of the first answer."""
        if not isinstance(update, dict):
            return
        query = update.get("callback_query")
        if isinstance(query, dict) and isinstance(query.get("id"), str):
            self._api.signal("answerCallbackQuery", {"callback_query_id": query["id"]})
        if self._knowledge is not None and telegram_inline.KIND in update:
            offer = telegram_inline.answer(update[telegram_inline.KIND], self._knowledge, self.username)
            if offer is not None:
                self._api.signal("answerInlineQuery", offer)

    @property
    def _kinds(self) -> list[str]:
        return [*self._reader.kinds, *([telegram_inline.KIND] if self._knowledge is not None else [])]

    async def run(self, inbox: Inbox, public_url: str) -> None:
        """Connects, however long it takes, then polls, or watches the webhook. Ends by being cancelled."""
        hook = f"{public_url.rstrip('/')}{HOOK}" if self._settings.mode == "webhook" else ""
        await self._connect_patiently(hook)
        if hook:
            await self._watch_webhook(hook)

        async def store(updates: list[Update]) -> None:
            await self.receive(inbox, updates)

        await Poller(self._api, self._db, self._kinds, store, self._alarm, self._pace).run()

    async def close(self) -> None:
        """Lets signals end and closes the connections."""
        await self._api.settle()
        await self._client.close()

    async def _connect_patiently(self, hook: str) -> None:
        wait = self._pace.reconnect
        while True:
            try:
                return await self._connect(hook)
            except SendError as error:
                if error.trouble is Trouble.STOPPED:
                    log.error("telegram refuses the token: check telegram.token", detail=error.detail)
                    await self._alarm("stopped")
                else:
                    log.warning("telegram not reached", trouble=error.trouble.value, detail=error.detail, again_in=wait)
                await asyncio.sleep(max(wait, error.retry_after))
                wait = min(wait * 2, LONGEST_WAIT)

    async def _connect(self, hook: str) -> None:
        me = await self._api.call("getMe", {}) or {}
        self._reader.name = str(me.get("username", ""))
        self._messages.inline = self._knowledge is not None and me.get("supports_inline_queries") is True
        await self._show_commands()
        if hook:
            wanted = {"url": hook, "secret_token": self._secret.decode(), "max_connections": HOOK_CONNECTIONS}
            await self._api.call("setWebhook", {**wanted, "allowed_updates": self._kinds})
        else:
            await self._api.call("deleteWebhook", {})
        self._bots[self.name] = self.username
        log.info("telegram connected", bot=self.username, mode=self._settings.mode)

    async def _show_commands(self) -> None:
        """The menu of commands, for each language and kind of chat; without it everything still works."""
        for language in words.languages():
            where = {} if language == words.DEFAULT else {"language_code": language}
            for scope, key in SCOPES.items():
                commands = [line.partition(" ") for line in words.listed(key, language)]
                listed = [{"command": name, "description": text} for name, _, text in commands]
                try:
                    await self._api.call("setMyCommands", {"commands": listed, "scope": {"type": scope}, **where})
                except SendError as error:
                    if error.trouble is not Trouble.REFUSED:
                        raise
                    log.error("menu of commands refused", scope=scope, language=language, detail=error.detail)

    async def _watch_webhook(self, hook: str) -> None:
        """Looks now and then at what Telegram says about our webhook, and tells each trouble once."""
        told = 0
        while True:
            await asyncio.sleep(self._pace.watch)
            try:
                info = await self._api.call("getWebhookInfo", {})
                ours, waiting = info["url"] == hook, info.get("pending_update_count", 0)
                failed = info.get("last_error_date", 0)
            except (SendError, KeyError, TypeError) as error:
                log.warning("webhook not seen", error=type(error).__name__)
                continue
            if not ours or waiting > TOO_MANY_WAITING or failed > told:
                log.error("webhook in trouble", ours=ours, waiting=waiting, error=info.get("last_error_message", ""))
                await self._alarm("webhook")
            told = max(told, failed)
