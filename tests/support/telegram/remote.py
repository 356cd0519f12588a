"""The double as a process of its own, for tests that start the real program and kill it."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.bot_api import TOKEN
from tests.support.telegram.errors import JsonObject
from tests.support.telegram.seen import Seen

ROOT = Path(__file__).parents[3]


class RemoteBotApi:
    """Steers a double that runs elsewhere; `base_url` and `token` are for the program under test."""

    def __init__(self, base_url: str, session: aiohttp.ClientSession, token: str = TOKEN) -> None:
        self.base_url, self.token = base_url, token
        self._session = session

    async def do(self, user: int, verb: str, *, name: str = "", **arguments: Any) -> Any:
        """Lets a person do something: `await api.do(101, "send", text="halo")`; any verb of `User`."""
        called = {"name": name} if name else {}
        return await self._post("do", {"user": user, "do": verb, "with": arguments, **called})

    async def in_group(self, group: int, by: int, verb: str, **arguments: Any) -> Any:
        """Lets a person do something in a group: `await api.in_group(-1001, 101, "say", text="/tanya")`."""
        return await self._post("do", {"group": group, "by": by, "do": verb, "with": arguments})

    async def update(self, body: JsonObject) -> None:
        """Delivers any JSON as an update."""
        await self._post("update", body)

    async def fault(self, kind: str, method: str = "send*", **details: Any) -> None:
        """Orders a fault; the details are those of `Faults.add`."""
        await self._post("fault", {"kind": kind, "method": method, **details})

    async def clear_faults(self) -> None:
        """The service works again."""
        async with self._session.delete(f"{self.base_url}/_control/fault") as answer:
            answer.raise_for_status()

    async def limits(self, **models: list[Any]) -> None:
        """Sets the limits, for instance `overall=["strict", 30, 1.0, 3.0]`; none lifts them."""
        await self._post("limits", models)

    async def log(self, since: int = 0) -> list[JsonObject]:
        """What the service accepted."""
        return list(await self._get(f"log?since={since}"))

    async def sent(self, count: int, timeout: float = 10.0) -> list[JsonObject]:
        """Waits until so many messages were accepted; returns the log, however long it is."""
        await self._get(f"wait?sent={count}&timeout={timeout}")
        return await self.log()

    async def reads(self, user: int, text: str = "", timeout: float = 10.0) -> Seen:
        """Waits for the next message to this person with these words; TimeoutError if it does not come."""
        found = await self._get(f"reads/{user}", text=text, timeout=str(timeout))
        if "timeout" in found:
            raise TimeoutError(found["timeout"])
        return Seen(found)

    async def state(self) -> JsonObject:
        """Counts of waiting updates, polls and sends, the webhook, the commands, the pressed buttons."""
        return dict(await self._get("state"))

    async def _post(self, path: str, body: JsonObject) -> Any:
        async with self._session.post(f"{self.base_url}/_control/{path}", json=body) as answer:
            answer.raise_for_status()
            return await answer.json()

    async def _get(self, path: str, **query: str) -> Any:
        async with self._session.get(f"{self.base_url}/_control/{path}", params=query) as answer:
            answer.raise_for_status()
            return await answer.json()


@contextlib.asynccontextmanager
async def separate_bot_api(*options: str) -> AsyncIterator[RemoteBotApi]:
    """Starts the double as a process, and ends it afterwards; `options` as on its command line."""
    command = (sys.executable, "-m", "tests.support.bot_api", *options)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=ROOT)
    try:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), 30)).decode().split()
        async with aiohttp.ClientSession() as session:
            yield RemoteBotApi(line[1], session)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
