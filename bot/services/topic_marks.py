"""Topics under review: marked by one person at once, since it only adds a warning; lifted by two."""

import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.reviewers import Editor, others, same_person
from bot.services.staff import Addresses
from bot.services.topics import ALONE_AFTER, Refused, adopt
from storage import audit
from storage import topics as store
from storage.models import TopicMark

LAW = re.compile(
    r"\b(UU|Perppu|PKPU|Perbawaslu|Perpres|PP|Perma)\s+(?:No(?:mor|\.)?\s*)?(\d+)\s*(?:/|Tahun)\s*(\d{4})",
    re.IGNORECASE,
)
RULING = re.compile(r"\b(\d+/PUU-[XVILC]+/\d{4})", re.IGNORECASE)
KINDS = {kind.casefold(): kind for kind in ("UU", "Perppu", "PKPU", "Perbawaslu", "Perpres", "PP", "Perma")}


def laws_in(text: str) -> list[str]:
    """The laws and rulings that a text cites, each once, written in one way: `UU 7/2017`, `135/PUU-XXII/2024`."""
    laws = [f"{KINDS[kind.casefold()]} {int(number)}/{year}" for kind, number, year in LAW.findall(text)]
    return list(dict.fromkeys([*laws, *(ruling.upper() for ruling in RULING.findall(text))]))


def citing(texts: Mapping[str, str], law: str) -> list[str]:
    """The topics that rest on a law or say that it changed them."""
    return [topic for topic, body in texts.items() if law in _cited(body)]


def most_cited(texts: Iterable[str]) -> list[tuple[str, int]]:
    """Every cited law with the number of its topics, the most cited first."""
    counts = Counter(law for body in texts for law in _cited(body))
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


async def mark(
    db: AsyncSession, now: datetime, topics: Collection[str], who: Editor, *, law: str = ""
) -> tuple[list[str], int]:
    """Marks topics as under review, at once: which were not yet, and the number of the new set."""
    await adopt(db, now)
    bodies, standing = await store.bodies(db), await store.marks(db)
    fresh = [topic for topic in topics if topic in bodies and topic not in standing]
    for topic in fresh:
        made = await store.mark(db, topic, law, who.address, who.name, now)
        await audit.append(db, now, who.address, "topic.mark", f"topic:{topic}:{made.id}")
    return fresh, await store.raise_version(db) if fresh else await store.version(db)


async def ask_to_lift(db: AsyncSession, now: datetime, topics: Collection[str], who: Editor) -> list[TopicMark]:
    """Notes that somebody wants marks lifted; a second person confirms. Refused: unmarked."""
    await store.lock(db)
    found = list((await store.marks(db, topics)).values())
    if not found:
        raise Refused("unmarked")
    for one in found:
        one.asked += 1
        one.asked_by, one.asked_name, one.asked_at = who.address, who.name, now
        await audit.append(db, now, who.address, "topic.unmark_ask", f"topic:{one.topic}:{one.id}")
    await db.flush()
    return found


async def lift(
    db: AsyncSession, now: datetime, topics: Collection[str], who: Editor, owners: Addresses, *, alone: bool = False
) -> tuple[list[str], int]:
    """Takes marks away that somebody else asked to lift: which, and the number of the new set.

    Refused: unmarked, unasked, own, and for an office with one editor alone and soon."""
    await store.lock(db)
    found = list((await store.marks(db, topics)).values())
    if not found:
        raise Refused("unmarked")
    for one in found:
        await _may_lift(db, now, one, who, owners, alone=alone)
        one.lifted_by, one.lifted_at = who.address, now
        act = "topic.unmark_alone" if alone else "topic.unmark"
        await audit.append(db, now, who.address, act, f"topic:{one.topic}:{one.id}")
    await db.flush()
    return [one.topic for one in found], await store.raise_version(db)


async def _may_lift(
    db: AsyncSession, now: datetime, one: TopicMark, who: Editor, owners: Addresses, *, alone: bool
) -> None:
    if one.asked_at is None:
        raise Refused("unasked")
    if not await same_person(db, one.asked_by, who.address):
        return
    if await others(db, owners, one.asked_by):
        raise Refused("own")
    if not alone or now - one.asked_at < ALONE_AFTER:
        raise Refused("soon" if alone else "alone", at=one.asked_at + ALONE_AFTER)


def _cited(body: str) -> list[str]:
    table = tomllib.loads(body)
    parts = (table["pemilu_sources"], table["pilkada_sources"], table.get("changed_by", ()))
    return laws_in("\n".join(line for part in parts for line in part))
