"""Long polling: one process at a time, nothing lost and nothing twice, whatever is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from bot.channels.telegram_json import decode, encode
from tests.support.bot_api import TOKEN, BotApi, User
from tests.support.telegram_bot import QUICK, Away, TelegramBot, make_bot, small_router, telegram_bot, until


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """The service."""
    async with BotApi() as double:
        yield double


@pytest.fixture
async def bot(api: BotApi, sqlite_url: str) -> AsyncIterator[TelegramBot]:
    """A small bot that polls."""
    async with telegram_bot(api, sqlite_url, small_router()) as bot:
        yield bot


@pytest.fixture
def wati(api: BotApi) -> User:
    """Somebody with a phone."""
    return api.user(101, "Wati")


async def test_one_of_two_processes_polls_and_the_other_takes_over(api: BotApi, url: str, wati: User) -> None:
    """While the first lives the second only waits; when the first ends, it gives its lease back and the second goes
    on at once. Telegram never sees two."""
    first, second = (make_bot(api, url, small_router()) for _ in range(2))
    await first.start()
    await first.connected()
    await until(lambda: api.delivery.polls)
    await second.start(sends=False)
    await second.connected()
    await wati.start()
    await wati.reads("Selamat")
    await first.stop_receiving()
    await wati.send("masih di sana?")
    await wati.reads("masih di sana?")
    await second.stop()
    await first.stop()

    assert [refused.code for refused in api.refused] == []
    assert len(wati.messages) == 2


async def test_a_dead_process_is_replaced_when_its_lease_is_over(api: BotApi, sqlite_url: str, wati: User) -> None:
    """Killed, it gives nothing back; until its time is over nobody else polls."""
    db = make_bot(api, sqlite_url, small_router()).db
    async with db.write() as tx:
        await tx.run("INSERT INTO leases (name, holder, until) VALUES (?, ?, ?)", [("poll:telegram", "dead", 2**60)])
    async with telegram_bot(api, sqlite_url, small_router()) as bot:
        await asyncio.sleep(0.2)
        polls = api.delivery.polls
        async with db.write() as tx:
            await tx.run("UPDATE leases SET until = ?", [(1,)])
        await wati.start()
        await wati.reads("Selamat")
        assert bot.alarms == []
    await db.close()

    assert polls == 0


async def test_the_lease_is_renewed_during_a_poll_that_outlasts_it(api: BotApi, sqlite_url: str) -> None:
    """A short lease lets a successor of a killed process begin soon, and must not be lost while we wait for updates."""
    pace = replace(QUICK, poll=2, lease=0.6)
    first, second = (make_bot(api, sqlite_url, small_router(), pace=pace) for _ in range(2))
    await first.start()
    await first.connected()
    await until(lambda: api.delivery.polls)
    await second.start(sends=False)
    await asyncio.sleep(1.2)
    async with first.db.write() as tx:
        holders = [row[0] for row in await tx.rows("SELECT holder FROM leases")]
    await second.stop()
    await first.stop()

    assert len(set(holders)) == 1
    assert [refused.code for refused in api.refused] == []


async def test_a_stranger_on_the_same_token_is_an_alarm(api: BotApi, bot: TelegramBot, wati: User) -> None:
    """Somebody else polls: people are told, and when the stranger is gone everything goes on."""
    await wati.start()
    await wati.reads("Selamat")
    api.faults.add("conflict", "getUpdates", times=2)
    await until(lambda: bot.alarms)
    await wati.send("tetap sampai")
    await wati.reads("tetap sampai")

    assert set(bot.alarms) == {"conflict"}
    assert 1 <= len(bot.alarms) <= 2


async def test_a_webhook_set_by_somebody_is_a_stranger_too(api: BotApi, bot: TelegramBot, wati: User) -> None:
    """Polling is refused while a webhook is set; that is told as well."""
    await until(lambda: api.delivery.polls)
    api.delivery.webhook.url = "http://127.0.0.1:1/x"
    api.delivery._wake()
    await until(lambda: bot.alarms)
    api.delivery.webhook.url = ""
    await wati.start()

    await wati.reads("Selamat")


async def test_while_the_database_is_away_updates_wait_at_the_service(
    api: BotApi, bot: TelegramBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is confirmed that is not stored: afterwards each message has one effect, in order."""
    database = Away(bot.db, monkeypatch)
    await until(lambda: api.delivery.polls)
    database.away = True
    people = [api.user(101 + number) for number in range(10)]
    for number in range(50):
        await people[number % 10].send(f"nomor {number}")
    await until(lambda: database.refused > 3)
    assert len(api.delivery.pending) == 50
    database.away = False
    await bot.ended(50)
    await api.settled()

    assert len(await bot.stored()) == 50
    for first, person in enumerate(people):
        assert [seen.text for seen in person.messages] == [f"text: nomor {first + 10 * n}" for n in range(5)]


