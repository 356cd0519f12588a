"""Calls of the Bot API: lean JSON out, a result or a SendError back, and signals that nobody waits for."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

import aiohttp
import orjson
from yarl import URL

from bot.channels.telegram_errors import NO_JSON, trouble
from bot.channels.telegram_json import decode
from bot.logs import get_logger
from bot.messages import SendError, Trouble

log = get_logger("telegram")

PATIENCE = 25.0  # s for an answer, below the sender's own 30
CONNECT = 10.0  # s for a connection: what fails here was never sent
SIGNAL_PATIENCE = 10.0
JSON = {"Content-Type": "application/json"}


@cache
def _limit(timeout: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=timeout, sock_connect=CONNECT)


class Api:
    """`client` opens (or returns) the HTTP session, `address` gives the address of a method; it holds the token."""

    def __init__(self, client: Callable[[], Awaitable[aiohttp.ClientSession]], address: Callable[[str], str]) -> None:
        self._client = client
        self._address = cache(lambda method: URL(address(method)))
        self._signals: set[asyncio.Task[None]] = set()

    async def call(self, method: str, payload: dict[str, Any], timeout: float = PATIENCE) -> Any:
        """The result of a method."""
        return await self._answer(method, orjson.dumps(payload), JSON, timeout)

    async def upload(self, method: str, form: aiohttp.FormData, timeout: float = PATIENCE) -> Any:
        """The result of a method that takes a file."""
        return await self._answer(method, form, None, timeout)

    def signal(self, method: str, payload: dict[str, Any]) -> None:
        """Calls a method on the side. Best effort: nobody waits, nothing is tried again."""
        task = asyncio.create_task(self._quietly(method, payload))
        self._signals.add(task)
        task.add_done_callback(self._signals.discard)

    async def settle(self, timeout: float = 2) -> None:
        """Lets signals under way arrive."""
        if self._signals:
            await asyncio.wait(self._signals, timeout=timeout)
        for task in self._signals:
            task.cancel()

    async def _quietly(self, method: str, payload: dict[str, Any]) -> None:
        try:
            await self.call(method, payload, SIGNAL_PATIENCE)
        except SendError as error:
            log.debug("signal lost", method=method, detail=error.detail)

    async def _answer(self, method: str, data: Any, headers: dict[str, str] | None, timeout: float) -> Any:
        """Never lets out an exception of the client: its text may hold the address, which holds the token."""
        try:
            client = await self._client()
            address, limit = self._address(method), _limit(timeout)
            async with client.post(address, data=data, headers=headers, timeout=limit) as response:
                status, body = response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise SendError(Trouble.DOWN, f"{method}: no connection") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SendError(Trouble.UNKNOWN, f"{method}: {type(error).__name__}") from None
        try:
            answer = decode(body)
        except ValueError:
            answer = NO_JSON
        if not isinstance(answer, dict):
            answer = NO_JSON
        if answer.get("ok") is True:
            return answer.get("result")
        raise trouble(status, answer)
