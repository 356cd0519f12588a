"""Whatever comes as an update, nothing breaks: only a message, nothing, or Unreadable comes out of the reader."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.telegram_json import decode, encode
from bot.channels.telegram_read import Reader, Unreadable
from bot.messages import Incoming
from tests.support.bot_api import BotApi
from tests.support.telegram_bot import SECRET, TelegramBot, make_bot, small_router

FILES = sorted((Path(__file__).parent / "payloads" / "telegram").glob("*.json"))
GENUINE = [decode(path.read_bytes())["update"] for path in FILES]
WORDS = """
message edited_message callback_query my_chat_member chat from id type text caption data date photo document file_id
file_size file_name reply_to_message message_id sender_chat new_chat_member old_chat_member status migrate_to_chat_id
migrate_from_chat_id media_group_id is_bot first_name language_code entities
"""
NAMES = st.sampled_from(WORDS.split())
ODD = ["private", "group", "supergroup", "channel", "member", "kicked", "/start@x", "\x00", "~", "\ud83d"]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(2**62, 2**65),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["private", "group", "supergroup", "channel", "member", "kicked", "/start@x", "\x00", "~", "\ud83d"]
    ),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=5),
    max_leaves=25,
)


@st.composite
def updates(draw: st.DrawFn) -> dict[str, Any]:
    """An update of a genuine kind in which some values were exchanged, or one that was made up whole."""
    if draw(st.booleans()):
        made: dict[str, Any] = draw(st.dictionaries(NAMES, VALUES, max_size=4))
        return {"update_id": draw(st.integers(0, 2**52)), **made}
    body: dict[str, Any] = decode(encode(draw(st.sampled_from(GENUINE))))
    for _ in range(draw(st.integers(1, 3))):
        place: Any = body
        while isinstance(place, dict) and place:
            name = draw(st.sampled_from(sorted(place)))
            if not isinstance(place[name], dict) or draw(st.integers(0, 3)) == 0:
                place[name] = draw(VALUES)
                break
            place = place[name]
    return body


def reader() -> Reader:
    """A reader for the bot that the payloads were written for."""
    made = Reader("telegram", "123456")
    made.name = "sahabat_uji_bot"
    return made


@given(updates())
@settings(max_examples=1000, deadline=None)
def test_the_reader_never_breaks(update: dict[str, Any]) -> None:
    """And what it says fits where it is kept: whole numbers as addresses, texts without half letters."""
    try:
        incoming = reader().understand(update, b"raw")
    except Unreadable:
        return
    if incoming is not None:
        _check(incoming)


def _check(incoming: Incoming) -> None:
    assert -(2**63) <= int(incoming.address) < 2**63
    assert incoming.kind
    for text in (incoming.text, incoming.pressed, incoming.sender_name, incoming.language, incoming.argument):
        text.encode()
    for medium in incoming.media:
        assert "\x00" not in medium.remote + medium.name + medium.mime
        assert medium.size >= 0


@given(st.binary(max_size=200) | updates().map(encode))
@settings(max_examples=300, deadline=None)
def test_raw_bytes_never_break_it(raw: bytes) -> None:
    """Also read again from what was stored."""
    try:
        incoming = reader().read(raw)
    except Unreadable:
        return
    assert incoming is None or incoming.raw == raw


@pytest.fixture(scope="module")
def shared_url(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """One database for all examples: they must not get in each other's way either."""
    copy = tmp_path_factory.mktemp("fuzz") / "sahabat.db"
    shutil.copy(sqlite_template, copy)
    return f"sqlite+aiosqlite:///{copy}"


@given(st.lists(updates().map(encode) | st.binary(max_size=100), min_size=20, max_size=40))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_webhook_never_answers_5xx(shared_url: str, bodies: list[bytes]) -> None:
    """Each post is taken or refused as malformed, whatever the others of its batch were."""
    statuses = asyncio.run(_post_all(shared_url, bodies))

    assert set(statuses) <= {200, 400}


async def _post_all(url: str, bodies: list[bytes]) -> list[int]:
    async with BotApi() as api:
        bot = make_bot(api, url, small_router(), mode="webhook")
        await bot.start(sends=False, receives=False)
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        async with aiohttp.ClientSession() as client:

            async def post(raw: bytes) -> int:
                async with client.post(bot.url, data=raw, headers=headers) as answer:
                    return answer.status

            statuses = await asyncio.gather(*(post(raw) for raw in bodies))
        await bot.stop()
    return list(statuses)


@given(st.lists(updates(), min_size=1, max_size=30))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_polled_batch_is_taken_whole(shared_url: str, batch: list[dict[str, Any]]) -> None:
    """However odd its updates, storing them does not fail, so that polling goes past them."""
    asyncio.run(_poll_batch(shared_url, batch))


async def _poll_batch(url: str, batch: list[dict[str, Any]]) -> None:
    async with BotApi() as api:
        bot: TelegramBot = make_bot(api, url, small_router())
        await bot.telegram.receive(bot.inbox, [(update, encode(update)) for update in batch])
        await bot.inbox.idle()
        await bot.stop()
