"""Lets go of the addresses of erased chats once their last message has left."""

from datetime import datetime

from bot.clock import Job, Minutely
from bot.logs import get_logger
from bot.services import erasure
from storage.engine import Tx

log = get_logger("erasure")


def job() -> Job:
    """The job, at each ring: the law counts in days, people in minutes."""
    return Job("erasure", Minutely(), run, polls=True)


async def run(tx: Tx, now: datetime) -> bool:
    """Drops what can be dropped; there is never more at once."""
    session = tx.session()
    try:
        count = await erasure.drop(session, now)
        await tx.keep(session)
    finally:
        await session.close()
    if count:
        log.info("addresses dropped", chats=count)
    return False
