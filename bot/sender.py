"""Drains the outbox: claim, start, send, record. What follows from each trouble is decided here and nowhere else."""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from bot.buttons import sign
from bot.logs import get_logger
from bot.messages import Channel, Outgoing, Reply, SendError, Trouble
from bot.pacing import Pacing
from storage import delivery
from storage.delivery import Claimed, Finish, Hold, Rate
from storage.engine import Database, DatabaseDown, Tx
from storage.types import to_ms

log = get_logger("sender")

POLL = 1.0  # s: rows of other processes and rows that become due are found at the latest then
GIVE_UP_AFTER = 24 * 3600 * 1000  # ms: a service that is down this long loses the row, visibly
TIMEOUT = 30.0  # s, below the lease
RECORD_AGAIN = 0.5  # s, while the database is away


@dataclass(frozen=True, slots=True)
class Settings:
    """What the configuration says about sending."""

    lease_seconds: float = 60
    sweep_seconds: float = 15
    in_flight: int = 30
    quiet_from: time = time(21)
    quiet_to: time = time(6)
    timezone: str = "Asia/Makassar"


def quiet_until(now: datetime, settings: Settings) -> datetime | None:
    """When the quiet hours that `now` falls into end; None when it does not."""
    local = now.astimezone(ZoneInfo(settings.timezone))
    begin, end = settings.quiet_from, settings.quiet_to
    clock = local.time()
    inside = begin <= clock < end if begin <= end else clock >= begin or clock < end
    if begin == end or not inside:
        return None
    day = local.date() + timedelta(days=1 if clock >= end else 0)
    return datetime.combine(day, end, local.tzinfo)


