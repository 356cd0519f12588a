"""The webhook: who may post, what is taken, and that 200 is only ever said of what is stored."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from time import process_time
from typing import Any

import aiohttp
import pytest

from bot.context import packaged_knowledge
from tests.support.bot_api import BotApi
from tests.support.telegram_bot import SECRET, Away, TelegramBot, small_router, telegram_bot, until

PAYLOADS = sorted((Path(__file__).parents[1] / "channels" / "payloads" / "telegram").glob("*.json"))
HEADER = "X-Telegram-Bot-Api-Secret-Token"
NUMBERS = itertools.count(1)


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """The service."""
    async with BotApi() as double:
        yield double


@pytest.fixture
async def bot(api: BotApi, sqlite_url: str) -> AsyncIterator[TelegramBot]:
    """A small bot behind a webhook."""
    async with telegram_bot(api, sqlite_url, small_router(), mode="webhook") as bot:
        yield bot


@pytest.fixture
async def any_bot(api: BotApi, url: str) -> AsyncIterator[TelegramBot]:
    """The same, once on each engine."""
    async with telegram_bot(api, url, small_router(), mode="webhook") as bot:
        yield bot


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody who posts, over as many connections as they like."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        yield session


def said(text: str, chat: int = 101, number: int | None = None) -> dict[str, Any]:
    """An update in which somebody writes."""
    sender = {"id": chat, "is_bot": False, "first_name": "Wati", "language_code": "id"}
    message = {"message_id": next(NUMBERS), "from": sender, "chat": {"id": chat, "type": "private"}, "date": 1795500000}
    return {"update_id": number or 1000 + next(NUMBERS), "message": {**message, "text": text}}


async def post(
    client: aiohttp.ClientSession, bot: TelegramBot, body: Any, secrets: tuple[str, ...] = (SECRET,)
) -> tuple[int, str]:
    """Status and Retry-After of one post."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = [(HEADER, secret) for secret in secrets]
    async with client.post(bot.url, data=BytesIO(raw), headers=headers) as answer:
        return answer.status, answer.headers.get("Retry-After", "")


async def test_the_webhook_is_set_as_the_service_wants_it(api: BotApi, bot: TelegramBot) -> None:
    """Address, secret, kinds of update and connections."""
    hook = api.delivery.webhook

    assert (hook.url, hook.secret, hook.max_connections) == (bot.url, SECRET, 40)
    wanted = ["message", "edited_message", "callback_query", "my_chat_member", "inline_query"]
    assert api.delivery.allowed == wanted


async def test_what_waited_before_the_webhook_was_set_is_not_thrown_away(api: BotApi, sqlite_url: str) -> None:
    """A change of mode, or an outage, costs nobody their message."""
    await api.user(101).start()
    async with telegram_bot(api, sqlite_url, small_router(), mode="webhook"):
        await api.user(101).reads("Selamat")


@pytest.mark.parametrize(
    "secrets", [(), ("",), ("salah",), (SECRET + "x",), (SECRET[:-1],), (SECRET, SECRET), ("salah", SECRET), ("é",)]
)
async def test_without_the_right_secret_nothing_is_stored(
    bot: TelegramBot, client: aiohttp.ClientSession, secrets: tuple[str, ...]
) -> None:
    """Missing, wrong, shortened, twice: 401 and no row."""
    assert await post(client, bot, said("halo"), secrets) == (401, "")
    assert await bot.stored() == []


async def test_a_bot_without_a_secret_takes_nothing(
    api: BotApi, sqlite_url: str, client: aiohttp.ClientSession
) -> None:
    """An empty secret is not the right one for an empty header: a polling bot's webhook stays shut."""
    async with telegram_bot(api, sqlite_url, small_router(), mode="webhook", webhook_secret="") as bot:
        assert (await post(client, bot, said("halo"), ("",)))[0] == 401
        assert (await post(client, bot, said("halo"), ()))[0] == 401


MALFORMED = [
    b"", b"{", b"[]", b"null", b"5", b'"x"', b"{}", b"\xff", b"[" * 5000, b'{"update_id": null}',
    b'{"update_id": "7"}', b'{"update_id": true}', b'{"update_id": 1.5}', b'{"update_id": 1e30}',
    b'{"update_id": 99999999999999999999}', b'{"a":' * 2000 + b"1" + b"}" * 2000,
]  # fmt: skip


