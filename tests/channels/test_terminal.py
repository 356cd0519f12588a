"""A conversation in the terminal, by the same path as every other channel."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.channels.terminal import Terminal
from bot.inbox import Inbox
from bot.router import Router
from bot.sender import Sender, Settings
from bot.turn import Turn
from storage.engine import Database
from storage.sealing import Box

router = Router("terminal")


@router.command("start")
async def start(turn: Turn) -> None:
    """Greets, with something to press and something to open."""
    turn.say(
        "Halo *kamu*", turn.button("language.name", "pick:1"), turn.button("menu.ask", url="https://contoh.example")
    )


@router.button("pick")
async def pick(turn: Turn) -> None:
    """Says what was pressed."""
    turn.say(f"dipilih {turn.value}")


async def echo(turn: Turn) -> None:
    """Repeats."""
    turn.say(turn.text)


router.fallback = echo


class Screen:
    """Types lines and keeps what is shown."""

    def __init__(self, db: Database) -> None:
        self.shown: list[str] = []
        self.terminal = Terminal("saya", self.shown.append)
        self.inbox = Inbox(db, router, {"terminal": self.terminal.read}, lambda: datetime.now(UTC))
        self.sender = Sender(db, [self.terminal], Settings(), lambda: datetime.now(UTC))

    async def types(self, line: str) -> str:
        """What is shown in answer to a line."""
        await self.terminal._take(self.inbox, line)
        await self.sender.flush()
        return self.shown[-1].strip()


@pytest.fixture
async def screen(sqlite_url: str) -> AsyncIterator[Screen]:
    """A terminal with a small bot behind it."""
    db = Database(sqlite_url, Box(bytes(32)))
    screen = Screen(db)
    await screen.sender._prepare("terminal")
    yield screen
    await db.close()


async def test_replies_are_plain_text_with_numbered_buttons(screen: Screen) -> None:
    """No markup; a button that opens an address shows it."""
    shown = await screen.types("/start")

    assert shown.startswith("Halo kamu")
    assert "[#1] Bahasa Indonesia" in shown
    assert "→ https://contoh.example" in shown


async def test_a_button_is_pressed_by_its_number(screen: Screen) -> None:
    """The press goes through the same check as on any channel."""
    await screen.types("/start")

    assert await screen.types("#1") == "dipilih 1"


@pytest.mark.parametrize("line", ["#9", "#", "1", "halo"])
async def test_what_is_no_number_of_a_button_is_text(screen: Screen, line: str) -> None:
    """Nothing is swallowed."""
    await screen.types("/start")

    assert await screen.types(line) == line


async def test_messages_to_other_terminals_are_not_shown(screen: Screen) -> None:
    """Two people on one database each see their own talk."""
    other: list[str] = []
    terminal = Terminal("lain", other.append)
    await terminal._take(screen.inbox, "halo")
    await screen.sender.flush()

    assert screen.shown == other == []
