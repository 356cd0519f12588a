"""The double of the Bot API behaves like the service, seen through bare HTTP and python-telegram-bot."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
import telegram

from tests.support.bot_api import BotApi, User

Call = Callable[..., Awaitable[dict[str, Any]]]
TABLE = {
    "type": "table",
    "cells": [
        [{"align": "left", "valign": "top", "text": "Pemilu"}, {"align": "left", "valign": "top", "text": "Pilkada"}],
        [
            {"align": "left", "valign": "top", "text": {"type": "bold", "text": "DPR"}},
            {"align": "left", "valign": "top"},
        ],
    ],
}


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """A double of its own for each test."""
    async with BotApi() as double:
        yield double


@pytest.fixture
def wati(api: BotApi) -> User:
    """A person who may be written to."""
    return api.user(101, "Wati", started=True)


@pytest.fixture
async def call(api: BotApi) -> AsyncIterator[Call]:
    """Calls a method with JSON and returns the whole answer."""
    async with aiohttp.ClientSession() as session:

        async def post(method: str, **arguments: Any) -> dict[str, Any]:
            async with session.post(f"{api.base_url}/bot{api.token}/{method}", json=arguments) as answer:
                body: dict[str, Any] = await answer.json()
                assert body["ok"] or body["error_code"] == answer.status
                return body

        yield post


@pytest.fixture
async def reader(api: BotApi) -> AsyncIterator[telegram.Bot]:
    """A bot of python-telegram-bot on the same wire."""
    async with telegram.Bot(api.token, base_url=f"{api.base_url}/bot", base_file_url=f"{api.base_url}/file/bot") as ptb:
        yield ptb


async def test_another_library_reads_what_a_person_does(api: BotApi, reader: telegram.Bot, wati: User) -> None:
    """python-telegram-bot reads text, command, media, contact and edit from the same wire, without unknown fields."""
    first = await wati.send("halo https://bawaslu.example")
    await wati.command("tanya", "apa itu Pilkada")
    await wati.photo("foto")
    await wati.voice()
    await wati.sticker()
    await wati.video()
    await wati.contact("+62811")
    await wati.location(-8.58, 116.1)
    await wati.forward("diteruskan")
    await wati.edit(first, "halo lagi")

    updates = await reader.get_updates()

    told = [update.effective_message for update in updates if update.effective_message]
    assert [message.text for message in told if message.text] == [
        "halo https://bawaslu.example", "/tanya apa itu Pilkada", "diteruskan", "halo lagi",
    ]  # fmt: skip
    assert not any(message.api_kwargs for message in told)
    assert updates[-1].edited_message
    assert told[6].contact
    assert told[6].contact.user_id == 101


async def test_another_library_sends_and_the_person_sees_it(reader: telegram.Bot, wati: User) -> None:
    """What python-telegram-bot sends, edits and deletes is what the person sees, buttons included."""
    button = telegram.InlineKeyboardButton("Daftar", callback_data="daftar")
    sent = await reader.send_message(101, "<b>Halo</b>", "HTML", reply_markup=telegram.InlineKeyboardMarkup([[button]]))
    seen = await wati.reads("Halo")
    assert (seen.entities, seen.buttons) == ([{"type": "bold", "offset": 0, "length": 4}], ["Daftar"])

    await sent.edit_text("Selesai")
    assert (await wati.reads()).buttons == []
    await sent.delete()

    assert wati.messages == []


async def test_a_file_goes_up_and_comes_down_unchanged(reader: telegram.Bot, wati: User) -> None:
    """A document sent by upload can be fetched again, and its id sends the same file."""
    sent = await reader.send_document(101, b"isi berkas", filename="data.json", caption="Data Anda")
    assert sent.document
    file = await reader.get_file(sent.document.file_id)

    assert await file.download_as_bytearray() == b"isi berkas"
    again = await reader.send_document(101, sent.document.file_id)
    assert again.document
    assert again.document.file_name == "data.json"


async def test_a_press_is_answered_once(api: BotApi, call: Call, reader: telegram.Bot, wati: User) -> None:
    """A pressed button arrives as a callback query; the second answer to it is refused."""
    keyboard = {"inline_keyboard": [[{"text": "Ya", "callback_data": "x:1"}]]}
    await call("sendMessage", chat_id=101, text="Datang?", reply_markup=keyboard)
    tap = await wati.tap(None, "Ya")

    query = (await reader.get_updates())[0].callback_query
    assert query
    assert (query.data, query.id) == ("x:1", tap.id)
    assert await query.answer("Dicatat")
    assert await tap.answer() == "Dicatat"
    assert (await call("answerCallbackQuery", callback_query_id=tap.id))["error_code"] == 400


@pytest.mark.parametrize(
    ("method", "arguments", "words"),
    [
        ("sendMessage", {"chat_id": 9, "text": "x"}, "chat not found"),
        ("sendMessage", {"chat_id": 101, "text": " \n"}, "message text is empty"),
        ("sendMessage", {"chat_id": 101, "text": "x" * 4095 + "😀"}, "message is too long"),
        ("sendMessage", {"chat_id": 101, "text": "a<b", "parse_mode": "HTML"}, "can't parse entities"),
        ("sendMessage", {"chat_id": 101, "text": "<x>a</x>", "parse_mode": "HTML"}, 'Unsupported start tag "x"'),
        (
            "sendMessage",
            {"chat_id": 101, "text": "a", "entities": [{"type": "bold", "offset": 0, "length": 2}]},
            "outside",
        ),
        ("sendMessage", {"chat_id": 101, "txt": "a"}, "unknown parameter txt"),
        ("sendMessage", {"chat_id": "wati", "text": "a"}, "invalid chat_id"),
        ("sendMessage", {"text": "a"}, "chat_id is empty"),
        (
            "sendMessage",
            {"chat_id": 101, "text": "a", "reply_parameters": {"message_id": 5}},
            "to be replied not found",
        ),
        ("editMessageText", {"chat_id": 101, "message_id": 5, "text": "a"}, "message to edit not found"),
        ("deleteMessage", {"chat_id": 101, "message_id": 5}, "message to delete not found"),
        ("sendPhoto", {"chat_id": 101, "photo": "nope"}, "wrong file identifier"),
        ("sendRichMessage", {"chat_id": 101, "rich_message": {"html": "a", "markdown": "a"}}, "exactly one"),
        ("sendRichMessage", {"chat_id": 101, "rich_message": {"blocks": [{"type": "kolom"}]}}, "unsupported block"),
        ("setMyCommands", {"commands": [{"command": "Besar", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ("setWebhook", {"url": "http://contoh.example/"}, "HTTPS URL must be provided"),
        ("sendTelepathy", {}, "method not found"),
    ],
)
async def test_wrong_calls_are_refused(
    api: BotApi, call: Call, wati: User, method: str, arguments: dict[str, Any], words: str
) -> None:
    """Each wrong call gets the service's words and leaves nothing in the judge's log."""
    body = await call(method, **arguments)

    assert words in body["description"]
    assert (api.log, len(api.refused)) == ([], 1)


@pytest.mark.parametrize(("size", "ok"), [(64, True), (65, False)])
async def test_button_data_is_64_bytes(call: Call, wati: User, size: int, ok: bool) -> None:
    """64 bytes of callback data pass, 65 do not; letters of two bytes count twice."""
    button = {"text": "A", "callback_data": "é" * (size // 2) + "x" * (size % 2)}

    assert (await call("sendMessage", chat_id=101, text="a", reply_markup={"inline_keyboard": [[button]]}))["ok"] is ok


@pytest.mark.parametrize(("rows", "ok"), [([8], True), ([9], False), ([8] * 12 + [4], True), ([8] * 12 + [5], False)])
async def test_a_keyboard_has_100_buttons_8_in_a_row(call: Call, wati: User, rows: list[int], ok: bool) -> None:
    """The limits of the keyboard hold at n and n + 1."""
    keyboard = [[{"text": "A", "callback_data": "a"}] * count for count in rows]

    assert (await call("sendMessage", chat_id=101, text="a", reply_markup={"inline_keyboard": keyboard}))["ok"] is ok


async def test_rich_tables_are_seen_as_rows(api: BotApi, call: Call, wati: User) -> None:
    """A rich message arrives with its table, and can be refused to order."""
    rich = {"blocks": [{"type": "heading", "text": "Beda", "size": 2}, TABLE]}
    api.faults.add("rich_refused", "sendRichMessage", after=1)

    assert (await call("sendRichMessage", chat_id=101, rich_message=rich))["ok"]
    seen = await wati.reads()
    assert (seen.text, seen.tables) == ("Beda\nPemilu | Pilkada\nDPR | ", [[["Pemilu", "Pilkada"], ["DPR", ""]]])
    assert (await call("sendRichMessage", chat_id=101, rich_message=rich))["error_code"] == 400


async def test_updates_stay_until_they_are_confirmed(call: Call, wati: User) -> None:
    """getUpdates repeats an update until the offset is past it."""
    await wati.send("satu")
    await wati.send("dua")
    first, second = (await call("getUpdates"))["result"]

    left = (await call("getUpdates", offset=first["update_id"] + 1, limit=1))["result"]

    assert left == [second]
    assert (await call("getUpdates", offset=second["update_id"] + 1))["result"] == []


async def test_two_pollers_are_one_too_many(call: Call, wati: User) -> None:
    """A second getUpdates ends the first with 409, and gets what arrives."""
    first = asyncio.ensure_future(call("getUpdates", timeout=5))
    await asyncio.sleep(0.05)
    second = asyncio.ensure_future(call("getUpdates", timeout=5))

    assert (await first)["error_code"] == 409
    await wati.send("halo")
    assert len((await second)["result"]) == 1


async def test_kinds_of_updates_are_chosen(api: BotApi, call: Call, wati: User) -> None:
    """Only allowed kinds arrive; member changes of others must be asked for."""
    assert await api.raw_update({"chat_member": {}}) == 0
    await call("getUpdates", allowed_updates=["my_chat_member"])
    await wati.send("tidak diminta")
    await wati.block()

    (update,) = (await call("getUpdates"))["result"]
    assert update["my_chat_member"]["new_chat_member"]["status"] == "kicked"


async def test_who_blocks_the_bot_gets_nothing(call: Call, wati: User) -> None:
    """After a block every send is 403, after the unblock it arrives again."""
    await wati.block()
    assert (await call("sendMessage", chat_id=101, text="a"))["description"] == "Forbidden: bot was blocked by the user"
    await wati.unblock()

    assert (await call("sendMessage", chat_id=101, text="a"))["ok"]


async def test_a_group_hears_commands_and_replies_only(api: BotApi, call: Call, wati: User) -> None:
    """With privacy mode on, talk does not reach the bot, commands and replies to it do."""
    group = api.group(-1001, "Kelas")
    await group.add_bot(wati)
    await call("sendMessage", chat_id=-1001, text="Halo semua")
    seen = await group.reads()
    await group.say(wati, "obrolan")
    await group.say(wati, "/tanya@bot_lain x")
    await group.say(wati, "/tanya x")
    await group.say(wati, "balasan", reply_to=seen)

    texts = [update["message"].get("text") for update in (await call("getUpdates"))["result"] if "message" in update]
    assert texts == [None, "/tanya x", "balasan"]


async def test_a_group_that_moves_tells_its_new_id(api: BotApi, call: Call, wati: User) -> None:
    """A send to the old id is refused with the new one; the new one works."""
    group = api.group(-5, "Kelas", kind="group")
    await group.add_bot(wati)
    await group.migrate(-1005, wati)

    refused = await call("sendMessage", chat_id=-5, text="a")
    assert refused["parameters"] == {"migrate_to_chat_id": -1005}
    assert (await call("sendMessage", chat_id=-1005, text="a"))["ok"]
    await group.remove_bot(wati)


async def test_a_reset_after_accepting_counts_as_sent(api: BotApi, call: Call, wati: User) -> None:
    """The caller sees a broken connection, the judge sees a message."""
    api.faults.add("reset_after", "sendMessage")
    with pytest.raises(aiohttp.ClientError):
        await call("sendMessage", chat_id=101, text="a")

    assert len(api.log) == 1


async def test_a_reset_before_reading_counts_as_nothing(api: BotApi, call: Call, wati: User) -> None:
    """The caller sees the same broken connection, the judge sees nothing."""
    api.faults.add("reset_before", "sendMessage")
    with pytest.raises(aiohttp.ClientError):
        await call("sendMessage", chat_id=101, text="a")

    assert (api.log, api.refused[0].code) == ([], 0)


async def test_faults_hit_the_calls_they_are_meant_for(api: BotApi, call: Call, wati: User) -> None:
    """A 429 for one chat, two times, leaves others alone and then ends."""
    api.user(102, started=True)
    api.faults.add("too_many", "sendMessage", chat_id=101, times=2, retry_after=7)

    answers = [await call("sendMessage", chat_id=chat, text="a") for chat in (101, 102, 101, 101)]

    assert [answer["ok"] for answer in answers] == [False, True, False, True]
    assert answers[0]["parameters"] == {"retry_after": 7}


async def test_dice_fall_the_same_for_the_same_seed() -> None:
    """Faults with a probability strike the same calls in every run with one seed."""

    def strikes(seed: int) -> list[bool]:
        faults = BotApi(seed=seed).faults
        faults.add("server_error", times=None, probability=0.3)
        return [faults.next("sendMessage", 1) is not None for _ in range(100)]

    assert strikes(1) == strikes(1) != strikes(2)
    assert 15 < sum(strikes(1)) < 45


async def test_a_server_error_is_html_as_from_a_proxy(api: BotApi, wati: User) -> None:
    """502 has the HTML body of a proxy, which no JSON reader likes."""
    api.faults.add("server_error", "getMe")
    async with aiohttp.ClientSession() as session, session.get(f"{api.base_url}/bot{api.token}/getMe") as answer:
        assert (answer.status, answer.content_type) == (502, "text/html")


async def test_half_open_never_answers(api: BotApi, call: Call, wati: User) -> None:
    """A call into the void ends only by the caller's own patience."""
    api.faults.add("half_open", "sendMessage", accepted=True)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(call("sendMessage", chat_id=101, text="a"), 0.2)

    assert len(api.log) == 1


