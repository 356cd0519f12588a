"""By which channels this program sends, and when it does not wake people: what services need to know of it."""

from dataclasses import dataclass, field

from bot.quiet import Quiet

SAMPLE_CHANNELS = frozenset({"webchat"})  # nobody outside our own page hears of a meeting that is none


@dataclass(frozen=True, slots=True)
class Reach:
    """`channels` None means all there are."""

    channels: frozenset[str] | None = None
    quiet: Quiet = field(default_factory=Quiet)

    def of(self, sample: bool) -> frozenset[str] | None:
        """The channels for a meeting; the sample keeps to the web chat."""
        if not sample:
            return self.channels
        return SAMPLE_CHANNELS if self.channels is None else self.channels & SAMPLE_CHANNELS
