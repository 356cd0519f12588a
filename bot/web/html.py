"""Replies as HTML for the page: escaped text with bold, italics and links, comparisons as real tables."""

import re

from bot.messages import Comparison, Reply
from bot.text import to_html

# In escaped text: a quote or bracket ends an address, and a mark at its end belongs to the sentence.
_ADDRESS = re.compile(r"https?://(?:(?!&(?:lt|gt|quot|#x27);)[^\s<])+(?<![.,;:!?)\]])")


def rendered(reply: Reply) -> str:
    """Everything there is to read in a reply, as safe HTML."""
    parts = [] if reply.comparison is None else [_table(reply.comparison)]
    return "".join([*parts, _paragraphs(reply.text)])


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{_line(part)}</p>" for part in re.split(r"\n{2,}", text.strip()) if part.strip())


def _line(text: str) -> str:
    return _ADDRESS.sub(_link, to_html(text))


def _link(match: re.Match[str]) -> str:
    return f'<a href="{match.group()}">{match.group()}</a>'


def _table(one: Comparison) -> str:
    heads = "".join(f'<th scope="col">{_line(head)}</th>' for head in (one.left, one.right))
    named = any(what for what, _, _ in one.rows)
    rows = "".join(_row(what, left, right, named) for what, left, right in one.rows)
    corner = "<td></td>" if named else ""
    table = f"<table><caption>{_line(one.title)}</caption><thead><tr>{corner}{heads}</tr></thead>"
    return "".join([f"{table}<tbody>{rows}</tbody></table>", *map(_paragraphs, one.notes)])


def _row(what: str, left: str, right: str, named: bool) -> str:
    head = f'<th scope="row">{_line(what)}</th>' if named else ""
    return f"<tr>{head}<td>{_line(left)}</td><td>{_line(right)}</td></tr>"
