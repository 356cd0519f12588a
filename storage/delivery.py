"""The sender's side of the outbox: claim with a lease and a send time, start, finish, sweep. Hot path.

Two clocks: meaning-time `now` (is it due, is it over) is passed in; leases and send times are in the database's own
time, so that processes with different clocks agree.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from storage.engine import Tx
from storage.moving import move

REPLY_HORIZON = 1000  # ms: a reply may be given a send time this far ahead
BULK_HORIZON = 100  # ms: bulk takes few slots ahead, so that a reply never waits behind it
TURNED_ON_REPLY = 0
FIRST_BULK_LANE = 2
# Sources that answer this person's own words: they also go to who said STOP (and asked again) or cannot be reached.
REPLIES = frozenset({"reply", "answer", "ticket", "ticket_note"})


@dataclass(frozen=True, slots=True)
class Rate:
    """An account's limits: messages per second, and seconds between two messages to one person or one group."""

    per_second: float
    chat_gap: float
    group_gap: float


class Claimed(NamedTuple):
    """A row that is ours for the length of the lease; send it in `wait` seconds."""

    id: int
    lease: str
    wait: float
    conversation_id: int
    address: str
    is_group: bool
    language: str
    source: str
    lane: int
    operation: str
    target: str
    body: bytes
    attempts: int
    resent: int
    created_at: int


@dataclass(frozen=True, slots=True)
class Finish:
    """What became of a row. `state` queued means: again, after `pause` ms in which the chat gets nothing, so that its
    later messages do not overtake. `attempts` and `resent` are added to the row's."""

    id: int
    lease: str
    conversation_id: int
    state: str
    reason: str | None = None
    remote_id: str | None = None
    attempts: int = 0
    resent: int = 0
    sent_at: int | None = None
    pause: int = 0
    unreachable: str = ""
    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """The whole account waits: `ms` from now for all lanes, or for bulk only; `stopped` until a person mends it."""

    channel: str
    ms: int = 0
    bulk_only: bool = False
    stopped: str = ""


_NOW_SQLITE = "CAST((julianday('now') - 2440587.5) * 86400000.0 AS INTEGER)"
_NOW_POSTGRES = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)"
_LANE = """
SELECT o.id, o.conversation_id, c.address, c.is_group, c.language, o.source, o.lane, o.operation, o.target, o.body,
    o.content_id, o.attempts, o.resent, o.created_at, o.urgent, o.expires_at, c.stopped_at, c.unreachable, c.next_at
FROM outbox AS o JOIN conversations AS c ON c.id = o.conversation_id
WHERE o.channel = ? AND o.state = 'queued' AND o.lane = ? AND o.not_before <= ? AND c.next_at <= ? AND NOT EXISTS
    (SELECT 1 FROM outbox AS f WHERE f.conversation_id = o.conversation_id AND f.state IN ('leased', 'started'))
ORDER BY o.not_before, o.id LIMIT ?"""
_LEASE = "UPDATE outbox SET state = 'leased', lease = ?, lease_until = ? WHERE state = 'queued' AND id IN "
_NEXT_AT = "UPDATE conversations SET next_at = u.at FROM "
_LEASE_SQLITE = f"{_LEASE} (SELECT value FROM json_each(?))"
_LEASE_POSTGRES = f"{_LEASE} (SELECT unnest(CAST(? AS bigint[])))"
_NEXT_AT_SQLITE = f"""{_NEXT_AT} (SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS at
    FROM json_each(?)) AS u WHERE conversations.id = u.id"""
