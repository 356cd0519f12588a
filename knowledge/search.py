"""Finds the topic that a question asks for, or says honestly that there is none."""

import re
from dataclasses import dataclass
from typing import Literal

from knowledge.topics import Topics

Status = Literal["answered", "choose", "unknown", "function"]
Regime = Literal["pemilu", "pilkada", "both", ""]
Reason = Literal["", "greeting", "identity", "thanks", "partisan", "insult", "injection", "off_topic", "gibberish"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a question wants. `topic` is a topic id, or the function's name when `status` is function.

    `candidates` holds the two or three topics to offer when `status` is choose, else it is empty.
    `reason` tells for unknown why, where that was recognised. `ranking` is the best topics with their scores.
    """

    status: Status
    topic: str = ""
    candidates: tuple[str, ...] = ()
    regime: Regime = ""
    score: float = 0.0
    reason: Reason = ""
    ranking: tuple[tuple[str, float], ...] = ()


class Index:
    """The topics made searchable; building takes a moment, finding does not."""

    def __init__(self, topics: Topics) -> None:
        self.topics = topics
        self._words = {t.id: set(re.findall(r"\w+", (t.title + " " + " ".join(t.ask)).lower())) for t in topics.values()}

    def find(self, question: str) -> Finding:
        """Decide what a question wants; any text of any length is allowed."""
        asked = {word for word in re.findall(r"\w+", question.lower()) if len(word) > 2}
        ranking = sorted(((len(asked & words) / (len(asked) or 1), key) for key, words in self._words.items()), reverse=True)
        score, topic = ranking[0]
        if score < 0.5:
            return Finding(status="unknown", score=score)
        return Finding(status="answered", topic=topic, score=score)
