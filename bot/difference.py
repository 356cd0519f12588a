"""What changed between two texts, readable in any chat: *new words* bold, ~old words~ between waves."""

from collections.abc import Iterable, Sequence
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from bot.text import escape

AROUND = 6  # words of the unchanged text left on either side of a change


def of(old: Any, new: Any) -> str:
    """The difference of two values of a topic's field, as light markup. Lists are compared line by line."""
    if isinstance(old, list) or isinstance(new, list):
        return lists(old or [], new or [])
    return words(told(old), told(new))


def words(old: str, new: str) -> str:
    """Word by word; long stretches without a change are cut to the words around it."""
    before, after = old.split(), new.split()
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    pieces: list[str] = []
    changes = matcher.get_opcodes()
    for at, (kind, a, b, c, d) in enumerate(changes):
        if kind == "equal":
            pieces += _shortened(before[a:b], first=at == 0, last=at == len(changes) - 1)
        else:
            pieces += _struck(before[a:b])
            pieces += _bold(after[c:d])
    return " ".join(pieces)


def lists(old: Sequence[str], new: Sequence[str]) -> str:
    """Line by line: + for a new one, − for one that is gone, and a changed one word by word."""
    gone = [one for one in old if one not in new]
    come = [one for one in new if one not in old]
    lines = []
    for one in come:
        near = max(gone, key=lambda other: _alike(other, one), default="")
        if near and _alike(near, one) > 0.6:
            gone.remove(near)
            lines.append(f"± {words(near, one)}")
        else:
            lines.append(f"+ {' '.join(_bold(one.split()))}")
    lines += [f"− {' '.join(_struck(one.split()))}" for one in gone]
    return "\n".join(lines) or "="


def told(value: Any) -> str:
    """A field's value as text; "" for none."""
    if isinstance(value, bool):
        return "✓" if value else "–"
    if isinstance(value, list):
        return "\n".join(value)
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one.split(), other.split()).ratio()


def _bold(words_: Iterable[str]) -> list[str]:
    found = escape(" ".join(words_))
    return [f"*{found}*"] if found else []


def _struck(words_: Iterable[str]) -> list[str]:
    found = escape(" ".join(words_))
    return [f"~{found}~"] if found else []


def _shortened(same: Sequence[str], *, first: bool, last: bool) -> list[str]:
    head, tail = (0 if first else AROUND), (0 if last else AROUND)
    if len(same) <= head + tail + 2:
        return [escape(one) for one in same]
    kept_head, kept_tail = same[:head], same[len(same) - tail :] if tail else []
    return [*(escape(one) for one in kept_head), "…", *(escape(one) for one in kept_tail)]
