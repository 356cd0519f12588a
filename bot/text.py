"""Light markup, the same on every channel: *bold*, _italic_, a backslash before a letter that is meant as itself."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.limits import units

_TOKEN = re.compile(r"\\([*_\\])|(?<!\w)([*_])(?=\S)|(?<=\S)([*_])(?!\w)")
_SPECIAL = re.compile(r"([*_\\])")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Span:
    """A marked stretch: `kind` bold or italic; offset and length in UTF-16 units of the plain text."""

    kind: str
    offset: int
    length: int


def escape(text: str) -> str:
    """`text` so that none of it is taken for markup. For everything that a person typed."""
    return _SPECIAL.sub(r"\\\1", text)


def clean(text: str) -> str:
    """`text` without control letters (NUL and friends), which no service and no database wants."""
    return _CONTROL.sub("", text) if _CONTROL.search(text) else text


def parse(text: str) -> tuple[str, tuple[Span, ...]]:
    """The plain text and its spans. A marker without its partner stays as it was typed."""
    if "*" not in text and "_" not in text and "\\" not in text:
        return text, ()
    pieces = list(_pieces(text))
    plain: list[str] = []
    spans: list[Span] = []
    opened: dict[str, int] = {}
    length = 0
    for piece, role in pieces:
        if role == "mark" and piece in opened:
            start = opened.pop(piece)
            if length > start:
                spans.append(Span("bold" if piece == "*" else "italic", start, length - start))
        elif role == "mark":
            opened[piece] = length
        else:
            plain.append(piece)
            length += units(piece)
    return "".join(plain), tuple(sorted(spans, key=lambda span: span.offset))


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Text and marks in order; only marks that have a partner count as marks."""
    tokens = list(_TOKEN.finditer(text))
    partners = _partners(tokens)
    at = 0
    for number, token in enumerate(tokens):
        yield text[at : token.start()], "text"
        if token.group(1):
            yield token.group(1), "text"
        else:
            yield token.group(), "mark" if number in partners else "text"
        at = token.end()
    yield text[at:], "text"


def _partners(tokens: list[re.Match[str]]) -> set[int]:
    partners: set[int] = set()
    opened: dict[str, int] = {}
    for number, token in enumerate(tokens):
        sign = token.group(2) or token.group(3)
        if not sign:
            continue
        if sign in opened and (token.group(3) or token.group(2)):
            partners |= {opened.pop(sign), number}
        elif token.group(2):
            opened[sign] = number
    return partners


def plain(text: str) -> str:
    """`text` without its markup."""
    return parse(text)[0]


def to_html(text: str) -> str:
    """`text` as safe HTML: <b>, <i>, <br> and nothing else."""
    stripped, spans = parse(text)
    if not spans:
        return html.escape(stripped).replace("\n", "<br>")
    raw = stripped.encode("utf-16-le")
    tags: dict[int, list[str]] = {}
    for span in spans:
        tag = "b" if span.kind == "bold" else "i"
        tags.setdefault(span.offset, []).append(f"<{tag}>")
        tags.setdefault(span.offset + span.length, []).insert(0, f"</{tag}>")
    out, at = [], 0
    for offset in sorted(tags):
        out.append(html.escape(raw[at * 2 : offset * 2].decode("utf-16-le")))
        out.extend(tags[offset])
        at = offset
    out.append(html.escape(raw[at * 2 :].decode("utf-16-le")))
    return "".join(out).replace("\n", "<br>")


def split(text: str, limit: int) -> list[str]:
    """`text` in parts of at most `limit` units, cut at paragraphs, else lines, else words, else letters."""
    parts: list[str] = []
    while units(plain(text)) > limit:
        head = _cut(text, limit)
        parts.append(head.rstrip())
        text = text[len(head) :].lstrip()
    return [*parts, text] if text or not parts else parts


def _cut(text: str, limit: int) -> str:
    end = 0
    used = 0
    for end, letter in enumerate(text):  # noqa: B007 - the index after the loop is the cut
        used += 2 if ord(letter) > 0xFFFF else 1
        if used > limit:
            break
    window = text[:end]
    for separator in ("\n\n", "\n", ". ", " "):
        at = window.rfind(separator)
        if at > limit // 3:
            return window[: at + len(separator)]
    return window
