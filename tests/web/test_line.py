"""Whole conversations over the line: what is said is kept once and shown in order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import select
from websockets.exceptions import ConnectionClosed

from bot.web.limits import Limits, Rate
from storage.engine import Database, DatabaseDown
from storage.models import Inbox, Outbox, WebchatMessage
from tests.support.web import Frame, Page, Site, small_bot


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


def spoken(frames: list[Frame]) -> list[tuple[str, str]]:
    """Who said what."""
    return [(frame["from"], frame["text"]) for frame in frames if "from" in frame]


async def count(db: Database, table: type[Inbox] | type[Outbox] | type[WebchatMessage]) -> int:
    """Rows in a table."""
    async with db.read() as session:
        return len((await session.execute(select(table.id))).all())


async def test_a_message_is_confirmed_and_then_answered(ani: Page) -> None:
    """The page gets its own words back under its own id once they are stored, then the answer, numbered upwards."""
    await ani.send(id="m1", text="halo")
    await ani.answer()

    own, answer = ani.frames
    assert (own["id"], own["from"], own["text"]) == ("m1", "you", "halo")
    assert (answer["html"], answer["lang"]) == ("<p>Anda menulis: halo</p>", "id")
    assert answer["n"] > own["n"] > 0


async def test_a_message_that_comes_again_has_one_effect(ani: Page, site: Site) -> None:
    """It is confirmed each time, under the same number, and answered once."""
    for _ in range(3):
        await ani.send(id="m1", text="halo")
    confirmed = [await ani.until(lambda frame: frame.get("id") == "m1") for _ in range(3)]
    await ani.send(id="m2", text="lagi")
    await ani.until(lambda frame: frame.get("text") == "Anda menulis: lagi")

    assert len({frame["n"] for frame in confirmed}) == 1
    assert await count(site.db, Inbox) == await count(site.db, Outbox) == 2


async def test_two_pages_of_one_visitor_see_the_same(site: Site) -> None:
    """What is written in one tab and what is answered appears in the other."""
    cookie = await site.cookie()
    async with site.visitor(cookie) as first, site.visitor(cookie) as second:
        await second.replay()
        await first.says("halo")
        await second.answer()

    assert spoken(second.frames) == spoken(first.frames) == [("you", "halo"), ("bot", "Anda menulis: halo")]


async def test_a_reload_gets_only_what_is_new_and_in_order(site: Site) -> None:
    """From a number on; from the beginning for a page that knows nothing."""
    cookie = await site.cookie()
    async with site.visitor(cookie) as page:
        last = [await page.says(text) for text in ("satu", "dua", "tiga")][-1]
    async with site.visitor(cookie) as page:
        whole, rest = await page.replay(), await page.replay(last["n"] - 2)

    assert [text for _, text in spoken(whole)] == ["satu", "Anda menulis: satu", "dua", "Anda menulis: dua"] + [
        text for _, text in spoken(rest)
    ]
    assert [frame["n"] for frame in whole] == sorted(frame["n"] for frame in whole)


async def test_a_long_history_is_replayed_completely(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than is read at once arrives without a gap; a page that knows nothing gets the newest."""
    monkeypatch.setattr("bot.web.line.PAGE", 2)
    monkeypatch.setattr("bot.web.line.FIRST", 3)
    async with site.visitor() as page:
        for number in range(4):
            await page.says(str(number))
        first = page.frames[0]["n"]
        behind, newest = await page.replay(first), await page.replay()

    assert [frame["n"] for frame in behind] == list(range(first + 1, first + 8))
    assert [frame["n"] for frame in newest] == list(range(first + 5, first + 8))


async def test_a_restart_keeps_everything(url: str) -> None:
    """A new server on the same database knows the visitor, the history and the language."""
    async with Site.open(url, small_bot()) as before:
        cookie = await before.cookie()
        async with before.visitor(cookie) as page:
            await page.says("/english")
    async with Site.open(url, small_bot()) as after, after.visitor(cookie) as page:
        frames = await page.replay()

    assert spoken(frames) == [("you", "/english"), ("bot", "English from now on.")]
    assert page.frames[-1]["lang"] == "en"


async def test_a_page_that_remembers_another_history_forgets_it(ani: Page) -> None:
    """A number that this visitor does not have (another cookie, an erased history) begins anew."""
    await ani.says("halo")
    frames = await ani.replay(10**9)

    assert frames[0] == {"reset": True}
    assert len(frames) == 3


