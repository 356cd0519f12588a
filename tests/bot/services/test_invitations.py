"""Publishing and inviting: each person once, in one transaction; the silent are asked once more and never twice."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from bot.services import invitations, meetings
from bot.services.invitations import NotOpen
from storage import audit, guests, pushing
from storage import meetings as store
from storage.audience import Filter
from storage.engine import Database
from storage.models import Guest, Outbox, Person
from tests.support.guests import HERE, crowd, meeting_of, publish, says, sent_to
from tests.support.meetings import TUESDAY, bring, planned, registered, wita

NOW = wita(date(2026, 11, 1), 10)
MONDAY = TUESDAY - timedelta(days=1)


async def chase(db: Database, now: object) -> int:
    """Asks the silent as the job does; how many messages there are now."""
    async with db.session() as session:
        while await invitations.chase(session, now, HERE):  # type: ignore[arg-type]  # a moment
            pass
    return len(await sent_to(db, "chase"))


async def test_publishing_alone_asks_nobody(db: Database) -> None:
    """But opens the meeting for answers."""
    await crowd(db, NOW, 2)
    await bring(db, NOW, planned())
    done = await publish(db, NOW)
    meeting = await meeting_of(db)

    assert (done.asked, await sent_to(db, "invitation")) == (0, [])
    assert (meeting.status, meeting.published_at, meeting.invited) == ("published", NOW, False)


async def test_everyone_of_an_audience_is_asked_once(db: Database) -> None:
    """A second, larger invitation leaves the first ones alone."""
    await crowd(db, NOW, 3)
    await registered(db, NOW, ("test", "bima"), region="bima")
    await bring(db, NOW, planned())
    first = await publish(db, NOW, Filter(regions=("mataram",)))
    again = await publish(db, NOW + timedelta(minutes=1), Filter())

    assert [(one.asked, one.before) for one in (first, again)] == [(3, 0), (1, 3)]
    assert sorted(address for _, address, _ in await sent_to(db, "invitation")) == ["bima", "p1", "p2", "p3"]


async def test_two_people_of_the_same_name_are_two_guests(db: Database) -> None:
    """Each with their own answer."""
    for address in ("siti-1", "siti-2"):
        await registered(db, NOW, ("test", address), name="Siti Aminah")
    await bring(db, NOW, planned())
    await publish(db, NOW, Filter())
    await says(db, NOW, "siti-1", "yes")
    async with db.read() as session:
        found = (await session.execute(select(Guest.status).order_by(Guest.id))).scalars().all()

    assert sorted(found) == ["answered", "silent"]


async def test_a_list_of_people_is_an_audience(db: Database) -> None:
    """And the guests remember that they come from one."""
    ids = await crowd(db, NOW, 3)
    await bring(db, NOW, planned())
    await publish(db, NOW, Filter(people=(ids[1],)))
    async with db.read() as session:
        guest = (await session.execute(select(Guest))).scalar_one()

    assert (guest.person_id, guest.source) == (ids[1], "list")


@pytest.mark.parametrize("why", ["cancelled", "over"])
async def test_nobody_is_asked_to_what_does_not_take_place(db: Database, why: str) -> None:
    """The sentence says which meeting."""
    await bring(db, NOW, planned(cancelled=why == "cancelled"))

    with pytest.raises(NotOpen, match=f"'rakor' is {why}"):
        await publish(db, NOW if why == "cancelled" else wita(TUESDAY, 17), Filter())


async def test_an_invitation_before_publishing_is_refused(db: Database) -> None:
    """People could not answer it."""
    await bring(db, NOW, planned())
    async with db.session() as session:
        meeting = await store.by_key(session, "rakor")
        assert meeting is not None
        with pytest.raises(NotOpen, match="publish the meeting"):
            await invitations.invite(session, NOW, meeting, Filter(), HERE)


@pytest.mark.parametrize("point", ["add_invited", "push", "audit"])
async def test_an_invitation_that_breaks_off_leaves_nothing(
    db: Database, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither guests nor messages; done again, everybody has exactly one."""
    await crowd(db, NOW, 5)
    await bring(db, NOW, planned())
    target, name = {"add_invited": (guests, point), "push": (pushing, point), "audit": (audit, "append")}[point]
    whole = getattr(target, name)

    async def crash(*values: object, **more: object) -> None:
        await whole(*values, **more)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
        patch.setattr(target, name, crash)
        await publish(db, NOW, Filter())
    left = await sent_to(db, "invitation")
    await publish(db, NOW, Filter())

    assert left == []
    assert len(await sent_to(db, "invitation")) == 5


