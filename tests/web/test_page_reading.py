"""Writing and reading on the web chat page."""

import pytest
from playwright.async_api import expect

from tests.support.chat_server import ChatServer
from tests.support.page import Visit, write

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_enter_sends_and_shift_enter_breaks_the_line(double: ChatServer, visit: Visit) -> None:
    """On a desktop the keyboard works as in other chats."""
    page = await visit()
    await page.focus("#text")
    await page.keyboard.type("satu")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("dua")
    await page.keyboard.press("Enter")

    await expect(page.locator(".you .body")).to_have_text("satu\ndua")


async def test_enter_breaks_the_line_on_a_phone(double: ChatServer, visit: Visit) -> None:
    """A phone's keyboard has no Shift+Enter: there the button sends."""
    page = await visit(is_mobile=True, has_touch=True)
    await write(page, "satu")
    await expect(page.locator("#text")).to_have_value("satu\n")
    await page.tap("#send")

    await expect(page.locator(".you .body")).to_have_text("satu")


LENGTHS = [(3799, "", 1), (4096, "Sisa 0 huruf", 1), (4097, "Kelebihan 1 huruf", 0)]


@pytest.mark.parametrize(("length", "words", "sent"), LENGTHS)
async def test_the_limit_is_said_before_it_bites(length: int, words: str, sent: int, visit: Visit) -> None:
    """Near 4,096 letters a counter appears; a longer text stays in the box, unsent and complete."""
    page = await visit()
    await page.fill("#text", "a" * length)
    await expect(page.locator("#count")).to_contain_text(words)
    await page.press("#text", "Enter")

    await expect(page.locator(".you")).to_have_count(sent)
    assert len(await page.input_value("#text")) == (0 if sent else length)


async def test_a_draft_survives_a_reload(double: ChatServer, visit: Visit) -> None:
    """Half a message is still there."""
    page = await visit()
    await page.fill("#text", "Saya melihat")
    await page.reload()

    await expect(page.locator("#text")).to_have_value("Saya melihat")


async def test_typing_is_shown_until_the_answer(double: ChatServer, visit: Visit) -> None:
    """While the bot works three dots say so."""
    double.answer = lambda message: []
    page = await visit()
    await write(page, "Halo")
    await expect(page.locator("#typing")).to_be_visible()
    await double.say(text="Ini jawabannya.")

    await expect(page.locator("#typing")).to_be_hidden()


async def test_a_reader_further_up_is_not_pulled_down(double: ChatServer, visit: Visit) -> None:
    """Whoever reads older messages stays there, is told of new ones, and gets to them by one tap."""
    for number in range(30):
        await double.say(text=f"Pesan {number}")
    page = await visit()
    await page.locator("#scroller").hover()
    await page.mouse.wheel(0, -900)
    await expect(page.locator("#newer")).to_be_visible()
    before = await page.evaluate("document.getElementById('scroller').scrollTop")
    await double.say(text="Baru")
    await expect(page.locator("#newer")).to_have_text("Pesan baru")
    assert await page.evaluate("document.getElementById('scroller').scrollTop") == before
    await page.locator("#newer").click()

    await expect(page.locator(".m").last).to_be_in_viewport()
    await expect(page.locator("#newer")).to_be_hidden()


async def test_a_long_answer_is_read_from_its_start(double: ChatServer, visit: Visit) -> None:
    """An answer higher than the screen does not run past its own first line."""
    double.answer = lambda message: [{"html": "<p><b>Judul</b></p>" + "<p>Baris.</p>" * 60}]
    page = await visit()
    await write(page, "Halo")

    await expect(page.get_by_text("Judul")).to_be_in_viewport()


async def test_a_member_of_staff_is_told_from_the_bot(double: ChatServer, visit: Visit) -> None:
    """An answer by a person carries that name."""
    await double.say(text="Jawaban bot")
    await double.say(**{"from": "staff", "text": "Jawaban petugas"})
    page = await visit()

    await expect(page.locator(".staff .name")).to_have_text("Petugas")
