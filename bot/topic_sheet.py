"""Drafts of topics as their editors read them: what changes, what is wrong, what each field is called."""

import re
import tomllib
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot import difference, times, words
from bot.limits import TEXT
from bot.text import escape, split
from knowledge import TopicError
from storage.models import TopicRevision

SHORT = 200  # letters of a title or a phrase where several stand together
NOTE = 1000  # letters of the reason why a draft comes back
# A short code stands in button data, where a topic's name needs the room. Codes must not change their meaning.
FIELDS = {
    "pm": "pemilu", "pk": "pilkada", "df": "difference", "ps": "pemilu_sources", "ks": "pilkada_sources",
    "kf": "key_facts", "as": "ask", "cv": "caveat",
    "pc": "pemilu_confidence", "kc": "pilkada_confidence", "ao": "as_of", "an": "as_of_note", "cb": "changed_by",
    "vf": "valid_from", "vu": "valid_until", "ti": "title",
    "re": "related", "wa": "warnings", "ev": "evidence", "mp": "must_pass", "ur": "under_review",
}  # fmt: skip

# What the checks say is English, for files on a command line; in chat the common ones are said in the chat's words.
REASONS = (
    (re.compile(r"the number (?P<number>\S+) of (?P<fact>'.*'|\".*\") is not in the text"), "number"),
    (re.compile(r"names a fine or a term, so it needs '(?P<notice>.+)'"), "notice"),
    (re.compile(r"needs a source"), "source"),
    (re.compile(r"is empty|missing"), "empty"),
    (re.compile(r"needs at least one way"), "ask"),
    (re.compile(r"(?P<phrase>'.*'|\".*\") is already in '(?P<topic>.+)'"), "twice"),
    (re.compile(r"'(?P<topic>.+)' is not another topic"), "topic"),
    (re.compile(r"is before valid_from"), "order"),
    (re.compile(r"the number (?P<number>.+) of the text is not among them"), "unfounded"),
    (re.compile(r"(?P<article>Pasal .+) does not exist"), "article"),
    (re.compile(r"has passed \((?P<date>.+)\)"), "passed"),
    (re.compile(r"is in the future \((?P<date>.+)\)"), "future"),
    (re.compile(r"(?P<phrase>'.*'|\".*\") is the same question as (?:'.*'|\".*\") of '(?P<topic>.+)'"), "twice"),
)


def label(language: str, field: str) -> str:
    """What a field is called in chat."""
    return words.text(language, f"edit.field_{field}") if field in FIELDS.values() else field


def wrong(language: str, error: TopicError) -> str:
    """What a check found, in plain words; `error` of a set may lie in another topic, so that is named too."""
    topic = error.file.stem
    for pattern, key in REASONS:
        found = pattern.search(error.reason)
        if found:
            values = {name: short(value) for name, value in found.groupdict().items()}
            reason = words.text(language, f"edit.reason_{key}", **values)
            break
    else:
        reason = escape(short(error.reason))
    return words.text(language, "edit.wrong", topic=topic, field=label(language, error.field), reason=words.Raw(reason))


def short(text: str) -> str:
    """At most so much of a text that it can stand in a list."""
    return text if len(text) <= SHORT else f"{text[:SHORT].rstrip()}…"


def title(revision: TopicRevision) -> str:
    """The topic's title in a revision."""
    return short(str(tomllib.loads(revision.body).get("title", revision.topic)))


def by(language: str, address: str, name: str) -> str:
    """Who did something, by name; a part of the program by what it is."""
    if name:
        return name
    return words.text(language, "edit.by_somebody" if ":" in address else "edit.by_program")


def sheet(language: str, draft: TopicRevision, before: TopicRevision | None, zone: ZoneInfo) -> list[str]:
    """What a draft changes of the revision before it, in parts that fit into messages."""
    old = tomllib.loads(before.body) if before else {}
    new = tomllib.loads(draft.body)
    blocks = [
        words.text(
            language,
            "edit.draft_head",
            title=title(draft),
            status=words.text(language, f"edit.status_{draft.status}"),
            revision=draft.revision,
            name=by(language, draft.author, draft.author_name),
            when=when(draft.changed_at, zone, language),
        )
    ]
    if draft.note:
        blocks.append(words.text(language, "edit.draft_note", note=draft.note))
    changed = [name for name in {**new, **old} if old.get(name) != new.get(name)]
    blocks += [f"*{label(language, name)}*\n{difference.of(old.get(name), new.get(name))}" for name in changed]
    blocks.append(words.text(language, "edit.legend" if changed else "edit.nothing_changed"))
    return split("\n\n".join(blocks), TEXT)


def history(language: str, revisions: Sequence[TopicRevision], changed: Sequence[Sequence[str]], zone: ZoneInfo) -> str:
    """One line for each revision: when, who, who signed, what changed."""
    return "\n".join(
        words.text(
            language,
            "edit.history_line",
            revision=one.revision,
            status=words.text(language, f"edit.status_{one.status}"),
            when=when(one.published_at or one.changed_at, zone, language),
            author=by(language, one.author, one.author_name),
            reviewer=words.Raw(_signed(language, one)),
            fields=", ".join(label(language, name) for name in names[:4]) + ("…" if len(names) > 4 else ""),
        )
        for one, names in zip(revisions, changed, strict=True)
    )


def when(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """A time as editors read it."""
    return times.full(moment, zone, language or words.DEFAULT)


def _signed(language: str, one: TopicRevision) -> str:
    if not one.reviewer:
        return ""
    return words.text(language, "edit.history_signed", name=by(language, one.reviewer, one.reviewer_name))
