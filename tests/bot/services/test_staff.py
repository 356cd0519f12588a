"""Roles, one-time links and bound groups, on both engines."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import staff
from bot.services.staff import MAY, Invitation, Power, Purpose, Role
from storage.engine import Database
from storage.models import Audit, Conversation, Staff, StaffLink

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


async def acts(db: Database) -> list[tuple[str, str, str]]:
    """The audit: who did what to what."""
    async with db.read() as session:
        found = (await session.scalars(select(Audit).order_by(Audit.id))).all()
        return [(one.actor, one.action, one.object) for one in found]


async def chat(session: AsyncSession, address: str, is_group: bool = False, unreachable: str = "") -> Conversation:
    """A conversation at this address."""
    made = Conversation(
        channel="test", address=address, is_group=is_group, unreachable=unreachable, created_at=NOW, seen_at=NOW
    )
    session.add(made)
    await session.flush()
    return made


async def test_of_fifty_at_once_one_uses_the_link(db: Database) -> None:
    """Fifty transactions of their own; one gets the role, all others nothing."""
    async with db.session() as session:
        token = await staff.make_link(session, NOW, role="owner")

    async def redeem(number: int) -> Invitation:
        async with db.session() as session:
            return await staff.use_link(session, NOW, token, "test", f"visitor-{number}")

    found = await asyncio.gather(*(redeem(number) for number in range(50)))
    async with db.read() as session:
        people = (await session.scalars(select(Staff))).all()

    assert [one.role for one in found if one.role] == [Role.OWNER]
    assert len(people) == 1


async def test_only_the_hash_of_a_link_is_kept(db: Database) -> None:
    """Who reads the database cannot use a link; a guess has 192 bits to guess."""
    async with db.session() as session:
        token = await staff.make_link(session, NOW, role="editor")
        (link,) = (await session.scalars(select(StaffLink))).all()

    assert token not in link.token_hash
    assert len(token) == 32


@pytest.mark.parametrize(("hours", "works"), [(0.99, True), (1, False), (24, False)])
async def test_a_link_ends_after_its_time(db: Database, hours: float, works: bool) -> None:
    """One hour for the link that the program prints."""
    async with db.session() as session:
        token = await staff.make_link(session, NOW, role="owner")
        found = await staff.use_link(session, NOW + timedelta(hours=hours), token, "test", "ani")

    assert (found.role is not None) == works


async def test_ten_wrong_links_in_an_hour_lock_the_chat_for_an_hour(db: Database) -> None:
    """Even the right link then has to wait; other chats are not touched."""
    async with db.session() as session:
        token = await staff.make_link(session, NOW, role="owner", hours=48)
        for number in range(staff.WRONG_PER_HOUR):
            wrong = await staff.use_link(session, NOW, f"wrong-{number}", "test", "eve")
            assert wrong == Invitation()
        locked = await staff.use_link(session, NOW, token, "test", "eve")
        other = await staff.look_at_link(session, NOW, token, "test:ani")
        later = await staff.use_link(session, NOW + timedelta(minutes=61), token, "test", "eve")

    assert locked.locked
    assert other.role == Role.OWNER
    assert later.role == Role.OWNER


async def test_looking_at_a_link_does_not_use_it(db: Database) -> None:
    """A preview of the chat service must not eat it."""
    async with db.session() as session:
        token = await staff.make_link(session, NOW, role="viewer")
        looked = [await staff.look_at_link(session, NOW, token, "test:ani") for _ in range(3)]
        used = await staff.use_link(session, NOW, token, "test", "ani")

    assert {one.role for one in [*looked, used]} == {Role.VIEWER}


async def test_a_role_that_does_not_exist_is_refused(db: Database) -> None:
    """With its name, before anything is stored."""
    async with db.session() as session:
        with pytest.raises(ValueError, match="chief"):
            await staff.add(session, NOW, "test", "ani", role="chief", by="command line")


async def test_the_role_of_an_address(db: Database) -> None:
    """From the configuration, from the database, until it is taken away; one address has one role."""
    owners = frozenset({("test", "boss")})
    async with db.session() as session:
        first = await staff.add(session, NOW, "test", "ani", role="viewer", by="x")
        second = await staff.add(session, NOW, "test", "ani", role="editor", by="x")
        before = await staff.role_of(session, "test", "ani")
        gone = await staff.remove(session, NOW, first.id, by="x")
        after = await staff.role_of(session, "test", "ani")
        again = await staff.remove(session, NOW, first.id, by="x")
        boss = await staff.role_of(session, "test", "boss", owners)

    assert first.id == second.id
    assert (before, gone, after, again, boss) == (Role.EDITOR, True, None, False, Role.OWNER)


async def test_each_act_leaves_an_audit_row(db: Database) -> None:
    """Who, what, and the number of what was touched; no name and no contents."""
    async with db.session() as session:
        token = await staff.make_link(session, NOW, role="editor", by="test:boss")
        await staff.use_link(session, NOW, token, "test", "ani", "Ani Lestari")
        await staff.remove(session, NOW, 1, by="test:boss")

    assert await acts(db) == [
        ("test:boss", "staff.link.editor", "link:1"),
        ("link:1", "staff.add.editor", "staff:1"),
        ("test:boss", "staff.remove", "staff:1"),
    ]


def test_every_role_may_something_and_only_the_custodian_opens_identities() -> None:
    """Owners manage; who reported is not theirs to see."""
    assert set(MAY) == set(Role)
    assert all(MAY.values())
    assert [role for role in Role if staff.may(role, Power.IDENTITY)] == [Role.CUSTODIAN]
    assert [role for role in Role if staff.may(role, Power.STAFF)] == [Role.OWNER]
    assert not staff.may(None, Power.VIEW)


async def test_a_purpose_reaches_its_groups_else_the_owners(db: Database) -> None:
    """Owners of the configuration and of the database; who never wrote cannot be written to."""
    owners = frozenset({("test", "boss"), ("test", "never-wrote")})
    async with db.session() as session:
        boss, ani, group = await chat(session, "boss"), await chat(session, "ani"), await chat(session, "g", True)
        await staff.add(session, NOW, "test", "ani", role="owner", by="x")
        await staff.add(session, NOW, "test", "boss", role="editor", by="x")
        alone = await staff.audience(session, owners, Purpose.QUESTIONS)
        bound = await staff.bind(session, NOW, group.id, "", "test:boss")
        await staff.switch(session, NOW, bound, Purpose.QUESTIONS, "test:boss")
        questions = await staff.audience(session, owners, Purpose.QUESTIONS)
        alarms = await staff.audience(session, owners, Purpose.ALARMS)

    assert [one.id for one in alone] == [boss.id, ani.id]
    assert [one.id for one in questions] == [group.id]
    assert [one.id for one in alarms] == [boss.id, ani.id]


async def test_a_group_that_cannot_be_reached_leaves_it_to_the_owners(db: Database) -> None:
    """A bot thrown out of its group does not swallow questions."""
    async with db.session() as session:
        boss, group = await chat(session, "boss"), await chat(session, "g", True, unreachable="left")
        bound = await staff.bind(session, NOW, group.id, "", "test:boss")
        await staff.switch(session, NOW, bound, Purpose.QUESTIONS, "test:boss")
        found = await staff.audience(session, frozenset({("test", "boss")}), Purpose.QUESTIONS)

    assert [one.id for one in found] == [boss.id]
