"""Files of the web chat: taken in piece by piece within the limit, given out to their visitor only."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from datetime import datetime
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot import limits, words
from bot.text import clean
from bot.web.frames import UNKNOWN, harmless
from bot.web.headers import NO_SNIFFING, ONLY_SAVED
from bot.web.limits import UPLOAD_EXTRA, UPLOADS_AT_ONCE, Limits
from bot.web.visitors import Visitor, Visitors, language, network
from storage import files
from storage import webchat as history
from storage.engine import Database, DatabaseDown

STALLED = 60.0  # s without a byte
NAME = 120
_MIME = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)


class TooLarge(Exception):
    """More bytes than a file may have."""


class _InMemory(MultiPartParser):
    """Nothing a visitor sends touches the disk unsealed."""

    spool_max_size = limits.FILE_BYTES + UPLOAD_EXTRA


class Files:
    """The two addresses of files."""

    def __init__(
        self, db: Database, visitors: Visitors, allowed: Limits, default_language: str, now: Callable[[], datetime]
    ) -> None:
        self._db, self._visitors, self._limits, self._now = db, visitors, allowed, now
        self._default_language = default_language
        self._places = asyncio.Semaphore(UPLOADS_AT_ONCE)

    def routes(self) -> list[Route]:
        """POST /upload and GET /files/<token>."""
        return [
            Route("/upload", self.upload, methods=["POST"]),
            Route("/files/{token}", self.give, methods=["GET"]),
        ]

    async def upload(self, request: Request) -> Response:
        """Keeps one file for the visitor who sends it: {"file": key} for a message that carries it."""
        visitor = self._visitors.of_request(request)
        if visitor is None or not self._visitors.may_come_from(request):
            return self._sorry(request, "no_visitor", 403)
        if int(request.headers.get("content-length", "0")) > limits.FILE_BYTES + UPLOAD_EXTRA:
            return self._sorry(request, "file_too_big", 413)
        if self._too_fast(request, visitor):
            return self._sorry(request, "too_fast", 429)
        if self._places.locked():
            return self._sorry(request, "busy", 503)
        async with self._places:
            return await self._keep(request, visitor)

    async def _keep(self, request: Request, visitor: Visitor) -> Response:
        try:
            name, mime, content = await _received(request)
            token = await self._stored(visitor, name, mime, content, language(request, self._default_language))
        except TooLarge:
            return self._sorry(request, "file_too_big", 413)
        except TimeoutError:
            return self._sorry(request, "unreadable", 408)
        except (MultiPartException, ValueError, KeyError, ClientDisconnect):
            return self._sorry(request, "file_unreadable", 400)
        except DatabaseDown:
            return self._sorry(request, "down", 503)
        return JSONResponse({"file": token, "name": name, "mime": mime, "size": len(content)}, headers=NO_SNIFFING)

    async def give(self, request: Request) -> Response:
        """The file behind a token, for saving only."""
        asking = network(request)
        if not self._limits.misses.allows(asking) or self._limits.downloads.take(asking) is None:
            return PlainTextResponse("", 429, {"Retry-After": "60"})
        token = request.path_params["token"]
        try:
            async with self._db.read() as session:
                found = await history.attachment(session, token, self._now())
                file = await files.by_token(session, token, self._now()) if found else None
        except DatabaseDown:
            return PlainTextResponse("", 503, {"Retry-After": "5"})
        if found is None or file is None or not self._may_have(request, token, found.address):
            self._limits.misses.take(asking)
            return PlainTextResponse("", 404)
        saved = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
        return Response(
            file.content, media_type=harmless(file.mime), headers={**ONLY_SAVED, "Content-Disposition": saved}
        )

    def _may_have(self, request: Request, token: str, owner: str) -> bool:
        if not owner:  # the same for all who were sent it
            return True
        visitor = self._visitors.of_request(request)
        if visitor is not None and visitor.address == owner:
            return True
        return self._visitors.signed_file(token, request.query_params.get("v", ""))

    def _too_fast(self, request: Request, visitor: Visitor) -> bool:
        if self._limits.uploads_of_address.take(network(request)) is None:
            return True
        return self._limits.uploads.take(visitor.address) is None

    async def _stored(self, visitor: Visitor, name: str, mime: str, content: bytes, spoken: str) -> str:
        async with self._db.session() as session:
            chat = await history.conversation_id(session, visitor.address, spoken, self._now())
            file_id = await files.add(session, chat, name, mime, content, self._now())
            found = await history.attachment_of(session, file_id)
        if found is None:
            raise ValueError("a file that was just stored is not there")
        return found.token

    def _sorry(self, request: Request, key: str, status: int) -> Response:
        sentence = words.text(language(request, self._default_language), f"webchat.{key}")
        # Unread, a body would go on arriving for nothing.
        end = {"Connection": "close"} if status == 413 else {}
        return JSONResponse({"error": sentence}, status, headers={**NO_SNIFFING, **end})


async def _received(request: Request) -> tuple[str, str, bytes]:
    """Name, type and bytes of the one file in a form."""
    form = await _InMemory(request.headers, _counted(request), max_files=1, max_fields=4).parse()
    try:
        file = form["file"]
        if not isinstance(file, UploadFile):
            raise ValueError("the form has no file")
        content = await file.read()
    finally:
        await form.close()
    if not content:
        raise ValueError("the file is empty")
    if len(content) > limits.FILE_BYTES:
        raise TooLarge
    mime = (file.content_type or "").partition(";")[0].strip().lower()
    return _name(file.filename or ""), mime if _MIME.fullmatch(mime) else UNKNOWN, content


async def _counted(request: Request) -> AsyncGenerator[bytes, None]:
    """The body as it comes, until there is too much of it or nothing comes any more."""
    total, pieces = 0, request.stream()
    while True:
        async with asyncio.timeout(STALLED):
            piece = await anext(pieces, None)
        if piece is None:
            return
        total += len(piece)
        if total > limits.FILE_BYTES + UPLOAD_EXTRA:
            raise TooLarge
        yield piece


def _name(given: str) -> str:
    """The last part of a path, without letters that trick a reader."""
    last = re.split(r"[/\\]", given)[-1]
    return "".join(letter for letter in clean(last) if letter.isprintable()).strip(". ")[-NAME:] or "berkas"
