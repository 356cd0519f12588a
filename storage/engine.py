"""Opening the database: a writer with group commit, sessions beside it, on SQLite or PostgreSQL."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias, TypeVar, cast

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from storage.down import DatabaseDown, is_down, plain, plainly
from storage.sealing import Box

__all__ = ["Database", "DatabaseDown", "Tx", "Writer", "is_down"]

Item = TypeVar("Item")
Result = TypeVar("Result")
Apply = Callable[["Tx", list[Any]], Awaitable[Sequence[Any]]]
_Work: TypeAlias = tuple[Apply, Any, asyncio.Future[Any]]

log = logging.getLogger("storage")

GROUP = 64  # works in one commit: enough to hide the disk, few enough to keep the loop responsive
CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 60.0  # PostgreSQL: who has not answered by then is away (a cut wire says nothing)


class Tx:
    """An open write transaction. Hot statements go to the driver, everything else through `session`."""

    def __init__(self, conn: AsyncConnection, driver: Any, box: Box, sqlite: bool) -> None:
        self.conn, self.driver, self.box, self.sqlite = conn, driver, box, sqlite
        self._after_commit: list[Callable[[], None]] = []

    @property
    def raw(self) -> sqlite3.Connection:
        """SQLite's own connection, for statements of some microseconds in the loop's thread. Nothing else uses the
        connection while the transaction is open, so no thread waits for another."""
        return cast(sqlite3.Connection, self.driver._conn)

    async def in_thread(self, work: Callable[..., Result], *args: Any) -> Result:
        """`work(sqlite3 connection, *args)` in the connection's own thread: for what takes milliseconds."""
        # aiosqlite has no public way to run a function there; a test holds this line to it.
        return cast(Result, await self.driver._execute(work, self.raw, *args))

    async def rows(self, query: str, *values: Any) -> Sequence[Sequence[Any]]:
        """What a statement with `?` marks returns, straight from the driver."""
        if self.sqlite:
            return self.raw.execute(query, values).fetchall()
        return cast(Sequence[Sequence[Any]], await self.driver.fetch(_numbered(query), *values))

    async def run(self, query: str, values: Sequence[tuple[Any, ...]]) -> None:
        """Runs a statement with `?` marks once for each tuple of values, straight at the driver."""
        if values and self.sqlite:
            self.raw.executemany(query, values)
        elif values:
            await self.driver.executemany(_numbered(query), values)

    async def change(self, query: str, *values: Any) -> int:
        """How many rows a statement with `?` marks changed; for what takes milliseconds, so not in the loop's thread
        on SQLite."""
        if self.sqlite:
            cursor = await self.in_thread(sqlite3.Connection.execute, query, values)
            return cursor.rowcount
        status: str = await self.driver.execute(_numbered(query), *values)
        return int(status.rpartition(" ")[2])

    def session(self) -> AsyncSession:
        """A session inside this transaction, in a savepoint of its own: see `keep` and `undo`."""
        if not self.conn.in_transaction():
            # The real BEGIN was ours; this only tells SQLAlchemy so that it makes savepoints.
            cast(Any, self.conn.sync_connection).begin()
        session = AsyncSession(self.conn, expire_on_commit=False, join_transaction_mode="create_savepoint")
        session.info["box"] = self.box
        session.info["after_commit"] = self._after_commit
        return session

    async def keep(self, session: AsyncSession) -> None:
        """What the session did stays part of the transaction."""
        await session.commit()
        await session.close()

    async def undo(self, session: AsyncSession) -> None:
        """Rolls back what the session did, and nothing else."""
        await session.rollback()
        await session.close()

    def after_commit(self, hook: Callable[[], None]) -> None:
        """Calls `hook` once what was done here is safe."""
        self._after_commit.append(hook)

    def committed(self) -> None:
        """Runs the hooks. Called by the engine only. What is committed stays so, whatever a hook does."""
        for hook in self._after_commit:
            try:
                hook()
            except Exception:
                log.exception("a hook failed after the commit")

    @property
    def open(self) -> bool:
        """Whether the database still holds this transaction open."""
        return self.raw.in_transaction if self.sqlite else bool(self.driver.is_in_transaction())


