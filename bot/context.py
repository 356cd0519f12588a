"""What every turn may use of the program around it: settings of the office and the published topics."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from zoneinfo import ZoneInfo

from bot.quiet import Quiet
from knowledge import Index, load


@cache
def packaged_knowledge() -> Index:
    """The topics that come with the program, read at the first question."""
    return Index(load())


@dataclass(frozen=True, slots=True)
class Context:
    """`owners` are addresses (channel, address) that are staff from the start; `bots` the public name per channel;
    `knowledge` gives the topics in force, `topics_changed` is called when others were put in force."""

    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Makassar"))
    public_url: str = ""
    owners: frozenset[tuple[str, str]] = frozenset()
    bots: Mapping[str, str] = field(default_factory=dict)
    inbox_days: int = 8
    outbox_days: int = 30
    answer_days: int = 90
    channels: frozenset[str] | None = None
    quiet: Quiet = field(default_factory=Quiet)
    knowledge: Callable[[], Index] = packaged_knowledge
    topics_changed: Callable[[], None] = lambda: None