async def test_an_erased_history_is_gone_from_the_page_too(ani: Page, site: Site) -> None:
    """The page forgets, hears that its last word arrived, and shows the answer; a repeat changes nothing."""
    await ani.says("rahasia")
    await ani.send(id="x", text="/hapus")
    await ani.until(lambda frame: frame.get("text") == "Terhapus.")
    reset = ani.frames.index({"reset": True})
    await ani.send(id="x", text="/hapus")
    again = await ani.next()

    assert spoken(ani.frames[reset:-1]) == [("you", "/hapus"), ("bot", "Terhapus.")]
    assert (again["id"], again["from"]) == ("x", "you")
    assert spoken(await ani.replay()) == [("bot", "Terhapus.")]


async def test_an_acknowledged_message_is_delivered(ani: Page, site: Site) -> None:
    """The state of its outbox row says so, also when the page was faster than the sender's own note."""
    answer = await ani.says("halo")
    await ani.send(ack=answer["n"])
    await eventually(lambda: states(site.db), ["delivered"])


async def test_nothing_is_acknowledged_that_was_not_shown(ani: Page, site: Site) -> None:
    """A page that claims to have seen the future changes nothing."""
    await ani.send(ack=10**9)
    await ani.says("halo")
    await ani.replay()

    await eventually(lambda: states(site.db), ["sent"])


async def eventually(look: Callable[[], Awaitable[object]], expected: object) -> None:
    """Waits for what happens soon, by itself."""
    found: object = None
    for _ in range(500):
        if (found := await look()) == expected:
            return
        await asyncio.sleep(0.02)
    assert found == expected


async def states(db: Database) -> list[str]:
    """The states of all outgoing messages."""
    async with db.read() as session:
        return list((await session.execute(select(Outbox.state))).scalars())


async def test_a_press_shows_its_label_and_changes_the_message(ani: Page) -> None:
    """The visitor reads what they tapped as their own words; the answer replaces the message it stood under."""
    shown = await ani.says("/start kampus-unram")
    button = shown["buttons"][0]
    await ani.send(id="p", pressed=button["data"], on=shown["n"])
    changed = await ani.answer()

    assert shown["text"] == "Selamat datang kampus-unram"
    own = ani.frames[-2]
    assert (own["text"], own["pressed"], own["on"]) == (button["label"], button["data"], shown["n"])
    assert (changed["text"], changed["replaces"]) == ("Dipilih 1", shown["n"])


@pytest.mark.parametrize("data", ["pick:1", "pick:1~AAAAAAAA", "pick:2~{}", "~", "x" * 200])
async def test_a_button_that_was_not_given_presses_nothing(data: str, ani: Page) -> None:
    """Made up, or taken from another message and changed."""
    shown = await ani.says("/start")
    signature = shown["buttons"][0]["data"].rpartition("~")[2]
    await ani.send(id="p", pressed=data.format(signature), on=shown["n"])

    assert (await ani.answer())["text"] == "Tombol itu bukan dari kami."


async def test_a_button_of_another_visitor_presses_nothing(ani: Page, site: Site) -> None:
    """A signature holds in the chat it was made for."""
    shown = await ani.says("/start")
    async with site.visitor() as other:
        await other.send(id="p", pressed=shown["buttons"][0]["data"], on=shown["n"])

        assert (await other.answer())["text"] == "Tombol itu bukan dari kami."
    assert other.frames[0]["text"] == "✓"


async def test_a_comparison_is_a_table_a_screen_reader_can_read(ani: Page) -> None:
    """With a caption and heads for columns and rows; as text for everything else."""
    frame = await ani.says("/banding")

    assert "<caption>Beda</caption>" in frame["html"]
    assert '<th scope="col">Pilkada</th>' in frame["html"]
    assert '<th scope="row">Yang dipilih</th><td>Presiden, <b>DPR</b></td>' in frame["html"]
    assert "▸ Pemilu: UU 7/2017" in frame["text"]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '<img src=x onerror="alert(1)">', "</p><svg onload=a>"])
async def test_what_a_visitor_writes_is_never_markup(text: str, ani: Page) -> None:
    """It comes back escaped in the bot's words and as plain text in their own."""
    answer = await ani.says(text)

    assert "<script" not in answer["html"]
    assert "<img" not in answer["html"]
    assert "<svg" not in answer["html"]
    assert "html" not in ani.frames[0]
    assert ani.frames[0]["text"] == text


