"""The real page on the real server: a conversation as its visitor sees it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.config import Config, Web
from bot.web.app import Server
from tests.support.web import Site, small_bot

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# A violet picture of 40 by 24 points.
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000002800000018080200000007e62897000000284944415478da63c88ebf30"
    "208861d4e2518b472d1eb578d4e2518b472d1eb578d4e2518b878fc500119701dbf649a7c40000000049454e44ae4260"
    "82"
)
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "reduced_motion": "reduce", "locale": "id-ID"}


async def write(page: Page, text: str) -> None:
    """Types a message and sends it with Enter."""
    await page.fill("#text", text)
    await page.press("#text", "Enter")


async def opened(context: BrowserContext, address: str, complaints: list[str]) -> Page:
    """The page with its history, noting what the browser complains about."""
    page = await context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
    await page.goto(address)
    await expect(page.locator("#log:not([aria-busy])")).to_be_attached()
    return page


async def spoken(page: Page) -> list[str]:
    """All there is to read, in order."""
    return await page.locator("#log .body").all_inner_texts()


@asynccontextmanager
async def campus(html: str, port: int = 0) -> AsyncIterator[str]:
    """Another site on this machine: its address."""

    async def page(request: Request) -> Response:
        return HTMLResponse(f"<!doctype html><title>Kampus</title>{html}")

    server = Server(Starlette(routes=[Route("/", page)]), "127.0.0.1", port)
    await server.start()
    yield f"http://localhost:{server.port}"
    await server.stop()


async def test_a_whole_conversation(sqlite_url: str, browser: Browser, tmp_path: Path) -> None:
    """A greeting by a link, a tap that changes the message, a table; all there after a reload and a restart."""
    complaints: list[str] = []
    context = await browser.new_context(**PHONE)
    async with Site.open(sqlite_url, small_bot()) as site:
        page, port = await opened(context, f"{site.address}/?start=kampus-unram", complaints), site.server.port
        await expect(page.locator(".bot .body")).to_have_text("Selamat datang kampus-unram")
        await page.get_by_role("button", name="Bahasa Indonesia").click()
        await expect(page.locator(".bot .body")).to_have_text("Dipilih 1")
        await write(page, "/banding")
        await expect(page.get_by_role("table", name="Beda")).to_be_visible()
        await write(page, "<script>alert(1)</script>")
        await expect(page.locator(".bot .body").last).to_have_text("Anda menulis: <script>alert(1)</script>")
        before = await spoken(page)
        await page.screenshot(path=tmp_path / "conversation.png", full_page=True)
        await page.close()
        after = await spoken(await opened(context, site.address, complaints))
    async with Site.open(sqlite_url, small_bot(), port=port) as site:
        restarted = await spoken(await opened(context, site.address, complaints))
        await context.close()

    assert before == after == restarted
    assert [line for line in complaints if "WebSocket" not in line] == []


async def test_a_file_each_way(sqlite_url: str, browser: Browser) -> None:
    """What the bot made is saved, what the visitor sent is shown, also after a reload."""
    complaints: list[str] = []
    context = await browser.new_context(**PHONE, accept_downloads=True)
    async with Site.open(sqlite_url, small_bot()) as site:
        page = await opened(context, site.address, complaints)
        await write(page, "/berkas")
        async with page.expect_download() as saved:
            await page.get_by_role("link", name="data saya.json").click()
        content = (await (await saved.value).path()).read_bytes()
        await page.click("#attach")
        await page.set_input_files("#tray-file", {"name": "foto.png", "mimeType": "image/png", "buffer": PICTURE})
        await page.click("#tray-send")
        await expect(page.locator(".bot .body").last).to_have_text("Anda menulis: photo")
        await expect(page.locator(".you .meta").last).to_contain_text("terkirim")
        await page.reload()
        await expect(page.get_by_role("img", name="foto.png")).to_have_js_property("naturalWidth", 40)
        await context.close()

    assert content == b"{}"
    assert complaints == []


async def test_a_chat_in_a_frame_of_another_site(sqlite_url: str, browser: Browser) -> None:
    """A site named in the settings carries the chat; conversation and files work without a cookie."""
    context = await browser.new_context(**PHONE)
    page = await context.new_page()
    frame = page.frame_locator("iframe")
    # The site must be named before it is known where it is: the port is free a moment later again.
    async with campus("") as host:
        pass
    config = Config(web=Web(embed_origins=(host,)))
    async with Site.open(sqlite_url, small_bot(), config) as site:
        html = f'<script src="{site.address}/embed.js" data-start="kampus"></script>'
        async with campus(html, int(host.rpartition(":")[2])):
            for _ in range(2):
                await page.goto(host)
                await page.get_by_role("button", name="Tanya Sahabat").click()
                await expect(frame.locator(".bot .body")).to_have_text("Selamat datang kampus")
            await frame.locator("#text").fill("/berkas")
            await frame.locator("#send").click()
            address = await frame.get_by_role("link", name="data saya.json").get_attribute("href")
        async with site.http() as client:
            content = (await client.get(address or "")).content
        await context.close()

    assert content == b"{}"


async def test_a_site_that_is_not_named_shows_nothing(sqlite_url: str, browser: Browser) -> None:
    """The browser refuses the frame and says by which rule."""
    complaints: list[str] = []
    context = await browser.new_context(**PHONE)
    page = await context.new_page()
    page.on("console", lambda line: complaints.append(line.text))
    async with (
        Site.open(sqlite_url, small_bot()) as site,
        campus(f'<iframe src="{site.address}/?embed=1"></iframe>') as host,
    ):
        await page.goto(host, wait_until="networkidle")
        await context.close()

    assert any("frame-ancestors" in line for line in complaints)