def _numbered(query: str) -> str:
    parts = query.split("?")
    return "".join(f"{part}${number}" for number, part in enumerate(parts[:-1], 1)) + parts[-1]


class Writer:
    """Group commit: what waits while a transaction is open shares the next one."""

    def __init__(self, begin: Callable[[], Any]) -> None:
        self._begin = begin
        self._waiting: list[_Work] = []
        self._task: asyncio.Task[None] | None = None
        self._alone = 0  # how many of the first that wait were in a group that failed

    def batch(
        self, apply: Callable[[Tx, list[Item]], Awaitable[Sequence[Result]]]
    ) -> Callable[[Item], Awaitable[Result]]:
        """A function that hands one item to `apply` together with all others waiting then, and returns its result
        once it is committed. `apply` may run again with fewer items when a neighbour fails, so it must act only
        inside the transaction or by `tx.after_commit`."""

        async def submit(item: Item) -> Result:
            return cast(Result, await self._enqueue(apply, item))

        return submit

    async def run(self, work: Callable[[Tx], Awaitable[Result]]) -> Result:
        """Result of `work(tx)` once it is committed; the commit may be shared."""
        return cast(Result, await self._enqueue(_one_by_one, work))

    async def idle(self) -> None:
        """Returns when no work waits or runs."""
        while self._task is not None:
            await asyncio.shield(self._task)

    def _enqueue(self, apply: Apply, item: Any) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((apply, item, future))
        if self._task is None:
            self._task = asyncio.create_task(self._drain())
        return future

    async def _drain(self) -> None:
        try:
            while self._waiting:
                size = 1 if self._alone else GROUP
                group, self._waiting = self._waiting[:size], self._waiting[size:]
                self._alone = max(0, self._alone - 1)
                if not await self._together(group):
                    self._waiting, self._alone = group + self._waiting, len(group)
        finally:
            self._task = None

    async def _together(self, group: list[_Work]) -> bool:
        """One transaction for the group; its failure is told only to a group of one. When there is no database to
        begin with, all that wait are told: each would have to wait for that again."""
        kinds: dict[Apply, list[tuple[Any, asyncio.Future[Any]]]] = {}
        for apply, item, future in group:
            kinds.setdefault(apply, []).append((item, future))
        done: list[tuple[asyncio.Future[Any], Any]] = []
        begun = False
        try:
            async with self._begin() as tx:
                begun = True
                for apply, entries in kinds.items():
                    results = await apply(tx, [item for item, _ in entries])
                    done += zip((future for _, future in entries), results, strict=True)
        except BaseException as error:
            if not begun and isinstance(error, DatabaseDown):
                group, self._waiting, self._alone = group + self._waiting, [], 0
            elif len(group) > 1 and not _ends_us(error):
                return False
            _tell(group, error)
            if _ends_us(error):
                raise
            return True
        for future, result in done:
            if not future.done():
                future.set_result(result)
        return True


def _ends_us(error: BaseException) -> bool:
    """Whether this is the end of the program, and not a work that was cancelled inside."""
    task = asyncio.current_task()
    cancelled = isinstance(error, asyncio.CancelledError) and not (task is not None and task.cancelling())
    return not isinstance(error, Exception) and not cancelled


def _tell(group: list[_Work], error: BaseException) -> None:
    for _, _, future in group:
        if isinstance(error, asyncio.CancelledError):
            future.cancel()
        elif not future.done():
            future.set_exception(error)


async def _one_by_one(tx: Tx, works: list[Callable[[Tx], Awaitable[Any]]]) -> list[Any]:
    return [await work(tx) for work in works]


