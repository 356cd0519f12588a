"""What a person has to mend is told to staff: one message per kind and hour."""

import zlib
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot import notices
from bot.logs import get_logger
from bot.messages import Lane
from bot.services.staff import Addresses, Purpose, audience
from storage import outbox
from storage.engine import Tx, is_down
from storage.outbox import Row
from storage.types import to_ms

log = get_logger("alarms")

HOUR = 3_600_000  # ms


async def raise_alarm(
    db: AsyncSession, now: datetime, kind: str, text_key: str, *, owners: Addresses = frozenset(), **values: object
) -> int:
    """Tells the groups bound to alarms, else the owners; how many chats. The same kind in the same hour tells nobody
    again. `values` fill the text `text_key`."""
    told = 0
    for chat in await audience(db, owners, Purpose.ALARMS):
        row = Row(
            channel=chat.channel,
            conversation_id=chat.id,
            source="alarm",
            source_id=to_ms(now) // HOUR,
            revision=zlib.crc32(kind.encode()) & 0x7FFFFFFF,
            lane=Lane.URGENT,
            urgent=True,
            body=notices.alarm(chat.language, text_key, **values).dump(),
        )
        told += await outbox.add(db, row, now) is not None
    return told


async def handler_failed(tx: Tx, now: datetime, owners: Addresses, inbox_id: int, handler: str) -> None:
    """Tells that a message was parked. That this fails too must not cost its sender the apology."""
    session = tx.session()
    try:
        kind = f"handler {handler}"
        await raise_alarm(session, now, kind, "alarm.handler", owners=owners, inbox=inbox_id, handler=handler)
        await tx.keep(session)
    except Exception as error:
        if is_down(error):
            raise
        await tx.undo(session)
        log.exception("alarm failed", inbox=inbox_id)