@pytest.mark.parametrize(
    "said",
    [
        "",
        "{",
        "[]",
        "7",
        '"x"',
        "{}",
        '{"id":1}',
        '{"id":"a b","text":"x"}',
        '{"id":"a","text":" "}',
        '{"since":-1}',
        '{"since":"x"}',
        '{"ack":true}',
        '{"id":"a","text":7}',
        '{"id":"a","pressed":""}',
        '{"id":"a","file":"x"}',
        '{"id":"a","text":"\\ud800"}',
        "[" * 500,
        '{"id":"a","pressed":"p","on":1e30}',
        "x" * 70_000,
    ],
)
async def test_a_line_outlives_nonsense(said: str, ani: Page) -> None:
    """Each is answered with a sentence, and the next message is taken."""
    await ani.socket.send(said)

    assert set(await ani.next()) <= {"error", "id"}
    assert (await ani.says("halo"))["text"] == "Anda menulis: halo"


async def test_bytes_are_no_message(ani: Page) -> None:
    """A page never sends any."""
    await ani.socket.send(b"\x00\x01")

    assert "error" in await ani.next()


@pytest.mark.parametrize(("length", "taken"), [(4096, True), (4097, False)])
async def test_a_message_has_the_length_people_were_told(length: int, taken: bool, ani: Page) -> None:
    """One letter more is refused by name, and nothing of it is stored."""
    await ani.send(id="long", text="a" * length)
    frame = await ani.next()

    assert frame["id"] == "long"
    assert ("error" in frame) is not taken


async def test_someone_too_fast_is_slowed_down_and_loses_nothing(sqlite_url: str) -> None:
    """Beyond a burst the line waits its turn; beyond what can be waited for it says so."""
    limits = Limits(messages=Rate(0.02, 2), longest_wait=0.05)
    async with Site.open(sqlite_url, small_bot(), limits=limits) as site, site.visitor() as page:
        for number in range(8):
            await page.send(id=f"m{number}", text=str(number))
        for _ in range(8):
            await page.answer()
        limits.messages.take(page_address(site), 1e9)
        for _ in range(9):
            limits.messages.take(page_address(site), 1e9)
        refused = await page.says("lagi")

    assert [frame["text"] for frame in page.frames if frame.get("from") == "you"] == [str(n) for n in range(8)]
    assert "terlalu cepat" in refused["error"]


def page_address(site: Site) -> str:
    """The address of the only visitor."""
    return next(iter(site.webchat._lines))


async def test_a_flood_from_one_network_is_refused(sqlite_url: str) -> None:
    """However many visitors it pretends to be."""
    async with Site.open(sqlite_url, small_bot(), limits=Limits(messages_of_address=Rate(60, 2))) as site:
        answers = []
        for _ in range(3):
            async with site.visitor() as page:
                answers.append(await page.says("halo"))

    assert ["error" in answer for answer in answers] == [False, False, True]


async def test_a_message_of_a_dead_database_is_not_confirmed(
    ani: Page, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is told which message did not arrive; sent again later, it is taken."""

    async def down(*items: object) -> None:
        raise DatabaseDown("locked")

    monkeypatch.setattr(site.inbox, "receive", down)
    await ani.send(id="m1", text="halo")
    refused = await ani.next()
    monkeypatch.undo()
    await ani.send(id="m1", text="halo")

    assert refused["id"] == "m1"
    assert "gangguan" in refused["error"]
    assert (await ani.answer())["text"] == "Anda menulis: halo"


async def test_a_sixth_page_closes_the_first(site: Site) -> None:
    """Lines that a phone left behind do not lock its owner out."""
    cookie = await site.cookie()
    async with AsyncExitStack() as opened:
        pages = [await opened.enter_async_context(site.visitor(cookie)) for _ in range(5)]
        for page in pages:
            await page.replay()
        first, last = pages[0], await opened.enter_async_context(site.visitor(cookie))
        await last.replay()
        with pytest.raises(ConnectionClosed):
            await first.next()

        assert (await last.says("halo"))["text"] == "Anda menulis: halo"


async def test_another_process_may_send(url: str) -> None:
    """Replies that a worker adds to the history reach the page without its asking."""
    async with (
        Site.open(url, small_bot(), shared=True, sends=False) as web,
        Site.open(url, small_bot()),
        web.visitor() as page,
    ):
        assert (await page.says("halo"))["text"] == "Anda menulis: halo"


async def test_a_stop_waits_for_no_page(url: str) -> None:
    """Open lines are ended at once; their pages connect again."""
    async with Site.open(url, small_bot()) as site, site.visitor() as page:
        await page.says("halo")
        async with asyncio.timeout(4):
            await site.server.stop()
        with pytest.raises(ConnectionClosed):
            await page.next()