@pytest.mark.parametrize("body", MALFORMED, ids=lambda body: repr(body[:24]))
async def test_what_is_no_update_is_refused(bot: TelegramBot, client: aiohttp.ClientSession, body: bytes) -> None:
    """400 and no row, whatever it is instead."""
    assert await post(client, bot, body) == (400, "")
    assert await bot.stored() == []


async def test_a_body_over_a_megabyte_is_refused_while_it_comes(
    bot: TelegramBot, client: aiohttp.ClientSession
) -> None:
    """413 after the first megabyte: the rest is neither waited for nor kept."""
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 65536
            yield b" " * 65536

    status = 0
    try:
        async with client.post(bot.url, data=endless(), headers={HEADER: SECRET}) as answer:
            status = answer.status
    except aiohttp.ClientError:  # the connection may be closed before the answer was read
        status = 413

    assert status == 413
    assert sent < 32_000_000
    assert (await post(client, bot, said("masih hidup")))[0] == 200


@pytest.mark.parametrize(("size", "status"), [(1_048_576, 200), (1_048_577, 413)])
async def test_the_limit_is_a_mebibyte(bot: TelegramBot, client: aiohttp.ClientSession, size: int, status: int) -> None:
    """At the limit it is taken, one byte above refused."""
    raw = json.dumps(said("halo")).encode()

    assert (await post(client, bot, raw[:-1] + b" " * (size - len(raw)) + b"}"))[0] == status


async def test_who_hangs_up_halfway_is_no_error(
    bot: TelegramBot, client: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    """The connection ends inside the body: nothing is stored, nothing is logged as a mistake of ours."""
    port = int(bot.url.split(":")[2].partition("/")[0])
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"POST /telegram/webhook HTTP/1.1\r\nHost: a\r\n{HEADER}: {SECRET}\r\n".encode())
    writer.write(b'Content-Length: 500\r\n\r\n{"update_id"')
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await post(client, bot, said("halo")))[0] == 200

    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_half_an_emoji_is_put_aside(bot: TelegramBot, client: aiohttp.ClientSession) -> None:
    """Refused, it would come again for a day and hold up that chat: kept for people to look at, and taken."""
    assert (await post(client, bot, said("rusak \ud83d akhir")))[0] == 200
    assert [item.status for item in await bot.stored()] == ["parked"]


async def test_an_update_has_one_effect_however_often_it_comes(
    api: BotApi, any_bot: TelegramBot, client: aiohttp.ClientSession
) -> None:
    """A hundred times one after the other and twenty at once: one row, one reply, always 200."""
    api.user(101, started=True)
    body = said("halo", number=7)
    statuses = [(await post(client, any_bot, body))[0] for _ in range(100)]
    at_once = await asyncio.gather(*(post(client, any_bot, body) for _ in range(20)))
    await api.user(101).reads("halo")
    await any_bot.ended(1)

    assert statuses + [status for status, _ in at_once] == [200] * 120
    assert (len(await any_bot.stored()), len(await any_bot.outbox()), len(api.log)) == (1, 1, 1)


async def test_twenty_at_once_of_a_new_update_have_one_effect(
    api: BotApi, any_bot: TelegramBot, client: aiohttp.ClientSession
) -> None:
    """Also when the very first ones race."""
    api.user(101, started=True)
    body = said("halo", number=8)
    answers = await asyncio.gather(*(post(client, any_bot, body) for _ in range(20)))
    await any_bot.ended(1)

    assert {status for status, _ in answers} == {200}
    assert (len(await any_bot.stored()), len(api.log)) == (1, 1)


