"""Recognises what is not a question about a rule: functions of the bot, small talk, what we never answer."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

Function = Literal[
    "register", "report", "report_status", "meetings", "rsvp", "feedback", "privacy", "language", "staff", "help"
]
Reason = Literal["", "greeting", "thanks", "identity", "partisan", "insult", "injection", "off_topic", "gibberish"]

TABLE = Path(__file__).parent / "intents.toml"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of intents.toml."""

    function: Function | None
    reason: Reason
    some: re.Pattern[str]
    all: tuple[re.Pattern[str], ...]
    none: re.Pattern[str] | None
    soft: bool = False  # gives way to a topic that is surely meant

    def fits(self, text: str) -> bool:
        """Whether a normalised text is what the rule describes."""
        if not self.some.search(text) or (self.none and self.none.search(text)):
            return False
        return all(pattern.search(text) for pattern in self.all)


def load_rules(path: Path = TABLE) -> tuple[Rule, ...]:
    """The rules in their order; ValueError names a rule that is neither function nor reason."""
    return tuple(read_rules(tomllib.loads(path.read_text(encoding="utf-8"))))


def read_rules(table: Mapping[str, Any]) -> Iterator[Rule]:
    """Rules from the parsed table."""
    for at, row in enumerate(table["rule"], 1):
        function, reason = row.get("function"), row.get("reason", "")
        if (function in get_args(Function)) == (reason in get_args(Reason)[1:]):
            raise ValueError(f"intents.toml: rule {at} needs one known function or reason")
        none = row.get("none")
        yield Rule(
            function,
            reason,
            any_of(row["any"]),
            tuple(any_of([pattern]) for pattern in row.get("all", ())),
            any_of(none) if none else None,
            row.get("soft", False),
        )


def any_of(patterns: list[str]) -> re.Pattern[str]:
    """One pattern out of several, each as whole words."""
    return re.compile(r"(?<!\w)(?:" + "|".join(patterns) + r")(?!\w)")
