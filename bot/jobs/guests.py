"""What guests of meetings wait for, each minute: freed seats, one question more to the silent, later reminders."""

from collections.abc import Collection
from datetime import datetime
from functools import partial

from bot.clock import Job, Minutely
from bot.logs import get_logger
from bot.quiet import Quiet
from bot.services import invitations, seats
from bot.services.reach import Reach
from storage.engine import Tx

log = get_logger("guests")


def job(channels: Collection[str], quiet: Quiet) -> Job:
    """The job; `channels` are those that this installation sends by."""
    return Job("guests", Minutely(), partial(step, who=Reach(frozenset(channels), quiet)), polls=True)


async def step(tx: Tx, now: datetime, who: Reach) -> bool:
    """All that is due, in one transaction; whether there may be more."""
    session = tx.session()
    try:
        offered = await seats.go_on(session, now, who)
        chased = await invitations.chase(session, now, who)
        snoozed = await invitations.ring_snoozes(session, now)
        await tx.keep(session)
    finally:
        await session.close()
    if offered or chased or snoozed:
        log.info("guests told", offers=offered, chased=chased, snoozed=snoozed)
    return chased or snoozed >= invitations.SNOOZES
