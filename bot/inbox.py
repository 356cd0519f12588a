"""Takes messages in: stored before they are acknowledged, handled one by one in the order of their conversation."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import orjson

from bot import limits, words
from bot.buttons import verify
from bot.context import Context
from bot.logs import get_logger
from bot.messages import Incoming, Lane, tidy
from bot.router import Router
from bot.services import alarms
from bot.turn import HELD, Handler, Turn
from storage import inbox as store
from storage.engine import Database, DatabaseDown, Tx, is_down
from storage.inbox import Arrival, Chat, Closing, Opened, Stored
from storage.moving import move
from storage.outbox import Row, origin

log = get_logger("inbox")

Reader = Callable[[bytes], Incoming | None]
Recorder = Callable[[Tx, Incoming, Chat], Awaitable[None]]
RETRY = 1.0  # s, while the database is away
LEFT_BEHIND = timedelta(seconds=10)  # a stored item this old belongs to nobody: take it


class Inbox:
    """`receive` returns when the items are safe; lone messages are handled in the same transaction. `passing` is told
    the points at which a crash would matter; a test may put one there."""

    def __init__(
        self,
        db: Database,
        router: Router,
        readers: Mapping[str, Reader],
        now: Callable[[], datetime],
        context: Context | None = None,
        wake: Callable[[str], None] = lambda channel: None,
    ) -> None:
        self._db, self._router, self._readers, self._now = db, router, readers, now
        self._context = context or Context()
        self._wake = wake
        self._recorders: dict[str, Recorder] = {}
        self._working: dict[int, asyncio.Task[None]] = {}
        self._more: set[int] = set()
        self._closing = False
        self.passing: Callable[[str], None] = lambda point: None
        self._turns = db.writer.batch(self._take)
        self._batches = db.writer.batch(self._store)
        self._waiting = db.writer.batch(self._handle_waiting)

    def record(self, channel: str, recorder: Recorder) -> None:
        """Has `recorder` called for each new item of `channel`, inside the transaction that stores it."""
        self._recorders[channel] = recorder

    async def receive(self, *items: Incoming) -> None:
        """Stores the items; DatabaseDown means that nothing was stored. Seen before means nothing happens again."""
        conversations = await self._receive_alone(items[0]) if len(items) == 1 else None
        if conversations is None:
            conversations = await self._batches(items)
        self.passing("stored")
        for conversation_id in conversations:
            self._work_off(conversation_id)

    async def _receive_alone(self, item: Incoming) -> list[int] | None:
        """Stores and handles a lone item; None when it is to be stored first, and handled then."""
        if item.album:
            return None
        try:
            behind = await self._turns(item)
        except DatabaseDown:
            raise
        except Exception:
            log.exception("turn failed outside its handler", channel=item.channel)
            return None
        return [] if behind is None else [behind]

    async def put_aside(self, channel: str, key: str, raw: bytes) -> None:
        """Keeps an item that nobody can read, for a person to look at; it belongs to no conversation."""
        log.error("item put aside", channel=channel)

        async def keep(tx: Tx) -> None:
            await store.put_aside(tx, channel, key, raw, self._now())

        await self._db.writer.run(keep)

    async def recover(self, everything: bool = False) -> None:
        """Takes up stored items that nobody handles: all at start, later those left behind by another process."""
        now, age = self._now(), timedelta(0) if everything else LEFT_BEHIND

        async def find(tx: Tx) -> list[int]:
            return await store.waiting_conversations(tx, now - age, now + age)

        for conversation_id in await self._db.writer.run(find):
            self._work_off(conversation_id)

    async def idle(self) -> None:
        """Returns when every stored item was handled."""
        while self._working:
            await asyncio.gather(*self._working.values())

    async def stop(self) -> None:
        """Finishes the turn under way; what waits is taken up at the next start."""
        self._closing = True
        for task in self._working.values():
            task.cancel()
        await asyncio.gather(*self._working.values(), return_exceptions=True)

    async def _take(self, tx: Tx, items: list[Incoming]) -> Sequence[int | None]:
        """Stores and handles lone items together; for each the conversation that has it wait behind others."""
        now = self._now()
        opened = await store.open_turns(tx, [_arrival(item) for item in items], now)
        await self._keep_record(tx, items, opened)
        closings, behind = [], []
        for item, one in zip(items, opened, strict=True):
            waits = one.inbox_id is not None and not one.ready
            behind.append(one.chat.id if waits else None)
            if one.inbox_id is not None and one.ready:
                closings.append(await self._turn(tx, item, one.chat, (one.inbox_id,), now))
        await self._close(tx, closings, now)
        self.passing("handled")
        return behind

    async def _store(self, tx: Tx, batches: list[Sequence[Incoming]]) -> Sequence[list[int]]:
        """Stores batches without handling them; for each the conversations with something new."""
        flat = [item for batch in batches for item in batch]
        opened = await store.open_turns(tx, [_arrival(item, hold=True) for item in flat], self._now())
        await self._keep_record(tx, flat, opened)
        results, rest = [], iter(opened)
        for batch in batches:
            found = [next(rest) for _ in batch]
            results.append(list(dict.fromkeys(one.chat.id for one in found if one.inbox_id is not None)))
        return results

    async def _keep_record(self, tx: Tx, items: Sequence[Incoming], opened: Sequence[Opened]) -> None:
        if not self._recorders:
            return
        for item, one in zip(items, opened, strict=True):
            recorder = self._recorders.get(item.channel)
            if recorder is not None and one.inbox_id is not None:
                await recorder(tx, item, one.chat)

    def _work_off(self, conversation_id: int) -> None:
        """Sees to it that the conversation's waiting items are handled, by one task at a time."""
        if conversation_id in self._working:
            self._more.add(conversation_id)
        elif not self._closing:
            self._working[conversation_id] = asyncio.create_task(self._handle_all(conversation_id))

    async def _handle_all(self, conversation_id: int) -> None:
        wait: float | None = 0.0
        try:
            while wait is not None:
                self._more.discard(conversation_id)
                try:
                    wait = await self._waiting(conversation_id)
                except DatabaseDown:
                    wait = RETRY
                except Exception as error:
                    log.exception("item parked", conversation=conversation_id)
                    wait = await self._park(conversation_id, error)
                if wait is None and conversation_id in self._more:
                    wait = 0.0
                if wait:
                    await asyncio.sleep(wait)
        finally:
            del self._working[conversation_id]

    async def _park(self, conversation_id: int, error: Exception) -> float:
        """Puts an item that nobody can even begin with out of the way of those behind it; how long to wait then."""

        async def park(tx: Tx) -> None:
            inbox_id = await store.park_first(tx, conversation_id, _trace(error))
            if inbox_id is not None:
                await alarms.handler_failed(tx, self._now(), self._context.owners, inbox_id, type(error).__name__)

        try:
            await self._db.writer.run(park)
        except DatabaseDown:
            return RETRY
        return 0.0

    async def _handle_waiting(self, tx: Tx, conversations: list[int]) -> Sequence[float | None]:
        """Handles the oldest waiting item of each conversation; how long to wait for its next (None: nothing waits)."""
        now, closings = self._now(), []
        waits: dict[int, float | None] = {}
        for conversation_id in sorted(conversations):  # locked in one order by all processes: no deadlock
            found = await store.open_waiting(tx, conversation_id)
            if found is None:
                waits[conversation_id] = None
                continue
            chat, stored = found
            item, taken = self._first(chat, stored)
            rest = album_rest(stored[:taken], now) if item is not None and item.album else 0.0
            if not rest:
                ids = tuple(one.id for one in stored[:taken])
                closings.append(await self._waited(tx, item, chat, ids, now))
            waits[conversation_id] = rest
        await self._close(tx, closings, now)
        self.passing("worked off")
        return [waits[conversation_id] for conversation_id in conversations]

    def _first(self, chat: Chat, stored: Sequence[Stored]) -> tuple[Incoming | None, int]:
        """The oldest item, an album gathered into one message, and how many stored items it is made of."""
        first = self._read(chat, stored[0])
        if first is None or not first.album:
            return first, 1
        parts = [first]
        for one in stored[1:]:
            part = self._read(chat, one)
            if part is None or part.album != first.album:
                break
            parts.append(part)
        media = tuple(medium for part in parts for medium in part.media)
        text = next((part.text for part in parts if part.text), "")
        return replace(first, media=media, text=text), len(parts)

    def _read(self, chat: Chat, stored: Stored) -> Incoming | None:
        try:
            return self._readers[chat.channel](stored.raw)
        except Exception:
            log.exception("unreadable item", inbox=stored.id)
            return None

    async def _waited(self, tx: Tx, item: Incoming | None, chat: Chat, ids: tuple[int, ...], now: datetime) -> Closing:
        if item is None:
            return Closing(chat, ids, trace="unreadable", waited=True)
        closing = await self._turn(tx, item, chat, ids, now)
        closing.waited = True
        return closing

    async def _turn(self, tx: Tx, item: Incoming, chat: Chat, ids: tuple[int, ...], now: datetime) -> Closing:
        """One message through its handler. A bug costs its own effects only: the person gets an apology."""
        item = _verified(tx, tidy(item), chat)
        if item.event == "migrated":
            await move(tx, chat.id, item.argument)
        turn = Turn(item, chat, now, tx, self._context)
        if item.reply_to:
            turn.replied = await origin(tx, chat.id, item.reply_to)
        handler = self._router.on_held
        try:
            handler = await self._route(turn)
            if handler is not None:
                await handler(turn)
            rows = _rows(turn, ids[0])
            orjson.dumps(chat.data)  # what cannot be remembered must fail here, where it costs this turn only
            await turn.keep()
        except Exception as error:
            if is_down(error):
                raise
            await turn.undo()
            name = getattr(handler, "__name__", type(handler).__name__)  # a partial has no name
            log.error("handler failed", inbox=ids[0], handler=name, error=type(error).__name__)
            await alarms.handler_failed(tx, now, self._context.owners, ids[0], name)
            turn.say(words.text(turn.language, "otherwise.sorry"))
            return Closing(chat, ids, _rows(turn, ids[0]), trace=_trace(error))
        # Talk in a group that is not meant for us is not kept.
        return Closing(chat, ids, rows, forget=turn.sensitive or handler is None)

    async def _route(self, turn: Turn) -> Handler | None:
        """The handler for the message, and in `turn` what its conversation waits for."""
        if HELD in turn.data and self._router.on_held is not None:
            await self._router.on_held(turn)
        handler = self._router.find(turn.incoming, turn.chat.state, turn.replied.source if turn.replied else "")
        awaited = self._router.answers.get(turn.chat.state)
        if awaited is not None:
            turn.again, turn.back = awaited.again, awaited.back
        return handler

    async def _close(self, tx: Tx, closings: Sequence[Closing], now: datetime) -> None:
        await store.close_turns(tx, closings, now)
        for channel in {row.channel for closing in closings for row in closing.rows}:
            tx.after_commit(partial(self._wake, channel))


