"""The webhook of Telegram: checked, stored, committed, and only then answered with 200."""

from typing import Any, Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.telegram_json import decode, number_of
from bot.inbox import Inbox
from bot.limits import INCOMING_BODY
from bot.logs import get_logger
from storage.engine import DatabaseDown

log = get_logger("web.telegram")

SECRET = "x-telegram-bot-api-secret-token"  # noqa: S105 - the header's name
AGAIN_IN = {"Retry-After": "5"}
HANG_UP = {"Connection": "close"}  # the rest of a body that is too large is not waited for


class Updates(Protocol):
    """What the route needs of the Telegram channel."""

    def accepts(self, values: list[str]) -> bool:
        """Whether the secret header is right."""

    async def receive(self, inbox: Inbox, updates: list[tuple[Any, bytes]]) -> None:
        """Stores updates; DatabaseDown when it could not."""


def routes(telegram: Updates, inbox: Inbox) -> list[Route]:
    """POST /telegram/webhook."""

    async def webhook(request: Request) -> Response:
        if not telegram.accepts(request.headers.getlist(SECRET)):
            return PlainTextResponse("wrong or missing secret", 401)
        try:
            raw = await _body(request)
            update = decode(raw) if raw is not None else None
        except (ClientDisconnect, ValueError):
            return PlainTextResponse("not JSON", 400)
        if raw is None:
            return PlainTextResponse("larger than any update", 413, HANG_UP)
        if number_of(update) is None:
            return PlainTextResponse("not an update", 400)
        try:
            await telegram.receive(inbox, [(update, raw)])
        except DatabaseDown as error:
            log.warning("update refused", error=str(error))
            return PlainTextResponse("try again later", 503, AGAIN_IN)
        return Response(status_code=200)

    return [Route("/telegram/webhook", webhook, methods=["POST"])]


async def _body(request: Request) -> bytes | None:
    """The body; None as soon as it is larger than INCOMING_BODY."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > INCOMING_BODY:
            return None
        parts.append(part)
    return b"".join(parts)