async def test_a_wrong_token_is_not_let_in(api: BotApi) -> None:
    """401 in the service's words."""
    async with aiohttp.ClientSession() as session, session.get(f"{api.base_url}/bot1:x/getMe") as answer:
        assert await answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}


async def test_a_message_is_edited_once(call: Call, wati: User) -> None:
    """New words pass and drop the buttons; the same words again are 'not modified'; others' words cannot be edited."""
    keyboard = {"inline_keyboard": [[{"text": "Ya", "callback_data": "y"}]]}
    theirs = await wati.send("halo")
    sent = (await call("sendMessage", chat_id=101, text="a", reply_markup=keyboard))["result"]
    edit = {"chat_id": 101, "message_id": sent["message_id"], "text": "b"}

    assert (await call("editMessageText", **edit))["ok"]
    assert (wati.last.text, wati.last.buttons, wati.last.edited) == ("b", [], True)
    assert "message is not modified" in (await call("editMessageText", **edit))["description"]
    assert not (await call("editMessageText", **edit | {"message_id": theirs["message_id"]}))["ok"]


async def test_commands_are_kept_per_scope_and_language(api: BotApi, call: Call) -> None:
    """A list for one language does not touch the others; a chat's scope needs its chat."""
    commands = [{"command": "tanya", "description": "Bertanya"}]
    assert (await call("setMyCommands", commands=commands, language_code="id"))["ok"]

    assert (await call("getMyCommands"))["result"] == []
    assert (await call("getMyCommands", language_code="id"))["result"] == commands
    assert not (await call("setMyCommands", commands=commands, scope={"type": "chat"}))["ok"]
    await call("deleteMyCommands", language_code="id")
    assert api.state.commands == {}


