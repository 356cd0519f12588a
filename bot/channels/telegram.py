"""Telegram through aiogram's client: long polling or webhook, sending, and the signals that go beside.

The only importer of aiogram. Updates are read as plain JSON (telegram_read.py): no new field of the service can stop
one."""

import asyncio
import hmac
import json
import secrets
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import aiohttp
import orjson
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from bot import words
from bot.channels.telegram_errors import trouble
from bot.channels.telegram_read import Reader, Unreadable
from bot.channels.telegram_write import keyboard, plain_message, rich_message, text_of
from bot.config import Telegram as Settings
from bot.inbox import Inbox
from bot.logs import get_logger
from bot.messages import Incoming, Outgoing, SendError, Trouble
from storage import files, leases
from storage.engine import Database, DatabaseDown, Tx

log = get_logger("telegram")

LONG_POLL = 25  # s; the lease is renewed at each poll and lasts longer
LEASE_MS = 60_000
SCOPES = {"all_private_chats": "telegram.commands", "all_group_chats": "telegram.group_commands"}
RICH_REFUSED_FOR = 3600.0  # s in which tables are not tried again after the service said that it knows none


class Session(AiohttpSession):
    """aiogram's session, with a way to post JSON without building models: the sender's hot path."""

    async def post(self, url: str, payload: dict[str, Any], timeout: float) -> tuple[int, bytes]:
        """Status and body of one call."""
        client = await self.create_session()
        headers = {"Content-Type": "application/json"}
        limit = aiohttp.ClientTimeout(total=timeout)
        async with client.post(url, data=orjson.dumps(payload), headers=headers, timeout=limit) as response:
            return response.status, await response.read()


