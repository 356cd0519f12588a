"""Logging for the whole process, ours and the libraries': one shape, and no secret or phone number in it."""

import logging
import sys
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from bot.config import Config
from bot.redact import Redactor

# These write addresses with tokens in them, or a line for each request: never below WARNING, even in DEBUG.
QUIET = (
    *("aiogram", "aiohttp", "aiosqlite", "alembic", "apscheduler", "asyncio", "httpcore", "httpx"),
    *("sqlalchemy", "telegram", "uvicorn", "websockets"),
)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module: `log.info("what happened", key=value)`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def set_up(config: Config, stream: TextIO | None = None) -> None:
    """Starts logging to stderr (or a stream) as the configuration says. May be called again."""
    redactor = Redactor(config.secrets())
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_formatter(redactor, config.app.log_json, handler.stream.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(config.app.log_level)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    for name in ("uvicorn", "uvicorn.error"):  # uvicorn brings handlers of its own
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


def _formatter(redactor: Redactor, as_json: bool, colors: bool) -> logging.Formatter:
    """Redacts every value before it is rendered, so that JSON stays JSON."""

    def redact(_: Any, __: str, event: EventDict) -> EventDict:
        time = event.pop("timestamp")
        return {"timestamp": time, **redactor.value(event)}

    render: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            redact,
            render,
        ],
    )


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    get_logger("bot").critical("the program stopped by a mistake of its own", exc_info=(kind, error, trace))