ODD: list[dict[str, Any]] = [
    {"message": []},
    {"message": {"text": "tanpa chat"}},
    {"message": {"message_id": 1, "date": 1, "chat": {"id": 101, "type": "private"}, "text": "setengah \ud83d"}},
    {"callback_query": 5},
    {"tidak_dikenal": {"a": 1}},
]


async def test_one_unreadable_update_stops_nobody(api: BotApi, sqlite_url: str, wati: User) -> None:
    """In one batch with others: it is put aside for people to look at, and the others are answered."""
    bot = make_bot(api, sqlite_url, small_router())
    await wati.send("sebelum")
    for body in ODD:
        await api.raw_update(body)
    deep: Any = []
    for _ in range(600):
        deep = [deep]
    await api.raw_update({"message": {"isi": deep}})
    await wati.send("sesudah")
    await bot.start()
    await wati.reads("sebelum")
    await wati.reads("sesudah")
    await api.settled()
    stored = await bot.stored()
    await bot.stop()

    assert [item.status for item in stored].count("parked") == 5
    assert len({item.key for item in stored}) == 7


async def test_an_item_that_breaks_the_storing_stops_nobody(
    api: BotApi, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug for one person's message parks that one; the batch's others are stored and answered."""
    bot, budi, wati = make_bot(api, sqlite_url, small_router()), api.user(102, "Budi"), api.user(101, "Wati")
    receive = bot.inbox.receive

    async def fail_for_budi(*items: Any) -> None:
        if any(item.address == "102" for item in items):
            raise KeyError("bug")
        await receive(*items)

    monkeypatch.setattr(bot.inbox, "receive", fail_for_budi)
    await budi.start()
    await wati.start()
    await bot.start()
    await wati.reads("Selamat")
    await api.settled()
    parked = [item for item in await bot.stored() if item.status == "parked"]
    await bot.stop()

    assert [decode(bot.db.box.open(item.raw or b""))["message"]["chat"]["id"] for item in parked] == [102]


async def test_garbage_instead_of_updates_is_asked_for_again(api: BotApi, bot: TelegramBot, wati: User) -> None:
    """A torn answer, HTML and a reset are trouble of the line; the same updates come again."""
    for kind in ("wrong_json", "server_error", "reset_before", "reset_after"):
        api.faults.add(kind, "getUpdates")
    await wati.start()
    await wati.reads("Selamat")

    assert len(await bot.stored()) == 1


async def test_telegram_may_be_away_when_we_start(sqlite_url: str) -> None:
    """Starting does not wait for it; once it is there, the bot connects and what people wrote is answered."""
    async with BotApi() as gone:
        port = int(gone.base_url.rpartition(":")[2])
        bot = make_bot(gone, sqlite_url, small_router())
    await bot.start()
    assert bot.bots == {}
    async with BotApi(port=port) as back:
        await back.user(101, "Wati").start()
        await back.user(101).reads("Selamat")
        await bot.stop()

    assert bot.bots == {"telegram": "sahabat_uji_bot"}


async def test_a_refused_menu_of_commands_does_not_keep_us_from_people(api: BotApi, sqlite_url: str) -> None:
    """What only decorates may fail."""
    api.faults.add("rich_refused", "setMyCommands", times=None)
    async with telegram_bot(api, sqlite_url, small_router()):
        await api.user(101).start()
        await api.user(101).reads("Selamat")

    assert api.state.commands == {}


async def test_a_wrong_token_is_tried_again_but_gently(api: BotApi, sqlite_url: str) -> None:
    """401 at the start is told and tried again, so that a mended token needs no second restart of Telegram."""
    api.faults.add("unauthorized", "getMe", times=2)
    async with telegram_bot(api, sqlite_url, small_router()) as bot:
        await api.user(101).start()
        await api.user(101).reads("Selamat")

    assert [refused.code for refused in api.refused] == [401, 401]
    assert bot.alarms == ["stopped", "stopped"]


async def test_an_alarm_that_fails_stops_nothing(api: BotApi, bot: TelegramBot, wati: User) -> None:
    """Whoever should be told cannot be: polling goes on."""
    bot.alarms = Full()
    api.faults.add("unauthorized", "getUpdates", times=2)
    await until(lambda: len(api.refused) == 2)
    await wati.start()

    await wati.reads("Selamat")


class Full(list[str]):
    """Alarms that nobody can write down."""

    def append(self, kind: str) -> None:
        raise OSError(kind)


async def test_being_stopped_loses_nothing_and_repeats_nothing(api: BotApi, sqlite_url: str) -> None:
    """Stopped in the middle of a batch, started again: each message has one effect and one reply."""
    people = [api.user(101 + number) for number in range(5)]
    for round_ in range(4):
        for person in people:
            await person.send(f"ke-{round_}")
        bot = make_bot(api, sqlite_url, small_router())
        await bot.start()
        await until(lambda: api.delivery.polls)
        api.delivery.polls = 0
        await bot.stop()
    async with telegram_bot(api, sqlite_url, small_router()) as bot:
        await api.settled()
        await bot.ended(20)

    for person in people:
        assert [seen.text for seen in person.messages] == [f"text: ke-{round_}" for round_ in range(4)]


async def test_stopping_during_a_long_poll_takes_no_time(api: BotApi, bot: TelegramBot) -> None:
    """The poll is broken off, and the lease is free for the next."""
    await until(lambda: api.delivery.polls)
    await bot.stop_receiving()

    async with bot.db.write() as tx:
        assert list(await tx.rows("SELECT name FROM leases")) == []


async def test_numbers_that_begin_anew_are_heard(api: BotApi, bot: TelegramBot, wati: User) -> None:
    """After a week without updates the service may count from anywhere, also from below."""
    await wati.start()
    await wati.reads("Selamat")
    await api.settled()
    polls = api.delivery.polls
    await until(lambda: api.delivery.polls > polls)
    api.delivery._next_id = 1000
    await wati.send("sudah lama")

    await wati.reads("sudah lama")


async def test_the_token_is_in_no_error(api: BotApi, sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever the client raises, its address does not come out."""
    bot = make_bot(api, sqlite_url, small_router(), token="123456:" + "A" * 35, api_base="http://127.0.0.1:9")
    await bot.start(sends=False)
    await asyncio.sleep(0.2)
    await bot.stop()
    said = capsys.readouterr()

    assert "telegram not reached" in said.out + said.err
    assert "A" * 35 not in said.out + said.err
    assert TOKEN not in said.out + said.err


@pytest.mark.parametrize("body", [b"{", b"", b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}", b"\xff\xfe"])
def test_what_is_no_json_is_a_value_error(body: bytes) -> None:
    """However deep, long or odd; nothing else comes out."""
    with suppress(ValueError):
        decode(body)


def test_an_update_beyond_reason_keeps_its_number() -> None:
    """Too deep to be written down again: at least we know which one it was."""
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]

    assert decode(encode({"update_id": 5, "message": deep})) == {"update_id": 5, "message": None}
