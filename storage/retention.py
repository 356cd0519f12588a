"""Removing what is old, a batch at a time, so that nobody waits long for the database."""

from datetime import datetime

from storage.engine import Tx
from storage.types import to_ms

BATCH = 500
OUTBOX_MARK = "retention.outbox"  # the fact that tells up to which id messages were emptied


async def forget_inbox(tx: Tx, content_before: datetime, trace_before: datetime) -> int:
    """Deletes handled items received before `content_before`; of those that failed only the content, and the rest with
    its trace when received before `trace_before`. Items still to be handled stay."""
    failed = await tx.change(
        "UPDATE inbox SET raw = NULL WHERE id IN (SELECT id FROM inbox WHERE received_at < ? AND status = 'parked' "
        f"AND raw IS NOT NULL LIMIT {BATCH})",
        to_ms(content_before),
    )
    deleted = await tx.change(
        "DELETE FROM inbox WHERE id IN (SELECT id FROM inbox WHERE (received_at < ? AND status = 'done') "
        f"OR (received_at < ? AND status = 'parked') LIMIT {BATCH})",
        to_ms(content_before),
        to_ms(trace_before),
    )
    return max(failed, deleted)


async def empty_outbox(tx: Tx, before: datetime, now: datetime) -> int:
    """Empties messages created before `before`; how many were looked at. The rows stay: they tell what was sent, and
    that it is not sent again. One still queued that could have gone by `now` is skipped as too old."""
    mark = await tx.rows("SELECT value FROM program WHERE key = ?", OUTBOX_MARK)
    since = int(mark[0][0]) if mark else 0
    found = await tx.rows(
        f"SELECT id FROM outbox WHERE id > ? AND created_at < ? ORDER BY id LIMIT {BATCH}", since, to_ms(before)
    )
    if not found:
        return 0
    last = found[-1][0]
    await tx.change(
        "UPDATE outbox SET state = 'skipped', reason = 'too old' "
        "WHERE id > ? AND id <= ? AND created_at < ? AND state = 'queued' AND not_before <= ?",
        *(since, last, to_ms(before), to_ms(now)),
    )
    await tx.change(
        "UPDATE outbox SET body = NULL WHERE id > ? AND id <= ? AND created_at < ? "
        "AND state NOT IN ('queued', 'leased', 'started')",
        *(since, last, to_ms(before)),
    )
    await tx.change(
        "INSERT INTO program (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        *(OUTBOX_MARK, str(last)),
    )
    return len(found)


async def empty_contents(tx: Tx, before: datetime) -> int:
    """Empties shared bodies that nothing on its way needs; how many."""
    empty = "x''" if tx.sqlite else "''::bytea"
    return await tx.change(
        f"UPDATE contents SET body = {empty} WHERE created_at < ? AND length(body) > 0 AND NOT EXISTS "
        "(SELECT 1 FROM outbox WHERE content_id = contents.id AND state IN ('queued', 'leased', 'started'))",
        to_ms(before),
    )


async def drop_answers(tx: Tx, before: datetime) -> int:
    """Deletes notes of which topic was shown to whom before `before`."""
    return await tx.change(
        f"DELETE FROM answers_given WHERE id IN (SELECT id FROM answers_given WHERE at < ? LIMIT {BATCH})",
        to_ms(before),
    )


async def drop_history(tx: Tx, own_before: datetime, ours_before: datetime) -> int:
    """Deletes from the web chat's histories what visitors wrote before `own_before` and what we wrote before
    `ours_before`."""
    return await tx.change(
        "DELETE FROM webchat WHERE id IN (SELECT id FROM webchat WHERE (at < ? AND outbox_id IS NULL) OR at < ? "
        f"LIMIT {BATCH})",
        to_ms(own_before),
        to_ms(ours_before),
    )


async def drop_files(tx: Tx, now: datetime) -> int:
    """Deletes files whose time is over."""
    return await tx.change(
        f"DELETE FROM files WHERE id IN (SELECT id FROM files WHERE expires_at <= ? LIMIT {BATCH})", to_ms(now)
    )


async def drop_job_runs(tx: Tx, before: datetime) -> int:
    """Deletes notes of timetable entries before `before`."""
    return await tx.change("DELETE FROM job_runs WHERE due_at < ?", to_ms(before))
