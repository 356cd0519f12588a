"""Acts of consent and withdrawal, kept so that each can be proved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import Consent


@dataclass(frozen=True, slots=True)
class Act:
    """By which message somebody said something, in which language and when."""

    channel: str
    message_key: str
    language: str
    at: datetime


async def record(db: AsyncSession, person_id: int, version: str, given: bool, act: Act) -> None:
    """Keeps one act; `version` names the text that was shown or the switch that was moved."""
    db.add(
        Consent(
            person_id=person_id,
            version=version,
            given=given,
            at=act.at,
            channel=act.channel,
            message_key=act.message_key,
            language=act.language,
        )
    )
    await db.flush()


async def of(db: AsyncSession, person_id: int) -> Sequence[Consent]:
    """All acts of a person, the oldest first."""
    return (
        (await db.execute(select(Consent).where(Consent.person_id == person_id).order_by(Consent.id))).scalars().all()
    )


async def newest_given(db: AsyncSession, person_ids: Sequence[int]) -> dict[int, Consent]:
    """The newest consent to a text of each of these people (switches are not texts)."""
    query = select(Consent).where(
        Consent.person_id.in_(person_ids), Consent.given, Consent.version != "stop", ~Consent.version.like("notices:%")
    )
    return {one.person_id: one for one in (await db.execute(query.order_by(Consent.id))).scalars()}