async def test_the_silent_are_asked_once_more_after_two_days(db: Database) -> None:
    """Not before, not again, and not those who answered or want no notices any more."""
    ids = await crowd(db, NOW, 4)
    await bring(db, NOW, planned())
    await publish(db, NOW, Filter())
    await says(db, NOW, "p1", "no")
    async with db.session() as session:
        await session.execute(update(Person).where(Person.id == ids[1]).values(notify_meetings=False))
    early = await chase(db, NOW + timedelta(days=2, minutes=-1))
    due = await chase(db, NOW + timedelta(days=2))
    later = await chase(db, NOW + timedelta(days=9))

    assert (early, due, later) == (0, 2, 2)
    assert [address for _, address, _ in await sent_to(db, "chase")] == ["p3", "p4"]


async def test_on_the_evening_before_nobody_is_asked_again(db: Database) -> None:
    """It would be one message too many, two hours before the others are reminded."""
    await crowd(db, NOW, 2)
    await bring(db, NOW, planned())
    await publish(db, wita(TUESDAY - timedelta(days=3), 18), Filter())

    assert await chase(db, wita(MONDAY, 18)) == 0
    async with db.read() as session:
        assert await guests.to_chase(session, wita(MONDAY, 18)) is None


async def test_a_reminder_about_the_same_time_asks_for_both(db: Database) -> None:
    """Two questions on one morning would be one too many."""
    await crowd(db, NOW, 1)
    await bring(db, NOW, planned())
    await publish(db, wita(TUESDAY - timedelta(days=5), 9), Filter())

    assert await chase(db, wita(TUESDAY - timedelta(days=3), 9)) == 0


async def test_a_meeting_may_have_its_own_time_to_answer(db: Database) -> None:
    """Or none at all."""
    await crowd(db, NOW, 1)
    await bring(db, NOW, planned(chase_days=5))
    await bring(db, NOW, planned(key="never", chase_days=0))
    for key in ("rakor", "never"):
        await publish(db, NOW, Filter(), key)

    assert [await chase(db, NOW + timedelta(days=days)) for days in (4, 5, 20)] == [0, 1, 1]


async def test_the_sample_invites_nobody_outside_the_web_chat(db: Database) -> None:
    """Whatever channels are on."""
    await registered(db, NOW, ("webchat", "v"))
    await registered(db, NOW, ("test", "ani"))
    await bring(db, NOW, planned(), sample=True)
    async with db.session() as session:
        meeting = await store.by_key(session, "rakor")
        assert meeting is not None
        done = await invitations.publish(session, NOW, meeting, Filter(), meetings.ANYWHERE)

    assert done.asked == 1
    assert await sent_to(db, "invitation") == [("invitation", "v", "queued")]


async def test_one_content_for_each_language_serves_all(db: Database) -> None:
    """A thousand guests are one statement, not a thousand bodies."""
    await crowd(db, NOW, 30)
    await crowd_english(db)
    await bring(db, NOW, planned())
    await publish(db, NOW, Filter())
    async with db.read() as session:
        contents = (await session.execute(select(Outbox.content_id).distinct())).scalars().all()

    assert len(contents) == 2


async def crowd_english(db: Database) -> None:
    """One more who reads English."""
    await registered(db, NOW, ("test", "english"), language="en")
