"""The HTTP side of the double: reads a call, lets the ordered fault happen, answers as the real service does."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.support.telegram.delivery import Delivery
from tests.support.telegram.errors import ApiError, JsonObject
from tests.support.telegram.faults import Fault, Faults
from tests.support.telegram.limits import Limits
from tests.support.telegram.methods import MESSAGES, OTHERS, UPDATES, spelled
from tests.support.telegram.state import State, as_plain
from tests.support.telegram.wire import Upload, checked, read_arguments

_LIMITED = {*MESSAGES, "editMessageText", "editMessageCaption", "editMessageReplyMarkup"}
_BODY_MAX = 60_000_000
_NGINX = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n</body>\r\n</html>\r\n"
)

Call = Callable[[], Awaitable[Any]]


class Server:
    """Listens on 127.0.0.1 and speaks the Bot API."""

    def __init__(self, state: State, delivery: Delivery, faults: Faults, limits: Limits) -> None:
        self._state, self._delivery, self._faults, self._limits = state, delivery, faults, limits
        self._closing = asyncio.Event()
        self.app = web.Application(client_max_size=_BODY_MAX)
        self.app.router.add_get("/file/bot{token}/{path:.*}", self._download)
        self.app.router.add_route("*", "/bot{token}/{method}", self._call)
        self._runner: web.AppRunner | None = None

    async def start(self, port: int) -> int:
        """Opens the port (0: any free one) and returns its number."""
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Ends waiting calls and closes the port."""
        self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _download(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self._state.token:
            return _refusal(ApiError(401, "Unauthorized"))
        wanted = request.match_info["path"]
        found = next((file for file in self._state.files.values() if file.path == wanted), None)
        if found is None:
            return _refusal(ApiError(404, "Not Found"))
        return web.Response(body=found.content, content_type="application/octet-stream")

    async def _call(self, request: web.Request) -> web.StreamResponse:
        payload: JsonObject = {}
        name = request.match_info["method"]
        try:
            if request.match_info["token"] != self._state.token:
                raise ApiError(401, "Unauthorized")
            name = spelled(name)
            raw = await read_arguments(request)
            uploads = {key: value for key, value in raw.items() if isinstance(value, Upload)}
            payload = checked(raw, {**MESSAGES, **OTHERS, **UPDATES}[name][0])
            return await self._answer(request, name, payload, uploads)
        except ApiError as refusal:
            self._state.note_refused(name, as_plain(payload), refusal.code, refusal.description)
            return _refusal(refusal)

    async def _answer(
        self, request: web.Request, name: str, payload: JsonObject, uploads: dict[str, Upload]
    ) -> web.StreamResponse:
        chat_id = payload.get("chat_id")
        number = chat_id if isinstance(chat_id, int) else None
        fault = self._faults.next(name, number)
        if fault is not None and (early := await self._before(request, name, payload, fault)) is not None:
            return early
        if name in _LIMITED and number is not None:
            self._limits.take(number)
        result = await self.carry_out(name, payload, uploads)
        if fault is not None and (late := await self._after(request, fault)) is not None:
            return late
        return web.json_response({"ok": True, "result": result})

    async def carry_out(self, name: str, payload: JsonObject, uploads: dict[str, Upload]) -> Any:
        """Does what the method does, and writes it into the log."""
        if name in UPDATES:
            return await UPDATES[name][1](self._delivery, payload)
        method = (MESSAGES.get(name) or OTHERS[name])[1]
        result = method(self._state, payload, uploads)
        shown = as_plain(payload | {key: f"<{file.name}, {len(file.content)} bytes>" for key, file in uploads.items()})
        self._state.calls.append((name, shown))
        if name in MESSAGES:
            self._state.note_sent(name, shown, result)
        return result

    async def _before(
        self, request: web.Request, name: str, payload: JsonObject, fault: Fault
    ) -> web.StreamResponse | None:
        if (refusal := fault.refusal()) is not None:
            raise refusal
        if fault.kind == "latency":
            await asyncio.sleep(self._faults.pause(fault))
        if fault.kind == "server_error":
            self._state.note_refused(name, as_plain(payload), fault.status, "server error")
            return _html(fault.status)
        if fault.kind == "reset_before":
            self._state.note_refused(name, as_plain(payload), 0, "connection reset")
            return _reset(request)
        if fault.kind == "half_open" and not fault.accepted:
            self._state.note_refused(name, as_plain(payload), 0, "never answered")
            return await self._silence(request)
        return None

    async def _after(self, request: web.Request, fault: Fault) -> web.StreamResponse | None:
        if fault.kind == "reset_after":
            return _reset(request)
        if fault.kind == "half_open":
            return await self._silence(request)
        if fault.kind == "wrong_json":
            return web.Response(text='{"ok":true,"result":{"message_id":', content_type="application/json")
        return None

    async def _silence(self, request: web.Request) -> web.StreamResponse:
        await self._closing.wait()
        return _reset(request)


def _refusal(refusal: ApiError) -> web.Response:
    return web.json_response(refusal.body(), status=refusal.code)


def _html(status: int) -> web.Response:
    title = {500: "500 Internal Server Error", 502: "502 Bad Gateway", 504: "504 Gateway Time-out"}.get(
        status, str(status)
    )
    return web.Response(status=status, text=_NGINX.format(title), content_type="text/html")


def _reset(request: web.Request) -> web.Response:
    """Tears the connection down with RST, so that the other side sees a reset and no end of file."""
    transport = request.transport
    if transport is not None:
        raw: socket.socket | None = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=500)
