"""The webhook of Telegram: checked, stored, committed, and only then answered with 200."""

from typing import Protocol

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.inbox import Inbox
from bot.limits import INCOMING_BODY
from bot.logs import get_logger
from storage.engine import DatabaseDown

log = get_logger("web.telegram")

SECRET = "x-telegram-bot-api-secret-token"  # noqa: S105 - the header's name
AGAIN_IN = {"Retry-After": "5"}


class Updates(Protocol):
    """What the route needs of the Telegram channel."""

    def accepts(self, values: list[str]) -> bool:
        """Whether the secret header is right."""

    async def receive(self, inbox: Inbox, updates: list[tuple[object, bytes]]) -> None:
        """Stores updates; DatabaseDown when it could not."""


def routes(telegram: Updates, inbox: Inbox) -> list[Route]:
    """POST /telegram/webhook."""

    async def webhook(request: Request) -> Response:
        if not telegram.accepts(request.headers.getlist(SECRET)):
            return PlainTextResponse("wrong or missing secret", 401)
        raw = await _body(request)
        if raw is None:
            return PlainTextResponse("larger than any update", 413)
        try:
            update = orjson.loads(raw)
        except ValueError:
            return PlainTextResponse("not JSON", 400)
        if not isinstance(update, dict) or "update_id" not in update:
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
