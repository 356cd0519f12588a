"""The real web server around a small bot, and a visitor's page without a browser.

async with Site.open(url, router()) as site, site.visitor() as ani:
    await ani.says("halo")
    assert await ani.reads() == "Anda menulis: halo"
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson
from sqlalchemy import delete
from websockets.asyncio.client import ClientConnection, connect

from bot.channels.webchat import WebChat
from bot.config import Config
from bot.inbox import Inbox
from bot.messages import Comparison
from bot.router import Router
from bot.sender import Sender, Settings
from bot.text import escape
from bot.turn import Turn
from bot.web.app import Parts, Server, web_app
from bot.web.limits import Limits
from storage import files
from storage.engine import Database
from storage.models import WebchatMessage
from storage.sealing import Box

Frame = dict[str, Any]
PATIENCE = 10.0


def small_bot() -> Router:
    """Answers with what was written; /start, /banding, /berkas, /hapus and two buttons do more."""
    bot = Router("small")

    @bot.command("start")
    async def start(turn: Turn) -> None:
        turn.say(f"Selamat datang {turn.text}".strip(), turn.button("language.name", "pick:1"))

    @bot.button("pick")
    async def pick(turn: Turn) -> None:
        turn.show(f"Dipilih {turn.value}", turn.button("language.name", "pick:2"))

    @bot.event("stale")
    async def stale(turn: Turn) -> None:
        turn.say("Tombol itu bukan dari kami.")

    @bot.command("banding")
    async def compare(turn: Turn) -> None:
        turn.say("Sumber: https://jdih.bawaslu.go.id", comparison=Comparison("Beda", "Pemilu", "Pilkada", ROWS))

    @bot.command("berkas")
    async def file(turn: Turn) -> None:
        kept = await files.add(turn.db, turn.chat.id, "data saya.json", "application/json", b"{}", turn.now)
        turn.say("Ini berkasnya.", file=kept)

    @bot.command("english")
    async def english(turn: Turn) -> None:
        turn.chat.language = "en"
        turn.say("English from now on.")

    @bot.command("hapus")
    async def erase(turn: Turn) -> None:
        await turn.db.execute(delete(WebchatMessage).where(WebchatMessage.conversation_id == turn.chat.id))
        turn.say("Terhapus.")

    async def echo(turn: Turn) -> None:
        turn.say(f"Anda menulis: {escape(turn.text) or turn.incoming.kind}")

    bot.fallback = echo
    return bot


ROWS = (("Yang dipilih", "Presiden, *DPR*", "Gubernur"), ("Dasar", "UU 7/2017", "UU 10/2016"))


@dataclass
class Page:
    """A visitor's page: says what it is told, keeps every frame it gets."""

    site: "Site"
    socket: ClientConnection
    headers: dict[str, str]
    frames: list[Frame] = field(default_factory=list)
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    async def send(self, **frame: Any) -> None:
        """Sends one frame."""
        await self.socket.send(orjson.dumps(frame).decode())

    async def next(self) -> Frame:
        """The next frame that comes."""
        frame: Frame = orjson.loads(await asyncio.wait_for(self.socket.recv(), PATIENCE))
        self.frames.append(frame)
        return frame

    async def until(self, fits: Callable[[Frame], Any]) -> Frame:
        """The next frame that fits."""
        while True:
            frame = await self.next()
            if fits(frame):
                return frame

    async def says(self, text: str, **more: Any) -> Frame:
        """Writes a message and returns the answer to it."""
        await self.send(**{"id": self.new_id(), "text": text, **more})
        return await self.answer()

    async def answer(self) -> Frame:
        """The next frame of the bot, or what it refuses."""
        return await self.until(lambda frame: frame.get("from") == "bot" or "error" in frame)

    async def replay(self, since: int = 0) -> list[Frame]:
        """Everything behind a number, as a page that opens gets it."""
        before = len(self.frames)
        await self.send(since=since)
        await self.until(lambda frame: "ready" in frame)
        return self.frames[before:-1]

    def new_id(self) -> str:
        """An id for a message, as a page makes it."""
        return f"{id(self):x}-{next(self._ids)}"


@dataclass
class Site:
    """Everything between a browser and the database."""

    db: Database
    inbox: Inbox
    sender: Sender
    webchat: WebChat
    server: Server
    limits: Limits

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        url: str,
        router: Router,
        config: Config | None = None,
        shared: bool = False,
        sends: bool = True,
        limits: Limits | None = None,
        port: int = 0,
    ) -> AsyncIterator["Site"]:
        """Serves on a free port of this machine; `sends` False leaves the sending to another process."""
        db = Database(url, Box(bytes(32)))
        webchat = WebChat(db, utc_now, shared)
        sender = Sender(db, [webchat], Settings(), utc_now)
        inbox = Inbox(db, router, {"webchat": webchat.read}, utc_now, wake=sender.wake)
        parts = Parts(config or Config(), db, inbox, webchat, limits=limits or Limits(), takes_files=True)
        server = Server(web_app(parts), "127.0.0.1", port)
        await server.start()
        if sends:
            await sender.start()
        try:
            yield cls(db, inbox, sender, webchat, server, parts.limits)
        finally:
            await server.stop()
            await inbox.stop()
            await sender.stop()
            await db.close()

    @property
    def address(self) -> str:
        """Where the server is."""
        return f"http://127.0.0.1:{self.server.port}"

    def http(self, **options: Any) -> httpx.AsyncClient:
        """A client for its addresses."""
        return httpx.AsyncClient(base_url=self.address, **options)

    async def cookie(self) -> str:
        """The cookie of a new visitor, as a header."""
        async with self.http() as client:
            response = await client.get("/")
        return response.headers["set-cookie"].partition(";")[0]

    @asynccontextmanager
    async def visitor(self, cookie: str | None = None, token: str = "", **headers: str) -> AsyncIterator[Page]:
        """An open page: of a new visitor, of one with that cookie, or in a frame with that token."""
        sent = dict(headers) if token else {"Cookie": cookie or await self.cookie(), **headers}
        address = f"ws://127.0.0.1:{self.server.port}/ws/chat"
        async with connect(address, additional_headers=sent, proxy=None, max_size=None) as socket:
            page = Page(self, socket, {"X-Chat-Token": token} if token else sent)
            if token:
                await page.send(token=token)
            yield page

    async def upload(
        self, page: Page, content: bytes, name: str = "foto.png", mime: str = "image/png"
    ) -> httpx.Response:
        """Sends a file as the page does."""
        async with self.http(headers=page.headers) as client:
            return await client.post("/upload", files={"file": (name, content, mime)})


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)
