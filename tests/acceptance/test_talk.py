"""A person who never saw it registers, asks, survives our crashes and is reminded: on the web chat and on Telegram."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.support.program import Program, environment, running
from tests.support.telegram.remote import separate_bot_api
from tests.support.web import Frame, Page

pytestmark = pytest.mark.acceptance

WITA = ZoneInfo("Asia/Makassar")


async def new_visitor(program: Program) -> str:
    """The cookie that a browser would keep."""
    async with httpx.AsyncClient() as client:
        response = await client.get(program.address + "/")
    return response.headers["set-cookie"].partition(";")[0]


@asynccontextmanager
async def page(program: Program, cookie: str) -> AsyncIterator[Page]:
    """The visitor's page, open and replayed."""
    address = program.address.replace("http", "ws", 1) + "/ws/chat"
    async with connect(address, additional_headers={"Cookie": cookie}, proxy=None) as socket:
        yield Page(cast(Any, None), socket, {"Cookie": cookie})


async def presses(shown: Page, frame: Frame, label: str) -> Frame:
    """Taps a button of a message and returns the answer."""
    data = next(button["data"] for button in frame["buttons"] if button["label"].startswith(label))
    await shown.send(id=shown.new_id(), pressed=data, on=frame["n"])
    return await shown.answer()


async def command(folder: Path, *words: str, **more: str) -> tuple[int, str]:
    """Runs `sahabat …`; exit status and everything it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words),
        cwd=folder,
        env=environment(folder, **more),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 90)
    return process.returncode or 0, said.decode()


def agenda(folder: Path, starts: datetime) -> Path:
    """A meeting of one day that begins at `starts`."""
    local = starts.astimezone(WITA)
    ends = local + timedelta(minutes=5)
    path = folder / "rapat.toml"
    path.write_text(
        f"""key = "uji"
title = "Rapat uji coba"
place = "Aula Uji"
[[days]]
date = {local.date().isoformat()}
begins = "{local:%H.%M}"
ends = "{ends:%H.%M}"
"""
    )
    return path


def soon() -> datetime:
    """The start of a meeting whose two-hour reminder is due within the next minute or so, on a full minute."""
    start = datetime.now(UTC) + timedelta(hours=2, seconds=75)
    start = start.replace(second=0, microsecond=0)
    local = start.astimezone(WITA)
    if (local + timedelta(minutes=5)).date() != local.date():
        start += timedelta(minutes=10)  # a day of a meeting ends on its own date
    return start


async def test_a_newcomer_on_the_web_chat_registers_asks_and_is_reminded(tmp_path: Path) -> None:
    """Killed in the middle of the registration, stopped before the reminder: nothing is asked twice or lost."""
    async with running(tmp_path) as program:
        cookie = await new_visitor(program)
        async with page(program, cookie) as ani:
            greeting = await ani.says("/start")
            consent = await presses(ani, greeting, "Daftar")
            assert "setuju" in str(consent["buttons"])
            asked_name = await presses(ani, consent, "17+")
            asked_kind = await ani.says("Ani Uji")
        await program.kill()

    async with running(tmp_path) as program, page(program, cookie) as ani:
        shown = await ani.replay()
        assert [frame["text"] for frame in shown if frame.get("from") == "bot"][-2:] == [
            asked_name["text"],
            asked_kind["text"],
        ]
        asked_region = await presses(ani, asked_kind, "Mahasiswa")
        assert asked_region["buttons"]
        asked_notices = await ani.says("lotim")
        done = await presses(ani, asked_notices, "Semua")
        assert "Ani Uji" in done["text"]
        answer = await ani.says("berapa hari batas waktu melapor pelanggaran pilkada?")
        assert "7 hari" in answer["text"]
        starts = soon()
        assert await program.stop() == 0

    status, said = await command(tmp_path, "meeting", "import", str(agenda(tmp_path, starts)))
    assert status == 0, said
    due = starts - timedelta(hours=2)
    await asyncio.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds() + 1))
    async with running(tmp_path) as program, page(program, cookie) as ani:
        await ani.send(since=0)
        reminder = await ani.until(lambda frame: "Rapat uji coba" in frame.get("text", ""))

    assert "Aula Uji" in reminder["text"]


async def test_the_same_on_telegram(tmp_path: Path) -> None:
    """Through the service's own wire, with a reminder that is sent while the program runs."""
    async with separate_bot_api() as api:
        settings = {"SAHABAT__TELEGRAM__TOKEN": api.token, "SAHABAT__TELEGRAM__API_BASE": api.base_url}
        async with running(tmp_path, settings) as program:
            await api.do(101, "send", name="Budi", text="/start kampus-uji")
            await api.reads(101, "Sahabat")
            await api.do(101, "tap", label="Daftar")
            await api.reads(101, "setuju")
            await api.do(101, "tap", label="17+ dan setuju")
            await api.reads(101)
            await program.kill()
        async with running(tmp_path, settings) as program:
            await api.do(101, "send", text="Budi Uji")
            # The message before the kill may come twice: its result was perhaps not written down any more.
            await api.reads(101, "Budi Uji", timeout=60)
            await api.do(101, "tap", label="Mahasiswa/pelajar")
            await api.reads(101)
            await api.do(101, "send", text="kota mataram")
            await api.reads(101)
            await api.do(101, "tap", label="Semua")
            await api.reads(101, "Budi Uji")
            await api.do(101, "send", text="kapan masa tenang pilkada?")
            answer = await api.reads(101)
            assert answer.tables
            status, said = await command(tmp_path, "meeting", "import", str(agenda(tmp_path, soon())), **settings)
            assert status == 0, said
            reminder = await api.reads(101, "Rapat uji coba", timeout=150)
            assert await program.stop() == 0

    assert "Aula Uji" in reminder.text


async def test_sigterm_drains_within_its_time_and_loses_nothing(tmp_path: Path) -> None:
    """Stopped while two hundred people are being answered; the next start answers the rest, each once."""
    async with separate_bot_api() as api:
        settings = {
            "SAHABAT__TELEGRAM__TOKEN": api.token,
            "SAHABAT__TELEGRAM__API_BASE": api.base_url,
            "SAHABAT__TELEGRAM__PER_SECOND": "60",
            "SAHABAT__SENDER__LEASE_SECONDS": "60",  # nobody dies here, so no lease may run out on a slow machine
        }
        async with running(tmp_path, settings) as program:
            await asyncio.gather(*(api.do(number, "send", text="/start") for number in range(101, 301)))
            await api.sent(40, timeout=30)
            assert await program.stop(patience=30) == 0
            stopped_at = len(await api.log())
            await asyncio.sleep(1)
            assert len(await api.log()) == stopped_at
        async with running(tmp_path, settings):
            await api.sent(200, timeout=60)
            await asyncio.sleep(2)
            chats = [sent["chat_id"] for sent in await api.log()]

    assert stopped_at < 200
    assert sorted(chats) == list(range(101, 301))
