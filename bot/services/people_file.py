"""Lists of people: imported with checks, all or nothing, and exported as they came."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from bot import regions
from bot.services import erasure, people, sheets
from bot.services.people_lines import CHANNELS, COLUMNS, Line, PeopleFileError, header_of, line_of, number_of, twice
from bot.services.sheets import SheetError
from storage import audit, consents, conversations
from storage import people as store
from storage.consents import Act
from storage.models import Consent, Person

__all__ = ["Line", "PeopleFileError", "Result", "export_people", "import_people", "read"]

NOTICES = frozenset({"meetings", "news"})  # what consent on a list is taken for; a quiz must be asked for
_LIST = "list:"


@dataclass(frozen=True, slots=True)
class Result:
    """What an import did, or would do."""

    dry_run: bool
    added: int
    known: int
    silent: int
    unreached: int

    def __str__(self) -> str:
        begin = "Dry run, nothing was changed. Would add" if self.dry_run else "Added"
        return (
            f"{begin} {self.added} people, {self.silent} of them without consent (nothing is sent to them), "
            f"{self.unreached} without an address. {self.known} were known already and stay as they are."
        )


def read(path: Path) -> list[Line]:
    """The people of a CSV or XLSX file. PeopleFileError names every line that is wrong."""
    try:
        rows = sheets.read(path)
    except SheetError as error:
        raise PeopleFileError([str(error)]) from None
    if not rows:
        raise PeopleFileError([f"{path.name} is empty."])
    header = header_of(rows[0][1])
    problems: list[str] = []
    lines = [line for number, cells in rows[1:] if (line := line_of(number, header, cells, problems)) is not None]
    problems += twice(lines)
    if problems:
        raise PeopleFileError(sorted(problems, key=number_of))
    return lines


async def import_people(db: AsyncSession, now: datetime, lines: Sequence[Line], *, dry_run: bool = False) -> Result:
    """Adds those who are new. PeopleFileError for addresses that were erased at their owner's wish, for consent of the
    future, and for two people on one line."""
    found = [await _known(db, line) for line in lines]
    problems = [text for line in lines for text in await _refused(db, now, line)]
    problems += [
        f"line {line.number}: its addresses belong to two people."
        for line, two in zip(lines, found, strict=True)
        if len(two) > 1
    ]
    if problems:
        raise PeopleFileError(sorted(problems, key=number_of))
    new = [line for line, ids in zip(lines, found, strict=True) if not ids]
    for line in () if dry_run else new:
        await _add(db, now, line)
    if new and not dry_run:
        await audit.append(db, now, "list", "people.import", f"people:{len(new)}")
    silent = sum(line.consent_at is None for line in new)
    unreached = sum(not line.addresses for line in new)
    return Result(dry_run, len(new), len(lines) - len(new), silent, unreached)


async def _known(db: AsyncSession, line: Line) -> set[int]:
    """The people whom the line may mean, by their numbers."""
    if not line.addresses:
        person = await store.without_address(db, line.name, line.organisation, line.region)
        return {person.id} if person else set()
    owners = [await store.by_address(db, channel, address) for channel, address in line.addresses.items()]
    return {owner.id for owner in owners if owner is not None}


async def _refused(db: AsyncSession, now: datetime, line: Line) -> list[str]:
    problems = []
    for channel, address in line.addresses.items():
        if await erasure.is_erased(db, channel, address):
            problems.append(f"line {line.number}: this {channel} was erased at its owner's wish: remove the line.")
    if line.consent_at is not None and line.consent_at > now:
        problems.append(f"line {line.number}: consent_at lies in the future.")
    return problems


async def _add(db: AsyncSession, now: datetime, line: Line) -> None:
    person = await store.add(
        db,
        name=line.name,
        kind=line.kind,
        region=line.region,
        organisation=line.organisation,
        language=line.language,
        now=now,
    )
    person.source = "list"
    if line.consent_at is not None:
        act = Act("list", f"line {line.number}", line.language, line.consent_at)
        await consents.record(db, person.id, f"{_LIST}{line.consent_source}", given=True, act=act)
        await people.switch(db, now, person, NOTICES, act)
    for channel, address in line.addresses.items():
        chat = await conversations.by_address(db, channel, address)
        chat = chat or await conversations.add(db, channel, address, line.language, now)
        await conversations.attach(db, chat.id, person.id)
        if line.consent_at is None:
            await conversations.set_stopped(db, chat.id, now)


async def export_people(db: AsyncSession, path: Path) -> int:
    """Writes everybody who was not erased to a .csv or .xlsx file in the columns of the import; how many. Who typed
    STOP is written without consent, so that no other list writes to them."""
    try:
        return await sheets.write(path, COLUMNS, _exported(db))
    except SheetError as error:
        raise PeopleFileError([str(error)]) from None


async def _exported(db: AsyncSession) -> AsyncIterator[Sequence[str]]:
    async for page in store.living(db):
        given = await consents.newest_given(db, [person.id for person in page])
        for person in page:
            yield _row(person, given.get(person.id))


def _row(person: Person, consent: Consent | None) -> Sequence[str]:
    chats = {chat.channel: chat for chat in person.conversations}
    addresses = [chats[one].address if one in chats else "" for one in CHANNELS]
    stopped = any(chat.stopped_at is not None for chat in person.conversations)
    proof = ["", ""]
    if consent is not None and not stopped:
        source = consent.version.removeprefix(_LIST)
        proof = [consent.at.isoformat(), source]
    region = regions.NAMES.get(person.region) or ("luar NTB" if person.region else "")
    return [person.name, person.kind, person.organisation, region, person.language, *addresses, *proof]
