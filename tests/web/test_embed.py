"""The chat on another site: a button, a frame, a conversation that is kept without a cookie."""

import pytest
from playwright.async_api import expect

from tests.support.chat_server import ChatServer
from tests.support.page import Visit

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_button_opens_the_chat_in_a_frame(double: ChatServer, visit: Visit) -> None:
    """Nothing is loaded before the tap; then the frame opens, greets with the site's tag and has the focus."""
    page = await visit("/host", ready="button")
    assert len(page.frames) == 1
    button = page.get_by_role("button", name="Tanya Sahabat")
    await button.click()

    await expect(page.frame_locator("iframe").locator(".bot")).to_have_count(1)
    assert await button.get_attribute("aria-expanded") == "true"
    assert double.stored == ["/start kampus-unram"]


async def test_the_frame_is_closed_from_inside(double: ChatServer, visit: Visit) -> None:
    """The close button and Escape bring the visitor back to the button; the conversation stays."""
    page = await visit("/host", ready="button")
    button = page.get_by_role("button", name="Tanya Sahabat")
    for _ in range(2):
        await button.click()
        await page.frame_locator("iframe").get_by_role("button", name="Tutup obrolan").click()
        await expect(button).to_be_focused()
    await button.click()
    await page.frame_locator("iframe").get_by_label("Tulis pesan").press("Escape")

    await expect(page.locator("iframe")).to_be_hidden()
    assert double.stored == ["/start kampus-unram"]


async def test_a_frame_tells_its_token_first_and_keeps_it(double: ChatServer, visit: Visit) -> None:
    """The first thing said is a secret of the frame's own storage, the same after a reload."""
    page = await visit("/?embed=1")
    await page.reload()
    await expect(page.locator("#log:not([aria-busy])")).to_be_attached()

    tokens = [message["token"] for message in double.received if "token" in message]
    assert "token" in double.received[0]
    assert [len(token) for token in tokens] == [64, 64]
    assert len(set(tokens)) == 1


async def test_a_visitor_of_the_page_itself_sends_no_token(double: ChatServer, visit: Visit) -> None:
    """There the server's cookie is enough."""
    await visit("/")

    assert not any("token" in message for message in double.received)
