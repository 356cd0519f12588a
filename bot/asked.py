"""Answering from the shell: one question, or lines of questions, without a database or a channel.

The topics are those that were published last on this machine, else those of the program.
"""

import os
import sys
import tomllib
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any, TextIO

import orjson

from bot import snapshot, words
from bot.render import plain_finding
from knowledge import Index, TopicError, Topics, load

_folders: list[Path] = []


def use(data: Path) -> None:
    """Answers come from what was published into this data folder."""
    _folders[:] = [data / snapshot.FOLDER]
    current.cache_clear()


@cache
def current() -> Index:
    """The published topics; their number stands before the dash of their version, 0 for the program's own."""
    for folder in _folders:
        try:
            found = snapshot.load(folder)
        except (TopicError, OSError) as error:
            print(f"The published topics cannot be read, so the program's own answer: {error}", file=sys.stderr)  # noqa: T201 - standard output is for answers
        else:
            if found is not None:
                return Index(found)
    own = load()
    return Index(Topics(own, own.notices, f"0-{own.version}"))


def data_folder(config: Path | None = None) -> Path:
    """`[app] data_dir`, read without all that the whole configuration needs: an answer must not take a second."""
    file = config or Path("config.toml")
    name = os.environ.get("SAHABAT__APP__DATA_DIR", "")
    if not name and file.is_file():
        try:
            name = str(tomllib.loads(file.read_text(encoding="utf-8")).get("app", {}).get("data_dir", ""))
        except (ValueError, AttributeError):
            name = ""  # whoever runs the program is told what is wrong with the file; an answer needs none of it
    return file.parent / (name or "data")


def with_version(found: dict[str, Any]) -> str:
    """An answer for a reader at a terminal."""
    return f"{found['answer']}\n\n{words.text(words.DEFAULT, 'answer.version', version=found['version'])}"


def answer(question: str, name: str = "") -> dict[str, Any]:
    """What a person would read, and how it was found: id, status, topic, answer, sources, candidates, version, ms."""
    index = current()
    began = perf_counter()
    finding = index.find(question)
    text = plain_finding(index, finding)
    took = (perf_counter() - began) * 1000
    topic = index.topics[finding.topic] if finding.status == "answered" else None
    return {
        "id": name,
        "status": finding.status,
        "topic": finding.topic,
        "answer": text,
        "sources": [] if topic is None else [*topic.pemilu_sources, *topic.pilkada_sources],
        "candidates": list(finding.candidates),
        "version": index.topics.version,
        "ms": round(took, 2),
    }


def answer_lines(lines: TextIO, out: TextIO) -> None:
    """Reads `{"id","question"}` lines and writes an answer for each in the same order; a line that cannot be read is
    answered with status "unknown" and the reason, so that the others are not lost."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            out.write(orjson.dumps(_line(number, line)).decode() + "\n")
            out.flush()


def _line(number: int, line: str) -> dict[str, Any]:
    try:
        asked = orjson.loads(line)
        question, name = asked["question"], asked.get("id", "")
        if not isinstance(question, str):
            raise TypeError
    except (ValueError, TypeError, KeyError, AttributeError):
        print(f'line {number}: not {{"id", "question"}}', file=sys.stderr)  # noqa: T201 - standard output is for answers
        return {**answer(""), "id": "", "error": f"line {number} is not a question"}
    return answer(question, str(name))
