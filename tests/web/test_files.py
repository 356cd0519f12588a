"""Files of the web chat: sealed, within the limit, for their visitor only."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot import limits
from bot.web.limits import Limits, Rate
from storage import files
from storage.models import File
from tests.support.web import Page, Site, small_bot

TOKEN = "a1b2c3d4" * 8
PICTURE = b"\x89PNG" + bytes(100)


@pytest.fixture
async def site(sqlite_url: str) -> AsyncIterator[Site]:
    """A server of its own for each test."""
    async with Site.open(sqlite_url, small_bot()) as site:
        yield site


@pytest.fixture
async def ani(site: Site) -> AsyncIterator[Page]:
    """A visitor with an open page."""
    async with site.visitor() as page:
        yield page


async def test_a_file_goes_up_first_and_then_with_a_message(ani: Page, site: Site) -> None:
    """It is kept sealed before the first word was said; the message shows it and the bot hears of it."""
    key = (await site.upload(ani, PICTURE, "foto tps.png")).json()["file"]
    await ani.send(id="m1", file=key)
    answer = await ani.answer()

    media = ani.frames[0]["media"]
    assert (media["name"], media["mime"], media["size"]) == ("foto tps.png", "image/png", len(PICTURE))
    assert answer["text"] == "Anda menulis: photo"
    async with site.db.read() as session:
        assert PICTURE not in (await session.execute(select(File.content))).scalar_one()


async def test_a_file_for_many_is_given_to_whoever_has_its_token(ani: Page, site: Site) -> None:
    """The token has 256 bits and was sent to them."""
    async with site.db.session() as session:
        number = await files.add(session, None, "rapat.ics", "text/calendar", b"BEGIN:VCALENDAR", datetime.now(UTC))
        file = await files.by_id(session, number)
    assert file is not None
    async with site.http(headers=ani.headers) as client:
        response = await client.get(f"/files/{file.token}")

    assert (response.status_code, response.content) == (200, b"BEGIN:VCALENDAR")


async def test_a_file_comes_back_to_its_visitor_for_saving(ani: Page, site: Site) -> None:
    """Never shown as a page of ours, whatever is in it."""
    key = (await site.upload(ani, b"<script>alert(1)</script>", "x.svg", "image/svg+xml")).json()["file"]
    await ani.send(id="m1", file=key)
    async with site.http(headers=ani.headers) as client:
        response = await client.get(f"/files/{key}")

    assert (await ani.next())["media"]["mime"] == "application/octet-stream"
    assert response.content == b"<script>alert(1)</script>"
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["content-disposition"] == "attachment; filename*=UTF-8''x.svg"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in response.headers["content-security-policy"]


async def test_nobody_else_gets_a_file(ani: Page, site: Site) -> None:
    """Not another visitor, not somebody without a cookie, and no message of theirs carries it."""
    key = (await site.upload(ani, PICTURE)).json()["file"]
    async with site.visitor() as other, site.http() as client:
        for headers in (other.headers, {}, {"X-Chat-Token": TOKEN}):
            assert (await client.get(f"/files/{key}", headers=headers)).status_code == 404
        await other.send(id="m1", file=key)

        assert "sudah tidak ada" in (await other.answer())["error"]


async def test_a_file_of_the_bot_opens_where_it_is_shown(ani: Page, site: Site) -> None:
    """By the cookie on our page."""
    frame = await ani.says("/berkas")
    async with site.http(headers=ani.headers) as client:
        response = await client.get(frame["media"]["url"])

    assert (response.content, response.headers["content-type"]) == (b"{}", "application/json")
    assert "data%20saya.json" in response.headers["content-disposition"]


async def test_in_a_frame_the_address_opens_the_file(site: Site) -> None:
    """No cookie travels there, so the address carries a signature; without it there is nothing."""
    async with site.visitor(token=TOKEN) as page, site.http() as client:
        address = (await page.says("/berkas"))["media"]["url"]
        found, without, wrong = [
            await client.get(one) for one in (address, address.partition("?")[0], address[:-3] + "abc")
        ]

    assert [response.status_code for response in (found, without, wrong)] == [200, 404, 404]


@pytest.mark.parametrize(("size", "status"), [(limits.FILE_BYTES, 200), (limits.FILE_BYTES + 1, 413)])
async def test_a_file_has_the_size_people_were_told(size: int, status: int, ani: Page, site: Site) -> None:
    """One byte more is refused in words."""
    response = await site.upload(ani, bytes(size), "video.mp4", "video/mp4")

    assert response.status_code == status
    assert ("20 MB" in response.json().get("error", "")) is (status == 413)


async def test_a_body_without_an_end_is_cut_off(ani: Page, site: Site) -> None:
    """A body that names no length is counted as it comes, and the connection ends with the answer."""
    _, writer = await asyncio.open_connection("127.0.0.1", site.server.port)
    writer.write(head(ani, "Transfer-Encoding: chunked"))
    writer.write(chunk(b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'))
    sent = 0
    with suppress(ConnectionError):
        while sent < 10 * limits.FILE_BYTES:
            sent += 1_000_000
            writer.write(chunk(bytes(1_000_000)))
            await writer.drain()
    writer.close()

    assert limits.FILE_BYTES <= sent < 2 * limits.FILE_BYTES


async def test_a_body_said_to_be_too_large_is_not_read(ani: Page, site: Site) -> None:
    """The answer comes before the first byte."""
    reader, writer = await asyncio.open_connection("127.0.0.1", site.server.port)
    writer.write(head(ani, "Content-Length: 999999999"))
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()

    assert answer.startswith(b"HTTP/1.1 413")


def head(page: Page, length: str) -> bytes:
    """The head of an upload by hand."""
    lines = ["POST /upload HTTP/1.1", "Host: x", f"Cookie: {page.headers['Cookie']}", length]
    return "\r\n".join([*lines, "Content-Type: multipart/form-data; boundary=x", "", ""]).encode()


def chunk(piece: bytes) -> bytes:
    """A piece of a body of unknown length."""
    return b"%x\r\n%b\r\n" % (len(piece), piece)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=x", b"nonsense"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--'),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n1\r\n--x--'),
        ("application/json", b"{}"),
        ("", b""),
    ],
)
async def test_what_is_no_file_is_refused_in_words(kind: str, body: bytes, ani: Page, site: Site) -> None:
    """A broken form, an empty one, another one."""
    async with site.http(headers={**ani.headers, "Content-Type": kind}) as client:
        response = await client.post("/upload", content=body)

    assert (response.status_code, "utuh" in response.json()["error"]) == (400, True)


async def test_an_empty_file_is_refused(ani: Page, site: Site) -> None:
    """There is nothing to keep."""
    assert (await site.upload(ani, b"")).status_code == 400


@pytest.mark.parametrize("headers", [{}, {"Cookie": "sahabat=a.b"}, {"X-Chat-Token": "x"}])
async def test_a_stranger_uploads_nothing(headers: dict[str, str], site: Site) -> None:
    """Only who has the page may."""
    async with site.http(headers=headers) as client:
        assert (await client.post("/upload", files={"file": PICTURE})).status_code == 403


async def test_another_site_uploads_nothing(ani: Page, site: Site) -> None:
    """Not even with the visitor's cookie."""
    async with site.http(headers={**ani.headers, "Origin": "https://jahat.example"}) as client:
        assert (await client.post("/upload", files={"file": PICTURE})).status_code == 403


