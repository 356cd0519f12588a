"""What tests of the web chat page share: opening it as a visitor, and writing."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Page

Visit = Callable[..., Awaitable[Page]]


async def write(page: Page, text: str) -> None:
    """Types a message and sends it with Enter."""
    await page.fill("#text", text)
    await page.press("#text", "Enter")
