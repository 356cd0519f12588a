"""Hostile text and markup on the web chat page: the page is the second lock, after the server."""

import re

import pytest
from playwright.async_api import expect

from tests.support.chat_server import ChatServer
from tests.support.page import Visit, write

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

HOSTILE = ["<img src=x onerror='hacked=1'>", "<script>hacked=1</script>", '"><svg onload=hacked=1>', "{{7*7}}"]
SAFE = 'target="_blank" rel="noopener noreferrer"'
MARKUP = {
    "<p onclick='hacked=1' style='color:red' class='skip' id='text'>a<b>b</b></p>": "<p>a<b>b</b></p>",
    "<script>hacked=1</script><style>p{}</style><iframe src='/'></iframe>": "",
    "<img src=x onerror='hacked=1'><form action='/x'><input><button>c</button></form>": "c",
    "<a href='javascript:hacked=1'>d</a>": "<a>d</a>",
    "<a href=' JaVaScRiPt:hacked=1'>d</a>": "<a>d</a>",
    "<a href='data:text/html,x'>d</a>": "<a>d</a>",
    "<a href='https://x.example/' target=_self>e</a>": f'<a href="https://x.example/" {SAFE}>e</a>',
    "<svg onload='hacked=1'><p>f</p></svg>": "<p>f</p>",
    "<math><mtext><style><img src onerror=hacked=1></style></math>": "",
    "<b>" * 400 + "g" + "</b>" * 400: "<b>" * 400 + "g" + "</b>" * 400,
}


async def test_hostile_text_is_shown_as_text(double: ChatServer, visit: Visit) -> None:
    """What a person wrote, a file name or a label is letters, never markup, also after a reload."""
    for text in HOSTILE:
        media = {"url": "/files/a", "name": text}
        await double.say(text=text, buttons=[{"data": text, "label": text}], media=media)
    double.answer = lambda message: []
    page = await visit()
    await write(page, HOSTILE[0])
    await expect(page.locator(".you .body")).to_have_text(HOSTILE[0])
    await page.reload()

    await expect(page.locator(".choice:visible")).to_have_text(HOSTILE)
    await expect(page.locator("#log .plain")).to_have_text([*HOSTILE, HOSTILE[0]])
    await expect(page.locator("#log .doc span")).to_have_text(HOSTILE)
    assert await page.evaluate("window.hacked") is None


async def test_hostile_markup_keeps_only_what_is_allowed(double: ChatServer, visit: Visit) -> None:
    """Of what the server should never let through, only plain elements and safe links remain."""
    for markup in MARKUP:
        await double.say(html=markup)
    page = await visit(blocks=True)
    shown = [await rich.inner_html() for rich in await page.locator(".rich").all()]

    bare = [re.sub(r'<span class="vh">[^<]*</span>|</?i>', "", html) for html in shown]
    assert bare == list(MARKUP.values())
    assert await page.evaluate("window.hacked") is None
