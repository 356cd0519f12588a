"""The published topics as folders beside the database, for whoever answers without it. A reader never sees half a set:
each has a folder of its own, and one small file, replaced in one step, names the folder in force."""

import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

from bot.services import topic_files
from bot.services.topic_files import Texts
from knowledge import Topics
from knowledge import load as load_topics

FOLDER = "knowledge"  # in the data folder
CURRENT = "current"
KEPT = 3  # a reader may still be in an older one


def save(texts: Texts, marked: Collection[str], folder: Path, name: str) -> None:
    """Keeps a set under a name, and then puts it in force."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / name).is_dir():
        made = Path(mkdtemp(dir=folder, prefix=".new-"))
        try:
            topic_files.write(texts, marked, made)
            with suppress(OSError):  # another process made the same folder meanwhile
                made.rename(folder / name)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    pointer = Path(mkdtemp(dir=folder, prefix=".new-")) / CURRENT
    pointer.write_text(name, encoding="utf-8")
    pointer.replace(folder / CURRENT)
    pointer.parent.rmdir()
    _forget(folder, name)


def load(folder: Path) -> Topics | None:
    """The set in force, its version the folder's name; None when there is none. TopicError when it cannot be used."""
    try:
        name = (folder / CURRENT).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    topics = load_topics(folder / name)
    return Topics(topics, topics.notices, name)


def _forget(folder: Path, name: str) -> None:
    """Removes all but the newest folders."""
    kept = [one for one in folder.iterdir() if one.is_dir() and one.name != name and not one.name.startswith(".")]
    for old in sorted(kept, key=lambda one: one.stat().st_mtime)[: -(KEPT - 1)]:
        shutil.rmtree(old, ignore_errors=True)
