"""The set of topics in force: watched by its number, rebuilt beside the loop, and kept as a folder for `ask`."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from pathlib import Path

from bot import snapshot
from bot.context import packaged_knowledge
from bot.logs import get_logger
from bot.services import topic_files
from bot.services.topic_files import Texts
from knowledge import Index, TopicError, Topics
from storage import topics as store
from storage.engine import Database, DatabaseDown

log = get_logger("knowledge")

PATIENCE = 3.0  # s between looks


async def _silent(kind: str) -> None:
    """No alarm: the log is enough."""


class Published:
    """The topics of the database, or those of the program while nobody has changed any.

    `folder` gets a copy of each set, `alarm` is called with "topics" when a set cannot be used. Such a set never takes
    the place of the one in force.
    """

    def __init__(
        self, db: Database, folder: Path | None = None, alarm: Callable[[str], Awaitable[None]] = _silent
    ) -> None:
        self._db, self._folder, self._alarm = db, folder, alarm
        self._number = 0
        self._index: Index | None = None
        self._changed = asyncio.Event()

    def index(self) -> Index:
        """What questions are answered from now."""
        return self._index or packaged_knowledge()

    def wake(self) -> None:
        """Looks at once: something was published here."""
        self._changed.set()

    async def watch(self) -> None:
        """Follows the number until it is cancelled. What goes wrong is logged and tried again."""
        if self._index is None:
            await asyncio.to_thread(self._warm)
        while True:
            try:
                await self.refresh()
            except DatabaseDown as error:
                log.warning("database down", error=str(error))
            except Exception:
                log.exception("topics not refreshed")
            with suppress(TimeoutError):  # not by wait_for: in Python 3.11 it can swallow the end of the program
                async with asyncio.timeout(PATIENCE):
                    await self._changed.wait()
            self._changed.clear()

    def _warm(self) -> None:
        """Reads the program's topics, so that the first question does not wait for them."""
        try:
            packaged_knowledge()
        except (TopicError, OSError) as error:
            log.error("topics of the program cannot be used", error=str(error))

    async def refresh(self) -> bool:
        """Takes over a new set, if there is one; whether it did."""
        async with self._db.read() as db:
            number = await store.version(db)
            if number == self._number:
                return False
            texts, marked = await store.bodies(db), await store.marks(db)
        try:
            index = await asyncio.to_thread(_build, texts, set(marked), number, self._folder)
        except TopicError as error:
            self._number = number  # the same set would fail again
            log.error("published topics cannot be used", version=number, error=str(error))
            await self._alarm("topics")
            return False
        self._number, self._index = number, index
        log.info("topics in force", version=index.topics.version, topics=len(index.topics))
        return True


def _build(texts: Texts, marked: Collection[str], number: int, folder: Path | None) -> Index:
    topics = topic_files.check(texts, marked)
    name = f"{number}-{topics.version}"
    index = Index(Topics(topics, topics.notices, name))
    if folder is not None:
        try:
            snapshot.save(texts, marked, folder, name)
        except OSError as error:  # a full disk must not keep a correction from those who ask here
            log.error("topics not copied", folder=str(folder), error=str(error))
    return index
