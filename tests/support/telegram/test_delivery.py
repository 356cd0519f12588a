"""Updates reach a webhook in the order of each chat, and are tried again until it says yes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.support.bot_api import BotApi

Answer = Callable[[dict[str, Any], web.Request], Awaitable[web.Response] | web.Response]


@contextlib.asynccontextmanager
async def webhook(answer: Answer, wait: float = 0.01, **arguments: Any) -> AsyncIterator[BotApi]:
    """A double whose webhook is `answer`; `wait` is its first pause after a refusal."""

    async def hook(request: web.Request) -> web.Response:
        given = answer(await request.json(), request)
        return given if isinstance(given, web.Response) else await given

    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with BotApi(webhook_wait=wait) as api:
        await call(api, "setWebhook", url=f"http://127.0.0.1:{runner.addresses[0][1]}/hook", **arguments)
        yield api
    await runner.cleanup()


async def call(api: BotApi, method: str, **arguments: Any) -> Any:
    """Calls a method as the bot would; returns the whole answer."""
    url = f"{api.base_url}/bot{api.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, json=arguments) as answer:
        return await answer.json()


async def test_a_refused_update_comes_again_before_the_next_of_its_chat() -> None:
    """After a 503 the same update is posted again, with the secret, and only then the next; polling is refused."""
    heard: list[tuple[str, str]] = []

    def refuse_first(update: dict[str, Any], request: web.Request) -> web.Response:
        heard.append((update["message"]["text"], request.headers["X-Telegram-Bot-Api-Secret-Token"]))
        return web.Response(status=503 if len(heard) == 1 else 200)

    async with webhook(refuse_first, secret_token="rahasia-1") as api:
        wati = api.user(101)
        await wati.send("satu")
        await wati.send("dua")
        await api.settled()
        info = (await call(api, "getWebhookInfo"))["result"]
        polled = await call(api, "getUpdates")

    assert heard == [("satu", "rahasia-1"), ("satu", "rahasia-1"), ("dua", "rahasia-1")]
    assert [posted.status for posted in api.delivery.posted] == [503, 200, 200]
    assert (info["pending_update_count"], "503" in info["last_error_message"], polled["error_code"]) == (0, True, 409)


async def test_retry_after_is_obeyed() -> None:
    """The pause is the one that the bot asks for, not the usual one."""
    answers = [web.Response(status=503, headers={"Retry-After": "0.05"}), web.Response()]

    async with webhook(lambda _update, _request: answers.pop(0), wait=60.0) as api:
        await api.user(101).send("halo")
        await api.settled()

    first, second = api.delivery.posted
    assert 0.05 <= second.at - first.at < 5


async def test_a_stuck_chat_holds_nobody_else_back() -> None:
    """While one chat's update waits for its answer, another chat's passes."""
    release = asyncio.Event()
    heard: list[int] = []

    async def answer(update: dict[str, Any], _request: web.Request) -> web.Response:
        chat = update["message"]["chat"]["id"]
        if chat == 101:
            await release.wait()
        heard.append(chat)
        return web.Response()

    async with webhook(answer) as api:
        await api.user(101).send("lambat")
        await api.user(102).send("cepat")
        await api.state.wait_until(lambda: heard or None, 5, "an answer")
        release.set()
        await api.settled()

    assert heard == [102, 101]


async def test_what_waited_for_polling_goes_to_the_webhook() -> None:
    """Updates from before setWebhook are posted too; after deleteWebhook they wait again."""
    heard: list[str] = []

    def answer(update: dict[str, Any], _request: web.Request) -> web.Response:
        heard.append(update["message"]["text"])
        return web.Response()

    async with webhook(answer) as api:
        url = api.delivery.webhook.url
        await call(api, "deleteWebhook")
        await api.user(101).send("menunggu")
        assert heard == []
        await call(api, "setWebhook", url=url)
        await api.settled()

    assert heard == ["menunggu"]


@pytest.mark.parametrize("arguments", [{"secret_token": "a b"}, {"url": "http://contoh.example/"}])
async def test_a_bad_webhook_is_refused(arguments: dict[str, str]) -> None:
    """Secrets have a small alphabet; outside loopback only HTTPS is taken."""
    async with BotApi() as api:
        assert (await call(api, "setWebhook", **{"url": "https://contoh.example/", **arguments}))["error_code"] == 400
