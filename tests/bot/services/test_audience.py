"""Audiences: what is typed, how many it reaches, and who is left out for which reason."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from bot.services import audience
from bot.services.audience import AudienceError, parse
from storage import audience as store
from storage.audience import Filter
from storage.engine import Database
from storage.models import Conversation, Person
from tests.support.meetings import registered, wita

NOW = wita(date(2026, 11, 1), 10)


def test_audiences_are_typed_in_words() -> None:
    """Nobody, all, or by what people told."""
    assert parse("nobody") is None
    assert parse(" all ") == Filter()
    assert parse('region=bima,lotim kind=student organisation="KPU Dompu, BEM Unram"') == Filter(
        ("bima", "lombok-timur"), ("student",), ("KPU Dompu", "BEM Unram")
    )
    assert parse("person=3,5") == Filter(people=(3, 5))


@pytest.mark.parametrize(
    "wrong", ["", "everybody", "region=atlantis", "kind=cat", "person=x", "age=17", "all region=bima"]
)
def test_what_is_no_audience_is_refused(wrong: str) -> None:
    """A wrong word must not mean everybody."""
    with pytest.raises(AudienceError):
        parse(wrong)


async def people(db: Database) -> None:
    """One of each: reached (two chats, the newer blocked), no consent, no address, stopped, blocked, erased."""
    common: dict[str, Any] = {"name": "", "kind": "student", "region": "bima"}
    await registered(db, NOW, ("test", "old"), ("test", "new"), organisation="BEM Unram", **common)
    await registered(db, NOW, ("test", "unwilling"), wants=False, **common)
    await registered(db, NOW, ("other", "elsewhere"), **common)
    for address in ("stopped", "blocked", "erased"):
        await registered(db, NOW, ("test", address), **{**common, "kind": "public"})
    changes: dict[str, dict[str, object]] = {
        "new": {"unreachable": "blocked"},
        "stopped": {"stopped_at": NOW},
        "blocked": {"unreachable": "blocked"},
    }
    async with db.session() as session:
        for address, values in changes.items():
            await session.execute(update(Conversation).where(Conversation.address == address).values(**values))
        await session.execute(update(Person).where(Person.id == 6).values(erased_at=NOW))


async def test_who_is_left_out_is_counted_by_reason(db: Database) -> None:
    """Each person once, whatever chats they have."""
    await people(db)
    async with db.read() as session:
        found = await audience.count(session, Filter(), {"test"})

    assert found.reached == 1
    assert found.left_out == {"no consent": 1, "no address": 1, "stopped": 1, "blocked": 1}
    assert str(found) == "1 reached; left out: 1 no consent, 1 no address, 1 stopped, 1 blocked"


@pytest.mark.parametrize(
    ("chosen", "reached", "meant"),
    [
        (Filter(kinds=("student",)), 1, 3),
        (Filter(regions=("dompu",)), 0, 0),
        (Filter(organisations=("bem unram",)), 1, 1),
        (Filter(people=(2, 3)), 0, 2),
        (Filter(notice="news"), 0, 5),
    ],
)
async def test_fields_narrow_it(db: Database, chosen: Filter, reached: int, meant: int) -> None:
    """All fields must fit; the consent is that for the kind of message."""
    await people(db)
    async with db.read() as session:
        found = await audience.count(session, chosen, {"test"})

    assert (found.reached, found.reached + sum(found.left_out.values())) == (reached, meant)


async def test_a_person_is_reached_in_the_chat_that_still_works(db: Database) -> None:
    """Not in the newer one that blocked us."""
    await people(db)
    async with db.read() as session:
        chats = store.reached(Filter(), {"test"})
        rows = (await session.execute(chats.select())).all()
        address = await session.get_one(Conversation, rows[0].conversation_id)

    assert len(rows) == 1
    assert (address.address, rows[0].language) == ("old", "id")
