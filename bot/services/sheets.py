"""Tables in CSV and XLSX files, read as text with line numbers and written so that no cell can run."""

import csv
import io
import os
import zipfile
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell

from bot.limits import FILE_BYTES

ROWS = 100_000
CELL = 1000  # letters; no column of ours takes so many
UNPACKED = 200_000_000  # bytes: a small XLSX may be a very large one inside
RUNS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the beginning of a formula


class SheetError(Exception):
    """The file cannot be read or written; the text says why in one sentence."""


def read(path: Path) -> list[tuple[int, list[str]]]:
    """All rows that are not empty, each with its line number in the file (from 1)."""
    if not path.is_file():
        raise SheetError(f"There is no file {path}.")
    if path.stat().st_size > FILE_BYTES:
        raise SheetError(f"{path.name} is larger than {FILE_BYTES // 1_000_000} MB: split it.")
    readers = {".csv": _csv, ".txt": _csv, ".xlsx": _xlsx}
    if path.suffix.lower() not in readers:
        raise SheetError(f"{path.name} is neither .csv nor .xlsx: save it as one of these.")
    rows = []
    for number, cells in readers[path.suffix.lower()](path.read_bytes(), path.name):
        if any(cells):
            rows.append((number, cells))
        if len(rows) > ROWS:
            raise SheetError(f"{path.name} has more than {ROWS} rows: split it.")
    return rows


def _csv(raw: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(raw)
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    begun = 1
    try:
        for row in reader:
            yield begun, [_unguarded(_short(cell)) for cell in row]
            begun = reader.line_num + 1
    except csv.Error as error:
        raise SheetError(f"{name}, line {begun}: {error}.") from None


def _decoded(raw: bytes) -> str:
    """UTF-8 or UTF-16 as their marks say, else what old Excel writes."""
    for encoding in ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _xlsx(raw: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            if sum(one.file_size for one in packed.infolist()) > UNPACKED:
                raise SheetError(f"{name} is too large inside: save the list alone as .csv.")
        book = load_workbook(io.BytesIO(raw), read_only=True)
        sheet = book.worksheets[0]
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError):
        raise SheetError(f"{name} is not a readable XLSX file: open it in a spreadsheet and save it again.") from None
    for number, row in enumerate(sheet.iter_rows(), 1):
        yield number, [_cell(cell.value) for cell in row]


def _cell(value: Any) -> str:
    """A cell as text; whole numbers without ".0", as phone numbers need it. A formula stays one for its reader to
    refuse."""
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _unguarded(_short(str(value)))


def _short(text: str) -> str:
    return text.strip()[:CELL]


def _unguarded(text: str) -> str:
    """Takes off the mark that `write` puts before what could run."""
    return text[1:] if text[:1] == "'" and text[1:2] in RUNS else text


async def write(path: Path, header: Sequence[str], rows: AsyncIterator[Sequence[str]]) -> int:
    """Writes a table that only its owner may read; how many rows. Cells are text and never formulas."""
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".xlsx"):
        raise SheetError(f"{path.name} must end with .csv or .xlsx.")
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise SheetError(f"{path} cannot be written: {error.strerror}.") from None
    with os.fdopen(handle, "wb") as file:
        return await (_write_csv if suffix == ".csv" else _write_xlsx)(file, header, rows)


async def _write_csv(file: Any, header: Sequence[str], rows: AsyncIterator[Sequence[str]]) -> int:
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    count = 0
    async for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(RUNS) else cell for cell in row])
        count += 1
    text.flush()
    text.detach()
    return count


async def _write_xlsx(file: Any, header: Sequence[str], rows: AsyncIterator[Sequence[str]]) -> int:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("people")
    sheet.append(list(header))
    count = 0
    async for row in rows:
        cells = [WriteOnlyCell(sheet, value=cell) for cell in row]
        for cell in cells:
            cell.data_type = "s"  # a leading "=" would otherwise have made it a formula
            cell.number_format = "@"
        sheet.append(cells)
        count += 1
    book.save(file)
    return count
