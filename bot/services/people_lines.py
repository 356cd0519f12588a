"""One line of a list of people: its values understood, or named with what is wrong."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot import regions, words
from bot.services import people, sheets

COLUMNS = (
    "name",
    "kind",
    "organisation",
    "regency",
    "language",
    "telegram",
    "whatsapp",
    "consent_at",
    "consent_source",
)
ALIASES: Mapping[str, str] = MappingProxyType(
    {"nama": "name", "peran": "kind", "organisasi": "organisation", "kabupaten": "regency", "bahasa": "language"}
)
CHANNELS = ("telegram", "whatsapp")
SHOWN = 20  # wrong lines in one message
WITA = ZoneInfo("Asia/Makassar")
_BUSINESS_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{4,128}")
_DATES = ("%d/%m/%Y", "%d-%m-%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H.%M")

Value = TypeVar("Value")


class PeopleFileError(Exception):
    """The list is not as it should be; the text names each wrong line. Nothing was imported."""

    def __init__(self, problems: Sequence[str]) -> None:
        shown = [*problems[:SHOWN], *([f"… and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else [])]
        super().__init__("\n".join(["Nothing was imported:", *(f"  {one}" for one in shown)]))
        self.problems = list(problems)


@dataclass(frozen=True, slots=True)
class Line:
    """One person of a list. `consent_at` None: must not be written to."""

    number: int
    name: str
    kind: str
    organisation: str
    region: str
    language: str
    addresses: Mapping[str, str]
    consent_at: datetime | None
    consent_source: str


def header_of(cells: Sequence[str]) -> list[str]:
    """The columns of a list, under their own names."""
    names = [ALIASES.get(cell.strip().lower(), cell.strip().lower()) for cell in cells]
    unknown = [name for name in names if name and name not in COLUMNS]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    wrong = [f"line 1: there is no column {name!r}; columns are {', '.join(COLUMNS)}." for name in unknown]
    wrong += [f"line 1: the column {name} is there twice." for name in twice]
    if "name" not in names:
        wrong.append("line 1: the column name is missing.")
    if wrong:
        raise PeopleFileError(wrong)
    return names


def line_of(number: int, header: Sequence[str], cells: Sequence[str], problems: list[str]) -> Line | None:
    """One line with its values understood; what is not is added to `problems`."""
    got = {name: cell for name, cell in zip(header, cells, strict=False) if name}
    wrong: list[str] = []

    def value(name: str, understand: Callable[[str], Value], empty: Value) -> Value:
        text = got.get(name, "")
        if not text:
            return empty
        try:
            return understand(text)
        except ValueError as error:
            wrong.append(f"line {number}: {name} {text[:40]!r}: {error}")
            return empty

    if not got.get("name"):
        wrong.append(f"line {number}: name is missing.")
    if len(cells) > len(header) and any(cells[len(header) :]):
        wrong.append(f"line {number}: has more cells than the first line.")
    addresses = {one: value(one, _ADDRESSES[one], "") for one in CHANNELS}
    line = Line(
        number=number,
        name=value("name", _name, ""),
        kind=value("kind", _kind, ""),
        organisation=value("organisation", _organisation, ""),
        region=value("regency", _region, ""),
        language=value("language", _language, words.DEFAULT),
        addresses={channel: address for channel, address in addresses.items() if address},
        consent_at=value("consent_at", _moment, None),
        consent_source=value("consent_source", _organisation, ""),
    )
    if bool(got.get("consent_at")) != bool(got.get("consent_source")):
        wrong.append(f"line {number}: consent needs both consent_at and consent_source, or neither.")
    problems += wrong
    return None if wrong else line


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not people.is_name(name):
        raise ValueError("is not a name of 2 to 80 letters.")
    return name


def _kind(text: str) -> str:
    kind = people.kind_of(text)
    if kind is None:
        raise ValueError(f"is none of {', '.join(people.KINDS)}.")
    return kind


def _organisation(text: str) -> str:
    if text.startswith(sheets.RUNS):
        raise ValueError("begins like a formula.")
    if len(text) > people.ORGANISATION_LIMIT:
        raise ValueError(f"has more than {people.ORGANISATION_LIMIT} letters.")
    return " ".join(text.split())


def _region(text: str) -> str:
    region = regions.exact(text)
    if region is None:
        raise ValueError("is no regency or city of NTB ('luar NTB' for others; say which Bima).")
    return region


def _language(text: str) -> str:
    for one in words.languages():
        if text.lower() in (one, words.text(one, "language.name").lower()):
            return one
    raise ValueError(f"is none of {', '.join(words.languages())}.")


def _telegram(text: str) -> str:
    if not re.fullmatch(r"[1-9]\d{0,18}", text):
        raise ValueError("is not the number of a Telegram account; a @name cannot be written to.")
    return text


def _whatsapp(text: str) -> str:
    """A number with its country, digits only; or the id of somebody whose number is hidden."""
    if _BUSINESS_ID.fullmatch(text):
        return text
    digits = re.sub(r"[\s().+-]", "", text)
    if digits.startswith("0"):
        digits = f"62{digits[1:]}"
    elif digits.startswith("8"):  # a spreadsheet has eaten the 0
        digits = f"62{digits}"
    if not re.fullmatch(r"[1-9]\d{7,14}", digits):
        raise ValueError("is not a phone number; keep the column as text.")
    return digits


_ADDRESSES: Mapping[str, Callable[[str], str]] = MappingProxyType({"telegram": _telegram, "whatsapp": _whatsapp})


def _moment(text: str) -> datetime:
    """A date or time; without a zone it is meant in WITA."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = _local(text)
    return (at if at.tzinfo else at.replace(tzinfo=WITA)).astimezone(UTC)


def _local(text: str) -> datetime:
    for pattern in _DATES:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=WITA)
        except ValueError:
            continue
    raise ValueError("is no date such as 2026-11-24 or 24/11/2026.")


def twice(lines: Iterable[Line]) -> list[str]:
    """Lines that name an address of an earlier line."""
    seen: dict[tuple[str, str], int] = {}
    problems = []
    for line in lines:
        for channel, address in line.addresses.items():
            first = seen.setdefault((channel, address), line.number)
            if first != line.number:
                problems.append(f"line {line.number}: the same {channel} as line {first}.")
    return problems


def number_of(problem: str) -> int:
    """The line that a problem is about, to sort by."""
    return int(problem.partition(":")[0].removeprefix("line "))