class Database:
    """One database for the whole process: `writer` shares commits, `session` writes alone, `read` only looks."""

    def __init__(self, url: str, box: Box, busy_seconds: float = 5) -> None:
        self.url = make_url(url)
        self.box = box
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self._engine = _engine(url, self.sqlite, busy_seconds)
        self._readers = _engine(url, self.sqlite, busy_seconds)
        self._turnstile = asyncio.Lock()
        self._conn: AsyncConnection | None = None
        self.writer = Writer(self._shared)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Tx]:
        """A transaction of its own, committed at the end of the block; DatabaseDown when that was not possible.

        SQLite has one writer, so there it waits for the shared connection; PostgreSQL takes one from the pool."""
        if self.sqlite:
            async with self._shared() as tx:
                yield tx
            return
        with plainly():
            async with self._engine.connect() as conn, self._transaction(conn) as tx:
                yield tx

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A write transaction seen as a session, committed at the end of the block."""
        async with self.write() as tx:
            session = tx.session()
            try:
                yield session
                await tx.keep(session)
            except BaseException:
                with suppress(Exception):  # a full disk has rolled back everything, savepoints too
                    await session.close()
                raise

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for looking only, beside the writer."""
        with plainly():
            async with AsyncSession(self._readers, expire_on_commit=False) as session:
                session.info["box"] = self.box
                yield session

    async def close(self) -> None:
        """Waits for open work and closes all connections."""
        await self.writer.idle()
        async with self._turnstile:
            await self._drop_connection()
        await self._engine.dispose()
        await self._readers.dispose()

    @asynccontextmanager
    async def _shared(self) -> AsyncIterator[Tx]:
        """A transaction on the one connection that all hot work shares."""
        async with self._turnstile:
            with plainly():
                try:
                    if self._conn is None or self._conn.invalidated:
                        self._conn = await self._engine.connect()
                    async with self._transaction(self._conn) as tx:
                        yield tx
                except Exception as error:
                    if is_down(error):
                        await self._drop_connection()
                    raise

    @asynccontextmanager
    async def _transaction(self, conn: AsyncConnection) -> AsyncIterator[Tx]:
        driver = (await conn.get_raw_connection()).driver_connection
        tx = Tx(conn, driver, self.box, self.sqlite)
        try:
            await self._statement(tx, "BEGIN IMMEDIATE" if self.sqlite else "BEGIN")
            yield tx
            await self._statement(tx, "COMMIT")
        except BaseException:
            await _to_its_end(asyncio.ensure_future(self._roll_back(conn, tx)))
            raise
        finally:
            if conn.in_transaction():
                with suppress(Exception):
                    await conn.rollback()
        tx.committed()

    async def _roll_back(self, conn: AsyncConnection, tx: Tx) -> None:
        """A connection that keeps the transaction open all the same would put it into the next one: it is dropped."""
        with suppress(Exception):
            await self._statement(tx, "ROLLBACK")
        with suppress(Exception):
            if tx.open:
                await conn.invalidate()

    async def _statement(self, tx: Tx, sql: str) -> None:
        if self.sqlite:
            await tx.in_thread(sqlite3.Connection.execute, sql)
        else:
            await tx.driver.execute(sql)

    async def _drop_connection(self) -> None:
        if self._conn is not None:
            conn, self._conn = self._conn, None
            with suppress(Exception):
                await conn.invalidate()
            with suppress(Exception):
                await conn.close()


async def _to_its_end(task: asyncio.Future[None]) -> None:
    """Waits for the task also when cancelled meanwhile; that is passed on then."""
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled


def _engine(url: str, sqlite: bool, busy_seconds: float) -> AsyncEngine:
    """Autocommit below, so that BEGIN, SAVEPOINT and COMMIT are ours and really happen: the default of aiosqlite
    does not roll back what it should."""
    # Parameters are names, numbers and messages of people: they must not come back in the text of an error.
    common: dict[str, Any] = {
        "isolation_level": "AUTOCOMMIT",
        "skip_autocommit_rollback": True,
        "hide_parameters": True,
    }
    if not sqlite:
        wires = {"timeout": CONNECT_SECONDS, "command_timeout": ANSWER_SECONDS, "async_creator_fn": _connect_postgres}
        return create_async_engine(url, pool_size=5, pool_pre_ping=True, connect_args=wires, **common)
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(url, connect_args={"timeout": busy_seconds, "check_same_thread": False}, **common)
    event.listen(engine.sync_engine, "connect", _tune_sqlite)
    return engine


async def _connect_postgres(**values: Any) -> Any:
    """asyncpg's connection. A name that is not found or a missing socket is as much away as a refused connection."""
    import asyncpg  # only who uses PostgreSQL pays for it

    try:
        return await asyncpg.connect(**values)
    except OSError as error:
        raise DatabaseDown(plain(error)) from error


def _tune_sqlite(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
