"""The whole loop with people over the real channels: asked on one, answered on the other, and kept for a topic."""

from collections.abc import AsyncIterator

import pytest

from bot.services import staff, suggestions
from handlers import router
from tests.handlers.test_talk_channels import Desk
from tests.support.bot_api import BotApi
from tests.support.telegram_bot import TelegramBot, now, telegram_bot

ASKED = "bolehkah drone terbang di atas TPS?"
SAME = "drone boleh terbang di atas TPS ga sih"


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """The service."""
    async with BotApi() as double:
        yield double


@pytest.fixture
async def bot(api: BotApi, sqlite_url: str) -> AsyncIterator[TelegramBot]:
    """The whole bot on Telegram."""
    async with telegram_bot(api, sqlite_url, router()) as bot:
        yield bot


async def test_two_on_telegram_are_answered_by_one_reply_on_the_web(bot: TelegramBot, api: BotApi) -> None:
    """The owner's page counts them; both read the answer; the pair is kept in two taps."""
    desk, wati, budi = Desk(bot), api.user(101, "Wati"), api.user(102, "Budi")
    await desk.open()
    await wati.command("tanya", ASKED)
    await wati.reads("nomor 1")
    await budi.command("tanya", SAME)
    await budi.reads("nomor 2")
    await desk.reads("2 orang menanyakan hal serupa")
    await desk.taps("Jawab")
    await desk.does(text="Tanya ke sekretariat.")
    await desk.reads("dikirim ke 2 orang")
    await desk.taps("Tambahkan ke topik")
    await desk.taps("Topik baru")
    async with bot.db.read() as session:
        (pair,) = await suggestions.waiting(session)

    assert ASKED in (await wati.reads("Tanya ke sekretariat.")).text
    assert SAME in (await budi.reads("Tanya ke sekretariat.")).text
    assert (pair.question, pair.answer) == (ASKED, "Tanya ke sekretariat.")


async def test_a_verdict_on_the_web_reaches_a_group_on_telegram(bot: TelegramBot, api: BotApi) -> None:
    """Not answered, sent to people, answered by a reply in the group: the page shows it."""
    desk, rina = Desk(bot), api.user(900, "Rina")
    await desk.open()
    group = api.group(-1001, "Kantor")
    await rina.command("staf")
    async with bot.db.session() as session:
        await staff.add(session, now(), "telegram", "900", role="owner", name="Rina", by="test")
    await group.add_bot(rina)
    await group.say(rina, f"/grupstaf@{api.state.bot['username']}")
    await group.tap(rina, await group.reads(lambda seen: "Pertanyaan" in seen.buttons), "Pertanyaan")
    await group.reads(lambda seen: "✓ Pertanyaan" in seen.buttons)
    await desk.does(text="kapan batas waktu melapor pelanggaran?")
    await desk.reads("Per ")
    await desk.taps("Belum terjawab")
    await desk.taps("Kirim ke petugas")
    shown = await group.reads("kapan batas waktu melapor pelanggaran?")
    await group.say(rina, "Tujuh hari kerja sejak Anda tahu.", reply_to=shown)
    await group.reads("dikirim ke penanya")

    await desk.reads("Tujuh hari kerja sejak Anda tahu.")
