"""Who is at the other end: a signed cookie, or in another site's frame a token; and from which site they come."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

from bot import words
from bot.config import Config
from storage.sealing import Box

COOKIE = "sahabat"
LANGUAGE = "sahabat_lang"  # of a page that was asked for by ?lang=: its line must speak it too
YEAR = 365 * 24 * 3600
SIGNATURE = 22  # letters of 6 bits
_TOKEN = re.compile(r"[0-9A-Za-z_-]{32,128}")
_HOST = re.compile(r"[\w.-]+(:\d+)?|\[[0-9a-fA-F:]+\](:\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Visitor:
    """`address` in the conversations; `framed`: on another site, where no cookie travels."""

    address: str
    framed: bool = False


class Visitors:
    """Recognises visitors by what the server gave them."""

    def __init__(self, box: Box, config: Config) -> None:
        self._box, self._config = box, config
        self._secure = config.app.public_url.startswith("https://")
        self._origins = frozenset(_origin(url) for url in (config.app.public_url, *config.web.embed_origins) if url)

    def welcome(self, response: Response, visitor: Visitor | None) -> None:
        """Gives the visitor, or a new one, a cookie for a year."""
        address = visitor.address if visitor else secrets.token_hex(16)
        value = f"{address}.{self._box.sign(f'visitor:{address}', SIGNATURE)}"
        response.set_cookie(COOKIE, value, max_age=YEAR, httponly=True, samesite="lax", secure=self._secure)

    def remember_language(self, response: Response, spoken: str) -> None:
        """The page was asked for in this language."""
        response.set_cookie(LANGUAGE, spoken, httponly=True, samesite="lax", secure=self._secure)

    def by_cookie(self, connection: HTTPConnection) -> Visitor | None:
        """The visitor whose cookie came; None without one of ours."""
        address, _, signature = connection.cookies.get(COOKIE, "").partition(".")
        genuine = len(signature) == SIGNATURE and self._box.signed(f"visitor:{address}", signature)
        return Visitor(address) if genuine else None

    def by_token(self, token: object) -> Visitor | None:
        """The visitor in a frame whose page made this token; None when it is none."""
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            return None
        return Visitor(hashlib.sha256(token.encode()).hexdigest(), framed=True)

    def of_request(self, connection: HTTPConnection) -> Visitor | None:
        """The visitor of a request outside the line: a frame says its token in a header."""
        token = connection.headers.get("x-chat-token")
        return self.by_token(token) if token is not None else self.by_cookie(connection)

    def may_come_from(self, connection: HTTPConnection) -> bool:
        """Whether the page that makes this request is ours or may frame us. Programs name no origin."""
        origin = connection.headers.get("origin")
        return origin is None or origin in self._origins or urlsplit(origin).netloc == host(connection)

    def file_address(self, token: str, visitor: Visitor) -> str:
        """Where the visitor opens a file; in a frame the address itself must say that it is ours."""
        return f"/files/{token}" + (f"?v={self._box.sign(f'file:{token}', SIGNATURE)}" if visitor.framed else "")

    def signed_file(self, token: str, signature: str) -> bool:
        """Whether a visitor in a frame was given this address."""
        return len(signature) == SIGNATURE and self._box.signed(f"file:{token}", signature)


def language(connection: HTTPConnection, default: str) -> str:
    """The language chosen by address, else the browser's: English only where Indonesian is not asked for at all."""
    if (chosen := connection.cookies.get(LANGUAGE, "")) in words.languages():
        return chosen
    asked = [part.strip()[:2].lower() for part in connection.headers.get("accept-language", "").split(",")]
    known = [one for one in asked if one in words.languages()]
    return words.DEFAULT if words.DEFAULT in known else next(iter(known), default)


def host(connection: HTTPConnection) -> str:
    """The host this request was sent to, "" when it is not one."""
    named = connection.headers.get("host", "")
    return named if _HOST.fullmatch(named) else ""


def network(connection: HTTPConnection) -> str:
    """The network address behind a request."""
    return connection.client.host if connection.client else ""


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
