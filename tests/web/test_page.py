"""The web chat page in a real browser: what is said arrives once, and stays."""

import pytest
from playwright.async_api import expect

from tests.support.chat_server import ChatServer
from tests.support.page import Visit, write

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CHOICES = [{"data": "q:1", "label": "Batas waktu"}, {"data": "q:2", "label": "Daftar"}]


def hellos(double: ChatServer) -> list[int]:
    """From which number each line asked for a replay."""
    return [message["since"] for message in double.received if "since" in message]


async def test_a_message_is_confirmed_and_answered(double: ChatServer, visit: Visit) -> None:
    """What the visitor writes is shown as sent once it is stored, and the answer follows."""
    page = await visit()
    await write(page, "Siapa boleh melapor?")

    await expect(page.locator(".you .meta")).to_contain_text("terkirim")
    await expect(page.locator(".bot .body")).to_have_text("Anda menulis: Siapa boleh melapor?")
    assert double.stored == ["Siapa boleh melapor?"]


async def test_a_first_visit_offers_questions_to_tap(double: ChatServer, visit: Visit) -> None:
    """An example is sent as it is written, and the welcome makes room for the conversation."""
    page = await visit()
    await page.get_by_role("button", name="Apa beda Pemilu dan Pilkada?").click()

    await expect(page.locator(".bot")).to_have_count(1)
    await expect(page.locator("#welcome")).to_be_hidden()
    assert double.stored == ["Apa beda Pemilu dan Pilkada?"]


async def test_a_reload_keeps_the_conversation_and_asks_only_for_news(double: ChatServer, visit: Visit) -> None:
    """After a reload everything is there and nothing travels twice."""
    page = await visit()
    await write(page, "Halo")
    await expect(page.locator(".bot")).to_have_count(1)
    await page.reload()

    await expect(page.locator("#log .body")).to_have_text(["Halo", "Anda menulis: Halo"])
    await expect(page.locator("#log:not([aria-busy])")).to_be_attached()
    assert hellos(double) == [0, 2]


async def test_a_new_tab_is_told_everything(double: ChatServer, visit: Visit) -> None:
    """Another tab of the same visitor begins at the beginning."""
    first = await visit()
    await write(first, "Halo")
    await expect(first.locator(".bot")).to_have_count(1)
    second = await visit(context=first.context)

    await expect(second.locator("#log .body")).to_have_text(["Halo", "Anda menulis: Halo"])


async def test_messages_written_without_a_line_arrive_once_and_in_order(double: ChatServer, visit: Visit) -> None:
    """A lost line is said in plain words; what was written meanwhile survives a reload and is sent once."""
    page = await visit()
    await double.hang_up()
    await expect(page.locator("#line")).to_contain_text("Pesan Anda aman")
    for text in ("satu", "dua"):
        await write(page, text)
    await page.reload()
    await expect(page.locator(".you .meta")).to_contain_text(["menunggu sambungan"] * 2)
    double.up = True

    await expect(page.locator(".you .meta").last).to_contain_text("terkirim", timeout=10_000)
    await expect(page.locator(".bot")).to_have_count(2)
    assert double.stored == ["satu", "dua"]


async def test_a_message_whose_confirmation_was_lost_is_not_doubled(double: ChatServer, visit: Visit) -> None:
    """Stored but never confirmed: it is sent again under its old id, stored once and shown once."""
    page = await visit()
    double.mute = True
    await write(page, "Halo")
    await expect(page.locator(".you .meta")).to_contain_text("mengirim")
    await double.hang_up()
    double.up, double.mute = True, False

    await expect(page.locator(".you .meta")).to_contain_text("terkirim", timeout=10_000)
    await expect(page.locator("#log .body")).to_have_text(["Halo", "Anda menulis: Halo"])
    assert double.stored == ["Halo"]
    assert len({message["id"] for message in double.received if "id" in message}) == 1


async def test_no_internet_is_named_as_such(double: ChatServer, visit: Visit) -> None:
    """Where the device itself is offline the words say so, and go away when it is back."""
    page = await visit()
    await page.context.set_offline(True)
    await double.hang_up()
    await expect(page.locator("#line")).to_contain_text("Tidak ada internet")
    double.up = True
    await page.context.set_offline(False)

    await expect(page.locator("#line")).to_have_text("Tersambung lagi.")


async def test_a_refused_message_can_be_sent_again(double: ChatServer, visit: Visit) -> None:
    """The server's sentence is shown with the message; trying again sends the same message."""
    double.refuse = "Terlalu banyak pesan. Tunggu sebentar."
    page = await visit()
    await write(page, "Halo")
    await expect(page.get_by_role("alert")).to_have_text("Gagal terkirim. Terlalu banyak pesan. Tunggu sebentar.")
    double.refuse = ""
    await page.get_by_role("button", name="Coba lagi").click()

    await expect(page.locator(".you .meta")).to_contain_text("terkirim")
    assert double.stored == ["Halo"]


async def test_a_refused_message_can_be_dropped(double: ChatServer, visit: Visit) -> None:
    """A message thrown away is gone, also after a reload."""
    double.refuse = "Pesan ini tidak bisa dibaca."
    page = await visit()
    await write(page, "Halo")
    await page.get_by_role("button", name="Buang").click()
    await expect(page.locator(".you")).to_have_count(0)
    await page.reload()

    await expect(page.locator("#welcome")).to_be_visible()
    await expect(page.locator(".you")).to_have_count(0)


