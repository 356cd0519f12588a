"""Sending against the double: what a person sees, and where each fault ends. The double's log is the judge."""

from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
import telegram

from bot.channels.telegram import Telegram
from bot.channels.telegram_json import encode
from bot.config import Telegram as TelegramSettings
from bot.messages import Lane, Reply
from storage.engine import Database
from storage.outbox import Row, add
from tests.support.bot_api import BotApi, User
from tests.support.telegram import methods
from tests.support.telegram_bot import TelegramBot, make_bot, now, small_router, telegram_bot, until


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


async def test_marks_and_buttons_arrive_as_meant(api: BotApi, bot: TelegramBot, wati: User) -> None:
    """Bold and italic lie on the right letters though emoji stand before them; the address opens, the other presses."""
    await wati.start()
    seen = await wati.reads("Selamat")
    raw = seen.text.encode("utf-16-le")
    marked = [raw[e["offset"] * 2 : (e["offset"] + e["length"]) * 2].decode("utf-16-le") for e in seen.entities]

    assert (marked, seen.buttons) == (["Selamat", "Bapak/Ibu", "ya"], ["Pilih", "Situs"])
    assert api.log[0].payload["link_preview_options"] == {"is_disabled": True}


async def test_another_library_reads_what_we_sent(bot: TelegramBot, wati: User) -> None:
    """python-telegram-bot finds our text, marks and keyboard in the message, and nothing it does not know."""
    await wati.start()
    message = telegram.Message.de_json((await wati.reads("Selamat")).raw, None)

    assert message.reply_markup
    assert [len(row) for row in message.reply_markup.inline_keyboard] == [1, 1]
    assert list(message.parse_entities(["bold"]).values()) == ["Selamat", "ya"]
    assert message.api_kwargs == {}


async def test_a_comparison_is_a_real_table(bot: TelegramBot, wati: User) -> None:
    """Two columns under a header, with the buttons below."""
    await wati.command("banding")
    seen = await wati.reads("Politik uang")

    assert seen.tables == [
        [["", "Pemilu", "Pilkada"], ["Dasar", "Pasal 523", "Pasal 187A juga"], ["Lain", "", "–"]],
    ]
    assert seen.buttons == ["Pilih"]


async def test_a_refused_table_becomes_text(api: BotApi, bot: TelegramBot, wati: User) -> None:
    """The person reads the same words; the next comparison is tried as a table again."""
    api.faults.add("rich_refused", "sendRichMessage")
    await wati.command("banding")
    seen = await wati.reads("Politik uang")
    await wati.command("banding")
    again = await wati.reads("Politik uang")

    assert (seen.tables, "▸ Pilkada: Pasal 187A juga" in seen.text, seen.buttons) == ([], True, ["Pilih"])
    assert again.tables
    assert [row.resent for row in await bot.outbox()] == [0, 0]


