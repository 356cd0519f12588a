"""Each minute: passes floods on to staff, ends talks that fell silent, and tells staff what did not arrive."""

from datetime import datetime
from functools import partial

from bot.clock import Job, Minutely
from bot.logs import get_logger
from bot.services import tickets
from bot.services.staff import Addresses
from storage.engine import Tx

log = get_logger("talks")


def job(owners: Addresses) -> Job:
    """The job; `owners` are those of the configuration."""
    return Job("talks", Minutely(), partial(run, owners=frozenset(owners)), polls=True)


async def run(tx: Tx, now: datetime, owners: Addresses) -> bool:
    """One round; there is never more at once."""
    session = tx.session()
    try:
        counts = {
            "floods": await tickets.gather(session, now),
            "ended": await tickets.expire(session, now),
            "undelivered": await tickets.report_undelivered(session, now, owners),
        }
        await tx.keep(session)
    finally:
        await session.close()
    if any(counts.values()):
        log.info("talks looked after", **counts)
    return False
