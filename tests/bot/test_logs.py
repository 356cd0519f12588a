"""Logging: one shape for all, planted secrets never come out."""

import io
import json
import logging
import sys
import warnings
from collections.abc import Iterator
from typing import Any, Literal

import pytest
import structlog
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.config import App, Config, Database, Telegram
from bot.logs import QUIET, get_logger, set_up
from storage.engine import Database as Store
from storage.sealing import Box

TOKEN = "55555:CANARY"
PASSWORD = "CANARY-2"
NAME = "Ibu Kenari"
PHONE = "081299988777"


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root, hook = logging.getLogger(), sys.excepthook
    before = (root.handlers[:], root.level)
    yield
    root.handlers[:], level = before[0], before[1]
    root.setLevel(level)
    sys.excepthook = hook
    logging.captureWarnings(False)
    structlog.reset_defaults()


def started(as_json: bool = True, level: Literal["DEBUG", "INFO"] = "DEBUG") -> io.StringIO:
    """Logging with planted secrets; what it writes."""
    out = io.StringIO()
    config = Config(
        app=App(log_json=as_json, log_level=level),
        telegram=Telegram(token=SecretStr(TOKEN)),
        database=Database(url=SecretStr(f"postgresql+asyncpg://u:{PASSWORD}@h/d")),
    )
    set_up(config, out)
    return out


def records(out: io.StringIO) -> list[dict[str, Any]]:
    """The JSON lines that were written."""
    return [json.loads(line) for line in out.getvalue().splitlines()]


def speak() -> None:
    """Everything that could carry a secret, from our loggers and the libraries'."""
    ours, theirs = get_logger("bot.sender"), logging.getLogger("some.library")
    ours.info(f"sent {TOKEN}", to=PHONE, detail={"deep": [TOKEN, int(PHONE)]})
    ours.bind(person=PHONE).warning("slow")
    theirs.warning("call of %s failed", f"https://host/bot{TOKEN}/getMe", extra={"phone": PHONE})
    try:
        raise ConnectionError(f"postgresql://u:{PASSWORD}@h and {PHONE}") from ValueError(TOKEN)
    except ConnectionError:
        ours.exception("our trace")
        theirs.exception("their trace")


@pytest.mark.parametrize("as_json", [False, True])
def test_no_planted_secret_comes_out(as_json: bool) -> None:
    """Messages, values, library records and traces with their causes."""
    out = started(as_json)
    speak()

    assert len(out.getvalue().splitlines()) > 4
    assert "CANARY" not in out.getvalue()
    assert PHONE not in out.getvalue()
    assert PHONE[1:] not in out.getvalue()


def test_both_kinds_of_records_have_one_shape() -> None:
    """A collector needs to know one format."""
    out = started()
    speak()

    assert all({"timestamp", "level", "logger", "event"} <= set(record) for record in records(out))
    assert {record["logger"] for record in records(out)} == {"bot.sender", "some.library"}


def test_a_trace_says_where_it_happened() -> None:
    """Redaction leaves what a developer needs."""
    out = started()
    speak()

    trace = records(out)[-1]["exception"]
    assert "test_logs.py" in trace
    assert "ConnectionError" in trace


async def test_an_error_of_the_database_shows_no_person(sqlite_url: str) -> None:
    """Its text names the statement, not what was to be stored."""
    out, database = started(), Store(sqlite_url, Box(bytes(32)))
    try:
        async with database.session() as session:
            await session.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": NAME})
    except DBAPIError:
        get_logger("bot").exception("not stored")
    await database.close()

    assert "nowhere" in out.getvalue()
    assert NAME not in out.getvalue()


@pytest.mark.parametrize("name", QUIET)
def test_talkative_libraries_stay_at_warning_in_debug(name: str) -> None:
    """Their lower records carry addresses with tokens."""
    out = started(level="DEBUG")
    logging.getLogger(name).info("GET /")
    logging.getLogger(f"{name}.client").debug("GET /")
    logging.getLogger(name).warning("heard")

    assert [record["event"] for record in records(out)] == ["heard"]


def test_the_level_of_the_configuration_holds() -> None:
    """DEBUG is off unless asked for."""
    out = started(level="INFO")
    get_logger("bot").debug("unheard")
    get_logger("bot").info("heard")

    assert [record["event"] for record in records(out)] == ["heard"]


def test_warnings_and_uncaught_errors_are_logged_too() -> None:
    """They would otherwise go to stderr as they are."""
    out = started()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(f"old {TOKEN}", stacklevel=1)
    error = RuntimeError(TOKEN)
    sys.excepthook(RuntimeError, error, None)

    assert [record["logger"] for record in records(out)] == ["py.warnings", "bot"]
    assert "CANARY" not in out.getvalue()


def test_what_is_bound_to_a_task_is_in_every_line() -> None:
    """The number of a turn, bound once, is found on each record of it."""
    out = started()
    with structlog.contextvars.bound_contextvars(turn=7):
        logging.getLogger("some.library").warning("x")
        get_logger("bot").info("y")

    assert [record["turn"] for record in records(out)] == [7, 7]
