"""Answering from the shell: one question, or lines of questions, without a database or a channel."""

import sys
from time import perf_counter
from typing import Any, TextIO

import orjson

from bot.context import packaged_knowledge
from bot.render import plain_finding


def answer(question: str, name: str = "") -> dict[str, Any]:
    """What a person would read, and how it was found: id, status, topic, answer, sources, candidates, ms."""
    index = packaged_knowledge()
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
