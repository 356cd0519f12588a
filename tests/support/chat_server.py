"""A tiny double of the web chat's server: the real page, the real protocol, answers written by the test."""

import asyncio
import base64
import json
import socket
import tomllib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

ROOT = Path(__file__).parents[2]
WEB = ROOT / "bot" / "web"
STATIC = "/static/0123456789ab"  # as long as the address that the server gives out
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
POLICY = "default-src 'self'"
Frame = dict[str, Any]
Answer = Callable[[Frame], list[Frame]]


def echo(message: Frame) -> list[Frame]:
    """Answers each message with its own words."""
    return [{"text": f"Anda menulis: {message.get('text') or message.get('pressed') or message.get('file')}"}]


@dataclass
class ChatServer:
    """One conversation: `answer` writes the replies, `up` lets lines be opened, `mute` stores without telling."""

    answer: Answer = echo
    up: bool = True
    mute: bool = False
    refuse: str = ""
    lang: str = "id"
    address: str = ""
    history: list[Frame] = field(default_factory=list)
    received: list[Frame] = field(default_factory=list)
    uploads: list[tuple[str, bytes, str | None]] = field(default_factory=list)
    lines: set[WebSocket] = field(default_factory=set)

    @property
    def stored(self) -> list[str]:
        """The texts of what the visitor said, as they are kept."""
        return [frame["text"] for frame in self.history if frame.get("from") == "you"]

    @property
    def app(self) -> Starlette:
        """The web application of the double."""
        static = StaticFiles(directory=WEB / "static")
        return Starlette(
            routes=[
                Route("/", self.page),
                Route("/embed.js", self.embed),
                Route("/upload", self.upload, methods=["POST"]),
                Route("/host", self.host),
                Route("/files/{name}", self.file),
                WebSocketRoute("/ws/chat", self.chat),
                Mount(STATIC, static),
            ]
        )

    async def page(self, request: Request) -> Response:
        """Renders the real template with the real words, under the strict policy."""
        lang = "en" if request.query_params.get("lang") == "en" else "id"
        words = tomllib.loads((ROOT / "locales" / f"page.{lang}.toml").read_text("utf-8"))
        pages = Environment(loader=FileSystemLoader(WEB / "templates"), autoescape=True, undefined=StrictUndefined)
        html = pages.get_template("chat.html").render(
            lang=lang, t=words, static=STATIC, embed=request.query_params.get("embed") == "1", files=True
        )
        return HTMLResponse(html, headers={"Content-Security-Policy": POLICY})

    async def embed(self, request: Request) -> Response:
        """The script for other sites, at its public address."""
        return Response((WEB / "static" / "embed.js").read_bytes(), media_type="text/javascript")

    async def host(self, request: Request) -> Response:
        """Another site that carries the chat and forbids inline scripts and styles."""
        script = '<script src="/embed.js" data-start="kampus-unram"></script>'
        html = f'<!doctype html><html lang="id"><title>Kampus</title><h1>Kampus</h1>{script}'
        return HTMLResponse(html, headers={"Content-Security-Policy": POLICY})

    async def file(self, request: Request) -> Response:
        """Any file that was ever sent: one pixel."""
        return Response(PIXEL, media_type="image/png")

    async def upload(self, request: Request) -> Response:
        """Keeps a file and gives its key, or a kind sentence."""
        if self.refuse:
            return JSONResponse({"error": self.refuse}, 422)
        async with request.form() as form:
            part = form["file"]
            assert not isinstance(part, str)
            self.uploads.append((part.filename or "", await part.read(), request.headers.get("x-chat-token")))
        return JSONResponse({"file": f"file-{len(self.uploads)}"})

    async def chat(self, line: WebSocket) -> None:
        """One line of the visitor."""
        if not self.up:
            await line.close()
            return
        await line.accept()
        self.lines.add(line)
        try:
            while True:
                await self.read(line, json.loads(await line.receive_text()))
        except (WebSocketDisconnect, RuntimeError):
            self.lines.discard(line)

    async def read(self, line: WebSocket, message: Frame) -> None:
        """Replays, stores or notes one message."""
        self.received.append(message)
        if "since" in message:
            for frame in [f for f in self.history if f["n"] > message["since"]]:
                await line.send_json(frame)
            await line.send_json({"ready": len(self.history), "lang": self.lang})
        elif "id" in message:
            await self.take(line, message)

    async def take(self, line: WebSocket, message: Frame) -> None:
        """Stores a message once, confirms it and answers."""
        if self.refuse:
            await line.send_json({"id": message["id"], "error": self.refuse})
            return
        known = next((f for f in self.history if f.get("id") == message["id"]), None)
        if known and not self.mute:
            await line.send_json(known)
        if known:
            return
        text = message.get("text") or self.label(message) or ""
        await self.say(**{**message, "from": "you", "text": text})
        for frame in self.answer(message):
            await self.say(**frame)

    def label(self, message: Frame) -> str:
        """What the pressed button says."""
        buttons = [b for f in self.history if f["n"] == message.get("on") for b in f.get("buttons", [])]
        return next((str(b["label"]) for b in buttons if b["data"] == message.get("pressed")), "")

    async def say(self, **frame: Any) -> Frame:
        """Stores a frame with the next number and pushes it to every open line."""
        frame = {"from": "bot", "at": datetime.now(UTC).isoformat(), **frame, "n": len(self.history) + 1}
        self.history.append(frame)
        await self.push(frame)
        return frame

    async def push(self, frame: Frame) -> None:
        """Sends a frame down every open line, without storing it."""
        for line in () if self.mute else tuple(self.lines):
            await line.send_json(frame)

    async def hang_up(self) -> None:
        """Cuts every line and lets none be opened until `up` is set again."""
        self.up = False
        for line in list(self.lines):
            self.lines.discard(line)
            await line.close()


@asynccontextmanager
async def serve(double: ChatServer) -> AsyncIterator[ChatServer]:
    """Serves the double on a free port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    double.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(double.app, log_level="warning", ws="websockets-sansio", lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield double
    finally:
        server.should_exit = server.force_exit = True
        await task
