"""Replies as the Bot API takes them, checked by the double's rules and by another library's types."""

import pytest
from aiogram.types import InputRichMessage
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram_write import keyboard, plain_message, rich, rich_message
from bot.limits import TEXT, units
from bot.messages import Button, Comparison, Outgoing, Reply, TooLong
from bot.text import plain
from tests.support.telegram.errors import JsonObject
from tests.support.telegram.formatting import TEXT_MAX, checked_markup, formatted
from tests.support.telegram.rich import checked_rich, rich_text

MARKUP = st.text(alphabet="*_\\ ab😀é👩\n.", max_size=60)


def outgoing(reply: Reply, data_signature: str = "~12345678") -> Outgoing:
    """The reply on its way to somebody."""
    return Outgoing(1, 1, "101", False, "id", reply, "send", "", lambda data: data + data_signature)


def readable(text: str) -> Reply | None:
    """A reply with something to read in it, as handlers make them."""
    return Reply(text) if plain(text).strip() else None


@given(MARKUP)
def test_any_reply_is_what_the_service_accepts(text: str) -> None:
    """Entities never lie outside the text, never cut an emoji, and the words are those of the reply."""
    reply = readable(text)
    if reply is None:
        return
    fields = plain_message(outgoing(reply))
    given_text, entities = formatted(fields["text"], None, fields.get("entities"), TEXT_MAX)
    raw = given_text.encode("utf-16-le")

    assert given_text == plain(text)
    for entity in entities:
        raw[entity["offset"] * 2 : (entity["offset"] + entity["length"]) * 2].decode("utf-16-le")


def test_entities_count_as_the_service_counts() -> None:
    """An emoji is two units, a family is eight."""
    fields = plain_message(outgoing(Reply("😀 *tebal* 👩‍👩‍👧 _miring_")))

    assert fields["entities"] == [
        {"type": "bold", "offset": 3, "length": 5},
        {"type": "italic", "offset": 18, "length": 6},
    ]


def test_no_page_is_shown_under_a_message() -> None:
    """Link previews are off: a preview would open one-time links."""
    assert plain_message(outgoing(Reply("https://a.example/")))["link_preview_options"] == {"is_disabled": True}


@pytest.mark.parametrize(("labels", "rows"), [("ABC", 3), ("ABCD", 2), ("ABCDE", 3)])
def test_short_labels_stand_beside_each_other_when_they_are_many(labels: str, rows: int) -> None:
    """Up to three stand below each other, easy to hit; more go in pairs."""
    message = outgoing(Reply("?", tuple(Button(label, f"x:{label}") for label in labels)))
    markup = keyboard(message)["reply_markup"]

    assert len(markup["inline_keyboard"]) == rows
    assert checked_markup(markup) == markup


@pytest.mark.parametrize(
    ("url", "inline", "target"),
    [
        ("https://a.example/", True, {"switch_inline_query": "masa tenang"}),
        ("", True, {"switch_inline_query": "masa tenang"}),
        ("https://a.example/", False, {"url": "https://a.example/"}),
    ],
)
def test_what_is_to_be_shared_is_taken_along_where_that_is_possible(url: str, inline: bool, target: JsonObject) -> None:
    """Else its link is opened."""
    rows = keyboard(outgoing(Reply("x", (Button("Bagikan", url=url, share="masa tenang"),))), inline)["reply_markup"]

    assert rows["inline_keyboard"] == [[{"text": "Bagikan", **target}]]


def test_a_button_that_can_do_nothing_here_is_left_out() -> None:
    """Neither inline mode nor a link."""
    reply = Reply("x", (Button("Bagikan", share="masa tenang"), Button("Ya", "ya:1")))
    only = keyboard(outgoing(reply))["reply_markup"]["inline_keyboard"]

    assert [button["text"] for row in only for button in row] == ["Ya"]
    assert keyboard(outgoing(Reply("x", reply.buttons[:1]))) == {}


def test_the_longest_button_fits_with_its_signature() -> None:
    """55 bytes of data and 9 of signature are the 64 that the service takes."""
    message = outgoing(Reply("?", (Button("A", "é" * 27 + "x"),)))

    assert checked_markup(keyboard(message)["reply_markup"])


def compared(cell: str = "*a* _b_ 😀 c", rows: int = 2) -> Comparison:
    """A comparison with some marks in it."""
    return Comparison("Beda 💰", "*Pemilu*", "Pilkada", (("Dasar", cell, ""),) * rows, ("Catatan _penting_",))


def test_a_comparison_is_a_table_another_library_knows() -> None:
    """Header, rows, notes and the rest, valid for the double's rules and for aiogram's types."""
    fields = rich_message(outgoing(Reply("Sumber\n\n*naskah*", comparison=compared())), compared())
    found = InputRichMessage.model_validate(fields["rich_message"])
    blocks = checked_rich(fields["rich_message"])["blocks"]

    assert found.blocks is not None
    assert [block.type for block in found.blocks] == ["heading", "table", "paragraph", "paragraph", "paragraph"]
    assert rich_text(blocks).splitlines()[:3] == ["Beda 💰", " | Pemilu | Pilkada", "Dasar | a b 😀 c | "]


@given(MARKUP)
def test_rich_text_keeps_every_word(markup: str) -> None:
    """No letter is lost or doubled by the marks."""
    assert rich_text(rich(markup)) == plain(markup)


@given(st.integers(0, 2200), st.integers(1, 4))
def test_a_comparison_that_can_be_made_fits_as_text_too(length: int, rows: int) -> None:
    """What would be too long where tables are refused cannot be made in the first place."""
    try:
        reply = Reply("akhir", comparison=compared("😀" * (length // 2) + "*x*", rows))
    except TooLong:
        return

    assert units(plain_message(outgoing(reply))["text"]) <= TEXT