async def test_a_tapped_choice_says_so_and_stays_usable(double: ChatServer, visit: Visit) -> None:
    """The press names the message it belongs to; the choice keeps its mark over a reload and can be tapped again."""
    await double.say(text="Pilih satu.", buttons=CHOICES)
    page = await visit()
    await page.get_by_role("button", name="Daftar").click()
    await expect(page.locator(".you .body")).to_have_text("Daftar")
    await expect(page.locator(".you .meta")).to_contain_text("terkirim")
    await page.reload()
    await page.get_by_role("button", name="Daftar (dipilih)").click()

    await expect(page.locator(".you .body")).to_have_text(["Daftar", "Daftar"])
    assert [(m["pressed"], m["on"]) for m in double.received if "pressed" in m] == [("q:2", 1)] * 2


async def test_a_choice_with_an_address_is_a_safe_link(double: ChatServer, visit: Visit) -> None:
    """A link opens beside the chat without a way back into it; an address that is not http(s) never becomes one."""
    addresses = {"Naskah": "https://example.org/uu", "Jahat": "javascript:alert(1)"}
    await double.say(text="Baca:", buttons=[{"data": "", "label": k, "url": v} for k, v in addresses.items()])
    page = await visit()

    link = page.get_by_role("link", name="Naskah")
    assert await link.get_attribute("rel") == "noopener noreferrer"
    await expect(page.get_by_role("link", name="Jahat")).to_have_count(0)


async def test_a_message_is_replaced_where_it_stands(double: ChatServer, visit: Visit) -> None:
    """An edit changes words and choices in place; one without words takes only the choices away."""
    await double.say(text="Langkah 1", buttons=CHOICES)
    await double.say(text="Lain")
    page = await visit()
    await double.say(html="<p>Langkah <b>2</b></p>", buttons=CHOICES[:1], replaces=1)
    await expect(page.locator("#log .body")).to_have_text(["Langkah 2", "Lain"])
    await page.locator("#log .choice").focus()
    await double.say(text=None, html=None, replaces=1)

    await expect(page.locator("#log .choice")).to_have_count(0)
    await expect(page.locator("#log .body")).to_have_text(["Langkah 2", "Lain"])
    await expect(page.locator("article").first).to_be_focused()


async def test_a_frame_that_comes_twice_is_shown_once(double: ChatServer, visit: Visit) -> None:
    """A number already shown changes nothing."""
    page = await visit()
    frame = await double.say(text="Sekali")
    await double.push(frame)
    await double.say(text="Lalu")

    await expect(page.locator("#log .body")).to_have_text(["Sekali", "Lalu"])


async def test_what_was_shown_is_acknowledged(double: ChatServer, visit: Visit) -> None:
    """The last number shown is told to the server."""
    page = await visit()
    for text in ("satu", "dua", "tiga"):
        await double.say(text=text)
    await expect(page.locator(".bot")).to_have_count(3)
    await page.wait_for_timeout(150)

    assert [message["ack"] for message in double.received if "ack" in message][-1] == 3


async def test_a_deep_link_is_told_once(double: ChatServer, visit: Visit) -> None:
    """`/?start=tag` greets the bot with the tag on the first visit only, under a word a visitor understands."""
    page = await visit("/?start=kampus-unram")
    await expect(page.locator(".bot")).to_have_count(1)
    assert page.url == f"{double.address}/"
    await page.goto(f"{double.address}/?start=kampus-unram")

    await expect(page.locator(".you .body")).to_have_text("Mulai")
    assert double.stored == ["/start kampus-unram"]


async def test_a_deep_link_that_is_none_is_left_alone(double: ChatServer, visit: Visit) -> None:
    """Only what Telegram would accept as a start tag is taken for one."""
    page = await visit()
    for tag in ("<script>", "a b", "x" * 65):
        await page.goto(f"{double.address}/?start={tag}")
        await expect(page.locator("#log:not([aria-busy])")).to_be_attached()

    await expect(page.locator("#welcome")).to_be_visible()
    assert double.stored == []


async def test_the_page_speaks_the_language_of_the_conversation(double: ChatServer, visit: Visit) -> None:
    """When the bot changes the language the page follows, and nothing of the conversation is lost."""
    page = await visit()
    await write(page, "Halo")
    await expect(page.locator(".bot")).to_have_count(1)
    double.lang = "en"
    await double.say(text="English from now on.", lang="en")

    await expect(page.get_by_label("Write a message")).to_be_visible()
    assert await page.get_attribute("html", "lang") == "en"
    await expect(page.locator("#log .body")).to_have_text(["Halo", "Anda menulis: Halo", "English from now on."])


async def test_an_erased_conversation_leaves_no_trace_on_the_device(double: ChatServer, visit: Visit) -> None:
    """After a reset the tab holds nothing of what was said before."""
    page = await visit()
    await write(page, "rahasia")
    await expect(page.locator(".bot")).to_have_count(1)
    await double.push({"reset": True})
    await expect(page.locator(".m")).to_have_count(0)

    assert "rahasia" not in await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")


async def test_the_wish_to_erase_is_confirmed_though_nothing_is_kept(double: ChatServer, visit: Visit) -> None:
    """The last words of an erased conversation come back as stored, without a number."""
    double.mute = True
    page = await visit()
    await write(page, "/hapus")
    await expect(page.locator(".you .meta")).to_contain_text("mengirim")
    double.mute = False
    await double.push({"reset": True})
    await double.push({"n": 0, "from": "you", "id": double.history[0]["id"], "text": "/hapus"})

    await expect(page.locator(".you .meta")).to_contain_text("terkirim")
    assert "/hapus" not in await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
