"""The load of the bench counts the replies that arrive, whatever way a client writes them."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bench.harness import Peer, cpu_seconds, summary
from bench.load import PATH, SECRET, Load, Result


@contextlib.asynccontextmanager
async def echo(load: Load, form: str) -> AsyncIterator[int]:
    """A bot that replies by the API in this form; it refuses updates without the secret."""
    api = await load.open()
    session = aiohttp.ClientSession(api)

    async def hook(request: web.Request) -> web.Response:
        if request.headers.get("X-Telegram-Bot-Api-Secret-Token") != SECRET:
            return web.Response(status=403)
        reply = {"chat_id": str((await request.json())["message"]["chat"]["id"]), "text": "ok"}
        if form == "silent":
            return web.Response(status=503)
        body = aiohttp.FormData(reply, default_to_multipart=form == "multipart") if form != "json" else None
        answer = await session.post("/bot1:x/sendMessage", json=reply if body is None else None, data=body)
        assert (await answer.json())["ok"]
        return web.Response()

    app = web.Application()
    app.router.add_post(PATH, hook)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield int(runner.addresses[0][1])
    await runner.cleanup()
    await session.close()
    load.close()


@pytest.mark.parametrize("form", ["json", "urlencoded", "multipart"])
async def test_every_reply_is_counted(form: str) -> None:
    """At 100 updates a second for a tenth of one, ten replies arrive."""
    load = Load()
    async with echo(load, form) as port:
        result = await load.drive(port, 0.1, connections=2, rate=100)

    assert (result.replies, result.refused, result.lost) == (10, 0, 0)


async def test_refusals_are_no_replies() -> None:
    """A 503 is counted apart and waits for nothing."""
    load = Load()
    async with echo(load, "silent") as port:
        result = await load.drive(port, 0.1, connections=2, rate=100)

    assert (result.replies, result.refused) == (0, 10)


async def test_ratios_are_per_cpu_second_of_the_same_round() -> None:
    """The ratio is the median over rounds, so that one noisy round does not decide."""
    process = await asyncio.create_subprocess_exec("true")
    await process.wait()
    rounds = [(Result(1.0, [0.01] * count), 1.0) for count in (100, 100, 300)]
    baseline = Peer("first", process, 0, rounds)
    faster = Peer("second", process, 0, [(Result(1.0, [0.01] * 200), 1.0)] * 3)

    assert summary(faster, baseline)["ratio"] == 2.0
    assert summary(faster, baseline)["p99_ms"] == 10.0


def test_cpu_seconds_grow_with_work() -> None:
    """A process that computes uses CPU time."""
    before = cpu_seconds(os.getpid())
    sum(number * number for number in range(2_000_000))

    assert cpu_seconds(os.getpid()) > before