_NEXT_AT_POSTGRES = (
    f"{_NEXT_AT} unnest(CAST(? AS bigint[]), CAST(? AS bigint[])) AS u (id, at) WHERE conversations.id = u.id"
)
_EMPTY = "body = CASE WHEN sensitive THEN NULL ELSE body END"
_SKIP = f"UPDATE outbox SET state = 'skipped', reason = ?, {_EMPTY} WHERE id = ? AND state = 'queued'"
_START = """
UPDATE outbox SET state = 'started', lease_until = ?
WHERE id = ? AND lease = ? AND state = 'leased' AND (expires_at IS NULL OR expires_at > ?) RETURNING id"""
_EXPIRE = f"""
UPDATE outbox SET state = 'skipped', reason = 'expired', lease = NULL, lease_until = NULL, {_EMPTY}
WHERE id = ? AND lease = ? AND state = 'leased' AND expires_at <= ?"""
_FINISH = """
UPDATE outbox SET state = ?, reason = ?, remote_id = COALESCE(?, remote_id), attempts = attempts + ?,
    resent = resent + ?, sent_at = ?, lease = NULL, lease_until = NULL,
    body = CASE WHEN sensitive AND ? <> 'queued' THEN NULL ELSE body END
WHERE id = ? AND lease = ? AND state IN ('leased', 'started')"""


async def prepare_account(tx: Tx, channel: str) -> None:
    """Makes sure that the account's row is there and lifts a stop that an earlier start left."""
    await tx.run(
        "INSERT INTO accounts (channel, next_slot, bulk_after, strikes, stopped) VALUES (?, 0, 0, 0, '') "
        "ON CONFLICT (channel) DO UPDATE SET stopped = '', strikes = 0",
        [(channel,)],
    )


async def claim(
    tx: Tx, channel: str, rate: Rate, limit: int, now: int, quiet_until: int | None, lease: str, lease_ms: int
) -> list[Claimed]:
    """Up to `limit` due rows of `channel` (less what all processes have in flight), replies first, each with its
    place in the account's rate. Rows that may not go any more are skipped with a reason on the way."""
    account = await _account(tx, channel)
    if account is None or account.stopped:
        return []
    if account.strikes:  # after trouble one message probes before the others follow
        limit = 1 if account.next_slot <= account.now else 0
    in_flight = "SELECT count(*) FROM outbox WHERE state IN ('leased', 'started') AND channel = ? AND lease_until > ?"
    flying = (await tx.rows(in_flight, channel, account.now))[0][0]
    free = min(limit, (1 if account.strikes else limit) - flying)
    if free <= 0:
        return []
    if quiet_until is not None:
        await _postpone(tx, channel, now, quiet_until)
    pick = _Pick(account, rate, now, free)
    for lane in range(4):
        if pick.full(lane):
            break
        reach = account.now + (REPLY_HORIZON if lane == TURNED_ON_REPLY else 0)
        pick.take(await tx.rows(_LANE, channel, lane, now, reach, 2 * free + 8))
    await _write_claim(tx, pick, channel, lease, lease_ms)
    bodies = await _contents(tx, pick)
    return [_claimed(tx, row, wait, lease, bodies) for row, wait in pick.taken]


@dataclass(slots=True)
class _Account:
    next_slot: int
    bulk_after: int
    strikes: int
    stopped: str
    now: int


async def _account(tx: Tx, channel: str) -> _Account | None:
    clock, lock = (_NOW_SQLITE, "") if tx.sqlite else (_NOW_POSTGRES, " FOR UPDATE")
    rows = await tx.rows(
        f"SELECT next_slot, bulk_after, strikes, stopped, {clock} FROM accounts WHERE channel = ?{lock}", channel
    )
    return _Account(*rows[0]) if rows else None


class _Pick:
    """Which of the due rows go now, and when: slots of the account in lane order, one row per conversation."""

    def __init__(self, account: _Account, rate: Rate, now: int, free: int) -> None:
        self.account, self.rate, self.now, self.free = account, rate, now, free
        self.slot = float(max(account.next_slot, account.now))
        self.gap = 1000 / rate.per_second
        self.taken: list[tuple[Sequence[Any], int]] = []
        self.skipped: list[tuple[str, int]] = []
        self.chosen: set[int] = set()
        self.next_at: dict[int, int] = {}

    def full(self, lane: int) -> bool:
        """Whether this lane gets nothing: no place in flight, no slot near enough, or bulk told to wait."""
        if len(self.taken) >= self.free or (lane >= FIRST_BULK_LANE and self.account.bulk_after > self.account.now):
            return True
        horizon = REPLY_HORIZON if lane < FIRST_BULK_LANE else BULK_HORIZON
        return self.slot > self.account.now + horizon

    def take(self, rows: Iterable[Sequence[Any]]) -> None:
        for row in rows:
            lane, conversation = row[6], row[1]
            reason = self._not_any_more(row)
            if reason:
                self.skipped.append((reason, row[0]))
            elif conversation not in self.chosen and not self.full(lane):
                at = max(int(self.slot), row[18])
                gap = self.rate.group_gap if row[3] else self.rate.chat_gap
                self.taken.append((row, at - self.account.now))
                self.chosen.add(conversation)
                if gap:
                    self.next_at[conversation] = at + int(gap * 1000)
                self.slot += self.gap

    def _not_any_more(self, row: Sequence[Any]) -> str:
        if row[15] is not None and row[15] <= self.now:
            return "expired"
        if row[5] in REPLIES:
            return ""
        if row[16] is not None:
            return "stopped"
        return "unreachable" if row[17] else ""


