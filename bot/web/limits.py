"""How much one visitor and one network address may do."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

KEYS = 50_000  # remembered at most; beyond that the quietest are forgotten
FRAME = 65_536  # bytes of one message from the page
LINES_PER_VISITOR = 5
# A whole hall on one wireless network, or a mobile operator's, is one address: these are wide.
LINES_PER_ADDRESS = 1000
UPLOADS_AT_ONCE = 4
UPLOAD_EXTRA = 65_536  # bytes of the form around the file


class Rate:
    """At most `burst` at once and one each `gap` seconds in the long run, for each key apart."""

    def __init__(self, gap: float, burst: int, clock: Callable[[], float] = time.monotonic, keys: int = KEYS) -> None:
        self._gap, self._slack, self._clock, self._keys = gap, gap * (burst - 1), clock, keys
        self._next: dict[str, float] = {}

    def take(self, key: str, longest: float = 0.0) -> float | None:
        """Takes a turn: seconds to wait for it, or None (and nothing taken) when that is over `longest`."""
        now = self._clock()
        at = max(self._next.pop(key, now), now)
        wait = max(0.0, at - now - self._slack)
        if wait > longest:
            self._next[key] = at
            return None
        self._next[key] = at + self._gap
        if len(self._next) > self._keys:
            self._forget(now)
        return wait

    def allows(self, key: str) -> bool:
        """Whether a turn could be taken now, without taking it."""
        now = self._clock()
        return self._next.get(key, now) - now <= self._slack

    def _forget(self, now: float) -> None:
        self._next = {key: at for key, at in self._next.items() if at > now}
        for key in list(self._next)[: len(self._next) - self._keys]:
            del self._next[key]


@dataclass
class Limits:
    """The rates of one web server; `lines` counts open lines per network address."""

    messages: Rate = field(default_factory=lambda: Rate(0.3, 10))
    messages_of_address: Rate = field(default_factory=lambda: Rate(0.05, 300))
    uploads: Rate = field(default_factory=lambda: Rate(60, 5))
    uploads_of_address: Rate = field(default_factory=lambda: Rate(10, 60))
    downloads: Rate = field(default_factory=lambda: Rate(0.1, 300))
    misses: Rate = field(default_factory=lambda: Rate(36, 100))
    lines: Counter[str] = field(default_factory=Counter)
    longest_wait: float = 3.0
