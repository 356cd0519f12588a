"""Telegram's HTML becomes text and entities, counted in UTF-16 units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.telegram.errors import ApiError
from tests.support.telegram.formatting import TEXT_MAX, formatted, found_entities, parse_html


def test_entities_are_counted_in_utf16_units() -> None:
    """An emoji before a bold word moves it by two; nested tags give two entities."""
    text, entities = parse_html("😀 <b>Pasal <i>1</i></b> &lt;a&gt; &amp; &nbsp;")

    assert text == "😀 Pasal 1 <a> & &nbsp;"
    assert entities == [
        {"type": "bold", "offset": 3, "length": 7},
        {"type": "italic", "offset": 9, "length": 1},
    ]


def test_links_and_quotations_keep_what_they_say() -> None:
    """A link has its address, an expandable quotation its kind."""
    _, entities = parse_html(
        '<a href="https://x.example/?a=1&amp;b=2">naskah</a><blockquote expandable>isi</blockquote>'
    )

    assert entities[0] == {"type": "text_link", "offset": 0, "length": 6, "url": "https://x.example/?a=1&b=2"}
    assert entities[1]["type"] == "expandable_blockquote"


@pytest.mark.parametrize("source", ["<b>a", "a</b>", "<b><i>a</b></i>", "<p>a</p>", "1 < 2", "<>"])
def test_broken_html_is_refused(source: str) -> None:
    """What Telegram cannot read is an error, never a message with tags in it."""
    with pytest.raises(ApiError, match="can't parse entities"):
        parse_html(source)


@given(st.text(alphabet='<>&;/bi a="#1é😀\n', max_size=30))
def test_html_is_read_or_refused(source: str) -> None:
    """No text brings the reader down."""
    try:
        text, entities = parse_html(source)
    except ApiError:
        return
    units = len(text.encode("utf-16-le")) // 2
    assert all(entity["offset"] + entity["length"] <= units for entity in entities)


@pytest.mark.parametrize("text", ["x" * 4096, "😀" * 2048])
def test_a_message_has_4096_units(text: str) -> None:
    """The limit is counted after formatting, in UTF-16 units."""
    assert formatted(f"<b>{text}</b>", "HTML", None, TEXT_MAX)[0] == text

    with pytest.raises(ApiError, match="message is too long"):
        formatted(f"<b>{text}</b>.", "HTML", None, TEXT_MAX)


def test_commands_and_addresses_are_found() -> None:
    """What a person types gets the entities that Telegram adds."""
    assert found_entities("/start x lihat https://a.example") == [
        {"type": "bot_command", "offset": 0, "length": 6},
        {"type": "url", "offset": 15, "length": 17},
    ]