async def _postpone(tx: Tx, channel: str, now: int, until: int) -> None:
    query = (
        "UPDATE outbox SET not_before = ? WHERE channel = ? AND state = 'queued' AND lane >= ? AND NOT urgent "
        "AND not_before <= ?"
    )
    await tx.run(query, [(until, channel, TURNED_ON_REPLY + 1, now)])


async def _write_claim(tx: Tx, pick: _Pick, channel: str, lease: str, lease_ms: int) -> None:
    await tx.run(_SKIP, pick.skipped)
    if not pick.taken:
        return
    until, ids = pick.account.now + lease_ms, [row[0] for row, _ in pick.taken]
    if tx.sqlite:
        tx.raw.execute(_LEASE_SQLITE, (lease, until, orjson.dumps(ids).decode()))
        if pick.next_at:
            tx.raw.execute(_NEXT_AT_SQLITE, (orjson.dumps(list(pick.next_at.items())).decode(),))
    else:
        await tx.rows(_LEASE_POSTGRES, lease, until, ids)
        if pick.next_at:
            await tx.rows(_NEXT_AT_POSTGRES, list(pick.next_at), list(pick.next_at.values()))
    await tx.run("UPDATE accounts SET next_slot = ? WHERE channel = ?", [(int(pick.slot), channel)])


async def _contents(tx: Tx, pick: _Pick) -> dict[int, bytes]:
    wanted = sorted({row[10] for row, _ in pick.taken if row[10] is not None})
    found = {}
    for content_id in wanted:
        found[content_id] = (await tx.rows("SELECT body FROM contents WHERE id = ?", content_id))[0][0]
    return {content_id: tx.box.open(body) for content_id, body in found.items()}


def _claimed(tx: Tx, row: Sequence[Any], wait: int, lease: str, bodies: dict[int, bytes]) -> Claimed:
    number, conversation, address, is_group, language, source, lane, operation, target, body, content, *counts = row[
        :14
    ]
    text = bodies[content] if content is not None else tx.box.open(body)
    later, group = max(wait, 0) / 1000, bool(is_group)
    whom = (conversation, address, group, language)
    return Claimed(number, lease, later, *whom, source, lane, operation, target or "", text, *counts)


async def start(tx: Tx, rows: Sequence[Claimed], lease_ms: int, now: int) -> set[int]:
    """Marks rows as started; the ids of those that still were ours and may be sent. One that is over by `now` is
    skipped."""
    clock = _NOW_SQLITE if tx.sqlite else _NOW_POSTGRES
    until = (await tx.rows(f"SELECT {clock}"))[0][0] + lease_ms
    if tx.sqlite:
        found = (tx.raw.execute(_START, (until, row.id, row.lease, now)).fetchone() for row in rows)
        started = {one[0] for one in found if one is not None}
    else:
        started = await _start_postgres(tx, rows, until, now)
    await tx.run(_EXPIRE, [(row.id, row.lease, now) for row in rows if row.id not in started])
    return started


