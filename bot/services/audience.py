"""Audiences: which people a message is for, how many it reaches, and who is left out for which reason."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot import regions
from bot.services.people import KINDS
from storage import audience as store
from storage.audience import Filter
from storage.reach import Channels

LEFT_OUT = ("no consent", "no address", "stopped", "blocked")
_FIELDS = {"region": "regions", "kind": "kinds", "organisation": "organisations", "person": "people"}
_PART = re.compile(r"(\w+)=(\"[^\"]*\"|\S+)")


class AudienceError(ValueError):
    """An audience that cannot be understood; the text says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many people are reached, and how many are left out by reason (of LEFT_OUT)."""

    reached: int
    left_out: Mapping[str, int]

    def __str__(self) -> str:
        left = ", ".join(f"{number} {reason}" for reason, number in self.left_out.items())
        return f"{self.reached} reached" + (f"; left out: {left}" if left else "")


def parse(text: str) -> Filter | None:
    """An audience as typed: "all", "nobody" (None), or for example `region=bima,dompu kind=student`.

    Fields are region, kind, organisation (in quotes when it has spaces) and person (numbers).
    """
    plain = text.strip()
    if plain in ("nobody", "all"):
        return Filter() if plain == "all" else None
    parts = dict(_PART.findall(plain))
    if not parts or _PART.sub("", plain).strip():
        raise AudienceError(f'{text!r} is no audience: write all, nobody, or for example "region=bima kind=student"')
    values: dict[str, tuple[object, ...]] = {}
    for name, value in parts.items():
        if name not in _FIELDS:
            raise AudienceError(f"{name!r} is not known of people; fields are {', '.join(_FIELDS)}")
        items = [one.strip() for one in value.strip('"').split(",") if one.strip()]
        values[_FIELDS[name]] = tuple(_value(name, item) for item in items)
    return Filter(**values)  # type: ignore[arg-type]  # each field has the type that _value gives it


def _value(name: str, item: str) -> object:
    if name == "region":
        found = item if item in regions.NAMES else regions.exact(item)
        if found is None:
            raise AudienceError(f"{item!r} is no region of ours")
        return found
    if name == "kind" and item not in KINDS:
        raise AudienceError(f"{item!r} is no kind of people; kinds are {', '.join(KINDS)}")
    if name == "person":
        if not item.isdigit():
            raise AudienceError(f"{item!r} is no person's number")
        return int(item)
    return item


async def count(db: AsyncSession, chosen: Filter, channels: Channels = None) -> Count:
    """How many people an audience reaches by these channels, and why others are left out."""
    found = await store.reasons(db, chosen, channels)
    return Count(found.pop("reached", 0), {reason: found[reason] for reason in LEFT_OUT if reason in found})
