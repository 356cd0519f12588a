"""Published topics as folders: whole or not there, the newest in force, old ones removed."""

import os
import threading
from pathlib import Path

import pytest

from bot import snapshot
from knowledge import TopicError
from tests.support.editing import TOPIC, few

TEXTS = few()


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    """Under its name, with its marks."""
    snapshot.save(TEXTS, {TOPIC}, tmp_path, "7-abc")
    found = snapshot.load(tmp_path)

    assert found is not None
    assert (found.version, sorted(found)) == ("7-abc", sorted(TEXTS))
    assert [one.id for one in found.values() if one.under_review] == [TOPIC]


def test_nothing_saved_is_nothing_loaded(tmp_path: Path) -> None:
    """As on a machine that has no program running."""
    assert snapshot.load(tmp_path / "none") is None


def test_three_sets_are_kept_and_nothing_else(tmp_path: Path) -> None:
    """The one in force always."""
    for number in range(1, 7):
        snapshot.save(TEXTS, (), tmp_path, f"{number}-a")
        os.utime(tmp_path / f"{number}-a", (number, number))
    snapshot.save(TEXTS, (), tmp_path, "4-a")

    assert sorted(one.name for one in tmp_path.iterdir()) == ["4-a", "5-a", "6-a", "current"]
    assert (tmp_path / "current").read_text() == "4-a"


def test_readers_never_meet_half_a_set(tmp_path: Path) -> None:
    """While sets of different sizes follow each other, each look finds one of them whole."""
    small = {name: text for name, text in TEXTS.items() if name == TOPIC}
    small[TOPIC] = small[TOPIC].replace('["penyesuaian-pidana-2026"]', "[]")
    snapshot.save(TEXTS, (), tmp_path, "0-a")

    def change() -> None:
        for number in range(1, 20):
            snapshot.save(small if number % 2 else TEXTS, (), tmp_path, f"{number % 2}-{'ba'[number % 2 == 0]}")

    writer = threading.Thread(target=change)
    writer.start()
    sizes = set()
    while writer.is_alive():
        found = snapshot.load(tmp_path)
        sizes.add(len(found or ()))
    writer.join()

    assert sizes <= {len(small), len(TEXTS)}
    assert sizes


def test_a_spoiled_copy_is_an_error(tmp_path: Path) -> None:
    """With the name of the file, for whoever mends it."""
    snapshot.save(TEXTS, (), tmp_path, "1-a")
    (tmp_path / "1-a" / f"{TOPIC}.toml").write_text("id = 1 2\n")

    with pytest.raises(TopicError, match=f"{TOPIC}.toml:1"):
        snapshot.load(tmp_path)
