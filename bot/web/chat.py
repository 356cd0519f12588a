"""The web chat's page, its files and its line."""

import asyncio
import hashlib
import tomllib
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot import words
from bot.channels.webchat import WebChat
from bot.config import Config
from bot.inbox import Inbox
from bot.web.files import Files
from bot.web.headers import NO_SNIFFING, page_headers
from bot.web.limits import LINES_PER_ADDRESS, Limits
from bot.web.line import Line
from bot.web.visitors import Visitor, Visitors, host, language, network
from bot.web.wire import Refused, close, heard, parsed
from storage import webchat as history
from storage.engine import Database, DatabaseDown

HERE = Path(__file__).parent
STATIC = HERE / "static"
INTRODUCE = 20.0  # s in which a line must say who it is
REFUSED = 10.0  # s that a page without a visitor is kept, as it would come again at once
FOREVER = "public, max-age=31536000, immutable"


class Chat:
    """Everything a visitor's browser asks for."""

    def __init__(
        self,
        config: Config,
        db: Database,
        inbox: Inbox,
        webchat: WebChat,
        now: Callable[[], datetime],
        allowed: Limits,
        takes_files: bool,
    ) -> None:
        self._takes_files = takes_files
        self._config, self._db, self._inbox, self._webchat, self._now = config, db, inbox, webchat, now
        self._limits = allowed
        self._visitors = Visitors(db.box, config)
        self._files = Files(db, self._visitors, allowed, config.app.language, now)

    def routes(self) -> list[BaseRoute]:
        """All addresses of the web chat."""
        small = [Middleware(GZipMiddleware, minimum_size=1000)]
        return [
            Route("/", self.page, middleware=small),
            Route("/embed.js", self.embed, middleware=small),
            Mount("/static", Versioned(directory=STATIC), middleware=small),
            WebSocketRoute("/ws/chat", self.line),
            *self._files.routes(),
        ]

    async def page(self, request: Request) -> Response:
        """The page, in the visitor's language; outside of frames a visitor is known by a cookie."""
        framed = request.query_params.get("embed") == "1"
        visitor = None if framed else self._visitors.by_cookie(request)
        spoken = await self._language(request, visitor)
        allowed = self._config.web.embed_origins if framed else None
        response = HTMLResponse(page(spoken, framed, self._takes_files), headers=page_headers(host(request), allowed))
        if not framed:
            self._visitors.welcome(response, visitor)
            if request.query_params.get("lang") == spoken:
                self._visitors.remember_language(response, spoken)
        return response

    async def embed(self, request: Request) -> Response:
        """The script that puts the chat on another site."""
        headers = {**NO_SNIFFING, "Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "max-age=3600"}
        return FileResponse(STATIC / "embed.js", media_type="text/javascript", headers=headers)

    async def line(self, socket: WebSocket) -> None:
        """A line: checked for where it comes from, then for who speaks."""
        if not self._visitors.may_come_from(socket):
            await socket.close(4403)
            return
        await socket.accept()
        address = network(socket)
        self._limits.lines[address] += 1
        try:
            if self._limits.lines[address] > LINES_PER_ADDRESS:
                await self._hang_up(socket, "too_fast")
            else:
                await self._serve(socket)
        except WebSocketDisconnect:
            pass
        finally:
            self._limits.lines -= {address: 1}

    async def _serve(self, socket: WebSocket) -> None:
        try:
            async with asyncio.timeout(INTRODUCE):
                first = await heard(socket)
        except TimeoutError:
            await close(socket, 4408)
            return
        visitor = self._who(socket, first)
        if visitor is None:
            await self._hang_up(socket, "no_visitor", REFUSED)
            return
        line = Line(
            socket,
            visitor,
            language(socket, self._config.app.language),
            db=self._db,
            inbox=self._inbox,
            webchat=self._webchat,
            visitors=self._visitors,
            allowed=self._limits,
            now=self._now,
        )
        await line.run(first)

    def _who(self, socket: WebSocket, first: str) -> Visitor | None:
        """A token that is said first counts more than a cookie: the frame is a visitor of its own."""
        try:
            token = parsed(first).get("token")
        except Refused:
            token = None
        return self._visitors.by_cookie(socket) if token is None else self._visitors.by_token(token)

    async def _hang_up(self, socket: WebSocket, key: str, after: float = 0) -> None:
        spoken = language(socket, self._config.app.language)
        await socket.send_json({"error": words.text(spoken, f"webchat.{key}")})
        with suppress(TimeoutError):
            async with asyncio.timeout(after):
                while True:
                    await heard(socket)
        await close(socket, 4401)

    async def _language(self, request: Request, visitor: Visitor | None) -> str:
        asked = request.query_params.get("lang")
        if asked in words.languages():
            return asked
        if visitor is not None:
            try:
                async with self._db.read() as session:
                    spoken = await history.language(session, visitor.address)
            except DatabaseDown:
                spoken = ""  # the page itself needs no database
            if spoken in words.languages():
                return spoken
        return language(request, self._config.app.language)


class Versioned(StaticFiles):
    """Static files under an address that changes with their contents, so that browsers may keep them."""

    def lookup_path(self, path: str) -> tuple[str, Any]:
        """The file behind the path with or without the version."""
        first, _, rest = path.partition("/")
        return super().lookup_path(rest if first == version() else path)

    def file_response(
        self, full_path: Any, stat_result: Any, scope: MutableMapping[str, Any], status_code: int = 200
    ) -> Response:
        """The file, to be kept for ever when the address names its version."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(NO_SNIFFING)
        response.headers["Cache-Control"] = FOREVER if f"/{version()}/" in scope["path"] else "no-cache"
        return response


@lru_cache
def version() -> str:
    """A short hash of all static files."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


@lru_cache
def page(spoken: str, framed: bool, files: bool) -> str:
    """The page in one language: the same for all visitors."""
    strings = tomllib.loads((words.FOLDER / f"page.{spoken}.toml").read_text("utf-8"))
    pages = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined)
    template = pages.get_template("chat.html")
    return template.render(lang=spoken, t=strings, static=f"/static/{version()}", embed=framed, files=files)