async def test_arguments_come_as_json_form_or_query(api: BotApi, wati: User) -> None:
    """The three ways in which clients send arguments mean the same."""
    url = f"{api.base_url}/bot{api.token}/sendmessage"
    async with aiohttp.ClientSession() as session:
        await session.post(url, json={"chat_id": "101", "text": "json", "reply_markup": '{"remove_keyboard": true}'})
        await session.post(url, data={"chat_id": 101, "text": "form", "disable_notification": "true"})
        await session.get(url, params={"chat_id": 101, "text": "query"})

    assert [message.text for message in wati.messages] == ["json", "form", "query"]


async def test_an_old_press_cannot_be_answered(call: Call, wati: User) -> None:
    """A press that the service no longer waits for is refused in its words."""
    keyboard = {"inline_keyboard": [[{"text": "Ya", "callback_data": "y"}]]}
    await call("sendMessage", chat_id=101, text="a", reply_markup=keyboard)
    tap = await wati.tap(None, "Ya")
    tap.expire()

    assert "query is too old" in (await call("answerCallbackQuery", callback_query_id=tap.id))["description"]


async def test_who_never_wrote_cannot_be_written_to(api: BotApi, call: Call) -> None:
    """Before a person's first message the chat does not exist for the bot; a deleted account is 403."""
    stranger = api.user(300)
    assert not (await call("sendMessage", chat_id=300, text="a"))["ok"]
    await stranger.start("poster")
    assert (await call("sendMessage", chat_id=300, text="a"))["ok"]
    stranger.deactivate()

    assert (await call("sendMessage", chat_id=300, text="a"))["description"] == "Forbidden: user is deactivated"
