"""Messages that came in: stored once, then handled in the order of their conversation. Hot path: statements to the
driver, a group of messages at a time (one after the other on SQLite, as arrays on PostgreSQL)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from storage.engine import Tx
from storage.outbox import Row, insert_rows
from storage.types import from_ms, to_ms


@dataclass(slots=True)
class Chat:
    """A conversation as a turn sees it; `plain` is its data as it was read, to notice a change."""

    id: int
    channel: str
    address: str
    is_group: bool
    person_id: int | None
    language: str
    state: str
    data: dict[str, Any]
    stopped_at: int | None
    source: str
    fresh: bool
    plain: bytes
    was: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One item to store. `hold`: store only, it is handled later (an album's part, one of a batch)."""

    channel: str
    address: str
    key: str
    raw: bytes
    is_group: bool = False
    language: str = ""
    hold: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A stored item: `inbox_id` None when it was seen before; `ready` when it may be handled in this transaction."""

    inbox_id: int | None
    chat: Chat
    ready: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """An item waiting to be handled."""

    id: int
    key: str
    raw: bytes
    received_at: datetime


@dataclass(slots=True)
class Closing:
    """What became of a turn. `waited`: its items were stored as new before; `forget`: their content goes now."""

    chat: Chat
    inbox_ids: tuple[int, ...]
    rows: list[Row] = field(default_factory=list)
    trace: str | None = None
    waited: bool = False
    forget: bool = False


_CHAT = "id, channel, address, is_group, person_id, language, state, data, stopped_at, source, created_at"
_UPSERT = f"""
INSERT INTO conversations
    (channel, address, is_group, language, state, source, unreachable, next_at, created_at, seen_at)
VALUES (?, ?, ?, ?, '', '', '', 0, ?, ?)
ON CONFLICT (channel, address) DO UPDATE SET seen_at = excluded.seen_at, unreachable = ''
RETURNING {_CHAT}"""
_UPSERT_MANY = f"""
INSERT INTO conversations
    (channel, address, is_group, language, state, source, unreachable, next_at, created_at, seen_at)
SELECT channel, address, is_group, language, '', '', '', 0, $5, $5
FROM unnest($1::text[], $2::text[], $3::bool[], $4::text[]) AS item (channel, address, is_group, language)
ORDER BY channel, address
ON CONFLICT (channel, address) DO UPDATE SET seen_at = excluded.seen_at, unreachable = ''
RETURNING {_CHAT}"""
_STORE = """
INSERT INTO inbox (channel, key, conversation_id, raw, status, received_at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (channel, key) DO NOTHING RETURNING id"""
_STORE_MANY = """
INSERT INTO inbox (channel, key, conversation_id, raw, status, received_at)
SELECT channel, key, conversation, raw, CASE WHEN hold OR EXISTS
    (SELECT 1 FROM inbox AS w WHERE w.conversation_id = conversation AND w.status = 'new')
    THEN 'new' ELSE 'done' END, $6
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bytea[], $5::bool[])
    WITH ORDINALITY AS item (channel, key, conversation, raw, hold, place)