class Telegram:
    """The channel. `run` connects and keeps receiving; `send` is called by the sender only."""

    name = "telegram"

    def __init__(
        self, settings: Settings, db: Database, bots: dict[str, str] | None = None, poll_seconds: int = LONG_POLL
    ) -> None:
        self._bots = {} if bots is None else bots
        self._settings, self._db, self._poll_seconds = settings, db, poll_seconds
        self.per_second = settings.per_second
        self.chat_gap = settings.per_chat_seconds
        self.group_gap = 60 / settings.per_group_minute
        token = settings.token.get_secret_value()
        self._session = Session(api=TelegramAPIServer.from_base(settings.api_base), limit=100)
        self._bot = Bot(token, session=self._session)
        self._reader = Reader(self.name, token.partition(":")[0])
        self._secret = settings.webhook_secret.get_secret_value()
        self._holder = secrets.token_hex(8)
        self._signals: set[asyncio.Task[None]] = set()
        self._no_tables_before = 0.0

    @property
    def username(self) -> str:
        """The bot's public name, once Telegram told it."""
        return self._reader.name

    def read(self, raw: bytes) -> Incoming | None:
        """One update; Unreadable when it is none."""
        incoming = self._reader.read(raw)
        if incoming is None:
            return None
        return replace(incoming, raw=raw)

    async def send(self, message: Outgoing) -> str:
        """Sends or edits one message; its id in the chat."""
        if message.reply.file is not None:
            return await self._send_file(message, message.reply.file)
        if message.operation == "edit":
            return await self._edit(message)
        compared, now = message.reply.comparison, asyncio.get_running_loop().time()
        if compared is not None and now >= self._no_tables_before:
            try:
                return _id(await self._call("sendRichMessage", rich_message(message, compared)))
            except SendError as error:
                if error.trouble is not Trouble.REFUSED:
                    raise
                log.warning("table refused", detail=error.detail)
                if "not found" in error.detail.casefold():  # an older server of one's own
                    self._no_tables_before = now + RICH_REFUSED_FOR
        return await self._send_text(message)

    def acknowledge(self, update: Any) -> None:
        """Answers a pressed button so that the phone stops waiting; best effort, never stored."""
        query = update.get("callback_query") if isinstance(update, dict) else None
        if isinstance(query, dict) and isinstance(query.get("id"), str):
            self._signal(self._call("answerCallbackQuery", {"callback_query_id": query["id"]}, timeout=10))

    async def receive(self, inbox: Inbox, updates: list[tuple[Any, bytes]]) -> None:
        """Stores updates (with their raw JSON) and answers their callbacks; DatabaseDown when that was not possible."""
        items = []
        for update, raw in updates:
            try:
                incoming = self.read(raw)
            except Unreadable as error:
                log.error("unreadable update", error=str(error))
                await inbox.put_aside(self.name, _key(update), raw)
                continue
            if incoming is not None:
                items.append(incoming)
        if items:
            await inbox.receive(*items)
        for update, _ in updates:
            self.acknowledge(update)

    def accepts(self, values: list[str]) -> bool:
        """Whether these values of the secret header are the one right value."""
        given = values[0] if len(values) == 1 else ""
        return bool(self._secret) and hmac.compare_digest(given.encode(), self._secret.encode())

    async def run(self, inbox: Inbox, public_url: str) -> None:
        """Connects, however long it takes, then polls, or watches the webhook. Ends by being cancelled."""
        wait = 1.0
        while True:
            try:
                await self._connect(public_url)
                break
            except SendError as error:
                log.warning("telegram not reached", trouble=error.trouble.value, detail=error.detail, again_in=wait)
                await asyncio.sleep(max(wait, error.retry_after))
                wait = min(wait * 2, 60)
        if self._settings.mode == "webhook":
            await self._watch_webhook()
        else:
            await self._poll(inbox)

    async def close(self) -> None:
        """Lets signals end and closes the connections."""
        if self._signals:
            await asyncio.wait(self._signals, timeout=2)
        await self._session.close()

    async def _connect(self, public_url: str) -> None:
        self._reader.name = (await self._call("getMe", {})).get("username", "")
        for language in words.languages():
            where = {} if language == words.DEFAULT else {"language_code": language}
            for scope, key in SCOPES.items():
                commands = [line.partition(" ") for line in words.listed(key, language)]
                listed = [{"command": name, "description": text} for name, _, text in commands]
                await self._call("setMyCommands", {"commands": listed, "scope": {"type": scope}, **where})
        if self._settings.mode == "webhook":
            hook = {
                "url": f"{public_url.rstrip('/')}/telegram/webhook",
                "secret_token": self._secret,
                "allowed_updates": self._reader.kinds,
                "max_connections": 40,
            }
            await self._call("setWebhook", hook)
        else:
            await self._call("deleteWebhook", {})
        self._bots[self.name] = self._reader.name
        log.info("telegram connected", bot=self._reader.name, mode=self._settings.mode)

    async def _poll(self, inbox: Inbox) -> None:
        """Long polling by one process at a time. The offset moves past stored updates only."""
        offset = 0
        while True:
            try:
                if not await self._db.writer.run(self._take_lease):
                    await asyncio.sleep(5)
                    continue
                offset = await self._poll_once(inbox, offset)
            except DatabaseDown:
                await asyncio.sleep(1)
            except SendError as error:
                await self._after_poll_trouble(error)

    async def _poll_once(self, inbox: Inbox, offset: int) -> int:
        asked = {"timeout": self._poll_seconds, "allowed_updates": self._reader.kinds}
        if offset:
            asked["offset"] = offset
        updates = await self._call("getUpdates", asked, timeout=self._poll_seconds + 15)
        if not updates:
            return offset
        await self.receive(inbox, [(update, _raw(update)) for update in updates])
        return int(updates[-1]["update_id"]) + 1

    async def _after_poll_trouble(self, error: SendError) -> None:
        if "conflict" in error.detail.casefold():
            log.error("another program polls this bot: stop it, or give one of the two a token of its own")
            await asyncio.sleep(30)
        elif error.trouble is Trouble.STOPPED:
            log.error("telegram refuses the token", detail=error.detail)
            await asyncio.sleep(60)
        else:
            log.warning("telegram not reached", trouble=error.trouble.value, detail=error.detail)
            await asyncio.sleep(max(2.0, error.retry_after))

    async def _take_lease(self, tx: Tx) -> bool:
        return await leases.take(tx, "poll:telegram", self._holder, LEASE_MS)

    async def _watch_webhook(self) -> None:
        while True:
            await asyncio.sleep(60)
            try:
                info = await self._call("getWebhookInfo", {})
            except SendError:
                continue
            if info.get("pending_update_count", 0) > 1000 or info.get("last_error_message"):
                log.warning("webhook", waiting=info.get("pending_update_count"), error=info.get("last_error_message"))

    async def _send_text(self, message: Outgoing) -> str:
        fields = plain_message(message)
        try:
            return _id(await self._call("sendMessage", fields))
        except SendError as error:
            if "parse entities" not in error.detail.casefold() and "entit" not in error.detail.casefold():
                raise
            log.error("our markup was refused", outbox=message.outbox_id, detail=error.detail)
            fields.pop("entities", None)
            return _id(await self._call("sendMessage", fields))

    async def _edit(self, message: Outgoing) -> str:
        fields = {**plain_message(message), "message_id": int(message.target)}
        try:
            await self._call("editMessageText", fields)
        except SendError as error:
            if error.trouble is not Trouble.REFUSED:
                raise
            if "not modified" not in error.detail.casefold():
                return await self._send_text(message)  # too old to be changed, or gone: say it anew
        return message.target

    async def _send_file(self, message: Outgoing, file_id: int) -> str:
        async with self._db.read() as session:
            file = await files.by_id(session, file_id)
        if file is None:
            raise SendError(Trouble.REFUSED, "the file is gone")
        form = aiohttp.FormData()
        caption = text_of(message.reply.text)
        fields = {"chat_id": int(message.address), "caption": caption["text"], **keyboard(message)}
        if "entities" in caption:
            fields["caption_entities"] = caption["entities"]
        for name, value in fields.items():
            form.add_field(name, value if isinstance(value, str) else orjson.dumps(value).decode())
        form.add_field("document", file.content, filename=file.name, content_type=file.mime)
        return _id(await self._answer("sendDocument", self._upload("sendDocument", form)))

    async def _upload(self, method: str, form: aiohttp.FormData) -> tuple[int, bytes]:
        client = await self._session.create_session()
        async with client.post(self._url(method), data=form, timeout=aiohttp.ClientTimeout(total=50)) as response:
            return response.status, await response.read()

    async def _call(self, method: str, payload: dict[str, Any], timeout: float = 25) -> Any:
        return await self._answer(method, self._session.post(self._url(method), payload, timeout))

    def _url(self, method: str) -> str:
        return self._session.api.api_url(self._bot.token, method)

    async def _answer(self, method: str, call: Coroutine[Any, Any, tuple[int, bytes]]) -> Any:
        """The result of a call, or a SendError. Never lets out an exception that may hold the address, which holds
        the token."""
        try:
            status, body = await call
        except aiohttp.ClientConnectorError:
            raise SendError(Trouble.DOWN, f"{method}: no connection") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SendError(Trouble.UNKNOWN, f"{method}: {type(error).__name__}") from None
        try:
            answer = orjson.loads(body)
        except ValueError:
            answer = None
        if isinstance(answer, dict) and answer.get("ok"):
            return answer.get("result")
        raise trouble(status, answer if isinstance(answer, dict) else {})

    def _signal(self, call: Coroutine[Any, Any, Any]) -> None:
        async def quietly() -> None:
            try:
                await call
            except SendError as error:
                log.debug("signal lost", detail=error.detail)

        task = asyncio.create_task(quietly())
        self._signals.add(task)
        task.add_done_callback(self._signals.discard)


def _raw(update: Any) -> bytes:
    try:
        return orjson.dumps(update)
    except TypeError:  # nested deeper than orjson writes, though it reads it
        return json.dumps(update).encode()


def _id(result: Any) -> str:
    return str(result["message_id"]) if isinstance(result, dict) and "message_id" in result else ""


def _key(update: Any) -> str:
    return str(update.get("update_id", "")) if isinstance(update, dict) else ""