async def test_a_service_without_tables_is_not_asked_twice(
    api: BotApi, bot: TelegramBot, wati: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older Bot API server does not know the method: 404 there is no reason to stop, and enough to know."""
    monkeypatch.delitem(methods.SPELLED, "sendrichmessage")
    for _ in range(2):
        await wati.command("banding")
        await wati.reads("Politik uang")

    assert [sent.method for sent in api.log] == ["sendMessage", "sendMessage"]
    assert [refused.method for refused in api.refused] == ["sendRichMessage"]


async def test_a_file_arrives_with_its_name_and_caption(api: BotApi, bot: TelegramBot, wati: User) -> None:
    """As a document, so that nobody recompresses it."""
    await wati.command("berkas")
    seen = await wati.reads("Data")
    document = seen.document

    assert document is not None
    assert (document["file_name"], document["mime_type"]) == ("data saya.json", "application/json")
    assert (seen.text, seen.entities[0]["type"], seen.buttons) == ("Data Anda", "bold", ["Pilih"])
    assert api.state.files[document["file_id"]].content == b"isi berkas"


async def test_refused_marks_or_buttons_do_not_cost_the_message(api: BotApi, bot: TelegramBot, wati: User) -> None:
    """A mistake of ours in the markup costs the markup only."""
    api.faults.add("cannot_parse", "sendMessage")
    await wati.start()
    seen = await wati.reads("Selamat")

    assert (seen.entities, seen.buttons) == ([], ["Pilih", "Situs"])
    assert (await bot.ended(1))[0].state == "sent"


async def test_a_message_that_is_so_already_was_changed(api: BotApi, bot: TelegramBot, wati: User) -> None:
    """'not modified' is success, and no second message."""
    await wati.start()
    await wati.tap(await wati.reads("Selamat"), "Pilih")
    first = await wati.reads("pilihan 1")
    api.faults.add("not_modified", "editMessageText")
    await wati.tap(first, "Lagi")
    rows = await bot.ended(3)

    assert ([row.state for row in rows], len(wati.messages)) == (["sent"] * 3, 1)


async def test_a_message_that_cannot_be_changed_is_said_anew(api: BotApi, bot: TelegramBot, wati: User) -> None:
    """Deleted or too old: the new text comes as a new message, and its id is the one that is kept."""
    await wati.start()
    first = await wati.reads("Selamat")
    await wati.tap(first, "Pilih")
    changed = await wati.reads("pilihan 1")
    del wati.chat.messages[changed.id]
    await wati.tap(changed, "Lagi")
    anew = await wati.reads("pilihan 2")

    assert anew.id != changed.id
    assert (await bot.ended(3))[-1].remote_id == str(anew.id)


BLOCKING = ["blocked", "deactivated", "kicked", "not_member", "cannot_start", "chat_not_found"]


@pytest.mark.parametrize("kind", BLOCKING)
async def test_who_cannot_be_reached_is_not_tried_again(kind: str, api: BotApi, bot: TelegramBot, wati: User) -> None:
    """The row ends as failed with the service's words, the conversation is marked, others get their messages."""
    api.faults.add(kind, chat_id=101)
    await wati.start()
    budi = api.user(102, "Budi")
    await budi.start()
    await budi.reads("Selamat")
    rows = await bot.ended(2)
    conversation = await bot.conversation(101)

    assert conversation is not None
    assert [row.state for row in rows] == ["failed", "sent"]
    assert (rows[0].attempts, conversation.unreachable != "", len(api.log)) == (0, True, 1)


@pytest.mark.parametrize("fault", [{"kind": "server_error"}, {"kind": "server_error", "status": 500}])
async def test_a_service_that_is_down_gets_it_later(
    fault: dict[str, object], api: BotApi, bot: TelegramBot, wati: User
) -> None:
    """5xx means that it was not sent: it is tried again, counted as an attempt and not as a repeat."""
    api.faults.add(**fault)  # type: ignore[arg-type]  # keywords of a parametrised test
    await wati.start()
    await wati.reads("Selamat")
    row = (await bot.ended(1))[0]

    assert (row.state, row.attempts, row.resent, len(api.log)) == ("sent", 1, 0, 1)


AMBIGUOUS = [("reset_before", 1), ("reset_after", 2), ("wrong_json", 2)]


@pytest.mark.parametrize(("kind", "accepted"), AMBIGUOUS)
async def test_a_lost_answer_is_repeated_once_and_counted(
    kind: str, accepted: int, api: BotApi, bot: TelegramBot, wati: User
) -> None:
    """Nobody can know whether it arrived: once more, and the row says so. Never lost, at most doubled."""
    api.faults.add(kind)
    await wati.start()
    row = (await bot.ended(1))[0]

    assert (row.state, row.attempts, row.resent, len(api.log)) == ("sent", 0, 1, accepted)


@pytest.mark.parametrize(("kind", "accepted"), AMBIGUOUS)
async def test_a_second_lost_answer_ends_as_unknown(
    kind: str, accepted: int, api: BotApi, bot: TelegramBot, wati: User
) -> None:
    """It is not sent a third time, and it is not called sent."""
    api.faults.add(kind, times=2)
    await wati.start()
    row = (await bot.ended(1))[0]
    await wati.send("lanjut")
    await wati.reads("lanjut")

    assert (row.state, row.resent) == ("unknown", 1)
    assert len(api.log) == (accepted - 1) * 2 + 1


@pytest.mark.parametrize(("accepted", "count"), [(True, 2), (False, 1)])
async def test_silence_is_no_answer(
    accepted: bool, count: int, api: BotApi, bot: TelegramBot, wati: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that is never answered is given up in time and repeated once."""
    monkeypatch.setattr("bot.sender.TIMEOUT", 0.2)
    api.faults.add("half_open", "sendMessage", accepted=accepted)
    await wati.start()
    row = (await bot.ended(1))[0]

    assert (row.state, row.resent, len(api.log)) == ("sent", 1, count)


async def test_nobody_listening_is_down_and_nothing_is_lost(sqlite_url: str) -> None:
    """Connection refused: the request never left, so it is tried again without being a repeat."""
    async with BotApi() as first:
        bot = make_bot(first, sqlite_url, small_router())
        await bot.start(receives=False)
        port = int(first.base_url.rpartition(":")[2])
        wati = first.user(101, "Wati")
        await wati.start()
        update_body = next(iter(first.delivery.pending.values()))[1]
    await bot.telegram.receive(bot.inbox, [(update_body, encode(update_body))])
    rows = await bot.outbox()
    await _until_attempts(bot, 1)
    async with BotApi(port=port) as second:
        again = second.user(101, "Wati", started=True)
        await again.reads("Selamat")
        rows = await bot.ended(1)
        await bot.stop()

    assert (rows[0].state, rows[0].resent, rows[0].attempts >= 1, len(second.log)) == ("sent", 0, True, 1)


async def _until_attempts(bot: TelegramBot, count: int) -> None:
    rows = await bot.outbox()
    while rows[0].attempts < count:
        rows = await bot.outbox()


async def test_a_revoked_token_stops_the_account_and_keeps_the_rows(api: BotApi, bot: TelegramBot, wati: User) -> None:
    """401: one call, no second one; after a restart the row goes out."""
    api.faults.add("unauthorized", "sendMessage")
    await wati.start()
    await until(lambda: [refused for refused in api.refused if refused.method == "sendMessage"])
    await api.user(102, "Budi").start()
    await api.settled()
    assert [row.state for row in await bot.outbox()] == ["queued", "queued"]
    await bot.sender._prepare("telegram")
    bot.sender.wake()
    await bot.ended(2)

    assert len([refused for refused in api.refused if refused.method == "sendMessage"]) == 1
    assert len(api.log) == 2


async def test_too_many_is_obeyed_by_all_who_wait(api: BotApi, sqlite_url: str) -> None:
    """After a 429 nothing leaves before retry_after is over, not even what already had its place; then one probes."""
    async with telegram_bot(api, sqlite_url, small_router(), per_second=20) as bot:
        api.faults.add("too_many", retry_after=1)
        for number in range(8):
            await api.user(101 + number, "Warga").start()
        rows = await bot.ended(8)
        barred = next(refused.at for refused in api.refused if refused.code == 429)

    assert [(row.state, row.attempts, row.resent) for row in rows] == [("sent", 0, 0)] * 8
    assert min(sent.at for sent in api.log if sent.at > barred) >= barred + 1.0
    assert len([refused for refused in api.refused if refused.code == 429]) == 1


async def test_a_bulk_429_lets_replies_through(api: BotApi, bot: TelegramBot, wati: User) -> None:
    """Only the lane that was too fast waits."""
    await wati.start()
    await wati.reads("Selamat")
    conversation = await bot.conversation(101)
    assert conversation is not None
    api.faults.add("too_many", retry_after=5)
    async with bot.db.session() as session:
        row = Row("telegram", conversation.id, "reminder", 1, Lane.REMINDER, Reply("rapat").dump(), urgent=True)
        await add(session, row, now())
    bot.sender.wake()
    await until(lambda: api.refused)
    await api.user(102, "Budi").start()
    await api.user(102).reads("Selamat")

    assert (await bot.outbox())[1].state == "queued"


async def test_a_group_gets_no_more_than_its_share(api: BotApi, sqlite_url: str) -> None:
    """At 600 a minute its messages arrive 100 ms apart, also after one that was slow on its way."""
    api.faults.add("latency", "sendMessage", after=2, seconds=0.3)
    async with telegram_bot(api, sqlite_url, small_router(), per_group_minute=600) as bot:
        wati = api.user(101, "Wati")
        group = api.group(-1001, "Kelas")
        await group.add_bot(wati)
        for _ in range(5):
            await group.say(wati, "/start")
        await bot.ended(6)
        times = [sent.at for sent in api.log if sent.chat_id == -1001]

    assert all(later - earlier >= 0.1 for earlier, later in pairwise(times))


async def test_the_services_own_limits_are_kept_unless_told_otherwise(api: BotApi, db: Database) -> None:
    """20 a minute to a group, one a second to a person, 30 a second in all, each with a margin for uneven arrival."""
    channel = Telegram(TelegramSettings.model_validate({"token": api.token}), db)

    assert 60 / channel.group_gap < 20
    assert channel.chat_gap > 1.0
    assert 27 < channel.per_second < 30
    await channel.close()


async def test_a_moved_group_gets_what_waited_at_its_new_address(api: BotApi, bot: TelegramBot, wati: User) -> None:
    """No update told us: the refusal does. The message is sent once, and later ones go there directly."""
    group = api.group(-42, "Kelas", kind="group")
    await group.add_bot(wati)
    await group.reads("halo semua")
    await bot.stop_receiving()
    moved = await group.migrate(-1001, wati)
    api.delivery.pending.clear()
    conversation = await bot.conversation(-42)
    assert conversation is not None
    async with bot.db.session() as session:
        row = Row("telegram", conversation.id, "reminder", 1, Lane.REMINDER, Reply("rapat").dump(), urgent=True)
        await add(session, row, now())
    bot.sender.wake()
    await moved.reads("rapat")
    after = await bot.conversation(-1001)

    assert after is not None
    assert after.id == conversation.id
    assert len([sent for sent in api.log if sent.payload["text"] == "rapat"]) == 1


async def test_faults_at_random_lose_nothing(api: BotApi, sqlite_url: str) -> None:
    """200 people while one call in ten fails in some way: every reply arrives, doubles are at most the counted ones."""
    api.faults.add("too_many", times=2, after=30)
    for kind in ("server_error", "reset_before", "reset_after", "wrong_json"):
        api.faults.add(kind, times=None, probability=0.02)

    async with telegram_bot(api, sqlite_url, small_router()) as bot:
        for number in range(200):
            await api.user(1000 + number, "Warga").send(f"pesan {number}")
        rows = await bot.ended(200, timeout=60)
        reached = {sent.chat_id for sent in api.log}
        counted = sum(row.resent for row in rows)

    lost = [row for row in rows if row.state not in ("sent", "unknown")]
    assert lost == []
    assert len(reached) >= 200 - len([row for row in rows if row.state == "unknown"])
    assert len(api.log) - len(reached) <= counted


async def test_an_idle_connection_is_closed_by_us_first(bot: TelegramBot) -> None:
    """Below the 75 s after which the service's proxies close: no request is written into a closing connection."""
    client = await bot.telegram._client.open()

    assert client.connector is not None
    assert getattr(client.connector, "_keepalive_timeout") == 15  # noqa: B009 - the library has no public way to ask


async def test_the_replies_of_one_person_keep_their_order(api: BotApi, bot: TelegramBot) -> None:
    """They never overtake each other, whatever the rate."""
    wati = api.user(101, "Wati")
    for number in range(10):
        await wati.send(f"nomor {number}")
    await bot.ended(10)

    assert [seen.text for seen in wati.messages] == [f"text: nomor {number}" for number in range(10)]
