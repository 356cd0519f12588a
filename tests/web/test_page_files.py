"""Files on the web chat page: shown, chosen, uploaded."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.support.chat_server import ChatServer
from tests.support.page import Visit

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_picture_is_shown_and_a_document_is_a_link(double: ChatServer, visit: Visit) -> None:
    """Media of our own site; the name of a picture is its description."""
    await double.say(media={"url": "/files/a", "name": "Denah lokasi", "mime": "image/png", "size": 70})
    await double.say(media={"url": "/files/abc", "name": "undangan.pdf", "mime": "application/pdf", "size": 1_300_000})
    page = await visit()

    await expect(page.get_by_alt_text("Denah lokasi")).to_be_visible()
    await expect(page.get_by_role("link", name="undangan.pdf")).to_contain_text("1,2 MB")


async def pick(page: Page, file: Path) -> None:
    """Chooses a file as a visitor would."""
    await page.get_by_label("Lampirkan berkas").click()
    await expect(page.get_by_text("Paling besar 20 MB.")).to_be_visible()
    await page.set_input_files("#tray-file", file)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A small file to send."""
    (tmp_path / "bukti.jpg").write_bytes(b"gambar")
    return tmp_path / "bukti.jpg"


async def test_a_file_is_uploaded_and_told_to_the_bot(picture: Path, double: ChatServer, visit: Visit) -> None:
    """The limit is said first, the file shown before it leaves, its key sent as a message."""
    page = await visit()
    await pick(page, picture)
    await page.get_by_role("button", name="Kirim berkas").click()

    await expect(page.locator(".you .body")).to_contain_text("bukti.jpg")
    await expect(page.locator(".bot .body")).to_have_text("Anda menulis: file-1")
    assert double.uploads == [("bukti.jpg", b"gambar", None)]


TOO_BIG = 20 * 1024 * 1024 + 1


@pytest.mark.parametrize(("size", "words"), [(TOO_BIG, "Pilih yang lebih kecil"), (0, "Berkas ini kosong")])
async def test_a_file_that_cannot_be_taken_is_not_offered(size: int, words: str, picture: Path, visit: Visit) -> None:
    """No byte of a slow line is spent on a file that would be refused."""
    os.truncate(picture, size)
    page = await visit()
    await pick(page, picture)

    await expect(page.locator("#tray-text")).to_contain_text(words)
    await expect(page.get_by_role("button", name="Kirim berkas")).to_be_hidden()


async def test_a_refused_file_says_why_and_can_be_tried_again(picture: Path, double: ChatServer, visit: Visit) -> None:
    """The server's sentence is shown, and the file is still in the tray."""
    double.refuse = "Jenis berkas ini tidak diterima."
    page = await visit()
    await pick(page, picture)
    await page.get_by_role("button", name="Kirim berkas").click()
    await expect(page.locator("#tray-text")).to_have_text("Jenis berkas ini tidak diterima.")
    double.refuse = ""
    await page.get_by_role("button", name="Kirim berkas").click()

    await expect(page.locator(".bot")).to_have_count(1)
