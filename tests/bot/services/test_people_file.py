"""Lists of people: all or nothing, every wrong line by its number, nothing that runs."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from bot.services import erasure, people_file
from bot.services.people import notices_of
from bot.services.people_file import PeopleFileError, Result
from bot.services.people_lines import COLUMNS
from storage import conversations
from storage.engine import Database
from storage.models import Base, Consent, Conversation, Person

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
SITI = {"name": "Siti Aminah", "kind": "mahasiswa", "regency": "lotim", "telegram": "11"}
AGREED = {"consent_at": "2026-10-01", "consent_source": "daftar hadir"}


def write(
    folder: Path, *people: Mapping[str, object], name: str = "list.csv", columns: Sequence[str] = COLUMNS
) -> Path:
    """A list as a CSV file."""
    rows = [columns, *([str(person.get(column, "")) for column in columns] for person in people)]
    path = folder / name
    path.write_text("\n".join(",".join(row) for row in rows), "utf-8")
    return path


async def imported(db: Database, path: Path, dry_run: bool = False) -> Result:
    """Imports a file."""
    async with db.session() as session:
        return await people_file.import_people(session, NOW, people_file.read(path), dry_run=dry_run)


async def everybody(db: Database) -> Sequence[Person]:
    """All people, by their number."""
    async with db.read() as session:
        return (await session.scalars(select(Person).order_by(Person.id))).all()


async def test_a_list_becomes_people_who_are_written_to(db: Database, tmp_path: Path) -> None:
    """With consent, its time in WITA and where it was given."""
    done = await imported(db, write(tmp_path, {**SITI, **AGREED, "whatsapp": "0812-3456 789"}))
    (person,) = await everybody(db)
    async with db.read() as session:
        chats = (await session.scalars(select(Conversation).order_by(Conversation.channel))).all()
        consent = (await session.scalars(select(Consent).order_by(Consent.id))).first()

    assert (done.added, done.silent) == (1, 0)
    assert (person.name, person.kind, person.region) == ("Siti Aminah", "student", "lombok-timur")
    assert notices_of(person) == {"meetings", "news"}
    assert [(chat.channel, chat.address) for chat in chats] == [("telegram", "11"), ("whatsapp", "628123456789")]
    assert consent is not None
    assert (consent.version, consent.at) == ("list:daftar hadir", datetime(2026, 9, 30, 16, tzinfo=UTC))


async def test_without_consent_nobody_is_written_to(db: Database, tmp_path: Path) -> None:
    """Counted, kept, and silent."""
    done = await imported(db, write(tmp_path, SITI))
    async with db.read() as session:
        chat = (await session.scalars(select(Conversation))).one()

    assert (done.added, done.silent) == (1, 1)
    assert chat.stopped_at == NOW
    assert notices_of((await everybody(db))[0]) == frozenset()


async def test_a_dry_run_counts_and_changes_nothing(db: Database, tmp_path: Path) -> None:
    """And says so in a sentence."""
    done = await imported(db, write(tmp_path, {**SITI, **AGREED}, {"name": "Budi"}), dry_run=True)

    assert str(done).startswith("Dry run, nothing was changed. Would add 2 people, 1 of them without consent")
    assert await everybody(db) == []


async def test_importing_twice_adds_nobody_twice(db: Database, tmp_path: Path) -> None:
    """Known by their address, or without one by name, organisation and region."""
    path = write(tmp_path, SITI, {"name": "Budi", "organisation": "Walhi"})
    await imported(db, path)
    done = await imported(db, path)

    assert (done.added, done.known) == (0, 2)
    assert len(await everybody(db)) == 2


async def test_a_visitor_of_before_becomes_the_person(db: Database, tmp_path: Path) -> None:
    """Their chat is theirs; a STOP they gave stays."""
    async with db.session() as session:
        await conversations.add(session, "telegram", "11", "id", NOW)
        await conversations.set_stopped(session, 1, NOW)
    await imported(db, write(tmp_path, {**SITI, **AGREED}))
    async with db.read() as session:
        chat = (await session.scalars(select(Conversation))).one()

    assert (chat.person_id, chat.stopped_at) == (1, NOW)


WRONG = {
    "name is missing": {**SITI, "name": ""},
    "name '=HYPERLINK(1)'": {**SITI, "name": "=HYPERLINK(1)"},
    "name '@ani'": {**SITI, "name": "@ani"},
    "kind 'raja'": {**SITI, "kind": "raja"},
    "regency 'bima'": {**SITI, "regency": "bima"},
    "regency 'atlantis'": {**SITI, "regency": "atlantis"},
    "language 'sasak'": {**SITI, "language": "sasak"},
    "telegram '@ani': is not the number": {**SITI, "telegram": "@ani"},
    "telegram '6.2E+10'": {**SITI, "telegram": "6.2E+10"},
    "whatsapp '6.28E+12'": {**SITI, "whatsapp": "6.28E+12"},
    "whatsapp '123'": {**SITI, "whatsapp": "123"},
    "organisation '+cmd'": {**SITI, "organisation": "+cmd"},
    "consent_at 'kemarin'": {**SITI, **AGREED, "consent_at": "kemarin"},
    "consent needs both": {**SITI, "consent_at": "2026-10-01"},
    "the same telegram as line 2": SITI,
}


@pytest.mark.parametrize("problem", WRONG)
def test_a_wrong_line_is_named(tmp_path: Path, problem: str) -> None:
    """By its number, with what was found and what is expected."""
    good = {**SITI, "telegram": "11" if "same" in problem else "12"}
    with pytest.raises(PeopleFileError, match="Nothing was imported") as caught:
        people_file.read(write(tmp_path, good, WRONG[problem]))

    assert [one.startswith("line 3: ") and problem in one for one in caught.value.problems] == [True]


async def test_one_wrong_line_and_nothing_is_imported(db: Database, tmp_path: Path) -> None:
    """Also when only the database or the clock can tell."""
    future = {"name": "Budi", **AGREED, "consent_at": "2027-01-01"}
    with pytest.raises(PeopleFileError, match="line 3: consent_at lies in the future"):
        await imported(db, write(tmp_path, SITI, future))

    assert await everybody(db) == []


def test_every_wrong_line_is_named(tmp_path: Path) -> None:
    """In order; of very many the first twenty and how many more."""
    wrong = [{**SITI, "telegram": "x", "kind": "raja"} for _ in range(15)]
    with pytest.raises(PeopleFileError) as caught:
        people_file.read(write(tmp_path, *wrong))

    assert [one.partition(":")[0] for one in caught.value.problems] == [f"line {2 + n // 2}" for n in range(30)]
    assert "… and 10 more" in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        (("nama lengkap", "telegram"), "there is no column 'nama lengkap'"),
        (("telegram",), "the column name is missing"),
        (("name", "nama"), "the column name is there twice"),
    ],
)
def test_a_wrong_first_line_is_named(tmp_path: Path, columns: Sequence[str], problem: str) -> None:
    """Before any person is looked at."""
    with pytest.raises(PeopleFileError, match=f"line 1: {problem}"):
        people_file.read(write(tmp_path, SITI, columns=columns))


async def test_who_was_erased_is_refused(db: Database, tmp_path: Path) -> None:
    """An old list cannot bring anybody back."""
    await imported(db, write(tmp_path, SITI))
    async with db.session() as session:
        await erasure.erase(session, NOW, 1)
        await erasure.drop(session, NOW)
    with pytest.raises(PeopleFileError, match="line 2: this telegram was erased at its owner's wish"):
        await imported(db, write(tmp_path, SITI))

    assert [person.name for person in await everybody(db)] == [""]


async def test_a_line_that_means_two_people_is_refused(db: Database, tmp_path: Path) -> None:
    """One address of each."""
    await imported(db, write(tmp_path, SITI, {"name": "Budi", "whatsapp": "0812345678"}))
    with pytest.raises(PeopleFileError, match="line 2: its addresses belong to two people"):
        await imported(db, write(tmp_path, {**SITI, "whatsapp": "0812345678"}))


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
async def test_what_is_exported_can_be_imported_again(
    db: Database, sqlite_url: str, tmp_path: Path, suffix: str
) -> None:
    """Into another database, with the same people, addresses and consents; who stopped has none."""
    silent = {"name": "Budi", "whatsapp": "US.1349abcd"}
    await imported(db, write(tmp_path, {**SITI, **AGREED, "organisation": "Walhi NTB"}, silent))
    first, second = tmp_path / f"out{suffix}", tmp_path / f"again{suffix}"
    async with db.read() as session:
        assert await people_file.export_people(session, first) == 2
    other = Database(sqlite_url.replace("sahabat.db", "other.db"), db.box)
    async with other.write() as tx:
        await tx.conn.run_sync(Base.metadata.create_all)
    await imported(other, first)
    async with other.read() as session:
        await people_file.export_people(session, second)
    await other.close()

    assert people_file.read(first) == people_file.read(second)
    assert [line.consent_at is None for line in people_file.read(first)] == [False, True]


async def test_an_export_is_for_its_owner_only_and_nothing_in_it_runs(db: Database, tmp_path: Path) -> None:
    """Text cells in XLSX, a mark before it in CSV, whoever put it into the database."""
    async with db.session() as session:
        session.add(Person(name="=HYPERLINK(1)", registered_at=NOW, updated_at=NOW, kind="+1", organisation="@x"))
    sheet, table = tmp_path / "out.xlsx", tmp_path / "out.csv"
    async with db.read() as session:
        await people_file.export_people(session, sheet)
        await people_file.export_people(session, table)
    cells = next(iter(load_workbook(sheet).worksheets[0].iter_rows(min_row=2)))

    assert [cell.data_type for cell in cells[:3]] == ["s", "s", "s"]
    assert cells[0].value == "=HYPERLINK(1)"
    assert table.read_text("utf-8-sig").splitlines()[1].startswith("'=HYPERLINK(1),'+1,'@x,")
    assert sheet.stat().st_mode & 0o077 == 0


async def test_the_erased_are_not_exported(db: Database, tmp_path: Path) -> None:
    """A tombstone is nobody."""
    await imported(db, write(tmp_path, SITI))
    async with db.session() as session:
        await erasure.erase(session, NOW, 1)
    async with db.read() as session:
        assert await people_file.export_people(session, tmp_path / "out.csv") == 0


def test_a_spreadsheet_keeps_numbers_and_dates(tmp_path: Path) -> None:
    """As Excel stores them: numbers without a 0, dates as dates; formulas are refused."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["nama", "telegram", "whatsapp", "consent_at", "consent_source"])
    sheet.append(["Siti", 11.0, 8123456789, datetime(2026, 10, 1, 9, 30), "rapat"])  # noqa: DTZ001 - Excel knows no zones
    path = tmp_path / "list.xlsx"
    book.save(path)
    (line,) = people_file.read(path)

    assert line.addresses == {"telegram": "11", "whatsapp": "628123456789"}
    assert line.consent_at == datetime(2026, 10, 1, 1, 30, tzinfo=UTC)
    sheet.append(["=1+1"])
    book.save(path)
    with pytest.raises(PeopleFileError, match="line 3: name '=1"):
        people_file.read(path)
