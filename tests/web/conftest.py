"""Fixtures for tests of the page: one Chromium per module, a fresh server and a fresh visitor per test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page

from tests.support.browser import chromium
from tests.support.chat_server import ChatServer, serve
from tests.support.page import Visit

EXPECTED = ("WebSocket", "Failed to load resource")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium, started once."""
    async with chromium() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def double() -> AsyncIterator[ChatServer]:
    """A fresh server with an empty conversation."""
    async with serve(ChatServer()) as served:
        yield served


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(browser: Browser) -> AsyncIterator[Callable[..., Awaitable[BrowserContext]]]:
    """Makes visitors, each with a storage of their own."""
    made: list[BrowserContext] = []

    async def visitor(**options: Any) -> BrowserContext:
        phone = {"viewport": {"width": 360, "height": 740}, "reduced_motion": "reduce"}
        made.append(await browser.new_context(**{**phone, **options}))
        return made[-1]

    yield visitor
    for context in made:
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(double: ChatServer, visitor: Callable[..., Awaitable[BrowserContext]]) -> AsyncIterator[Visit]:
    """Opens the page for a new visitor; at the end no script may have failed and no rule of the policy been broken
    (`blocks`: the test itself feeds in what the policy must block)."""
    complaints: list[str] = []
    expected = list(EXPECTED)

    async def visit(
        path: str = "/",
        *,
        context: BrowserContext | None = None,
        ready: str = "#log:not([aria-busy])",
        blocks: bool = False,
        **options: Any,
    ) -> Page:
        expected.extend(["violates the following Content Security Policy"] * blocks)
        page = await (context or await visitor(**options)).new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
        await page.goto(double.address + path)
        await page.wait_for_selector(ready, state="attached")
        return page

    yield visit
    assert [line for line in complaints if not any(word in line for word in expected)] == []
