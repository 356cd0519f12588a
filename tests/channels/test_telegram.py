"""Whole conversations over real HTTP with a double of the Bot API: polling, presses, groups, coming and going."""

from collections.abc import AsyncIterator

import pytest

from bot import words
from tests.support.bot_api import BotApi, User
from tests.support.telegram_bot import TelegramBot, small_router, telegram_bot, until

GROUP = -1001500400100


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """The service."""
    async with BotApi() as double:
        yield double


@pytest.fixture(params=["polling", "webhook"])
async def bot(request: pytest.FixtureRequest, api: BotApi, sqlite_url: str) -> AsyncIterator[TelegramBot]:
    """A small bot, receiving in each of the two ways."""
    async with telegram_bot(api, sqlite_url, small_router(), mode=request.param) as bot:
        yield bot


@pytest.fixture
def wati(api: BotApi) -> User:
    """Somebody with a phone."""
    return api.user(101, "Wati")


async def test_a_conversation_goes_back_and_forth(bot: TelegramBot, wati: User) -> None:
    """A greeting, a question, its answer, and something else than text, each answered in its turn."""
    await wati.start()
    await wati.reads("Selamat datang")
    await wati.command("nama")
    await wati.reads("Siapa nama")
    await wati.send("Wati <b>Anggraini</b> *x*")
    await wati.reads("Wati <b>Anggraini</b> *x*")
    await wati.sticker()

    assert (await wati.reads("Wati")).text.startswith("Wati <b>Anggraini</b> *x*")


async def test_a_press_changes_the_message_and_is_answered(bot: TelegramBot, wati: User) -> None:
    """The phone stops waiting, the text changes in place, and the next press finds the new button."""
    await wati.start()
    first = await wati.reads("Selamat")
    tap = await wati.tap(first, "Pilih")
    assert await tap.answer() == ""
    changed = await wati.reads("pilihan 1")
    await wati.tap(changed, "Lagi")

    assert (await wati.reads("pilihan 2")).id == changed.id == first.id


async def test_a_press_is_answered_also_when_it_is_a_repeat(api: BotApi, bot: TelegramBot, wati: User) -> None:
    """The same update again has no second effect; its callback is answered again, for who knows about the first."""
    await wati.start()
    first = await wati.reads("Selamat")
    tap = await wati.tap(first, "Pilih")
    await tap.answer()
    await wati.reads("pilihan 1")
    await api.settled()
    query = {"id": tap.id, "from": wati.as_json, "message": first.raw, "data": first.rows[0][0]["callback_data"]}
    last = (await bot.stored())[-1]
    await api.update({"update_id": int(last.key), "callback_query": query})
    answers = [refused for refused in api.refused if refused.method == "answerCallbackQuery"]
    await until(lambda: _refused(api, "answerCallbackQuery"))

    assert answers == []
    assert [item.key for item in await bot.stored()].count(last.key) == 1
    assert wati.last.text == "pilihan 1"


def _refused(api: BotApi, method: str) -> int:
    return len([refused for refused in api.refused if refused.method == method])


async def test_a_button_of_somebody_else_is_stale_and_answered(api: BotApi, bot: TelegramBot, wati: User) -> None:
    """Data that was signed for another chat does nothing but say so; the phone does not wait."""
    budi = api.user(102, "Budi")
    await wati.start()
    theirs = (await wati.reads("Selamat")).rows[0][0]["callback_data"]
    await budi.start()
    mine = await budi.reads("Selamat")
    mine.rows[0][0]["callback_data"] = theirs
    tap = await budi.tap(mine, "Pilih")

    assert await tap.answer() == ""
    await budi.reads("tombol lama")


async def test_a_forged_or_empty_press_without_a_message_is_answered(api: BotApi, bot: TelegramBot) -> None:
    """A press under a message that is not shown any more says nothing to us, but its phone waits."""
    await api.raw_update({"callback_query": {"id": "77", "from": {"id": 5, "is_bot": False, "first_name": "A"}}})
    await api.settled()

    await until(lambda: _refused(api, "answerCallbackQuery"))


async def test_the_menu_of_commands_is_set_for_each_language_and_scope(api: BotApi, bot: TelegramBot) -> None:
    """Private chats see all, groups what works there; Indonesian for everybody, English for who speaks it."""
    commands = api.state.commands

    assert set(commands) == {(s, c) for s in ("all_private_chats", "all_group_chats") for c in ("", "en")}
    for (scope, code), listed in commands.items():
        key = "telegram.commands" if scope == "all_private_chats" else "telegram.group_commands"
        expected = words.listed(key, code or "id")
        assert [f"{one['command']} {one['description']}" for one in listed] == expected


