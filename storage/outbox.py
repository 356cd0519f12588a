"""Messages on their way out: claimed with a lease and a send time, started, and their result recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, null, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine import Tx
from storage.models import Content, Outbox
from storage.types import to_ms


@dataclass(frozen=True, slots=True)
class Row:
    """One message to one conversation. Unique on (source, source_id, revision, part, conversation): a second one with
    the same key is not added. `body` is a reply as JSON; times in milliseconds since 1970 UTC."""

    channel: str
    conversation_id: int
    source: str
    source_id: int
    lane: int
    body: bytes | None
    revision: int = 0
    part: int = 0
    operation: str = "send"
    target: str | None = None
    content_id: int | None = None
    urgent: bool = False
    sensitive: bool = False
    not_before: int = 0
    expires_at: int | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Why one of our messages was sent: the source of its row and that source's id."""

    source: str
    source_id: int


_COLUMNS = (
    "channel, conversation_id, source, source_id, revision, part, lane, operation, target, body, content_id, urgent, "
    "sensitive, not_before, expires_at, state, attempts, resent, created_at"
)
_INSERT = f"""
INSERT INTO outbox ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', 0, 0, ?)
ON CONFLICT (source, source_id, revision, part, conversation_id) DO NOTHING"""
_INSERT_MANY = f"""
INSERT INTO outbox ({_COLUMNS})
SELECT channel, conversation, source, source_id, revision, part, lane, operation, target, body, content, urgent,
    sensitive, not_before, expires_at, 'queued', 0, 0, $16
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::int[], $6::int[], $7::int[], $8::text[], $9::text[],
    $10::bytea[], $11::bigint[], $12::bool[], $13::bool[], $14::bigint[], $15::bigint[])
    WITH ORDINALITY AS item (channel, conversation, source, source_id, revision, part, lane, operation, target, body,
    content, urgent, sensitive, not_before, expires_at, place)
ORDER BY place
ON CONFLICT (source, source_id, revision, part, conversation_id) DO NOTHING"""


def _values(row: Row, box: Any) -> tuple[Any, ...]:
    body = None if row.body is None else box.seal(row.body)
    return (
        row.channel,
        row.conversation_id,
        row.source,
        row.source_id,
        row.revision,
        row.part,
        row.lane,
        row.operation,
        row.target,
        body,
        row.content_id,
        row.urgent,
        row.sensitive,
        row.not_before,
        row.expires_at,
    )


async def insert_rows(tx: Tx, rows: Sequence[Row], now: datetime) -> None:
    """Puts messages into the outbox, those already there left alone. Hot path of replies."""
    if not rows:
        return
    values = [_values(row, tx.box) for row in rows]
    created = to_ms(now)
    if tx.sqlite:
        tx.raw.executemany(_INSERT, [(*one, created) for one in values])
    else:
        await tx.driver.execute(_INSERT_MANY, *map(list, zip(*values, strict=True)), created)


async def add(db: AsyncSession, row: Row, now: datetime) -> int | None:
    """The same through a session, for one message: its id, or None when the key was there."""
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    names = [name.strip() for name in _COLUMNS.split(",")]
    values = dict(zip(names, (*_values(row, db.info["box"]), "queued", 0, 0, to_ms(now)), strict=True))
    statement = insert(Outbox).values(**values).on_conflict_do_nothing().returning(Outbox.id)
    added: int | None = (await db.execute(statement)).scalar_one_or_none()
    return added


async def waiting(tx: Tx, channel: str, now: datetime) -> int:
    """How many messages of a channel are due or on their way."""
    query = (
        "SELECT count(*) FROM outbox WHERE channel = ? AND state IN ('queued', 'leased', 'started') AND not_before <= ?"
    )
    return int((await tx.rows(query, channel, to_ms(now)))[0][0])


async def add_content(db: AsyncSession, body: bytes, now: datetime) -> int:
    """One body that many rows share; its id."""
    content = Content(body=db.info["box"].seal(body), created_at=now)
    db.add(content)
    await db.flush()
    return content.id


async def withdraw(db: AsyncSession, reason: str, *conditions: Any) -> int:
    """Skips messages that were not started yet and fit all conditions (on Outbox); how many."""
    body = case((Outbox.sensitive, null()), else_=Outbox.body)
    statement = (
        update(Outbox)
        .where(Outbox.state.in_(("queued", "leased")), *conditions)
        .values(state="skipped", reason=reason, lease=None, lease_until=None, body=body)
    )
    result: Any = await db.execute(statement)
    return int(result.rowcount)


async def origin(tx: Tx, conversation_id: int, remote_id: str) -> Origin | None:
    """Where the message came from that the service knows as `remote_id` in that conversation."""
    query = (
        "SELECT source, source_id FROM outbox WHERE conversation_id = ? AND remote_id = ? AND operation = 'send' "
        "ORDER BY id DESC LIMIT 1"
    )
    rows = await tx.rows(query, conversation_id, remote_id)
    return Origin(rows[0][0], rows[0][1]) if rows else None


async def by_remote(db: AsyncSession, conversation_id: int, remote_id: str) -> Outbox | None:
    """The row behind a message that the service knows as `remote_id` in that conversation."""
    statement = select(Outbox).where(Outbox.conversation_id == conversation_id, Outbox.remote_id == remote_id)
    return (await db.execute(statement.order_by(Outbox.id.desc()).limit(1))).scalar_one_or_none()
