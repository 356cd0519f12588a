"""Words and layout of a correction: what was said before, and what is said now."""

import re
from collections.abc import Mapping
from typing import Any

from bot import words
from bot.messages import Button, Reply

ROOM = 3000  # letters for all old and new words together, shared evenly; the whole is one tap away
SENTENCE = re.compile(r"(?<=[.!?;])\s+")
TEXTS = ("title", "pemilu", "pilkada", "difference", "caveat")
LISTS = ("pemilu_sources", "pilkada_sources", "changed_by")


def correction(language: str, topic_id: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Reply:
    """What readers of the old words get: each changed part, old words and new ones (fields of `answers.words_of`)."""
    changes = [(name, *_changed(name, before, after)) for name in (*TEXTS, *LISTS)]
    told = [change for change in changes if any(change[1:])]
    told = told or [(one, str(before.get(one, "")), str(after[one])) for one in TEXTS if before.get(one) != after[one]]
    most = ROOM // (2 * max(len(told), 1))
    head = words.text(language, "correction.head", title=_short(str(after["title"]), ROOM // 10))
    parts = [head, *(_change(language, *change, most) for change in told)]
    button = Button(words.text(language, "correction.whole"), f"ask.topic:{topic_id}")
    return Reply("\n\n".join(parts), (button,))


def _changed(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, str]:
    """The sentences (or entries) that only one of the two has."""
    old, new = (_pieces(name, one.get(name) or "") for one in (before, after))
    glue = "; " if name in LISTS else " "
    gone, come = ([piece for piece in one if piece not in other] for one, other in ((old, new), (new, old)))
    return glue.join(gone), glue.join(come)


def _pieces(name: str, value: Any) -> list[str]:
    return list(value) if name in LISTS else SENTENCE.split(str(value))


def _change(language: str, name: str, old: str, new: str, most: int) -> str:
    lines = [f"*{words.text(language, f'correction.{name}')}*"]
    for key, said in (("before", old), ("now", new)):
        lines.append(words.text(language, f"correction.{key}", said=_short(said, most) or "–"))
    return "\n".join(lines)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0]}…"