def _arrival(item: Incoming, hold: bool = False) -> Arrival:
    language = item.language if item.language in words.languages() else ""
    return Arrival(item.channel, item.address, item.key, item.raw, item.is_group, language, hold)


def _verified(tx: Tx, item: Incoming, chat: Chat) -> Incoming:
    if not item.pressed:
        return item
    data = verify(tx.box, chat.id, item.pressed)
    return replace(item, pressed=data) if data else replace(item, pressed="", event="stale")


def _rows(turn: Turn, inbox_id: int) -> list[Row]:
    """The replies as outbox rows; the key is the item they answer and their place."""
    return [
        Row(
            channel=turn.chat.channel,
            conversation_id=turn.chat.id,
            source="reply",
            source_id=inbox_id,
            part=part,
            lane=Lane.REPLY,
            body=said.reply.dump(),
            operation=said.operation,
            target=said.target or None,
            sensitive=turn.sensitive,
            not_before=0,
        )
        for part, said in enumerate(turn.said)
    ]


def _trace(error: BaseException) -> str:
    """Where it happened, without the error's own text, which may quote what the person wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
    return "\n".join([*lines, type(error).__name__])


def album_rest(stored: Iterable[Stored], now: datetime) -> float:
    """Seconds until an album is taken as complete: its last part came ALBUM_SECONDS ago, or in a future that only a
    clock set back can explain."""
    newest = max(one.received_at for one in stored)
    rest = limits.ALBUM_SECONDS - (now - newest).total_seconds()
    return rest if 0 < rest <= 2 * limits.ALBUM_SECONDS else 0.0
