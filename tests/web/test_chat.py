"""The page as it is served: its rules, its language, its files."""

from collections.abc import AsyncIterator

import pytest

from bot.config import Config, Web
from tests.support.web import Page, Site, small_bot


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


async def test_the_page_may_do_what_it_needs_and_no_more(site: Site) -> None:
    """No inline script, no other host, nobody frames it, no guessing of types."""
    async with site.http() as client:
        headers = (await client.get("/")).headers

    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]


async def test_only_named_sites_frame_the_embedded_page(sqlite_url: str) -> None:
    """It gets no cookie, as none would come back."""
    config = Config(web=Web(embed_origins=("https://kampus.example",)))
    async with Site.open(sqlite_url, small_bot(), config) as site, site.http() as client:
        response = await client.get("/?embed=1")

    assert "frame-ancestors 'self' https://kampus.example;" in response.headers["content-security-policy"] + ";"
    assert "x-frame-options" not in response.headers
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize(
    ("query", "asked", "spoken_there"),
    [
        ("", "id-ID,id;q=0.9,en;q=0.8", "id"),
        ("", "en-US,en;q=0.9", "en"),
        ("", "en-US,id;q=0.5", "id"),
        ("", "ja", "id"),
        ("", "", "id"),
        ("?lang=en", "id", "en"),
        ("?lang=xx", "en", "en"),
        ("?lang=../id", "id", "id"),
    ],
)
async def test_the_page_speaks_the_language_asked_for(query: str, asked: str, spoken_there: str, site: Site) -> None:
    """By address, else by browser; Indonesian wherever the browser knows it."""
    async with site.http(headers={"Accept-Language": asked}) as client:
        assert f'<html lang="{spoken_there}"' in (await client.get(f"/{query}")).text


async def test_the_page_speaks_the_language_of_the_conversation(ani: Page, site: Site) -> None:
    """What was chosen in the chat counts more than the browser."""
    frame = await ani.says("/english")
    async with site.http(headers=ani.headers) as client:
        text = (await client.get("/")).text

    assert frame["lang"] == "en"
    assert '<html lang="en"' in text


async def test_a_language_chosen_by_address_holds_for_the_conversation(site: Site) -> None:
    """Otherwise the first answer would come in another language than the page."""
    async with site.http(headers={"Accept-Language": "id"}) as client:
        await client.get("/?lang=en")
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    async with site.visitor(cookies) as page:
        assert (await page.says("halo"))["lang"] == "en"


async def test_static_files_are_kept_by_the_browser(site: Site) -> None:
    """Under an address that changes with them; outside of their folder there is nothing."""
    async with site.http() as client:
        text = (await client.get("/")).text
        script = text.partition('src="')[2].partition('"')[0]
        found, plain = await client.get(script), await client.get("/static/chat.js")
        outside = [await client.get(f"/static/{path}") for path in ("../chat.py", "..%2fchat.py", "none.js")]

    assert "immutable" in found.headers["cache-control"]
    assert "javascript" in found.headers["content-type"]
    assert plain.headers["cache-control"] == "no-cache"
    assert [response.status_code for response in outside] == [404, 404, 404]


async def test_other_sites_may_load_the_script_that_embeds(site: Site) -> None:
    """And nothing else."""
    async with site.http() as client:
        script, page = await client.get("/embed.js"), await client.get("/")

    assert script.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "access-control-allow-origin" not in page.headers
