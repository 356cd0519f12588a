"""How updates reach the bot: waiting for getUpdates, or posted to its webhook in the order of each chat."""

import asyncio
import contextlib
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import aiohttp

from tests.support.telegram.errors import POLLED_TWICE, WEBHOOK_ACTIVE, ApiError, JsonObject

FIRST_UPDATE = 700_000_000
_NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass(slots=True)
class Webhook:
    """Where updates are posted, as setWebhook left it."""

    url: str = ""
    secret: str = ""
    max_connections: int = 40
    last_error: str = ""
    last_error_at: int = 0


@dataclass(frozen=True, slots=True)
class Posted:
    """One attempt to post an update: what the bot answered (status 0: nothing) and when (monotonic seconds)."""

    update_id: int
    status: int
    at: float


class Delivery:
    """Holds the updates until the bot has confirmed them."""

    def __init__(self, on_change: Callable[[], None], first_wait: float = 0.05, longest_wait: float = 60.0) -> None:
        self._on_change = on_change
        self.pending: dict[int, tuple[str, JsonObject]] = {}
        self.allowed: list[str] | None = None
        self.webhook = Webhook()
        self.posted: list[Posted] = []
        self.polls = 0
        self._first_wait, self._longest_wait = first_wait, longest_wait
        self._next_id = FIRST_UPDATE
        self._arrived = asyncio.Event()
        self._poll = 0
        self._queues: defaultdict[str, deque[int]] = defaultdict(deque)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._session: aiohttp.ClientSession | None = None
        self._places = asyncio.Semaphore(40)

    def add(self, body: JsonObject) -> int:
        """Queues an update and returns its id; one of a kind that is not allowed is dropped (0)."""
        kind = next((name for name in body if name != "update_id"), "")
        if kind in _NOT_BY_DEFAULT if not self.allowed else kind not in self.allowed:
            return 0
        update_id = body.get("update_id", self._next_id)
        self._next_id = max(self._next_id, update_id + 1)
        key = _queue_key(kind, body.get(kind))
        self.pending[update_id] = (key, {"update_id": update_id, **body})
        self._wake()
        if self.webhook.url:
            self._queues[key].append(update_id)
            self._start(key)
        return int(update_id)

    async def poll(self, offset: int, limit: int, timeout: float) -> list[JsonObject]:
        """getUpdates: forgets what `offset` confirms, waits up to `timeout` seconds for something new."""
        if self.webhook.url:
            raise ApiError(409, WEBHOOK_ACTIVE)
        self.polls += 1
        self._poll += 1
        mine, deadline = self._poll, time.monotonic() + min(timeout, 50)
        self._wake()
        self._confirm(offset)
        self._on_change()
        while not self.pending and (left := deadline - time.monotonic()) > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._arrived.wait(), left)
            if self._poll != mine:
                raise ApiError(409, POLLED_TWICE)
        return [update for _, update in islice(self.pending.values(), limit)]

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            kept = sorted(self.pending)[offset:]
            self.pending = {number: self.pending[number] for number in kept}
        for number in [number for number in self.pending if number < offset]:
            del self.pending[number]

    def _wake(self) -> None:
        self._arrived.set()
        self._arrived = asyncio.Event()

    async def set_webhook(self, webhook: Webhook, drop: bool) -> None:
        """Posts updates to this address from now on; an empty one goes back to getUpdates."""
        await self.stop()
        if drop:
            self.pending.clear()
        self.webhook = webhook
        self._places = asyncio.Semaphore(webhook.max_connections)
        self._wake()
        if webhook.url:
            for number, (key, _) in self.pending.items():
                self._queues[key].append(number)
            for key in list(self._queues):
                self._start(key)

    async def stop(self) -> None:
        """Posts nothing more."""
        tasks, self._tasks = list(self._tasks.values()), {}
        self._queues.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _start(self, key: str) -> None:
        if key not in self._tasks or self._tasks[key].done():
            self._tasks[key] = asyncio.create_task(self._post_in_order(key))

    async def _post_in_order(self, key: str) -> None:
        wait, queue = self._first_wait, self._queues[key]
        while queue:
            async with self._places:
                status, retry_after = await self._post(self.pending[queue[0]][1])
            if 200 <= status < 300:
                self.pending.pop(queue.popleft(), None)
                self._on_change()
                wait = self._first_wait
                continue
            self.webhook.last_error = f"Wrong response from the webhook: {status}" if status else "Connection failed"
            self.webhook.last_error_at = int(time.time())
            await asyncio.sleep(min(retry_after, 3600) if retry_after else wait)
            wait = min(wait * 2, self._longest_wait)

    async def _post(self, update: JsonObject) -> tuple[int, float]:
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook.secret} if self.webhook.secret else {}
        patience = aiohttp.ClientTimeout(total=60)
        status, retry_after = 0, 0.0
        with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with self._session.post(
                self.webhook.url, json=update, headers=headers, timeout=patience, allow_redirects=False
            ) as answer:
                await answer.read()
                status = answer.status
                retry_after = float(answer.headers.get("Retry-After", 0))
        self.posted.append(Posted(update["update_id"], status, time.monotonic()))
        return status, retry_after


def _queue_key(kind: str, body: Any) -> str:
    if not isinstance(body, dict):
        return kind
    message = body if "message_id" in body else body.get("message")
    if kind != "callback_query" and isinstance(message, dict) and isinstance(message.get("chat"), dict):
        return f"chat {message['chat'].get('id')}"
    sender = body.get("from") if isinstance(body.get("from"), dict) else None
    return f"user {sender['id']}" if sender and "id" in sender else kind
