"""Regulation topics: one TOML file each, checked strictly when loaded."""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

from knowledge.checks import between, outdated, problems, same_questions

Confidence = Literal["text-verified", "secondary", "memory", "n/a"]
Kind = Literal["comparison", "single"]

HERE = Path(__file__).parent
WEAKEST_FIRST: tuple[Confidence, ...] = ("memory", "secondary", "text-verified", "n/a")


class TopicError(ValueError):
    """A topic file is wrong; names the file, the line where it can, the field and the reason."""

    def __init__(self, file: Path, reason: str, field: str = "", line: int = 0) -> None:
        self.file, self.reason, self.field, self.line = file, reason, field, line
        place = f"{file.name}:{line}" if line else file.name
        super().__init__(": ".join(part for part in (place, field, reason) if part))


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One rule of election law on both sides. Texts are Indonesian; `ask` holds ways people put the question,
    `must_pass` further questions that have to find it before a change of it is published."""

    id: str
    title: str
    kind: Kind
    pemilu: str
    pemilu_sources: tuple[str, ...]
    pemilu_confidence: Confidence
    pilkada: str
    pilkada_sources: tuple[str, ...]
    pilkada_confidence: Confidence
    difference: str
    as_of: date
    ask: tuple[str, ...]
    changed_by: tuple[str, ...] = ()
    as_of_note: str = ""
    key_facts: tuple[str, ...] = ()
    caveat: str = ""
    evidence: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    must_pass: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    under_review: bool = False

    @property
    def confidence(self) -> Confidence:
        """The weaker of the two sides."""
        return min(self.pemilu_confidence, self.pilkada_confidence, key=WEAKEST_FIRST.index)

    @property
    def shown(self) -> str:
        """What is said about the rule, without its sources."""
        parts = (self.title, self.pemilu, self.pilkada, self.difference, self.caveat, self.as_of_note)
        return "\n".join((*parts, *self.changed_by))

    @property
    def text(self) -> str:
        """Everything a reader may see, as one string."""
        return "\n".join((self.shown, *self.pemilu_sources, *self.pilkada_sources))


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning shared by many topics, and the topic that explains it."""

    id: str
    text: str
    topic: str


class Topics(Mapping[str, Topic]):
    """All topics by id, the notices they refer to, and a version that changes with any byte of them."""

    def __init__(self, topics: Mapping[str, Topic], notices: Mapping[str, Notice], version: str) -> None:
        self._topics = dict(topics)
        self.notices = dict(notices)
        self.version = version

    def __getitem__(self, topic_id: str) -> Topic:
        return self._topics[topic_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._topics)

    def __len__(self) -> int:
        return len(self._topics)


def load(folder: Path | None = None) -> Topics:
    """Read and check every *.toml of `folder` (the package's own by default); raises TopicError."""
    return read_files(folder or HERE / "topics")[0]


def check(folder: Path | None, today: date) -> Topics:
    """`load`, and what stops an editor but not a running bot: dates that have passed, questions that come to the same.
    Raises TopicError."""
    topics, files = read_files(folder or HERE / "topics")
    for topic in topics.values():
        for field, reason in outdated(topic, today):
            raise files[topic.id].wrong(field, reason)
    for topic_id, reason in same_questions(topics):
        raise files[topic_id].wrong("ask", reason)
    return topics


def read_files(folder: Path) -> tuple[Topics, dict[str, "File"]]:
    """The topics of a folder with their files."""
    notices = load_notices()
    digest = hashlib.sha256()
    topics: dict[str, Topic] = {}
    files: dict[str, File] = {}
    for path in sorted(folder.glob("*.toml")):
        file = File(path)
        digest.update(path.name.encode() + b"\0" + file.text.encode())
        topic = file.topic()
        topics[topic.id], files[topic.id] = topic, file
    if not topics:
        raise TopicError(folder, "no topic files (*.toml) here")
    for topic_id, field, reason in between(topics, notices):
        raise files[topic_id].wrong(field, reason)
    return Topics(topics, notices, digest.hexdigest()[:12]), files


def load_notices(path: Path = HERE / "notices.toml") -> dict[str, Notice]:
    """The shared warnings by id."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {key: Notice(key, value["text"], value["topic"]) for key, value in table.items()}


class File:
    """One topic file while it is being checked; knows on which line a field stands."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.text = path.read_text(encoding="utf-8")
            self.table: dict[str, Any] = tomllib.loads(self.text)
        except UnicodeDecodeError as error:
            raise TopicError(path, f"not UTF-8 text (byte {error.start})") from error
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"at line (\d+)", str(error))
            raise TopicError(path, str(error), line=int(line[1]) if line else 0) from error

    def wrong(self, field: str, reason: str) -> TopicError:
        """The error to raise for a field, with its line."""
        start = re.search(rf"^{re.escape(field)}\s*=", self.text, re.MULTILINE)
        line = self.text.count("\n", 0, start.start()) + 1 if start else 0
        return TopicError(self.path, reason, field, line)

    def topic(self) -> Topic:
        """The checked topic of this file."""
        self._check_names()
        for field, value in self.table.items():
            self._check_type(field, value)
        values = {key: tuple(value) if isinstance(value, list) else value for key, value in self.table.items()}
        topic = make(values)
        self._check_meaning(topic)
        return topic

    def _check_names(self) -> None:
        known = {field.name for field in fields(Topic)}
        for field in self.table:
            if field not in known:
                raise self.wrong(field, f"unknown field; known are {', '.join(sorted(known))}")
        for spec in fields(Topic):
            if spec.default is MISSING and spec.name not in self.table:
                raise self.wrong(spec.name, "missing")

    def _check_type(self, field: str, value: object) -> None:
        wanted, fits = expectation(field, value)
        if not fits:
            raise self.wrong(field, f"must be {wanted}, found {value!r}")

    def _check_meaning(self, topic: Topic) -> None:
        if topic.id != self.path.stem:
            raise self.wrong("id", f"must be the file's name, {self.path.stem!r}, found {topic.id!r}")
        for name in ("title", "pemilu", "pilkada", "difference"):
            if not getattr(topic, name).strip():
                raise self.wrong(name, "is empty")
        if not topic.ask:
            raise self.wrong("ask", "needs at least one way people ask it")
        for side in ("pemilu", "pilkada"):
            if getattr(topic, f"{side}_confidence") != "n/a" and not getattr(topic, f"{side}_sources"):
                raise self.wrong(f"{side}_sources", "needs a source unless the confidence is n/a")
        for field, reason in problems(topic):
            raise self.wrong(field, reason)
        if topic.valid_from and topic.valid_until and topic.valid_from > topic.valid_until:
            raise self.wrong("valid_until", "is before valid_from")


def make(values: dict[str, Any]) -> Topic:
    """A topic from fields whose names and types were checked."""
    return Topic(**values)


def expectation(field: str, value: object) -> tuple[str, bool]:
    """What a field must be, in words, and whether this value is."""
    if field == "kind":
        return "comparison or single", value in get_args(Kind)
    if field.endswith("_confidence"):
        return "one of " + ", ".join(get_args(Confidence)), value in get_args(Confidence)
    if field in ("as_of", "valid_from", "valid_until"):
        return "a date such as 2026-11-23 without quotes", type(value) is date
    if field == "under_review":
        return "true or false", isinstance(value, bool)
    if str(Topic.__annotations__[field]).startswith("tuple"):
        good = isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value)
        return "a list of texts", good
    return "a text in quotes", isinstance(value, str)
