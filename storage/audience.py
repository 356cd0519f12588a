"""Who a query about people means, who of them can be written to, and why the others cannot."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import reach
from storage.models import Conversation, Person
from storage.reach import Channels

NOTICES = ("meetings", "news", "quiz")


@dataclass(frozen=True, slots=True)
class Filter:
    """Registered people of these regions, kinds and organisations (empty: all), or with these numbers; `notice` is
    the kind of message they must have agreed to."""

    regions: Collection[str] = ()
    kinds: Collection[str] = ()
    organisations: Collection[str] = ()
    people: Collection[int] = ()
    notice: str = "meetings"


def _meant(chosen: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Person.erased_at.is_(None)]
    if chosen.regions:
        conditions.append(Person.region.in_(list(chosen.regions)))
    if chosen.kinds:
        conditions.append(Person.kind.in_(list(chosen.kinds)))
    if chosen.organisations:
        conditions.append(func.lower(Person.organisation).in_([one.lower() for one in chosen.organisations]))
    if chosen.people:
        conditions.append(Person.id.in_(list(chosen.people)))
    return conditions


def _agreed(chosen: Filter) -> ColumnElement[bool]:
    if chosen.notice not in NOTICES:
        raise ValueError(f"no notice is called {chosen.notice!r}")
    agreed: ColumnElement[bool] = getattr(Person, f"notify_{chosen.notice}")
    return agreed


def reached(chosen: Filter, channels: Channels) -> Subquery:
    """The chat (person_id, conversation_id, channel, language) of each person meant who agreed and can be reached."""
    people: Select[Any] = select(Person.id).where(*_meant(chosen), _agreed(chosen))
    return reach.best_chats(channels, people)


async def reasons(db: AsyncSession, chosen: Filter, channels: Channels) -> dict[str, int]:
    """How many people are meant by what becomes of them: reached, or left out for no consent, no address, stopped or
    blocked."""
    here = [~Conversation.is_group]
    if channels is not None:
        here.append(Conversation.channel.in_(list(channels)))
    free = and_(Conversation.stopped_at.is_(None), Conversation.unreachable == "")
    chats = (
        select(
            Person.id,
            _agreed(chosen).label("agreed"),
            func.count(Conversation.id).label("chats"),
            func.sum(case((and_(Conversation.id.is_not(None), free), 1), else_=0)).label("free"),
            func.sum(case((Conversation.stopped_at.is_not(None), 1), else_=0)).label("stopped"),
        )
        .outerjoin(Conversation, and_(Conversation.person_id == Person.id, *here))
        .where(*_meant(chosen))
        .group_by(Person.id, _agreed(chosen))
        .subquery()
    )
    reason = case(
        (~chats.c.agreed, "no consent"),
        (chats.c.chats == 0, "no address"),
        (chats.c.free > 0, "reached"),
        (chats.c.stopped > 0, "stopped"),
        else_="blocked",
    ).label("reason")
    inner = select(reason).subquery()
    rows = await db.execute(select(inner.c.reason, func.count()).group_by(inner.c.reason))
    return {str(name): int(count) for name, count in rows.all()}
