"""Forgets quizzes that a group left unfinished, with the names and taps of their players."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.clock import Daily, Job
from bot.logs import get_logger
from storage import conversations
from storage.engine import Tx

log = get_logger("quiz")

AT = time(3, 45)
KEPT = timedelta(days=1)


def job(zone: ZoneInfo) -> Job:
    """The job; a machine that sleeps at night does it when it is switched on."""
    return Job("quiz", Daily(AT, zone), run)


async def run(tx: Tx, now: datetime) -> bool:
    """Forgets what no member touched for a day; there is never more at once."""
    session = tx.session()
    try:
        count = await conversations.forget_in_groups(session, "quiz", now - KEPT)
        await tx.keep(session)
    finally:
        await session.close()
    if count:
        log.info("unfinished quizzes forgotten", groups=count)
    return False
