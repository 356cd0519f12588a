"""Who may do what only one process may do, such as polling one Telegram account."""

from sqlalchemy import delete

from storage.engine import Tx
from storage.models import Lease

_CLOCK = {
    True: "CAST((julianday('now') - 2440587.5) * 86400000.0 AS INTEGER)",
    False: "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)",
}


async def take(tx: Tx, name: str, holder: str, milliseconds: int) -> bool:
    """Takes or renews the lease `name` for so long, in the database's time; False while another holds it."""
    clock = _CLOCK[tx.sqlite]
    query = (
        f"INSERT INTO leases (name, holder, until) VALUES (?, ?, {clock} + {int(milliseconds)}) "
        "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until "
        f"WHERE leases.holder = excluded.holder OR leases.until < {clock} RETURNING holder"
    )
    return bool(await tx.rows(query, name, holder))


async def give_back(tx: Tx, name: str, holder: str) -> None:
    """Ends the lease if it is ours."""
    session = tx.session()
    await session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))
    await tx.keep(session)
