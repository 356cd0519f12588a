"""The web chat page for everyone: small screens, keyboards, screen readers, poor eyes, paper"""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.support.chat_server import ChatServer
from tests.support.page import Visit

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TABLE = """<table><caption>Pemilu dan Pilkada</caption>
<thead><tr><th scope="col">Hal</th><th scope="col">Pemilu</th><th scope="col">Pilkada</th></tr></thead>
<tbody><tr><th scope="row">Dasar</th><td>UU 7/2017</td><td>UU 1/2015</td></tr></tbody></table>"""
WIDE = "<table><caption>Agenda</caption><tr>" + "<td>Pembukaan dan sambutan</td>" * 6 + "</tr></table>"


async def furnish(double: ChatServer) -> None:
    """A conversation with everything that could break a narrow page."""
    regions = [{"data": f"b{n}", "label": f"Kabupaten nomor {n}"} for n in range(10)]
    long_link = f"<p>https://contoh.example/{'a' * 200} <a href='https://contoh.example/'>tautan</a></p>"
    await double.say(text="Selamat datang.", buttons=regions)
    await double.say(**{"from": "you", "id": "a", "text": "pertanggungjawaban" * 12, "pressed": "b1", "on": 1})
    await double.say(html=long_link + TABLE + WIDE)
    await double.say(**{"from": "staff", "text": "Jawaban petugas"})
    await double.say(
        text="Lagi?",
        buttons=[{"data": "y", "label": "Ya, " + "panjang " * 20}],
        media={"url": "/files/a", "name": "undangan.pdf"},
    )


async def test_the_page_never_scrolls_sideways(double: ChatServer, visit: Visit) -> None:
    """Long words, tables and ten choices stay within the screen; 320 is a 640-pixel window at 200 %."""
    await furnish(double)
    page = await visit()
    inside = page.locator("#log *:not(.vh):not(.wide *):not(thead *)")
    for width in (320, 360, 768, 1280):
        await page.set_viewport_size({"width": width, "height": 640})
        edges: list[float] = await inside.evaluate_all("all => all.map(e => e.getBoundingClientRect().right)")

        assert len(edges) > 40
        assert max(edges) <= width
        assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_the_composer_leaves_room_when_zoomed(visit: Visit) -> None:
    """At 200 % on a small laptop there is still more conversation than frame."""
    page = await visit(viewport={"width": 640, "height": 360})

    assert await page.evaluate("document.getElementById('scroller').clientHeight") > 180


async def test_a_comparison_becomes_labelled_blocks_on_a_phone(double: ChatServer, visit: Visit) -> None:
    """Each cell says its column there; on a wide screen the same table has columns."""
    await double.say(html=TABLE)
    page = await visit()
    shown = "getComputedStyle(document.querySelector('td'), '::before').content"
    assert await page.evaluate(shown) == '"Pemilu"'
    await page.set_viewport_size({"width": 1280, "height": 800})

    assert await page.evaluate(shown) == "none"


async def test_a_comparison_stays_a_table_for_a_screen_reader(double: ChatServer, visit: Visit) -> None:
    """Caption, headers and cells are announced as such at every width."""
    await double.say(html=TABLE)
    page = await visit()
    table = page.get_by_role("table", name="Pemilu dan Pilkada")
    for width in (360, 1280):
        await page.set_viewport_size({"width": width, "height": 740})

        await expect(table.get_by_role("columnheader")).to_have_text(["Hal", "Pemilu", "Pilkada"])
        await expect(table.get_by_role("rowheader")).to_have_text(["Dasar"])
        await expect(table.get_by_role("cell")).to_have_text(["UU 7/2017", "UU 1/2015"])


async def test_a_wide_table_scrolls_in_its_own_box(double: ChatServer, visit: Visit) -> None:
    """The box has a name and can be reached and scrolled with the keyboard."""
    await double.say(html=WIDE)
    page = await visit()
    box = page.get_by_role("region", name="Agenda")
    await box.focus()
    await expect(box.get_by_role("cell").last).not_to_be_in_viewport()
    for _ in range(40):
        await page.keyboard.press("ArrowRight")

    await expect(box.get_by_role("cell").last).to_be_in_viewport()


async def test_new_messages_are_announced_and_old_ones_are_not(double: ChatServer, visit: Visit) -> None:
    """The log is polite and was busy while the history came; who speaks is part of what is read."""
    await double.say(text="Lama")
    page = await visit()
    log = page.get_by_role("log", name="Percakapan")
    assert (await log.get_attribute("aria-live"), await log.get_attribute("aria-busy")) == ("polite", None)
    await double.say(**{"from": "staff", "text": "Baru"})

    await expect(log.get_by_role("article").last).to_contain_text("Petugas")
    await expect(page.get_by_role("status")).to_be_attached()