async def test_uploads_are_limited(sqlite_url: str) -> None:
    """For a visitor and for a network."""
    allowed = Limits(uploads=Rate(60, 1), uploads_of_address=Rate(60, 3))
    async with Site.open(sqlite_url, small_bot(), limits=allowed) as site:
        async with site.visitor() as page:
            codes = [(await site.upload(page, PICTURE)).status_code for _ in range(2)]
        for _ in range(2):
            async with site.visitor() as page:
                codes.append((await site.upload(page, PICTURE)).status_code)

    assert codes == [200, 429, 200, 429]


async def test_guessing_is_limited(sqlite_url: str) -> None:
    """Wrong tokens use up what a network may ask."""
    async with Site.open(sqlite_url, small_bot(), limits=Limits(misses=Rate(60, 2))) as site, site.http() as client:
        codes = [(await client.get(f"/files/guess{number}")).status_code for number in range(3)]

    assert codes == [404, 404, 429]


@pytest.mark.parametrize(
    ("given", "kept"),
    [("../../etc/passwd", "passwd"), ("C:\\foto.png", "foto.png"), ("a\u202egnp.exe", "agnp.exe"), ("..", "berkas")],
)
async def test_a_name_is_only_a_name(given: str, kept: str, ani: Page, site: Site) -> None:
    """No path, no letters that turn it round."""
    assert (await site.upload(ani, PICTURE, given)).json()["name"] == kept
