"""One content for many people: a single statement puts a row into the outbox for each of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, Select, case, literal, select
from sqlalchemy import cast as cast_to
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from storage import outbox
from storage.models import Outbox
from storage.types import to_ms

SENT = ("started", "sent", "delivered", "read", "unknown")  # may have reached its reader
UNSENT = ("queued", "leased")


@dataclass(frozen=True, slots=True)
class Push:
    """What goes out under which key: `bodies` by language (the first is for all others)."""

    source: str
    source_id: int
    revision: int
    bodies: Mapping[str, bytes]
    lane: int
    urgent: bool = False
    expires_at: datetime | None = None


async def push(db: AsyncSession, chats: FromClause, sent: Push, now: datetime) -> int:
    """Queues for each of `chats` (columns conversation_id, channel, language), except where the key is there already;
    how many."""
    found = select(chats.c.conversation_id).limit(1)
    if (await db.execute(found)).first() is None:
        return 0
    contents = {language: await outbox.add_content(db, body, now) for language, body in sent.bodies.items()}
    values: dict[str, ColumnElement[Any]] = {
        "channel": chats.c.channel,
        "conversation_id": chats.c.conversation_id,
        "source": literal(sent.source),
        "source_id": literal(sent.source_id, BigInteger),
        "revision": literal(sent.revision),
        "part": literal(0),
        "lane": literal(sent.lane),
        "operation": literal("send"),
        "content_id": content_of(contents, chats.c.language),
        "urgent": literal(sent.urgent),
        "sensitive": literal(False),
        "not_before": literal(0),
        "expires_at": cast_to(literal(None if sent.expires_at is None else to_ms(sent.expires_at)), BigInteger),
        "state": literal("queued"),
        "attempts": literal(0),
        "resent": literal(0),
        "created_at": literal(to_ms(now), BigInteger),
    }
    # SQLite takes ON CONFLICT for part of the join unless a WHERE stands before it.
    query: Select[Any] = (
        select(*values.values()).where(chats.c.conversation_id.is_not(None)).order_by(chats.c.conversation_id)
    )
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(Outbox).from_select(list(values), query, include_defaults=False).on_conflict_do_nothing()
    result: Any = await db.execute(statement)
    return int(result.rowcount)


def content_of(contents: Mapping[str, int], language: ColumnElement[str]) -> ColumnElement[int]:
    """The content's id by language."""
    first, *others = contents.items()
    last = cast_to(literal(first[1]), BigInteger)
    if not others:
        return last
    return case(*((language == name, cast_to(literal(number), BigInteger)) for name, number in others), else_=last)
