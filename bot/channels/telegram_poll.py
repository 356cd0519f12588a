"""Long polling: one process at a time by a lease, and never past an update that is not stored."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bot.channels.telegram_api import Api
from bot.channels.telegram_errors import is_conflict
from bot.channels.telegram_json import encode, number_of
from bot.logs import get_logger
from bot.messages import SendError, Trouble
from storage import leases
from storage.engine import Database, DatabaseDown, Tx

log = get_logger("telegram")

LEASE = "poll:telegram"
SLACK = 15  # s that an answer may come later than the poll should last
GIVE_BACK = 2.0  # s that giving back the lease may take when we stop

Update = tuple[Any, bytes]
Alarm = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: how long a poll and the lease last (`lease` covers a whole poll and its storing), and the pauses while
    another process polls, after a conflict, after other trouble, before connecting again, and between two looks at a
    webhook."""

    poll: int = 25
    lease: float = 12
    standby: float = 2
    conflict: float = 30
    trouble: float = 2
    reconnect: float = 1
    watch: float = 60


class Poller:
    """`store` keeps updates, or raises DatabaseDown; `alarm` tells people what they have to mend, and never fails."""

    def __init__(
        self,
        api: Api,
        db: Database,
        kinds: Sequence[str],
        store: Callable[[list[Update]], Awaitable[None]],
        alarm: Alarm,
        pace: Pace,
    ) -> None:
        self._api, self._db, self._kinds = api, db, list(kinds)
        self._store, self._alarm, self._pace = store, alarm, pace
        self._holder = secrets.token_hex(8)
        self._offset = 0
        self._polling = False

    async def run(self) -> None:
        """Polls until it is cancelled, then lets another process go on at once."""
        keeping = asyncio.create_task(self._keep_lease())
        try:
            while True:
                pause = await self._round()
                if pause:
                    await asyncio.sleep(pause)
        finally:
            keeping.cancel()
            with suppress(DatabaseDown, TimeoutError):
                async with asyncio.timeout(GIVE_BACK):
                    await self._db.writer.run(self._give_back)

    async def _keep_lease(self) -> None:
        """Renews what is ours while a poll is under way; what was lost meanwhile the next round notices."""
        while True:
            await asyncio.sleep(self._pace.lease / 3)
            if self._polling:
                with suppress(DatabaseDown):
                    await self._db.writer.run(self._take_lease)

    async def _round(self) -> float:
        """One poll, if it is ours to make; how long to pause then."""
        try:
            if not await self._db.writer.run(self._take_lease):
                return self._pace.standby
            self._polling = True
            await self._poll()
        except DatabaseDown as error:
            log.warning("updates wait at telegram", error=str(error))
            return min(1.0, self._pace.trouble)
        except SendError as error:
            return await self._after(error)
        except Exception:
            log.exception("polling failed")
            return self._pace.trouble
        finally:
            self._polling = False
        return 0.0

    async def _poll(self) -> None:
        asked = {"timeout": self._pace.poll, "allowed_updates": self._kinds}
        if self._offset:
            asked["offset"] = self._offset
        updates = await self._api.call("getUpdates", asked, self._pace.poll + SLACK)
        # With nothing left to confirm the offset starts afresh: after a quiet week numbers may begin anew, lower.
        self._offset = 0
        if updates:
            await self._store([(update, encode(update)) for update in updates])
            self._offset = max((number_of(update) or 0 for update in updates), default=-1) + 1

    async def _after(self, error: SendError) -> float:
        if is_conflict(error):
            if not await self._still_ours():
                return 0.0
            log.error("another program polls this bot: stop it, or give one of the two a token of its own")
            await self._alarm("conflict")
            return self._pace.conflict
        if error.trouble is Trouble.STOPPED:
            log.error("telegram refuses the token", detail=error.detail)
            await self._alarm("stopped")
            return self._pace.conflict
        log.warning("telegram not reached", trouble=error.trouble.value, detail=error.detail)
        return max(self._pace.trouble, error.retry_after)

    async def _still_ours(self) -> bool:
        """Whether the conflict is with a stranger: one of ours would have taken the lease."""
        try:
            return await self._db.writer.run(self._take_lease)
        except DatabaseDown:
            return False

    async def _take_lease(self, tx: Tx) -> bool:
        return await leases.take(tx, LEASE, self._holder, int(self._pace.lease * 1000))

    async def _give_back(self, tx: Tx) -> None:
        await leases.give_back(tx, LEASE, self._holder)
