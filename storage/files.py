"""Files that people fetch (exports, calendars): sealed at rest, found by id or by a secret, gone after a while."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import File

KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Opened:
    """A file with its contents readable."""

    id: int
    token: str
    name: str
    mime: str
    content: bytes


async def add(
    db: AsyncSession,
    conversation_id: int | None,
    name: str,
    mime: str,
    content: bytes,
    now: datetime,
    kept: timedelta = KEPT,
) -> int:
    """Keeps a file for one conversation (None: for all who are sent it) and returns its id; its token has 256 bits."""
    file = File(
        token=secrets.token_urlsafe(32),
        conversation_id=conversation_id,
        name=name,
        mime=mime,
        size=len(content),
        content=db.info["box"].seal(content),
        created_at=now,
        expires_at=now + kept,
    )
    db.add(file)
    await db.flush()
    return file.id


async def by_id(db: AsyncSession, file_id: int) -> Opened | None:
    """The file of an outgoing message; None when it is gone."""
    return _opened(db, await db.get(File, file_id))


async def by_token(db: AsyncSession, token: str, now: datetime) -> Opened | None:
    """The file behind a link; None when nobody has that token or its time is over."""
    found = (await db.execute(select(File).where(File.token == token, File.expires_at > now))).scalar_one_or_none()
    return _opened(db, found)


async def drop(db: AsyncSession, conversation_id: int, tokens: Collection[str]) -> int:
    """Deletes files of one conversation that nobody needs; how many."""
    unneeded = delete(File).where(File.conversation_id == conversation_id, File.token.in_(tokens))
    return len((await db.execute(unneeded.returning(File.id))).all())


def _opened(db: AsyncSession, file: File | None) -> Opened | None:
    if file is None:
        return None
    return Opened(file.id, file.token, file.name, file.mime, db.info["box"].open(file.content))
