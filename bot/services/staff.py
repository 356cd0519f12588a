"""Who may act for an office: roles, one-time links, bound groups, and whom a question or an alarm goes to."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from storage import audit
from storage import staff as store
from storage.models import Conversation, Staff, StaffGroup

Addresses = Collection[tuple[str, str]]

LINK_HOURS = 1.0  # of the link that `run` prints; an invitation sent to a person lives longer
INVITATION_HOURS = 24.0
WRONG_PER_HOUR = 10
TOKEN_BYTES = 24  # 192 bits, and with "staff.accept:" before it still a button


class Role(StrEnum):
    """What somebody is for an office."""

    OWNER = "owner"
    ORGANISER = "organiser"
    ANNOUNCER = "announcer"
    REPORT_HANDLER = "report_handler"
    CUSTODIAN = "custodian"
    EDITOR = "editor"
    VIEWER = "viewer"


class Power(StrEnum):
    """What somebody may do."""

    STAFF = "staff"  # invite, list and remove staff; bind groups
    ANSWER = "answer"  # answer and close questions
    MEETINGS = "meetings"
    ANNOUNCE = "announce"
    REPORTS = "reports"
    IDENTITY = "identity"  # open who reported, with a reason
    TOPICS = "topics"
    VIEW = "view"  # see what is open and what was sent


MAY: dict[Role, frozenset[Power]] = {
    Role.OWNER: frozenset(Power) - {Power.IDENTITY},
    Role.ORGANISER: frozenset({Power.MEETINGS, Power.ANSWER, Power.VIEW}),
    Role.ANNOUNCER: frozenset({Power.ANNOUNCE, Power.VIEW}),
    Role.REPORT_HANDLER: frozenset({Power.REPORTS, Power.ANSWER, Power.VIEW}),
    Role.CUSTODIAN: frozenset({Power.IDENTITY}),
    Role.EDITOR: frozenset({Power.TOPICS, Power.ANSWER, Power.VIEW}),
    Role.VIEWER: frozenset({Power.VIEW}),
}


class Purpose(StrEnum):
    """What a bound group is for."""

    QUESTIONS = "questions"
    ANNOUNCEMENTS = "announcements"
    REPORTS = "reports"
    ALARMS = "alarms"


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a link says about itself. `role` None: it does not exist, was used or is over; `locked`: too many tries."""

    role: Role | None = None
    office: str = ""
    locked: bool = False


def may(role: Role | None, power: Power) -> bool:
    """Whether a role includes a power."""
    return role is not None and power in MAY[role]


async def role_of(db: AsyncSession, channel: str, address: str, owners: Addresses = frozenset()) -> Role | None:
    """The role of an address; `owners` are those of the configuration."""
    if (channel, address) in owners:
        return Role.OWNER
    found = await store.active(db, channel, address)
    return Role(found.role) if found else None


async def add(
    db: AsyncSession, now: datetime, channel: str, address: str, *, role: str, office: str = "", name: str = "", by: str
) -> Staff:
    """Gives an address a role, in place of the one it had. ValueError for a role that does not exist."""
    role = Role(role)
    found = await store.active(db, channel, address)
    if found is None:
        found = Staff(channel=channel, address=address, name=name, role=role, office=office, added_by=by, added_at=now)
        db.add(found)
    else:
        found.role, found.office, found.name = role, office, name or found.name
    await db.flush()
    await audit.append(db, now, by, f"staff.add.{role}", f"staff:{found.id}", office)
    return found


async def everybody(db: AsyncSession) -> Sequence[Staff]:
    """All who have a role by the database (owners of the configuration are not among them)."""
    return await store.everybody(db)


async def remove(db: AsyncSession, now: datetime, number: int, *, by: str) -> bool:
    """Takes a role away; False when nobody has this number."""
    removed = await store.remove(db, number, now)
    if removed is not None:
        await audit.append(db, now, by, "staff.remove", f"staff:{removed.id}", removed.office)
    return removed is not None


async def make_link(
    db: AsyncSession, now: datetime, *, role: str, office: str = "", by: str = "program", hours: float = LINK_HOURS
) -> str:
    """A token that gives its first user a role; only its hash is kept."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    ends = now + timedelta(hours=hours)
    made = await store.add_link(db, _hash(token), Role(role), office, now, ends)
    await audit.append(db, now, by, f"staff.link.{role}", f"link:{made.id}", office)
    return token


async def look_at_link(db: AsyncSession, now: datetime, token: str, who: str) -> Invitation:
    """What a link would give, without using it. A wrong one counts against the conversation `who`."""
    if await _locked(db, now, who):
        return Invitation(locked=True)
    link = await store.link(db, _hash(token), now)
    if link is None:
        await audit.append(db, now, who, _WRONG, "link")
        return Invitation()
    return Invitation(Role(link.role), link.office)


async def use_link(
    db: AsyncSession, now: datetime, token: str, channel: str, address: str, name: str = ""
) -> Invitation:
    """Uses a link up and gives its role to the address; of many at once only one gets it."""
    who = f"{channel}:{address}"
    if await _locked(db, now, who):
        return Invitation(locked=True)
    link = await store.use_link(db, _hash(token), now)
    if link is None:
        await audit.append(db, now, who, _WRONG, "link")
        return Invitation()
    await add(db, now, channel, address, role=link.role, office=link.office, name=name, by=f"link:{link.id}")
    return Invitation(Role(link.role), link.office)


async def bind(db: AsyncSession, now: datetime, conversation_id: int, office: str, by: str) -> StaffGroup:
    """The group as a staff group of an office, without a purpose at first; an old binding keeps its purposes."""
    group = await store.group(db, conversation_id)
    if group is None:
        group = StaffGroup(conversation_id=conversation_id, office=office, purposes="", bound_by=by, bound_at=now)
        db.add(group)
    elif office:
        group.office = office
    await db.flush()
    await audit.append(db, now, by, "group.bind", f"conversation:{conversation_id}", group.office)
    return group


async def switch(db: AsyncSession, now: datetime, group: StaffGroup, purpose: Purpose, by: str) -> None:
    """Turns one purpose of a group on or off."""
    chosen = set(group.purposes.split()) ^ {purpose.value}
    group.purposes = " ".join(one for one in Purpose if one in chosen)
    turned = "on" if purpose in chosen else "off"
    await audit.append(db, now, by, f"group.{purpose}.{turned}", f"conversation:{group.conversation_id}", group.office)


async def unbind(db: AsyncSession, now: datetime, group: StaffGroup, by: str) -> None:
    """The group is an ordinary one again."""
    await db.delete(group)
    await audit.append(db, now, by, "group.unbind", f"conversation:{group.conversation_id}", group.office)


async def audience(db: AsyncSession, owners: Addresses, purpose: Purpose) -> Sequence[Conversation]:
    """Where staff read about `purpose`: the groups bound to it, else the chats of the owners."""
    groups = await store.groups_for(db, purpose)
    if groups:
        return groups
    added = {(one.channel, one.address) for one in await store.everybody(db) if one.role == Role.OWNER}
    return await store.chats_of(db, {*owners, *added})


_WRONG = "staff.link.wrong"


async def _locked(db: AsyncSession, now: datetime, who: str) -> bool:
    return await audit.count(db, _WRONG, who, now - timedelta(hours=1)) >= WRONG_PER_HOUR


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