async def test_only_what_is_read_is_asked_for(api: BotApi, bot: TelegramBot, wati: User) -> None:
    """allowed_updates is explicit, so a reaction is not even delivered."""
    await wati.start()
    await wati.reads("Selamat")

    read = ["message", "edited_message", "callback_query", "my_chat_member"]
    assert api.delivery.allowed == [*read, "inline_query"]


async def test_a_group_is_answered_on_commands_and_replies_only(api: BotApi, bot: TelegramBot, wati: User) -> None:
    """Talk among people stays theirs and is not kept; a command and a reply to us are answered."""
    group = api.group(GROUP, "Kelas", privacy=False)
    await group.add_bot(wati)
    greeting = await group.reads("halo semua")
    await group.say(wati, "kata rahasia di antara kita")
    await group.say(wati, "/start@bot_lain")
    await group.say(wati, "/banding@SAHABAT_UJI_BOT")
    await group.reads("Politik uang")
    await group.say(wati, "jawaban", reply_to=greeting)
    await group.reads("text: jawaban")
    await api.settled()

    assert len(group.messages) == 3
    assert [item.raw is None for item in await bot.stored()].count(True) >= 1


async def test_a_group_that_throws_us_out_is_left_alone(api: BotApi, bot: TelegramBot, wati: User) -> None:
    """Removed, then taken in again: the greeting comes again."""
    group = api.group(GROUP, "Kelas")
    await group.add_bot(wati)
    await group.reads("halo semua")
    await group.remove_bot(wati)
    await api.settled()
    assert len(group.messages) == 1
    await group.add_bot(wati)

    await group.reads("halo semua")


async def test_who_blocked_us_and_comes_back_is_heard(api: BotApi, bot: TelegramBot, wati: User) -> None:
    """Both are told by my_chat_member."""
    await wati.start()
    await wati.reads("Selamat")
    await wati.block()
    await api.settled()
    await wati.unblock()

    await wati.reads("senang Anda kembali")


async def test_an_anonymous_administrator_is_the_group_itself(api: BotApi, bot: TelegramBot, wati: User) -> None:
    """Telegram shows one and the same account for all of them in the world: it must never be taken for a person."""
    group = api.group(GROUP, "Kelas")
    await group.add_bot(wati)
    await group.reads("halo semua")
    nobody = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    message = api.state.new_message(group.chat, nobody, {"text": "/start", "sender_chat": group.chat.as_json()})
    await api.update({"message": message})
    await group.reads("Selamat")
    incoming = bot.telegram.read((await bot.db_raw())[-1])

    assert incoming is not None
    assert (incoming.who, incoming.sender, incoming.sender_name) == (str(GROUP), "", "")


async def test_a_group_takes_its_conversation_to_its_new_address(api: BotApi, bot: TelegramBot, wati: User) -> None:
    """It becomes a supergroup in the middle of a question; the answer comes from the new address."""
    group = api.group(-42, "Kelas", kind="group", privacy=False)
    await group.add_bot(wati)
    greeting = await group.reads("halo semua")
    before = await bot.conversation(-42)
    await group.say(wati, "/nama")
    await group.reads("Siapa nama")
    moved = await group.migrate(GROUP, wati)
    await api.settled()
    await moved.say(wati, "Kelas Contoh", reply_to=greeting)
    await moved.reads("Kelas Contoh")
    after = await bot.conversation(GROUP)

    assert before is not None
    assert after is not None
    assert after.id == before.id


async def test_an_album_gets_one_answer(api: BotApi, bot: TelegramBot, wati: User) -> None:
    """Three photos sent together are one message with one reply."""
    await wati.album(["satu", "", "tiga"])
    await wati.reads("photo: satu")
    await api.settled()

    assert len(wati.messages) == 1


async def test_a_failing_conversation_apologises_and_the_next_message_works(bot: TelegramBot, wati: User) -> None:
    """A bug costs its own effects only."""
    await wati.command("gagal", "kata orang")
    await wati.reads("Maaf")
    await wati.start()
    await wati.reads("Selamat")

    assert "tidak terkirim" not in [seen.text for seen in wati.messages]