class Sender:
    """One task per channel. `wake` when there is something new; `stop` finishes what is under way. `passing` is told
    the points at which a crash would matter; a test may put one there."""

    def __init__(
        self, db: Database, channels: Sequence[Channel], settings: Settings, now: Callable[[], datetime]
    ) -> None:
        self._db, self._settings, self._now = db, settings, now
        self._channels: Mapping[str, Channel] = {channel.name: channel for channel in channels}
        self._wakes = {channel.name: asyncio.Event() for channel in channels}
        self._under_way: set[asyncio.Task[None]] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._lease_ms = int(settings.lease_seconds * 1000)
        self._stopping = False
        self._stopped = asyncio.Event()
        self.passing: Callable[[str], None] = lambda point: None
        self._pacing = Pacing(monotonic)
        self._starts = db.writer.batch(self._start)
        self._results = db.writer.batch(self._finish)

    async def start(self) -> None:
        """Begins to send."""
        for name in self._channels:
            await self._prepare(name)
            self._tasks.append(asyncio.create_task(self._serve(name)))
        self._tasks.append(asyncio.create_task(self._sweep_now_and_then()))

    async def _prepare(self, name: str) -> None:
        async def prepare(tx: Tx) -> None:
            await delivery.prepare_account(tx, name)

        await self._db.writer.run(prepare)

    def wake(self, *names: str) -> None:
        """There may be something to send on these channels (all, when none is named)."""
        for name in names or self._wakes:
            if name in self._wakes:
                self._wakes[name].set()

    async def stop(self, grace: float = 30.0) -> None:
        """Takes nothing new; returns when what was started has a result, at the latest after `grace` seconds."""
        self._stopping = True
        self._stopped.set()
        self.wake()
        # A claim under way is let through: cancelled, its rows would lie leased until the sweeper comes.
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=grace)

    async def flush(self) -> int:
        """Sends all that is due now on all channels and returns how many rows were tried. For tests and tools."""
        tried = 0
        while True:
            claimed = [(name, row) for name in self._channels for row in await self._claim(name)]
            if not claimed:
                return tried
            await asyncio.gather(*(self._deliver(name, row) for name, row in claimed))
            tried += len(claimed)

    async def sweep(self) -> dict[str, int]:
        """Takes back what dead or stuck processes held."""

        async def work(tx: Tx) -> dict[str, int]:
            return await delivery.sweep(tx, list(self._channels))

        counts = await self._db.writer.run(work)
        if any(counts.values()):
            log.warning("swept", **counts)
            self.wake()
        return counts

    async def _serve(self, name: str) -> None:
        wake = self._wakes[name]
        await self._until_ready(name)
        while not self._stopping:
            wake.clear()
            try:
                rows = await self._claim(name)
            except DatabaseDown as error:
                log.warning("database down", error=str(error))
                rows = []
            except Exception:  # whatever it is, the next round may go: a channel must not fall silent for good
                log.exception("claim failed", channel=name)
                rows = []
            for row in rows:
                task = asyncio.create_task(self._deliver_and_wake(name, row))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)
            if not rows:
                try:
                    await asyncio.wait_for(wake.wait(), POLL)
                except TimeoutError:
                    continue

    async def _claim(self, name: str) -> list[Claimed]:
        channel, now, lease = self._channels[name], self._now(), secrets.token_hex(8)
        quiet = quiet_until(now, self._settings)
        rate = Rate(channel.per_second, channel.chat_gap, channel.group_gap)

        async def work(tx: Tx) -> list[Claimed]:
            until = to_ms(quiet) if quiet else None
            return await delivery.claim(
                tx, name, rate, self._settings.in_flight, to_ms(now), until, lease, self._lease_ms
            )

        if self._stopping:
            return []
        return await self._db.writer.run(work)

    async def _deliver_and_wake(self, name: str, row: Claimed) -> None:
        try:
            await self._deliver(name, row)
        except DatabaseDown as error:
            # Nothing was sent. The lease runs out and the sweeper returns the row: it is not lost.
            log.warning("not started", outbox=row.id, error=str(error))
        self.wake(name)

    async def _deliver(self, name: str, row: Claimed) -> None:
        self.passing("leased")
        wait = max(row.wait, self._pacing.wait(row.conversation_id))
        if wait > 0:
            await asyncio.sleep(wait)
        if self._pacing.is_held(name, row.lane):
            await self._results((name, self._finished(row, "queued"), None))
            return
        if not await self._starts(row):
            return
        self.passing("started")
        channel = self._channels[name]
        result, hold = await self._send(channel, row)
        self._pacing.reached(row.conversation_id, channel.group_gap if row.is_group else channel.chat_gap)
        self.passing("answered")
        await self._record(name, result, hold)
        self.passing("recorded")

    async def _record(self, name: str, result: Finish, hold: Hold | None) -> None:
        """Tries until it is stored: what arrived and was not noted would be sent again by the sweeper."""
        while True:
            try:
                await self._results((name, result, hold))
            except DatabaseDown as error:
                log.warning("result not recorded yet", outbox=result.id, error=str(error))
                await asyncio.sleep(RECORD_AGAIN)
            else:
                return

    async def _send(self, channel: Channel, row: Claimed) -> tuple[Finish, Hold | None]:
        try:
            message = Outgoing(
                row.id,
                row.conversation_id,
                row.address,
                row.is_group,
                row.language,
                Reply.load(row.body),
                row.operation,
                row.target,
                partial(sign, self._db.box, row.conversation_id),
                row.source,
            )
            async with asyncio.timeout(TIMEOUT):
                remote = await channel.send(message)
        except TimeoutError:
            return self._judge(channel, row, SendError(Trouble.UNKNOWN, "no answer in time"))
        except SendError as error:
            return self._judge(channel, row, error)
        except Exception as error:
            log.exception("channel failed", channel=channel.name, outbox=row.id)
            return self._judge(channel, row, SendError(Trouble.REFUSED, f"our fault: {type(error).__name__}"))
        return self._finished(row, "sent", remote_id=remote or None, sent_at=to_ms(self._now())), None

    def _judge(self, channel: Channel, row: Claimed, error: SendError) -> tuple[Finish, Hold | None]:
        """What becomes of a row, and of its account, after a trouble."""
        log.info("not sent", channel=channel.name, outbox=row.id, trouble=error.trouble.value, detail=error.detail)
        now = to_ms(self._now())
        match error.trouble:
            case Trouble.TOO_FAST:
                wait = int(error.retry_after * 1000) + 250
                again = self._finished(row, "queued", error, pause=wait)
                if row.is_group:
                    return again, None
                hold = Hold(channel.name, wait, bulk_only=row.lane >= delivery.FIRST_BULK_LANE)
                self._pacing.hold(channel.name, wait, hold.bulk_only)
                return again, hold
            case Trouble.DOWN if now - row.created_at < GIVE_UP_AFTER:
                wait = min(60_000, 1000 * 2 ** min(row.attempts, 6))
                again = self._finished(row, "queued", error, attempts=1, pause=wait)
                return again, Hold(channel.name, min(wait, 30_000) if row.attempts else 0)
            case Trouble.UNKNOWN if row.resent == 0:
                return self._finished(row, "queued", error, resent=1, pause=1000), None
            case Trouble.UNKNOWN:
                return self._finished(row, "unknown", error), None
            case Trouble.MOVED if row.attempts < 3:
                return self._finished(row, "queued", error, attempts=1, moved_to=error.moved_to), None
            case Trouble.BLOCKED:
                return self._finished(row, "failed", error, unreachable=error.detail or "blocked"), None
            case Trouble.STOPPED:
                log.error("account stopped", channel=channel.name, detail=error.detail)
                return self._finished(row, "queued", error), Hold(channel.name, stopped=error.detail or "stopped")
        return self._finished(row, "failed", error), None

    def _finished(self, row: Claimed, state: str, error: SendError | None = None, **more: Any) -> Finish:
        reason = None if error is None else f"{error.trouble}: {error.detail}"[:200]
        return Finish(row.id, row.lease, row.conversation_id, state, reason, **more)

    async def _start(self, tx: Tx, rows: list[Claimed]) -> Sequence[bool]:
        started = await delivery.start(tx, rows, self._lease_ms, to_ms(self._now()))
        return [row.id in started for row in rows]

    async def _finish(self, tx: Tx, results: list[tuple[str, Finish, Hold | None]]) -> Sequence[None]:
        await delivery.finish(tx, [result for _, result, _ in results])
        await delivery.recovered(tx, [name for name, result, _ in results if result.state == "sent"])
        await delivery.hold(tx, [hold for _, _, hold in results if hold is not None])
        return [None] * len(results)

    async def _until_ready(self, name: str) -> None:
        """Waits for the channel, or until the sender stops."""
        waits = [asyncio.ensure_future(self._channels[name].ready()), asyncio.ensure_future(self._stopped.wait())]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for one in waits:
            one.cancel()

    async def _rest(self, seconds: float) -> None:
        """Waits so long, or until the sender stops."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), seconds)

    async def _sweep_now_and_then(self) -> None:
        while not self._stopping:
            try:
                await self.sweep()
            except DatabaseDown as error:
                log.warning("database down", error=str(error))
            except Exception:
                log.exception("sweep failed")
            await self._rest(self._settings.sweep_seconds)
