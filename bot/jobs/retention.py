"""Removes each night what is older than it may become (see `[retention]` in the configuration)."""

from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from bot.clock import Daily, Job
from bot.config import Retention
from bot.logs import get_logger
from storage import retention
from storage.engine import Tx

log = get_logger("retention")

AT = time(3, 30)  # after midnight's reminders, before the morning's
RUNS_KEPT = timedelta(days=60)


def job(zone: ZoneInfo, settings: Retention) -> Job:
    """The job; a machine that sleeps at night does it when it is switched on."""
    return Job("retention", Daily(AT, zone), partial(step, settings=settings))


async def step(tx: Tx, now: datetime, settings: Retention) -> bool:
    """Removes one batch of each kind; whether there may be more."""
    received, sent = now - timedelta(days=settings.inbox_days), now - timedelta(days=settings.outbox_days)
    counts = {
        "inbox": await retention.forget_inbox(tx, received, sent),
        "outbox": await retention.empty_outbox(tx, sent, now),
        "contents": await retention.empty_contents(tx, sent),
        "answers": await retention.drop_answers(tx, now - timedelta(days=settings.answer_days)),
        "history": await retention.drop_history(tx, received, sent),
        "files": await retention.drop_files(tx, now),
        "job_runs": await retention.drop_job_runs(tx, now - RUNS_KEPT),
    }
    if any(counts.values()):
        log.info("removed what is old", **counts)
    return any(count >= retention.BATCH for count in counts.values())
