"""Plain searches over the topics, for comparison: BM25, SQLite FTS5, TF-IDF over character n-grams."""

import re
import sqlite3
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any, Protocol

from knowledge import Topic, Topics

Ranking = list[tuple[str, float]]


class Peer(Protocol):
    """A search that only ranks topics."""

    def rank(self, question: str) -> Ranking:
        """The three best topics with falling scores."""


def documents(topics: Iterable[Topic]) -> list[str]:
    """What every peer indexes: title, ways of asking, text."""
    return ["\n".join((topic.title, *topic.ask, topic.text)) for topic in topics]


class Bm25:
    """bm25s with its own tokeniser."""

    def __init__(self, topics: Topics) -> None:
        self._lib: Any = import_module("bm25s")
        self._ids = [*topics]
        self._index = self._lib.BM25()
        self._index.index(self._words(documents(topics.values())), show_progress=False)

    def _words(self, texts: list[str]) -> Any:
        return self._lib.tokenize(texts, stopwords=None, show_progress=False)

    def rank(self, question: str) -> Ranking:
        """By BM25."""
        asked = self._words([question])
        if not asked.vocab:
            return []
        found, scores = self._index.retrieve(asked, k=3, show_progress=False)
        return [(self._ids[at], float(score)) for at, score in zip(found[0], scores[0], strict=True) if score > 0]


class Fts5:
    """SQLite FTS5, its words joined by OR, ranked by its bm25()."""

    def __init__(self, topics: Topics) -> None:
        self._db = sqlite3.connect(":memory:")
        self._db.execute("CREATE VIRTUAL TABLE topic USING fts5(id UNINDEXED, body)")
        self._db.executemany("INSERT INTO topic VALUES (?, ?)", zip(topics, documents(topics.values()), strict=True))

    def rank(self, question: str) -> Ranking:
        """By FTS5's rank."""
        asked = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", question.casefold()))
        if not asked:
            return []
        rows = self._db.execute("SELECT id, rank FROM topic WHERE topic MATCH ? ORDER BY rank LIMIT 3", (asked,))
        return [(name, -score) for name, score in rows]


class CharacterTfIdf:
    """TF-IDF over character n-grams of 2 to 5 within words, cosine; the nearest way of asking or text of a topic."""

    def __init__(self, topics: Topics) -> None:
        pieces = [(t.id, piece) for t in topics.values() for piece in (t.title, *t.ask, t.text)]
        self._ids = [name for name, _ in pieces]
        text: Any = import_module("sklearn.feature_extraction.text")
        self._vectors = text.TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
        self._matrix = self._vectors.fit_transform(piece for _, piece in pieces).T.tocsr()

    def rank(self, question: str) -> Ranking:
        """By the nearest piece of each topic."""
        scores = (self._vectors.transform([question]) @ self._matrix).tocoo()
        best: dict[str, float] = {}
        for at, score in zip(scores.col, scores.data, strict=True):
            best[self._ids[at]] = max(best.get(self._ids[at], 0.0), float(score))
        return sorted(best.items(), key=lambda one: (-one[1], one[0]))[:3]


PEERS: dict[str, Callable[[Topics], Peer]] = {"bm25s": Bm25, "fts5": Fts5, "char tf-idf": CharacterTfIdf}
