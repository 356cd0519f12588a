"""What many bots do: aiogram, and one row per update by SQLAlchemy's async ORM on SQLite (WAL), before the echo."""

import asyncio
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from aiogram import Dispatcher
from aiogram.types import Message
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bench.peers.aiogram_echo import serve
from bench.peers.common import arguments


class Base(DeclarativeBase):
    pass


class Seen(Base):
    __tablename__ = "seen"

    id: Mapped[int] = mapped_column(primary_key=True)
    chat: Mapped[int]
    text: Mapped[str]


dispatcher = Dispatcher()


@dispatcher.message()
async def store_and_echo(message: Message, sessions: async_sessionmaker[Any]) -> None:
    async with sessions() as session:
        session.add(Seen(chat=message.chat.id, text=message.text or ""))
        await session.commit()
    await message.answer(message.text or "")


def _durable(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA busy_timeout=10000")


async def main() -> None:
    """Makes the table, then serves."""
    path = Path(arguments().folder) / "peer.db"
    engine: AsyncEngine = create_async_engine(f"sqlite+aiosqlite:///{path}")
    event.listen(engine.sync_engine, "connect", _durable)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    dispatcher["sessions"] = async_sessionmaker(engine, expire_on_commit=False)
    await serve(dispatcher)


if __name__ == "__main__":
    asyncio.run(main())
