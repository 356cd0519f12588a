"""The many ways of a database being away, told as one."""

import sqlite3
from typing import Any

from sqlalchemy.exc import DBAPIError


class DatabaseDown(Exception):
    """The database cannot be reached, or is locked or full: nothing was stored, try again later."""


class plainly:
    """Turns the many ways of a database being away into DatabaseDown."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, Exception) and not isinstance(error, DatabaseDown) and is_down(error):
            raise DatabaseDown(plain(error)) from error


def is_down(error: BaseException) -> bool:
    """Whether the error says that the database is away, locked or full, rather than that a statement is wrong."""
    if isinstance(error, DatabaseDown):
        return True
    if isinstance(error, DBAPIError) and error.orig is not None and "no such savepoint" not in str(error):
        return error.connection_invalidated or is_down(error.orig)
    if "no such savepoint" in str(error) and error.__context__ is not None:
        return is_down(error.__context__)  # SQLite undid everything when the disk was full, savepoints too
    if isinstance(error, sqlite3.OperationalError):
        words = ("locked", "unable to open", "disk", "full", "readonly", "busy", "i/o")
        return any(word in str(error).lower() for word in words)
    if isinstance(error, sqlite3.ProgrammingError | ValueError):
        return "closed" in str(error).lower() or "no active connection" in str(error).lower()
    if isinstance(error, ConnectionError | TimeoutError):
        return True
    state = str(getattr(error, "sqlstate", "") or "")
    closed = type(error).__name__ in ("InterfaceError", "ConnectionDoesNotExistError")
    return state[:2] in ("08", "53", "57") or state in ("40001", "40P01") or closed


def plain(error: BaseException) -> str:
    """The kind of failure without statement or parameters, which may hold personal data."""
    if "no such savepoint" in str(error) and error.__context__ is not None:
        error = error.__context__
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    first = (str(cause).splitlines() or [""])[0]
    return f"{type(cause).__name__}: {first}"[:200]
