"""Topics as TOML texts: read and written one by one, and checked as the whole set that they are together."""

import json
import re
import tomllib
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from knowledge import Index, Topic, TopicError, Topics, load
from knowledge.checks import outdated, same_questions
from knowledge.topics import HERE, File

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_NAME = 40  # it is part of button data (55 bytes) and of links (64)

Table = dict[str, Any]
Texts = Mapping[str, str]


def read(folder: Path) -> dict[str, str]:
    """The texts of a folder by topic; TopicError for a name that no button could carry."""
    return {path.stem: read_one(path) for path in sorted(folder.glob("*.toml"))}


def read_one(path: Path) -> str:
    """The text of one file."""
    if not NAME.fullmatch(path.stem) or len(path.stem) > LONGEST_NAME:
        reason = f"a topic's name has small letters, digits and single dashes, at most {LONGEST_NAME} of them"
        raise TopicError(path, reason)
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise TopicError(path, f"not UTF-8 text (byte {error.start})") from error


def packaged() -> dict[str, str]:
    """The texts that come with the program."""
    return read(HERE / "topics")


def check(texts: Texts, marked: Collection[str] = (), version: str = "") -> Topics:
    """The texts as one checked set, those in `marked` under review. Raises TopicError with file, line and field.
    Takes a tenth of a second: call it in a thread."""
    with TemporaryDirectory(prefix="topics-") as folder:
        write(texts, marked, Path(folder))
        found = load(Path(folder))
    return Topics(found, found.notices, version or found.version)


def check_change(texts: Texts, chosen: Collection[str], today: date) -> Topics:
    """The same when some of the topics are new: they are held to all that an editor is held to, such as dates that
    have not passed; what became old elsewhere must not keep a correction back."""
    with TemporaryDirectory(prefix="topics-") as name:
        folder = Path(name)
        write(texts, (), folder)
        topics = load(folder)
        for topic in chosen:
            for field, reason in outdated(topics[topic], today):
                raise File(folder / f"{topic}.toml").wrong(field, reason)
        for topic, reason in same_questions(topics):
            if topic in chosen or any(repr(one) in reason for one in chosen):
                raise File(folder / f"{topic}.toml").wrong("ask", reason)
    return topics


def write(texts: Texts, marked: Collection[str], folder: Path) -> None:
    """The texts as files of a folder, which is made if there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    for topic, text in texts.items():
        shown = dump({**tomllib.loads(text), "under_review": True}) if topic in marked else text
        (folder / f"{topic}.toml").write_text(shown, encoding="utf-8")


def dump(table: Table) -> str:
    """A topic's fields as TOML, in their order; lists of several on lines of their own."""
    return "".join(f"{name} = {_value(value)}\n" for name, value in table.items())


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    lines = "".join(f"    {_value(one)},\n" for one in value)
    return f"[\n{lines}]" if len(value) > 1 else f"[{''.join(map(_value, value))}]"


def same(one: str, other: str) -> bool:
    """Whether two texts say the same, however they are set."""
    return one == other or tomllib.loads(one) == tomllib.loads(other)


def lost(topics: Topics, chosen: Collection[str], before: Index | None) -> list[tuple[str, str]]:
    """Must-pass questions of some topics and their neighbours that do not lead to them in the new set, each with the
    topic or function that it finds there ("" for nothing). One that failed in the set before as well is no reason to
    wait. Takes half a second: call it in a thread."""
    index = Index(topics)
    asked = {*chosen, *(other for topic in chosen for other in topics[topic].related)}
    return [
        (question, index.find(question).topic)
        for topic in sorted(asked)
        for question in must_pass(topics[topic])
        if not leads_to(index, question, topic) and not _failed(before, topic, question)
    ]


def must_pass(topic: Topic) -> tuple[str, ...]:
    """The questions that have to find this topic."""
    return (*topic.ask, *topic.must_pass)


def leads_to(index: Index, question: str, topic: str) -> bool:
    """Whether a question is answered with the topic, or the topic is offered."""
    found = index.find(question)
    return topic in found.candidates or (found.status == "answered" and found.topic == topic)


def _failed(before: Index | None, topic: str, question: str) -> bool:
    """Whether the same question of the same topic failed in the set before."""
    if before is None or topic not in before.topics or question not in must_pass(before.topics[topic]):
        return False
    return not leads_to(before, question, topic)
