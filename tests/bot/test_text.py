"""Light markup: what is typed is never markup, what we mark is marked, lengths are Telegram's."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.limits import units
from bot.text import Span, clean, escape, parse, plain, split, to_html

anything = st.text(alphabet=st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("*_\\ \n😀<&")))


@given(anything)
def test_escaped_text_is_shown_as_it_was_typed(text: str) -> None:
    """Whatever it holds, and without a single span."""
    assert parse(escape(text)) == (text, ())


@given(anything)
def test_any_text_can_be_parsed_and_keeps_its_words(text: str) -> None:
    """No marker makes anything but markers and backslashes disappear."""
    shown, spans = parse(text)

    assert re.sub(r"[*_\\]", "", shown) == re.sub(r"[*_\\]", "", text)
    assert all(span.offset >= 0 and span.offset + span.length <= units(shown) and span.length > 0 for span in spans)


@given(anything)
def test_html_is_safe_and_says_the_same(text: str) -> None:
    """Only our four tags, and the reader's eye sees the plain text."""
    made = to_html(text)
    without = re.sub(r"</?[bi]>", "", made)

    assert html.unescape(without.replace("<br>", "\n")) == plain(text)
    assert "<" not in without.replace("<br>", "")


@given(anything, st.integers(min_value=20, max_value=200))
def test_parts_fit_and_lose_no_word(text: str, limit: int) -> None:
    """Each part is within the limit; nothing but space is lost between them."""
    parts = split(escape(text), limit)
    words = re.sub(r"[\s\\]", "", "".join(plain(part) for part in parts))

    assert all(units(plain(part)) <= limit for part in parts)
    assert words == re.sub(r"[\s\\]", "", text)


@pytest.mark.parametrize(
    ("text", "shown", "spans"),
    [
        ("*tebal*", "tebal", [Span("bold", 0, 5)]),
        ("_miring_ biasa", "miring biasa", [Span("italic", 0, 6)]),
        ("*a _b_*", "a b", [Span("bold", 0, 3), Span("italic", 2, 1)]),
        ("😀 *x*", "😀 x", [Span("bold", 3, 1)]),
        ("2 * 3 * 4", "2 * 3 * 4", []),
        ("nama_file_ini", "nama_file_ini", []),
        ("*tidak selesai", "*tidak selesai", []),
        (r"\*bukan\*", "*bukan*", []),
        ("", "", []),
    ],
)
def test_marks_are_read_as_meant(text: str, shown: str, spans: list[Span]) -> None:
    """Offsets in UTF-16 units; a lone mark stays."""
    assert parse(text) == (shown, tuple(spans))


def test_control_letters_are_taken_out() -> None:
    """NUL breaks databases; line ends and tabs stay."""
    assert clean("a\x00b\x1f\x7fc\n\td") == "abc\n\td"


def test_a_long_text_is_cut_at_paragraphs_first() -> None:
    """Then sentences, then words."""
    paragraphs = "\n\n".join(["satu dua tiga."] * 4)

    assert split(paragraphs, 32) == ["satu dua tiga.\n\nsatu dua tiga."] * 2
    assert split(" ".join(["kata"] * 20), 12) == ["kata kata"] * 10
    assert split("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]
