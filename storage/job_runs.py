"""Which timetable entries were taken: of several processes one wins, the others stop."""

from datetime import datetime

from storage.engine import Tx
from storage.types import to_ms


async def take(tx: Tx, name: str, due_at: datetime) -> bool:
    """Takes an entry within the open transaction; False when it was taken before."""
    query = "INSERT INTO job_runs (name, due_at) VALUES (?, ?) ON CONFLICT (name, due_at) DO NOTHING RETURNING due_at"
    return bool(await tx.rows(query, name, to_ms(due_at)))
