"""Election rules as data, and the search that finds the right one for a question."""

from knowledge.questions import looks_like_question
from knowledge.search import Finding, Index
from knowledge.topics import Confidence, Notice, Topic, TopicError, Topics, check, load

__all__ = [
    "Confidence",
    "Finding",
    "Index",
    "Notice",
    "Topic",
    "TopicError",
    "Topics",
    "check",
    "load",
    "looks_like_question",
]
