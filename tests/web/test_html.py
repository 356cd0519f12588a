"""Replies as HTML: nothing but our own elements, whatever is in them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Comparison, Reply
from bot.text import escape
from bot.web.html import rendered

OURS = re.compile(
    r"</?(p|b|i|table|caption|thead|tbody|tr|td)>|<br>|<th scope=\"(row|col)\">|</th>|<a href=\"[^\"<>]*\">|</a>"
)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("satu\ndua\n\n\ntiga", "<p>satu<br>dua</p><p>tiga</p>"),
        ("*a & b*", "<p><b>a &amp; b</b></p>"),
        (
            "Lihat https://x.id/a?b=1&c=2.",
            '<p>Lihat <a href="https://x.id/a?b=1&amp;c=2">https://x.id/a?b=1&amp;c=2</a>.</p>',
        ),
        ('"https://x.id"', '<p>&quot;<a href="https://x.id">https://x.id</a>&quot;</p>'),
        ("<https://x.id>", '<p>&lt;<a href="https://x.id">https://x.id</a>&gt;</p>'),
        ("(https://x.id)", '<p>(<a href="https://x.id">https://x.id</a>)</p>'),
        ("javascript:alert(1)", "<p>javascript:alert(1)</p>"),
    ],
)
def test_text_becomes_paragraphs(text: str, html: str) -> None:
    """With bold, breaks and web addresses; marks around an address are not part of it."""
    assert rendered(Reply(text)) == html


@given(st.text(min_size=1, max_size=200).map(lambda text: escape(text) + "x"))
def test_no_text_makes_an_element(text: str) -> None:
    """What people type stays text, in paragraphs and in cells."""
    compared = Comparison(text, text, text, ((text, text, text),), (text,))
    html = rendered(Reply(text)) + rendered(Reply(text[:100], comparison=compared))

    assert "<" not in OURS.sub("", html)
    assert ">" not in OURS.sub("", html)


def test_a_comparison_without_a_first_column_has_two() -> None:
    """An empty head would be read aloud for nothing."""
    html = rendered(Reply("", comparison=Comparison("Beda", "Pemilu", "Pilkada", (("", "a", "b"),), ("Catatan",))))

    assert "<thead><tr><th" in html
    assert html.endswith("<tbody><tr><td>a</td><td>b</td></tr></tbody></table><p>Catatan</p>")
