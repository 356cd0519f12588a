"""An office with editors, for tests of changing topics."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from bot.context import Context
from bot.services import staff, topic_files
from bot.services.knowledge import Published
from handlers import router
from storage import topics as store
from storage.engine import Database
from storage.models import Audit
from storage.sealing import Box
from tests.support.world import Person, World

TOPIC, OTHER, LAWLESS = "arti-hari", "masa-tenang", "politik-uang-sanksi"
SET = (TOPIC, OTHER, LAWLESS, "penyesuaian-pidana-2026")


def few() -> dict[str, str]:
    """Some of the real topics, related to each other only: a hundred take a second for each publishing."""
    texts = topic_files.packaged()
    tables = {name: tomllib.loads(texts[name]) for name in SET}
    for table in tables.values():
        table["related"] = [one for one in table.get("related", ()) if one in SET]
    return {name: topic_files.dump(table) for name, table in tables.items()}


@dataclass
class Office:
    """A world in which boss owns, edi and eva edit, and vina may only look; `published` as in a running program."""

    world: World
    published: Published

    @classmethod
    async def open(cls, url: str, *editors: str) -> "Office":
        """The office with these editors beside the owner."""
        published = Published(Database(url, Box(bytes(32))))
        context = Context(knowledge=published.index, owners=frozenset({("test", "boss")}))
        office = cls(await World.open(url, router(), context=context), published)
        async with office.world.db.session() as db:
            await store.add_first(db, few(), "program", office.world.now)
            await store.raise_version(db)
            for name in editors:
                role = "viewer" if name == "vina" else "editor"
                await staff.add(db, office.world.now, "test", name, role=role, name=name.title(), by="test")
        await published.refresh()
        for name in ("boss", *editors):
            await office.person(name).says("/staf")
        return office

    async def close(self) -> None:
        """Ends it."""
        await self.world.close()
        await self.published._db.close()

    def person(self, name: str) -> Person:
        """One of them, in their private chat."""
        return self.world.person(name)

    async def opens(self, name: str, topic: str = TOPIC) -> Person:
        """Somebody at the page of a topic."""
        person = self.person(name)
        await person.says("/topikedit")
        await person.taps("Cari topik")
        await person.says(topic)
        await person.taps("1. ")
        return person

    async def edits(self, name: str, field: str, value: str, topic: str = TOPIC) -> Person:
        """Somebody changes a field of a topic."""
        person = await self.opens(name, topic)
        await person.taps("Ubah isi")
        await self.finds(person, field)
        await person.says(value)
        return person

    async def finds(self, person: Person, field: str) -> None:
        """Taps a field, on whatever page it stands."""
        while field not in person.last.labels:
            await person.taps("Bagian lain")
        await person.taps(field)

    async def acts(self, prefix: str = "topic.") -> list[str]:
        """What the audit says was done with topics, in order."""
        async with self.world.db.read() as db:
            found: Sequence[Any] = (await db.scalars(select(Audit.action).order_by(Audit.id))).all()
        return [act for act in found if act.startswith(prefix)]