async def _start_postgres(tx: Tx, rows: Sequence[Claimed], until: int, now: int) -> set[int]:
    query = (
        "UPDATE outbox AS o SET state = 'started', lease_until = $1 "
        "FROM unnest($2::bigint[], $3::text[]) AS u (id, lease) "
        "WHERE o.id = u.id AND o.lease = u.lease AND o.state = 'leased' "
        "AND (o.expires_at IS NULL OR o.expires_at > $4) RETURNING o.id"
    )
    ids, leases = [row.id for row in rows], [row.lease for row in rows]
    return {one[0] for one in await tx.driver.fetch(query, until, ids, leases, now)}


async def finish(tx: Tx, results: Sequence[Finish]) -> None:
    """Records results; one whose lease is not ours any more changes nothing."""
    values = [
        (
            one.state,
            one.reason,
            one.remote_id,
            one.attempts,
            one.resent,
            one.sent_at,
            one.state,
            one.id,
            one.lease,
        )
        for one in results
    ]
    if tx.sqlite:
        tx.raw.executemany(_FINISH, values)
    else:
        await _finish_postgres(tx, values)
    now_sql = _NOW_SQLITE if tx.sqlite else _NOW_POSTGRES
    pauses = [(one.pause, one.conversation_id) for one in results if one.pause]
    await tx.run(f"UPDATE conversations SET next_at = {now_sql} + ? WHERE id = ?", pauses)
    gone = [(one.unreachable, one.conversation_id) for one in results if one.unreachable]
    await tx.run("UPDATE conversations SET unreachable = ? WHERE id = ?", gone)
    for one in results:
        if one.moved_to:
            await move(tx, one.conversation_id, one.moved_to)


async def _finish_postgres(tx: Tx, values: Sequence[tuple[Any, ...]]) -> None:
    query = """
UPDATE outbox AS o SET state = u.state, reason = u.reason, remote_id = COALESCE(u.remote_id, o.remote_id),
    attempts = o.attempts + u.attempts, resent = o.resent + u.resent, sent_at = u.sent_at,
    lease = NULL, lease_until = NULL, body = CASE WHEN o.sensitive AND u.again <> 'queued' THEN NULL ELSE o.body END
FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::int[], $6::bigint[], $7::text[], $8::bigint[],
    $9::text[]) AS u (state, reason, remote_id, attempts, resent, sent_at, again, id, lease)
WHERE o.id = u.id AND o.lease = u.lease AND o.state IN ('leased', 'started')"""
    await tx.driver.execute(query, *map(list, zip(*values, strict=True)))


async def hold(tx: Tx, orders: Sequence[Hold]) -> None:
    """Makes accounts wait or stop."""
    clock = _NOW_SQLITE if tx.sqlite else _NOW_POSTGRES
    for one in orders:
        column = "bulk_after" if one.bulk_only else "next_slot"
        query = (
            f"UPDATE accounts SET {column} = CASE WHEN {column} > {clock} + ? THEN {column} ELSE {clock} + ? END, "
            "strikes = strikes + 1, stopped = COALESCE(?, stopped) WHERE channel = ?"
        )
        await tx.run(query, [(one.ms, one.ms, one.stopped or None, one.channel)])


async def recovered(tx: Tx, channels: Iterable[str]) -> None:
    """A message went through: the accounts go at full rate again."""
    await tx.run("UPDATE accounts SET strikes = 0 WHERE channel = ? AND strikes > 0", [(one,) for one in set(channels)])


async def sweep(tx: Tx, channels: Sequence[str]) -> dict[str, int]:
    """Takes back rows whose lease ran out: never started → again; started → once more and counted, then unknown."""
    clock = _NOW_SQLITE if tx.sqlite else _NOW_POSTGRES
    counts = {}
    marks = ", ".join("?" for _ in channels)
    for name, state, condition, change in (
        ("returned", "leased", "TRUE", "state = 'queued'"),
        ("unknown", "started", "resent > 0", f"state = 'unknown', reason = 'no result was recorded', {_EMPTY}"),
        ("resent", "started", "resent = 0", "state = 'queued', resent = 1"),
    ):
        query = (
            f"UPDATE outbox SET {change}, lease = NULL, lease_until = NULL WHERE state = '{state}' AND {condition} "
            f"AND lease_until < {clock} AND channel IN ({marks}) RETURNING id"
        )
        counts[name] = len(await tx.rows(query, *channels))
    return counts
