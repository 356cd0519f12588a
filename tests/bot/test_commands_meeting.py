"""`sahabat meeting …` as it is typed: bring in, publish, invite, cancel, and look."""

import asyncio
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli import main
from storage.engine import Database
from storage.sealing import Box
from tests.support.guests import crowd

Run = Callable[..., tuple[int, str, str]]
AGENDA = """
key = "rakor"
title = "Rapat Koordinasi"
capacity = 5

[[days]]
date = 2026-12-08
begins = "09.00"
ends = "16.00"
"""
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


@pytest.fixture
def run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    sqlite_template: Path,
) -> Run:
    """Runs `sahabat meeting …` in a folder with a database of two people and an agenda."""
    for name in list(os.environ):
        if name.startswith("SAHABAT__"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bot.logs.set_up", lambda config: None)
    monkeypatch.setattr("bot.cli._now", lambda: NOW)

    async def current(db: Database) -> bool:
        return False

    monkeypatch.setattr("storage.migrate.upgrade", current)
    shutil.copy(sqlite_template, tmp_path / "sahabat.db")
    monkeypatch.setenv("SAHABAT__DATABASE__URL", f"sqlite+aiosqlite:///{tmp_path / 'sahabat.db'}")
    (tmp_path / "rapat.toml").write_text(AGENDA)
    asyncio.run(_two_people(tmp_path / "sahabat.db"))

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["sahabat", "meeting", *words])
        status = 0
        try:
            main()
        except SystemExit as stopped:
            status = stopped.code if isinstance(stopped.code, int) else 1
        said = capsys.readouterr()
        return status, said.out, said.err

    return call


async def _two_people(path: Path) -> None:
    db = Database(f"sqlite+aiosqlite:///{path}", Box(bytes(32)))
    await crowd(db, NOW, 2)
    async with db.write() as tx:
        await tx.run("UPDATE conversations SET channel = 'webchat' WHERE address = ?", [("p1",), ("p2",)])
    await db.close()


def test_from_the_file_to_the_list(run: Run) -> None:
    """Published to an audience, invited twice, cancelled; each step says what it did."""
    brought = run("import", "rapat.toml")[1]
    published = run("publish", "rakor", "--audience", "region=mataram")[1]
    again = run("invite", "rakor", "--audience", "all")[1]
    listed = run("list")[1]
    off = run("cancel", "rakor")[1]
    twice = run("cancel", "rakor")[1]

    assert "created, revision 1" in brought
    assert published == "Rapat Koordinasi is published. 2 people asked.\n"
    assert again == "0 people asked. 2 had been asked before.\n"
    assert "guests: 2, 2 silent" in listed
    assert "2026-12-08: no answer yet of 5 seats" in listed
    assert "cancelled, revision 2" in off
    assert "cancelled already" in twice


def test_mistakes_are_one_sentence(run: Run) -> None:
    """An unknown key, an audience that is none, an invitation before publishing."""
    run("import", "rapat.toml")
    unknown = run("publish", "nothing")
    nonsense = run("publish", "rakor", "--audience", "everybody")
    early = run("invite", "rakor", "--audience", "all")

    assert [one[0] for one in (unknown, nonsense, early)] == [1, 1, 1]
    assert "There is no meeting 'nothing'" in unknown[2]
    assert "is no audience" in nonsense[2]
    assert "publish the meeting" in early[2]


def test_publishing_may_ask_nobody(run: Run) -> None:
    """The default: it only opens the meeting for answers."""
    run("import", "rapat.toml")

    assert run("publish", "rakor")[1] == "Rapat Koordinasi is published. Nobody asked.\n"