async def test_ten_messages_over_forty_connections_are_one_conversation(
    api: BotApi, any_bot: TelegramBot, client: aiohttp.ClientSession
) -> None:
    """They arrive together and are handled one by one, in the order in which they were stored; no state is lost."""
    wati = api.user(101, started=True)
    await post(client, any_bot, said("/nama"))
    await wati.reads("Siapa nama")
    others = [post(client, any_bot, said("x", chat=200 + number)) for number in range(30)]
    answers = await asyncio.gather(*(post(client, any_bot, said(f"n{number}")) for number in range(10)), *others)
    rows = await any_bot.ended(11 + 30)
    first = await wati.reads("n")
    names = [first.text, *(seen.text for seen in await wati.reads(9))]

    assert {status for status, _ in answers} == {200}
    assert names[-1].count("n") == len(names[-1].split())
    assert len(rows) == 41


async def test_the_first_answer_counts_and_the_rest_is_talk(api: BotApi, bot: TelegramBot) -> None:
    """The service posts one chat's updates one after the other: order is kept to the last."""
    wati = api.user(101)
    for number in range(10):
        await wati.send(f"nomor {number}")
    await api.settled()
    await bot.ended(10)

    assert [seen.text for seen in wati.messages] == [f"text: nomor {number}" for number in range(10)]


async def test_no_200_is_said_of_what_is_not_stored(
    api: BotApi, bot: TelegramBot, client: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is away: 503 and when to come again, each time. Afterwards all are handled once."""
    database = Away(bot.db, monkeypatch)
    database.away = True
    bodies = [said(f"nomor {number}", chat=300 + number) for number in range(100)]
    refused = await asyncio.gather(*(post(client, bot, body) for body in bodies))
    assert set(refused) == {(503, "5")}
    database.away = False
    assert await bot.stored() == []
    for number in range(100):
        api.user(300 + number, started=True)
    taken = await asyncio.gather(*(post(client, bot, body) for body in [*bodies, *bodies]))
    await bot.ended(100)

    assert {status for status, _ in taken} == {200}
    assert (len(await bot.stored()), len(api.log)) == (100, 100)


async def test_an_old_press_after_an_outage_is_no_crash(
    api: BotApi, bot: TelegramBot, client: aiohttp.ClientSession
) -> None:
    """Its callback cannot be answered any more; what was pressed still counts."""
    wati = api.user(101)
    await wati.start()
    seen = await wati.reads("Selamat")
    data = seen.rows[0][0]["callback_data"]
    query = {"id": "1", "from": wati.as_json, "message": seen.raw, "data": data}

    assert (await post(client, bot, {"update_id": 9, "callback_query": query}))[0] == 200
    await wati.reads("pilihan 1")
    await until(lambda: [refused for refused in api.refused if refused.method == "answerCallbackQuery"])


async def test_every_payload_is_taken_or_refused_quickly(
    bot: TelegramBot, client: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    """180 kinds of update, genuine and malformed: 200 or 4xx, no exception, and no more than 50 ms of CPU each."""
    slow, wrong = [], []
    packaged_knowledge()  # the program reads it before it serves, see Published.watch
    for path in PAYLOADS:
        body = json.loads(path.read_text("utf-8"))
        began = process_time()
        status, _ = await post(client, bot, body["update"])
        if process_time() - began > 0.05:
            slow.append(path.stem)
        if status != 200 and not (body["expect"].get("malformed") and 400 <= status < 500):
            wrong.append((path.stem, status))

    assert (slow, wrong) == ([], [])
    assert [record for record in caplog.records if record.exc_info] == []


async def test_a_webhook_in_trouble_is_told_once_each_time(api: BotApi, bot: TelegramBot) -> None:
    """The service's last error is news once, however often it is read; a new one is news again."""
    hook = api.delivery.webhook
    hook.last_error, hook.last_error_at = "Wrong response from the webhook: 503", 1
    await until(lambda: bot.alarms)
    await asyncio.sleep(0.2)
    once = list(bot.alarms)
    hook.last_error_at = 2
    await until(lambda: len(bot.alarms) > 1)

    assert once == ["webhook"]


async def test_a_webhook_that_somebody_took_is_told(api: BotApi, bot: TelegramBot) -> None:
    """Another address stands at the service: our people get no answer until it is mended."""
    api.delivery.webhook.url = "http://127.0.0.1:1/other"

    await until(lambda: bot.alarms)


async def test_another_method_is_not_allowed(bot: TelegramBot, client: aiohttp.ClientSession) -> None:
    """Only POST."""
    async with client.get(bot.url) as answer:
        assert answer.status == 405
