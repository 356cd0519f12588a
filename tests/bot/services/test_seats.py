"""Seats: capacity and quotas, the waiting list in its order, offers that end and go on."""

import asyncio
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.services import seats
from bot.services.seats import Room
from storage.engine import Database
from storage.models import Conversation, Person, SeatOffer
from storage.seats import Load
from tests.support.guests import HERE, answers, crowd, publish, says, sent_to
from tests.support.meetings import TUESDAY, bring, planned, wita

NOW = wita(date(2026, 11, 1), 10)
HOUR = timedelta(hours=1)


async def full(db: Database, waiting: int = 2, **more: Any) -> None:
    """A meeting of one seat that p1 has, and others who wait in order."""
    await crowd(db, NOW, waiting + 1)
    await bring(db, NOW, planned(capacity=1, **more))
    await publish(db, NOW)
    for number in range(1, waiting + 2):
        await says(db, NOW + timedelta(seconds=number), f"p{number}", "yes")


async def go_on(db: Database, now: datetime) -> int:
    """What the job does each minute; how many seats were offered."""
    async with db.session() as session:
        return await seats.go_on(session, now, HERE)


async def ends(db: Database) -> list[datetime]:
    """When the offers end, in order."""
    async with db.read() as session:
        return list((await session.execute(select(SeatOffer.expires_at).order_by(SeatOffer.id))).scalars())


def test_a_region_has_no_more_than_its_own_seats() -> None:
    """Others share what the whole still has."""
    room = Room(3, {"bima": 1}, Load({"bima": 1, "dompu": 1}))

    assert [room.fits(one) for one in ("bima", "dompu", "")] == [False, True, True]
    room.take("dompu")
    assert not room.fits("dompu")


def test_who_asks_now_does_not_pass_those_who_wait() -> None:
    """Unless these could not take the seat anyway."""
    assert not Room(2, {}, Load({"": 1}, {"": 1})).open_to_new("")
    assert Room(2, {"bima": 1}, Load({"bima": 1}, {"bima": 4})).open_to_new("dompu")


async def test_when_it_is_full_people_wait_in_order(db: Database) -> None:
    """And are told their place."""
    await full(db)
    third = await says(db, NOW + timedelta(minutes=1), "p3", "yes")

    assert await answers(db) == {"p1": "yes", "p2": "waiting", "p3": "waiting"}
    assert list(third.places.values()) == [2]


async def test_many_at_once_take_no_more_seats_than_there_are(db: Database) -> None:
    """Also people who become guests in the same moment, in transactions beside each other."""
    await crowd(db, NOW, 6)
    await bring(db, NOW, planned(capacity=2))
    await publish(db, NOW)
    await asyncio.gather(*(says(db, NOW, f"p{number}", "yes") for number in range(1, 7)))

    assert Counter((await answers(db)).values()) == {"yes": 2, "waiting": 4}


async def test_a_freed_seat_is_offered_to_the_first(db: Database) -> None:
    """Once, for an hour; taken, nobody else is asked."""
    await full(db)
    nothing = await go_on(db, NOW + HOUR)
    await says(db, NOW + HOUR, "p1", "no")
    offered = [await go_on(db, NOW + HOUR), await go_on(db, NOW + HOUR)]
    await says(db, NOW + HOUR, "p2", "yes")
    after = await go_on(db, NOW + 5 * HOUR)

    assert (nothing, offered, after) == (0, [1, 0], 0)
    assert await answers(db) == {"p1": "no", "p2": "yes", "p3": "waiting"}
    assert [address for _, address, _ in await sent_to(db, "offer")] == ["p2"]


async def test_an_offer_that_nobody_answers_goes_on_to_the_next(db: Database) -> None:
    """Who let it pass waits no longer, and may ask anew behind the others."""
    await full(db)
    await says(db, NOW + HOUR, "p1", "no")
    await go_on(db, NOW + HOUR)
    early = await go_on(db, NOW + 2 * HOUR - timedelta(minutes=1))
    due = await go_on(db, NOW + 2 * HOUR)
    passed = await answers(db)
    await says(db, NOW + 2 * HOUR, "p2", "yes")

    assert (early, due) == (0, 1)
    assert passed == {"p1": "no", "p2": "lapsed", "p3": "offered"}
    assert (await answers(db))["p2"] == "waiting"


async def test_an_offer_declined_goes_on_at_once(db: Database) -> None:
    """Without waiting for the hour."""
    await full(db)
    await says(db, NOW, "p1", "no")
    await go_on(db, NOW)
    await says(db, NOW, "p2", "no")
    await go_on(db, NOW + timedelta(minutes=1))

    assert await answers(db) == {"p1": "no", "p2": "no", "p3": "offered"}


@pytest.mark.parametrize(
    ("made", "over"),
    [
        (wita(date(2026, 11, 2), 20, 45), wita(date(2026, 11, 3), 6, 45)),
        (wita(date(2026, 11, 2), 23), wita(date(2026, 11, 3), 7)),
        (wita(TUESDAY, 8, 30), wita(TUESDAY, 9)),
    ],
)
async def test_the_hour_leaves_out_the_night_and_ends_when_the_day_begins(
    db: Database, made: datetime, over: datetime
) -> None:
    """At 20.45 there is a quarter of an hour left today."""
    await full(db)
    await says(db, made, "p1", "no")
    await go_on(db, made)

    assert await ends(db) == [over]


async def test_whoever_cannot_be_reached_is_passed_over(db: Database) -> None:
    """They keep their place for when they can."""
    await full(db)
    async with db.session() as session:
        blocked = update(Conversation).where(Conversation.address == "p2")
        await session.execute(blocked.values(unreachable="blocked"))
    await says(db, NOW, "p1", "no")
    await go_on(db, NOW)

    assert await answers(db) == {"p1": "no", "p2": "waiting", "p3": "offered"}


async def test_a_newcomer_does_not_slip_in_before_the_offer(db: Database) -> None:
    """Between the freed seat and the minute's bell."""
    await full(db, waiting=2)
    await says(db, NOW, "p1", "maybe")
    await says(db, NOW, "p1", "yes")

    assert (await answers(db))["p1"] == "waiting"


async def test_a_larger_room_is_offered_without_anybody_leaving(db: Database) -> None:
    """The job looks at what is."""
    await full(db)
    await bring(db, NOW, planned(capacity=3))
    await go_on(db, NOW)

    assert await answers(db) == {"p1": "yes", "p2": "offered", "p3": "offered"}


async def test_quotas_of_regions_hold_for_the_waiting_list_too(db: Database) -> None:
    """A seat that only another region may take is not offered to the first."""
    ids = await crowd(db, NOW, 4)
    async with db.session() as session:
        await session.execute(update(Person).where(Person.id.in_(ids[:3])).values(region="bima"))
    await bring(db, NOW, planned(capacity=2, quotas={"bima": 1}))
    await publish(db, NOW)
    for number in (1, 2, 4):
        await says(db, NOW + timedelta(seconds=number), f"p{number}", "yes")
    taken = await answers(db)
    await says(db, NOW, "p4", "no")
    await go_on(db, NOW)

    assert taken == {"p1": "yes", "p2": "waiting", "p4": "yes"}
    assert (await answers(db))["p2"] == "waiting"
    await says(db, NOW, "p1", "no")
    await go_on(db, NOW)
    assert (await answers(db))["p2"] == "offered"
