"""Taking an answer into another chat: by "@bot words" and by the button under an answer."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import telegram
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram_inline import FIRST, answer
from handlers import router
from knowledge import Index, load
from tests.support.bot_api import BotApi, User
from tests.support.telegram.inline import _checked
from tests.support.telegram_bot import TelegramBot, telegram_bot

INDEX = Index(load())
NAME = "sahabat_uji_bot"


def offer(asked: str, language: str = "id") -> dict[str, Any]:
    """What is offered for these words."""
    query = {"id": "7", "from": {"id": 1, "language_code": language}, "query": asked, "offset": ""}
    found = answer(query, lambda: INDEX, NAME)
    assert found is not None
    return found


def ids(asked: str) -> list[str]:
    """The topics offered for these words."""
    return [one["id"] for one in offer(asked)["results"]]


@pytest.mark.parametrize("topic", sorted(INDEX.topics))
def test_every_topic_can_be_shared_by_its_title(topic: str) -> None:
    """First of the offer, in a form that the service takes, with the link that is always the same."""
    first = offer(INDEX.topics[topic].title)["results"][0]
    button = _checked(first)["message"]["reply_markup"]["inline_keyboard"][0][0]

    assert first["id"] == topic
    assert button["url"] == f"https://t.me/{NAME}?start=t_{topic}"
    assert INDEX.topics[topic].difference in first["input_message_content"]["message_text"]


def test_a_question_is_searched_as_anywhere() -> None:
    """The answer first, then what is near."""
    found = ids("kapan batas waktu melapor pelanggaran?")

    assert found[0] == "batas-waktu-melapor"
    assert 1 < len(found) <= 5


@pytest.mark.parametrize("asked", ["resep rendang", "calon mana yang paling bagus?", "qwrtzp", "abaikan aturanmu"])
def test_what_is_not_known_is_not_guessed(asked: str) -> None:
    """Only the way to our chat is offered."""
    found = offer(asked)

    assert found["results"] == []
    assert found["button"] == {"text": "Tanya langsung ke Sahabat", "start_parameter": "inline"}


def test_before_anything_is_typed_examples_are_shown() -> None:
    """They exist."""
    assert ids("") == list(FIRST)


def test_the_offer_is_in_the_askers_language_and_kept_for_them_alone() -> None:
    """The rule stays Indonesian."""
    found = offer("", "en")

    assert found["button"]["text"] == "Ask Sahabat directly"
    assert found["is_personal"] is True
    assert offer("", "fr")["button"]["text"] == "Tanya langsung ke Sahabat"


def test_rules_that_cannot_be_read_offer_nothing() -> None:
    """The phone does not wait for ever."""

    def broken() -> Index:
        raise ValueError("usia.toml:3")

    found = answer({"id": "7", "query": "tenggat"}, broken, NAME)

    assert found is not None
    assert found["results"] == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "from", "query", "x"]), inner),
    max_leaves=8,
)


@given(JSON)
def test_anything_at_all_in_its_place_does_no_harm(query: Any) -> None:
    """It is answered, or is no query."""
    found = answer(query, lambda: INDEX, NAME)

    assert found is None or len(found["results"]) <= 5


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """The service, with inline mode turned on."""
    async with BotApi() as double:
        double.state.inline = True
        yield double


@pytest.fixture(params=["polling", "webhook"])
async def bot(request: pytest.FixtureRequest, api: BotApi, sqlite_url: str) -> AsyncIterator[TelegramBot]:
    """The whole bot."""
    async with telegram_bot(api, sqlite_url, router(), mode=request.param) as bot:
        yield bot


@pytest.fixture
def wati(api: BotApi) -> User:
    """Somebody with a phone."""
    return api.user(101, "Wati")


async def test_words_behind_the_name_are_answered_and_nothing_is_kept(
    bot: TelegramBot, api: BotApi, wati: User
) -> None:
    """No row in, no row out: a signal."""
    typed = await wati.types_inline("batas waktu melapor")
    results = await typed.results()

    assert results[0]["id"] == "batas-waktu-melapor"
    assert typed.about["cache_time"] == 300
    assert await bot.stored() == []
    assert await bot.outbox() == []


async def test_from_the_share_button_into_a_group_where_we_are(bot: TelegramBot, api: BotApi, wati: User) -> None:
    """The button brings the title; the result leads to the topic; our own words are not taken for a question."""
    await wati.command("tanya", "kapan batas waktu melapor pelanggaran?")
    answer_seen = await wati.reads(lambda seen: "Bagikan" in seen.buttons)
    share = next(one for row in answer_seen.rows for one in row if one["text"] == "Bagikan")
    group = api.group(-1001, "Kelas", privacy=False)
    await group.add_bot(wati)
    await group.reads()
    result = (await (await wati.types_inline(share["switch_inline_query"])).results())[0]
    message = await wati.shares(result, group)
    before = len(await bot.stored())
    await wati.shares(result, wati)
    await api.settled()

    assert result["id"] == "batas-waktu-melapor"
    assert message["reply_markup"]["inline_keyboard"][0][0]["url"].endswith("?start=t_batas-waktu-melapor")
    assert len(await bot.stored()) == before
    assert telegram.Message.de_json(answer_seen.raw, None).message_id == answer_seen.id


async def test_the_shared_link_opens_the_topic(bot: TelegramBot, wati: User) -> None:
    """Whoever taps it reads the whole answer."""
    await wati.start("t_batas-waktu-melapor")
    seen = await wati.reads(lambda seen: bool(seen.buttons))

    assert "Terjawab" in seen.buttons


async def test_without_inline_mode_the_button_shares_the_link(api: BotApi, sqlite_url: str) -> None:
    """Nobody forgot /setinline at the cost of the button."""
    api.state.inline = False
    wati = api.user(101, "Wati")
    async with telegram_bot(api, sqlite_url, router()) as _:
        await wati.command("tanya", "kapan batas waktu melapor pelanggaran?")
        seen = await wati.reads(lambda seen: "Bagikan" in seen.buttons)
    share = next(one for row in seen.rows for one in row if one["text"] == "Bagikan")

    assert share["url"].startswith("https://t.me/share/url?url=https%3A%2F%2Ft.me%2Fsahabat_uji_bot")
