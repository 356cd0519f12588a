"""The history of web chat visitors: numbered per message, sealed, acknowledged by the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from storage.engine import Tx
from storage.models import Conversation, File, WebchatMessage
from storage.types import to_ms

CHANNEL = "webchat"


@dataclass(frozen=True, slots=True)
class Entry:
    """One numbered message as JSON; an empty body was private and is not shown again."""

    n: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Attachment:
    """A kept file without its contents, and the address of the visitor it belongs to ("" when it is for many)."""

    token: str
    name: str
    mime: str
    size: int
    address: str


_ADD = """
INSERT INTO webchat (conversation_id, outbox_id, client_id, body, at, acked_at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING RETURNING id"""
_UNACKED = f"""
SELECT w.id, w.outbox_id, o.state, o.sensitive, o.source, o.source_id, w.conversation_id
FROM conversations AS c JOIN webchat AS w ON w.conversation_id = c.id LEFT JOIN outbox AS o ON o.id = w.outbox_id
WHERE c.channel = '{CHANNEL}' AND c.address = ? AND w.id <= ? AND w.acked_at IS NULL"""
_ON_ITS_WAY = ("queued", "leased", "started")
# What the visitor wrote in a private turn goes with the answer to it; the inbox knows its id behind the address.
_EMPTY_OWN = """
UPDATE webchat SET body = ? WHERE conversation_id = ? AND client_id = (
    SELECT substr(i.key, length(c.address) + 2) FROM inbox AS i JOIN conversations AS c ON c.id = i.conversation_id
    WHERE i.id = ?)"""


async def add_own(tx: Tx, conversation_id: int, client_id: str, body: bytes, now: datetime) -> None:
    """What the visitor wrote, once per client id. The conversation's row must be locked (as in a turn)."""
    at = to_ms(now)
    await tx.rows(_ADD, conversation_id, None, client_id, tx.box.seal(body), at, at)


async def add_sent(tx: Tx, conversation_id: int, outbox_id: int, body: bytes, now: datetime) -> int:
    """A message for the visitor and its number; one that is there already keeps its number."""
    if not tx.sqlite:
        # Numbers of one conversation must become visible in order, or a page that saw the later one skips the earlier.
        await tx.rows("SELECT id FROM conversations WHERE id = ? FOR UPDATE", conversation_id)
    added = await tx.rows(_ADD, conversation_id, outbox_id, None, tx.box.seal(body), to_ms(now), None)
    if not added:
        added = await tx.rows("SELECT id FROM webchat WHERE outbox_id = ?", outbox_id)
    return int(added[0][0])


async def button_source(tx: Tx, conversation_id: int, n: int) -> bytes:
    """The message with number `n` of this conversation, or b"" when there is none."""
    rows = await tx.rows("SELECT body FROM webchat WHERE id = ? AND conversation_id = ?", n, conversation_id)
    return tx.box.open(rows[0][0]) if rows and rows[0][0] else b""


async def after(db: AsyncSession, address: str, n: int, limit: int) -> list[Entry] | None:
    """The messages behind `n`, oldest first, at most `limit`; None when the visitor has no message `n` (erased)."""
    query = _history(address).where(WebchatMessage.id >= n).order_by(WebchatMessage.id).limit(limit + 1)
    entries = await _entries(db, query)
    return entries[1:] if entries and entries[0].n == n else None


async def newest(db: AsyncSession, address: str, limit: int) -> list[Entry]:
    """The last messages, oldest first."""
    query = _history(address).order_by(WebchatMessage.id.desc()).limit(limit)
    return (await _entries(db, query))[::-1]


async def last_number(db: AsyncSession, address: str) -> int:
    """Number of the newest message, 0 without one."""
    query = select(func.max(WebchatMessage.id)).join(Conversation, Conversation.id == WebchatMessage.conversation_id)
    found = await db.scalar(query.where(Conversation.channel == CHANNEL, Conversation.address == address))
    return found or 0


async def last_numbers(db: AsyncSession, addresses: Sequence[str]) -> dict[str, int]:
    """The same for many visitors at once."""
    query = (
        select(Conversation.address, func.max(WebchatMessage.id))
        .join(Conversation, Conversation.id == WebchatMessage.conversation_id)
        .where(Conversation.channel == CHANNEL, Conversation.address.in_(addresses))
        .group_by(Conversation.address)
    )
    return {row[0]: row[1] for row in await db.execute(query)}


async def by_client(db: AsyncSession, address: str, client_id: str) -> Entry | None:
    """The visitor's own message with this client id."""
    found = await _entries(db, _history(address).where(WebchatMessage.client_id == client_id))
    return found[0] if found else None


async def language(db: AsyncSession, address: str) -> str:
    """The language the visitor's conversation is held in; "" before there is one."""
    query = select(Conversation.language).where(Conversation.channel == CHANNEL, Conversation.address == address)
    return (await db.scalar(query)) or ""


async def conversation_id(db: AsyncSession, address: str, spoken: str, now: datetime) -> int:
    """The visitor's conversation, begun if there is none: a file may come before the first word."""
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {"channel": CHANNEL, "address": address, "language": spoken, "created_at": now, "seen_at": now}
    await db.execute(insert(Conversation).values(**values).on_conflict_do_nothing())
    query = select(Conversation.id).where(Conversation.channel == CHANNEL, Conversation.address == address)
    return (await db.execute(query)).scalar_one()


async def acknowledge(tx: Tx, address: str, n: int, now: datetime) -> bool:
    """The page has shown everything up to `n`. False when some of it has no recorded result yet: ask again soon."""
    rows = await tx.rows(_UNACKED, address, n)
    ready = [row for row in rows if row[2] not in _ON_ITS_WAY]
    at = to_ms(now)
    await tx.run("UPDATE webchat SET acked_at = ? WHERE id = ?", [(at, row[0]) for row in ready])
    delivered = "UPDATE outbox SET state = 'delivered', delivered_at = ? WHERE id = ? AND state = 'sent'"
    await tx.run(delivered, [(at, row[1]) for row in ready])
    private = [row for row in ready if row[3]]
    await tx.run("UPDATE webchat SET body = ? WHERE id = ?", [(b"", row[0]) for row in private])
    await tx.run(_EMPTY_OWN, [(b"", row[6], row[5]) for row in private if row[4] == "reply"])
    return len(ready) == len(rows)


async def attachment(db: AsyncSession, token: str, now: datetime) -> Attachment | None:
    """The file behind a token, while its time lasts."""
    return await _attachment(db, File.token == token, File.expires_at > now)


async def attachment_of(db: AsyncSession, file_id: int) -> Attachment | None:
    """The file with this id."""
    return await _attachment(db, File.id == file_id)


async def _attachment(db: AsyncSession, *conditions: Any) -> Attachment | None:
    columns = (File.token, File.name, File.mime, File.size, func.coalesce(Conversation.address, ""))
    query = select(*columns).outerjoin(Conversation, Conversation.id == File.conversation_id)
    ours = or_(Conversation.channel == CHANNEL, File.conversation_id.is_(None))
    row = (await db.execute(query.where(ours, *conditions))).one_or_none()
    return None if row is None else Attachment(*row)


def _history(address: str) -> Select[int, bytes]:
    query = select(WebchatMessage.id, WebchatMessage.body)
    query = query.join(Conversation, Conversation.id == WebchatMessage.conversation_id)
    return query.where(Conversation.channel == CHANNEL, Conversation.address == address)


async def _entries(db: AsyncSession, query: Select[int, bytes]) -> list[Entry]:
    box = db.info["box"]
    return [Entry(n, box.open(body) if body else b"") for n, body in (await db.execute(query)).all()]
