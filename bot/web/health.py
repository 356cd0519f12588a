"""Two addresses for whoever watches over the program: it is alive, it is ready."""

import asyncio

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.logs import get_logger
from storage.engine import Database, DatabaseDown
from storage.migrate import is_current

log = get_logger("health")

PATIENCE = 3.0  # s: a database that needs longer is not ready
RETRY_AFTER = {"Retry-After": "5"}


def health_routes(db: Database) -> list[Route]:
    """`/healthz` answers while the process lives, `/readyz` while it can do its work."""

    async def alive(request: Request) -> Response:
        return PlainTextResponse("ok")

    async def ready(request: Request) -> Response:
        try:
            async with asyncio.timeout(PATIENCE):
                current = await is_current(db)
        except (DatabaseDown, TimeoutError) as error:
            log.warning("not ready", error=str(error) or "no answer in time")
            return PlainTextResponse("database down", 503, RETRY_AFTER)
        if not current:
            return PlainTextResponse("schema not current", 503, RETRY_AFTER)
        return PlainTextResponse("ok")

    return [Route("/healthz", alive), Route("/readyz", ready)]
