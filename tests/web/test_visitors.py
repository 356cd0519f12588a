"""Who is at the other end, and from where: nobody is taken for somebody else."""

from collections.abc import AsyncIterator

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bot.config import Config, Web
from tests.support.web import Page, Site, small_bot

TOKEN = "a1b2c3d4" * 8


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


async def test_a_visitor_is_known_by_cookie_for_a_year(site: Site) -> None:
    """It cannot be read by scripts, is not sent along from other sites, and stays the same at the next visit."""
    async with site.http() as client:
        first, second = await client.get("/"), await client.get("/")

    words = first.headers["set-cookie"].lower()
    assert all(word in words for word in ("httponly", "samesite=lax", "max-age=31536000", "path=/"))
    assert "secure" not in words
    assert first.cookies["sahabat"] == second.cookies["sahabat"]


async def test_behind_https_the_cookie_stays_there(sqlite_url: str) -> None:
    """Where the public address is https the cookie never travels without it."""
    config = Config(app={"public_url": "https://sahabat.example.id"})
    async with Site.open(sqlite_url, small_bot(), config) as site, site.http() as client:
        words = (await client.get("/")).headers["set-cookie"].lower()

    assert "secure" in words


@pytest.mark.parametrize(
    "cookie", ["sahabat=", "sahabat=abc", "sahabat=00000000000000000000000000000000.AAAAAAAAAAAAAAAAAAAAAA"]
)
async def test_a_forged_cookie_opens_no_line(cookie: str, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is told why, in words, and cannot ask again at once."""
    monkeypatch.setattr("bot.web.chat.REFUSED", 0.05)
    async with site.visitor(cookie) as page:
        await page.send(since=0)

        assert "kuki" in (await page.next())["error"]
        with pytest.raises(ConnectionClosed):
            await page.next()


async def test_a_cookie_with_another_address_opens_nothing(ani: Page, site: Site) -> None:
    """The signature belongs to one visitor."""
    await ani.says("rahasia")
    address, _, signature = ani.headers["Cookie"].partition(".")
    other = address[:-1] + ("0" if address[-1] != "0" else "1")
    async with site.visitor(f"{other}.{signature}") as page:
        await page.send(since=0)

        assert "error" in await page.next()


async def test_visitors_do_not_see_each_other(ani: Page, site: Site) -> None:
    """A stranger's history is empty, and what is said is not told to them."""
    async with site.visitor() as other:
        await ani.says("rahasia")

        assert await other.replay() == []


async def test_a_frame_keeps_its_conversation_by_its_token(site: Site) -> None:
    """The same token comes back to the same history, another one to its own."""
    async with site.visitor(token=TOKEN) as page:
        await page.says("halo")
    async with site.visitor(token=TOKEN) as again, site.visitor(token=TOKEN[::-1]) as other:
        assert len(await again.replay()) == 2
        assert await other.replay() == []


async def test_a_token_counts_more_than_a_cookie(ani: Page, site: Site) -> None:
    """A frame is a visitor of its own, also where the browser sends the cookie along."""
    await ani.says("halo")
    async with site.visitor(token=TOKEN, Cookie=ani.headers["Cookie"]) as page:
        assert await page.replay() == []


@pytest.mark.parametrize("token", ["short", "x" * 129, "a b" * 16])
async def test_a_token_that_could_be_guessed_is_none(token: str, site: Site) -> None:
    """At least 128 bits, in the letters pages use."""
    async with site.visitor(token=token) as page:
        assert "error" in await page.next()


@pytest.mark.parametrize(
    "origin", ["https://jahat.example", "null", "http://127.0.0.1", "http://127.0.0.1.jahat.example"]
)
async def test_another_site_opens_no_line(origin: str, site: Site) -> None:
    """The browser says which page asks."""
    with pytest.raises(InvalidStatus):
        await site.visitor(Origin=origin).__aenter__()


async def test_our_page_and_the_sites_that_may_frame_it_open_lines(sqlite_url: str) -> None:
    """By the address the page was loaded from, the public one, and those in the settings."""
    config = Config(app={"public_url": "https://a.example"}, web=Web(embed_origins=("https://kampus.example",)))
    async with Site.open(sqlite_url, small_bot(), config) as site:
        for origin in ("https://a.example", "https://kampus.example", site.address):
            async with site.visitor(Origin=origin) as page:
                assert await page.replay() == []