ORDER BY place
ON CONFLICT (channel, key) DO NOTHING RETURNING channel, key, id, status"""


async def open_turns(tx: Tx, items: Sequence[Arrival], now: datetime) -> list[Opened]:
    """Stores each item once and locks its conversation. Items of one conversation share one Chat."""
    if tx.sqlite:
        return _open_sqlite(tx, items, to_ms(now))
    return await _open_postgres(tx, items, to_ms(now))


def _open_sqlite(tx: Tx, items: Sequence[Arrival], now: int) -> list[Opened]:
    chats: dict[tuple[str, str], Chat] = {}
    opened = []
    for item in items:
        chat = chats.get((item.channel, item.address))
        if chat is None:
            row = tx.raw.execute(
                _UPSERT, (item.channel, item.address, item.is_group, item.language, now, now)
            ).fetchone()
            chat = chats[item.channel, item.address] = _chat(tx, row, now)
        held = item.hold or _has_waiting(tx, chat.id)
        values = (item.channel, item.key, chat.id, tx.box.seal(item.raw), "new" if held else "done", now)
        stored = tx.raw.execute(_STORE, values).fetchone()
        opened.append(Opened(stored[0] if stored else None, chat, stored is not None and not held))
    return opened


async def put_aside(tx: Tx, channel: str, key: str, raw: bytes, now: datetime) -> None:
    """Stores an item that cannot be read as parked, once per key."""
    query = (
        "INSERT INTO inbox (channel, key, raw, status, trace, received_at) VALUES (?, ?, ?, 'parked', 'unreadable', ?) "
        "ON CONFLICT (channel, key) DO NOTHING"
    )
    await tx.run(query, [(channel, key, tx.box.seal(raw), to_ms(now))])


def _has_waiting(tx: Tx, conversation_id: int) -> bool:
    query = "SELECT 1 FROM inbox WHERE conversation_id = ? AND status = 'new' LIMIT 1"
    return tx.raw.execute(query, (conversation_id,)).fetchone() is not None


async def _open_postgres(tx: Tx, items: Sequence[Arrival], now: int) -> list[Opened]:
    ways = {(item.channel, item.address): item for item in items}
    rows = await tx.driver.fetch(
        _UPSERT_MANY,
        [item.channel for item in ways.values()],
        [item.address for item in ways.values()],
        [item.is_group for item in ways.values()],
        [item.language for item in ways.values()],
        now,
    )
    chats = {(row[1], row[2]): _chat(tx, row, now) for row in rows}
    found = [chats[item.channel, item.address] for item in items]
    stored = await tx.driver.fetch(
        _STORE_MANY,
        [item.channel for item in items],
        [item.key for item in items],
        [chat.id for chat in found],
        [tx.box.seal(item.raw) for item in items],
        [item.hold for item in items],
        now,
    )
    ids = {(row[0], row[1]): (row[2], row[3] == "done") for row in stored}
    opened = []
    for item, chat in zip(items, found, strict=True):
        inbox_id, ready = ids.pop((item.channel, item.key), (None, False))
        opened.append(Opened(inbox_id, chat, ready))
    return opened


def _chat(tx: Tx, row: Sequence[Any], now: int) -> Chat:
    plain = tx.box.open(row[7]) if row[7] else b"{}"
    return Chat(
        id=row[0],
        channel=row[1],
        address=row[2],
        is_group=bool(row[3]),
        person_id=row[4],
        language=row[5],
        state=row[6],
        data=orjson.loads(plain),
        stopped_at=row[8],
        source=row[9],
        fresh=row[10] == now,
        plain=plain,
        was=(row[6], row[5], row[9]),
    )


async def open_waiting(tx: Tx, conversation_id: int, limit: int = 12) -> tuple[Chat, list[Stored]] | None:
    """The conversation, locked, and its oldest waiting items; None when nothing waits."""
    # Without KEY: a message to this chat from another turn (its foreign key) need not wait, and cannot block us both.
    lock = "" if tx.sqlite else " FOR NO KEY UPDATE"
    chats = await tx.rows(f"SELECT {_CHAT} FROM conversations WHERE id = ?{lock}", conversation_id)
    query = (
        "SELECT id, key, raw, received_at FROM inbox WHERE conversation_id = ? AND status = 'new' ORDER BY id LIMIT ?"
    )
    rows = await tx.rows(query, conversation_id, limit)
    if not chats or not rows:
        return None
    stored = [Stored(row[0], row[1], tx.box.open(row[2]) if row[2] else b"", from_ms(row[3])) for row in rows]
    return _chat(tx, chats[0], 0), stored


async def waiting_conversations(tx: Tx, before: datetime, after: datetime | None = None) -> list[int]:
    """Conversations with items that nobody handled, left by a crash or by a busy process: stored before `before`, or
    after `after` (when the clock was set back, what came is of the future)."""
    query = "SELECT DISTINCT conversation_id FROM inbox WHERE status = 'new' AND (received_at <= ? OR received_at >= ?)"
    return [row[0] for row in await tx.rows(query, to_ms(before), to_ms(after or before))]


async def park_first(tx: Tx, conversation_id: int, trace: str) -> int | None:
    """Takes the conversation's oldest waiting item out of the way, for a person to look at; its id."""
    query = (
        "UPDATE inbox SET status = 'parked', trace = ? WHERE id = (SELECT min(id) FROM inbox "
        "WHERE conversation_id = ? AND status = 'new') RETURNING id"
    )
    rows = await tx.rows(query, trace, conversation_id)
    return rows[0][0] if rows else None


async def close_turns(tx: Tx, closings: Sequence[Closing], now: datetime) -> None:
    """Writes down what became of the turns: state, replies, and the marks of the items."""
    changed = {closing.chat.id: closing.chat for closing in closings}
    states = [update for chat in changed.values() if (update := _changes(tx, chat)) is not None]
    marks = [mark for closing in closings for mark in _marks(closing)]
    if tx.sqlite:
        tx.raw.executemany(
            "UPDATE conversations SET state = ?, data = ?, language = ?, source = ? WHERE id = ?", states
        )
        tx.raw.executemany(
            "UPDATE inbox SET status = ?, trace = ?, raw = CASE WHEN ? THEN NULL ELSE raw END WHERE id = ?", marks
        )
    else:
        await _close_postgres(tx, states, marks)
    await insert_rows(tx, [row for closing in closings for row in closing.rows], now)


def _changes(tx: Tx, chat: Chat) -> tuple[str, bytes | None, str, str, int] | None:
    data = orjson.dumps(chat.data)
    if data == chat.plain and (chat.state, chat.language, chat.source) == chat.was and not chat.fresh:
        return None
    return chat.state, tx.box.seal(data) if chat.data else None, chat.language, chat.source, chat.id


def _marks(closing: Closing) -> list[tuple[str, str | None, bool, int]]:
    if closing.trace is None and not closing.waited and not closing.forget:
        return []
    status = "done" if closing.trace is None else "parked"
    return [(status, closing.trace, closing.forget, inbox_id) for inbox_id in closing.inbox_ids]


async def _close_postgres(tx: Tx, states: Sequence[Any], marks: Sequence[Any]) -> None:
    if states:
        await tx.driver.execute(
            "UPDATE conversations AS c SET state = u.state, data = u.data, language = u.language, source = u.source "
            "FROM unnest($1::text[], $2::bytea[], $3::text[], $4::text[], $5::bigint[]) "
            "AS u (state, data, language, source, id) WHERE c.id = u.id",
            *map(list, zip(*states, strict=True)),
        )
    if marks:
        await tx.driver.execute(
            "UPDATE inbox AS i SET status = u.status, trace = u.trace, "
            "raw = CASE WHEN u.forget THEN NULL ELSE i.raw END "
            "FROM unnest($1::text[], $2::text[], $3::bool[], $4::bigint[]) AS u (status, trace, forget, id) "
            "WHERE i.id = u.id",
            *map(list, zip(*marks, strict=True)),
        )
