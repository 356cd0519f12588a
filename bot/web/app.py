"""The web server: which addresses there are, and the socket it listens on."""

import asyncio
import socket
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.channels.webchat import WebChat
from bot.config import Config
from bot.inbox import Inbox
from bot.web.health import health_routes
from bot.web.limits import Limits
from storage.engine import Database

LARGEST_FRAME = 1_048_576  # bytes: beyond it the socket is closed, below it the line says why not
BACKLOG = 2048
DRAIN = 5  # s for requests under way when we stop


class CannotListen(Exception):
    """The address is taken or not ours; the text names web.host and web.port."""


@dataclass(frozen=True)
class Parts:
    """What the web server needs; without a `webchat` there is no page. `extra_routes` are the webhooks of channels.
    The page offers to send a file only when some conversation `takes_files`."""

    config: Config
    db: Database
    inbox: Inbox
    webchat: WebChat | None = None
    extra_routes: Sequence[BaseRoute] = ()
    limits: Limits = field(default_factory=Limits)
    takes_files: bool = False


def web_app(parts: Parts) -> Starlette:
    """The application. Visitors' messages are kept in their history from here on."""
    routes: list[BaseRoute] = [*parts.extra_routes, *health_routes(parts.db)]
    if parts.webchat is not None:
        from bot.web.chat import Chat  # templates cost memory: only who has the web chat on pays for them

        parts.inbox.record(parts.webchat.name, parts.webchat.record)
        chat = Chat(
            parts.config, parts.db, parts.inbox, parts.webchat, parts.webchat.now, parts.limits, parts.takes_files
        )
        routes += chat.routes()
    return Starlette(routes=routes)


class Server:
    """A web server in this process. Signals are the program's business, not the server's."""

    def __init__(self, app: Any, host: str, port: int) -> None:
        self._host, self._wanted = host, port
        config = uvicorn.Config(
            app,
            lifespan="off",
            ws="websockets-sansio",
            ws_max_size=LARGEST_FRAME,
            ws_per_message_deflate=False,  # a window per line costs more memory than short messages save
            access_log=False,  # addresses of people do not belong in a log
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=DRAIN,
        )
        self._server = _Quiet(config)
        self._socket: socket.socket | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port it listens on, also where 0 was asked for."""
        return int(self._socket.getsockname()[1]) if self._socket else self._wanted

    async def start(self) -> None:
        """Returns when connections are taken; CannotListen when they cannot be."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        try:
            self._socket = socket.create_server((self._host, self._wanted), family=family, backlog=BACKLOG)
        except OSError as error:
            text = f"web.host, web.port: cannot listen on {self._host}:{self._wanted} ({error.strerror})."
            raise CannotListen(f"{text} Stop what uses it or set another port.") from error
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        await self._server.up.wait()

    async def stop(self) -> None:
        """Takes no new connection, ends lines, lets requests under way finish."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task


class _Quiet(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Tells when it is done, however it went."""
        try:
            await super().startup(sockets)
        finally:
            self.up.set()

    def capture_signals(self) -> Any:
        """Leaves signals alone."""
        return nullcontext()
