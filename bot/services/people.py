"""Registering people and moving their switches; every entrance (chat, list, console) goes through here."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot import words
from bot.limits import units
from bot.router import normal
from storage import consents, conversations, guests, outbox, people, quiz
from storage.consents import Act
from storage.delivery import REPLIES
from storage.models import Outbox, Person

NOTICES = ("meetings", "news", "quiz")
KINDS = ("student", "community", "partner", "supervisor", "public")
NAME_LIMIT = 80
ORGANISATION_LIMIT = 120
_NAME = re.compile(r"[^\W\d_](?:[^\W_]|[ .,'’`()-])*")  # a letter first: no formula, no link, no command


@dataclass(frozen=True, slots=True)
class Details:
    """What a person tells about themselves; `notices` are those of NOTICES that are on."""

    name: str
    kind: str
    region: str
    notices: frozenset[str] = field(default_factory=frozenset)
    organisation: str = ""
    language: str = "id"


def is_name(text: str) -> bool:
    """Whether a person may be called so: letters, and what stands between them in names."""
    letters = sum(letter.isalpha() for letter in text)
    return letters >= 2 and units(text) <= NAME_LIMIT and bool(_NAME.fullmatch(text)) and "www." not in text.lower()


def kind_of(text: str) -> str | None:
    """One of KINDS by its key, its label or everyday words in any language."""
    plain = normal(text)
    for kind in KINDS:
        labels = [words.text(language, f"kinds.{kind}") for language in words.languages()]
        if plain == kind or plain in {normal(one) for one in (*labels, *words.listed(f"kinds.{kind}_words"))}:
            return kind
    return None


def notices_of(person: Person) -> frozenset[str]:
    """The switches that are on."""
    return frozenset(name for name in NOTICES if getattr(person, f"notify_{name}"))


async def register(
    db: AsyncSession, now: datetime, details: Details, consent: str, act: Act, conversation_id: int, source: str = ""
) -> Person:
    """A new person behind a chat, with the consent given to the text of version `consent`."""
    person = await people.add(
        db,
        name=details.name,
        kind=details.kind,
        region=details.region,
        organisation=details.organisation,
        language=details.language,
        now=now,
    )
    person.source = source
    await conversations.attach(db, conversation_id, person.id)
    await consents.record(db, person.id, consent, given=True, act=act)
    await switch(db, now, person, details.notices, act)
    return person


async def change(db: AsyncSession, now: datetime, person: Person, details: Details, act: Act) -> None:
    """Corrects what is held about a person."""
    person.name, person.kind, person.region = details.name, details.kind, details.region
    person.organisation, person.updated_at = details.organisation, now
    if details.notices != notices_of(person):
        await switch(db, now, person, details.notices, act)


async def switch(db: AsyncSession, now: datetime, person: Person, notices: Iterable[str], act: Act) -> None:
    """Sets the switches and keeps it as an act of consent (or withdrawal, when none is left on)."""
    chosen = frozenset(notices)
    if person.notify_meetings and "meetings" not in chosen:
        await guests.mute_all(db, person.id, now)
    elif not person.notify_meetings and "meetings" in chosen:
        await guests.unmute_all(db, person.id)
    for name in NOTICES:
        setattr(person, f"notify_{name}", name in chosen)
    person.updated_at = now
    if "quiz" not in chosen:
        await quiz.forget(db, person.id)  # scores were kept by this consent
    version = "notices:" + "+".join(name for name in NOTICES if name in chosen)
    await consents.record(db, person.id, version, given=bool(chosen), act=act)


async def stop(db: AsyncSession, now: datetime, conversation_id: int, person_id: int | None, act: Act) -> int:
    """Pushes nothing to this chat any more and withdraws what was queued (how many); the switches stay as they are."""
    await conversations.set_stopped(db, conversation_id, now)
    if person_id is not None:
        await consents.record(db, person_id, "stop", given=False, act=act)
    # An answer to their own question still reaches them, as it does when it is written after the STOP.
    pushed = Outbox.source.not_in(REPLIES)
    return await outbox.withdraw(db, "stopped", Outbox.conversation_id == conversation_id, pushed)


async def resume(db: AsyncSession, conversation_id: int, person_id: int | None, act: Act) -> None:
    """The switches of before count again."""
    await conversations.set_stopped(db, conversation_id, None)
    if person_id is not None:
        await consents.record(db, person_id, "stop", given=True, act=act)


async def lost(db: AsyncSession, conversation_id: int, reason: str) -> None:
    """The chat cannot be reached (blocked, left): nothing is tried there until somebody writes again."""
    await conversations.set_unreachable(db, conversation_id, reason)
    await withdraw_pushed(db, conversation_id, reason)


async def withdraw_pushed(db: AsyncSession, conversation_id: int, reason: str) -> int:
    """Skips what is queued for a chat and is no reply; how many."""
    return await outbox.withdraw(db, reason, Outbox.conversation_id == conversation_id, Outbox.source != "reply")


async def found(db: AsyncSession, conversation_id: int) -> None:
    """The chat can be reached again."""
    await conversations.set_unreachable(db, conversation_id, "")
