"""Tables as offices send them: encodings, separators, empty lines, and files that are none."""

import zipfile
from pathlib import Path

import pytest

from bot.limits import FILE_BYTES
from bot.services import sheets
from bot.services.sheets import SheetError


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_is_read_as_any_office_writes_it(tmp_path: Path, encoding: str, separator: str) -> None:
    """Accents and separators of all spreadsheets."""
    path = tmp_path / "list.csv"
    path.write_bytes(f"name{separator}kind\r\nNoé{separator} umum \r\n".encode(encoding))

    assert sheets.read(path) == [(1, ["name", "kind"]), (2, ["Noé", "umum"])]


def test_lines_keep_their_numbers(tmp_path: Path) -> None:
    """Over empty lines and cells of several lines."""
    path = tmp_path / "list.csv"
    path.write_text('name,place\n\n"Siti","Jalan\nPanjang"\nBudi,x\n', "utf-8")

    assert [number for number, _ in sheets.read(path)] == [1, 3, 5]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("list.pdf", b"x", "neither .csv nor .xlsx"),
        ("list.xlsx", b"not a zip", "not a readable XLSX file"),
        ("list.xlsx", b"PK\x03\x04 cut off", "not a readable XLSX file"),
        ("list.csv", b"x" * (FILE_BYTES + 1), "larger than 20 MB"),
        ("list.csv", b'"never closed' + b"x" * 200_000, "field larger than"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str, content: bytes, problem: str) -> None:
    """In one sentence."""
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(SheetError, match=problem):
        sheets.read(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """With the path that was tried."""
    with pytest.raises(SheetError, match=r"There is no file .*nowhere.csv"):
        sheets.read(tmp_path / "nowhere.csv")


def test_a_small_file_that_is_large_inside_is_refused(tmp_path: Path) -> None:
    """Before it is unpacked."""
    path = tmp_path / "list.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", bytes(sheets.UNPACKED + 1))

    with pytest.raises(SheetError, match="too large inside"):
        sheets.read(path)


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the limit it is read, one more is not."""
    monkeypatch.setattr(sheets, "ROWS", 3)
    path = tmp_path / "list.csv"
    path.write_text("a\nb\nc\n", "utf-8")
    assert len(sheets.read(path)) == 3
    path.write_text("a\nb\nc\nd\n", "utf-8")

    with pytest.raises(SheetError, match="more than 3 rows"):
        sheets.read(path)