async def test_the_keyboard_alone_is_enough(double: ChatServer, visit: Visit) -> None:
    """Skip link, writing, choosing and attaching need no pointer, and focus is always visible."""
    await double.say(text="Pilih.", buttons=[{"data": "q", "label": "Batas waktu"}])
    page = await visit()
    focus = """() => {
        const now = document.activeElement;
        const ring = getComputedStyle(now.closest(".field") ?? now).outlineWidth;
        return [now.id || now.className, parseFloat(ring)];
    }"""
    seen = []
    for _ in range(7):
        await page.keyboard.press("Tab")
        seen.append(await page.evaluate(focus))

    assert [name for name, _ in seen] == ["skip", "log", "choice", "menu", "text", "attach", "send"]
    assert all(width >= 2 for _, width in seen)


async def test_the_skip_link_leads_to_the_composer(visit: Visit) -> None:
    """One key from the top of the page to writing."""
    page = await visit()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")

    await expect(page.get_by_label("Tulis pesan")).to_be_focused()


async def test_the_tray_is_opened_and_left_by_keyboard(visit: Visit) -> None:
    """Focus goes into the tray and comes back to the button that opened it."""
    page = await visit()
    await page.get_by_label("Lampirkan berkas").press("Enter")
    await expect(page.get_by_role("button", name="Pilih berkas")).to_be_focused()
    await page.keyboard.press("Escape")

    await expect(page.get_by_label("Lampirkan berkas")).to_be_focused()
    await expect(page.get_by_role("group", name="Berkas")).to_be_hidden()


async def test_everything_that_can_be_pressed_has_a_name_and_room(double: ChatServer, visit: Visit) -> None:
    """A name for the screen reader and 44 pixels for the thumb."""
    await furnish(double)
    page = await visit()
    await page.get_by_label("Lampirkan berkas").click()
    visible = page.locator("button:visible, textarea:visible, a.choice:visible, a.doc:visible")
    pressed: list[list[Any]] = await visible.evaluate_all(
        "all => all.map(e => [e.ariaLabel || e.innerText || e.labels?.[0].innerText, e.offsetHeight, e.offsetWidth])"
    )

    assert len(pressed) > 14
    assert [button for button in pressed if not button[0] or button[1] < 44 or button[2] < 44] == []


CONTRAST = Path(__file__).with_name("contrast.js").read_text("utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_can_be_read(scheme: str, double: ChatServer, visit: Visit) -> None:
    """Contrast is at least 4.5 : 1 everywhere, by day and by night, in the welcome, in messages and in errors."""
    page = await visit(color_scheme=scheme)
    measured: list[list[Any]] = await page.evaluate(CONTRAST)
    await furnish(double)
    double.refuse = "Belum bisa."
    await page.fill("#text", "Halo")
    await page.click("#send")
    await page.fill("#text", "a" * 4097)
    await expect(page.get_by_role("alert")).to_be_visible()
    measured += await page.evaluate(CONTRAST)

    assert len(measured) > 40
    assert [text for text in measured if text[1] < 4.5] == []


async def test_who_dislikes_movement_sees_none(double: ChatServer, visit: Visit) -> None:
    """With reduced motion nothing is animated."""
    double.answer = lambda message: []
    page = await visit(reduced_motion="reduce")
    await page.fill("#text", "Halo")
    await page.click("#send")
    await expect(page.locator("#typing")).to_be_visible()

    assert await page.evaluate("document.getAnimations().length") == 0


async def test_a_printed_page_holds_the_conversation_only(double: ChatServer, visit: Visit) -> None:
    """On paper: all messages, no controls."""
    for number in range(40):
        await double.say(text=f"Pesan {number}")
    page = await visit()
    await page.emulate_media(media="print")

    await expect(page.locator("footer")).to_be_hidden()
    assert await page.evaluate("document.body.scrollHeight") > 1200


async def test_a_first_visit_is_light(double: ChatServer, visit: Visit) -> None:
    """All that is loaded before the first answer comes from this host and is under 45 kB, uncompressed."""
    page = await visit()
    loaded: list[list[Any]] = await page.evaluate("""["navigation", "resource"]
        .flatMap(kind => performance.getEntriesByType(kind)).map(entry => [entry.name, entry.decodedBodySize])""")

    assert all(name.startswith(double.address) for name, _ in loaded)
    assert 20_000 < sum(size for _, size in loaded) < 45_000
