"""Rate limits the service may keep. Telegram does not publish its model, so there are three to choose from."""

import math
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from tests.support.telegram.errors import too_many

Clock = Callable[[], float]


class Model(Protocol):
    """One way of counting."""

    def take(self, now: float) -> float:
        """Count a call at `now` (seconds); 0 if it is allowed, else the seconds to wait."""


class StrictWindow:
    """At most `limit` calls in any `seconds`; one too many and all are refused for `penalty` seconds."""

    def __init__(self, limit: int, seconds: float = 1.0, penalty: float = 0.0) -> None:
        self._limit, self._seconds, self._penalty = limit, seconds, penalty
        self._taken: deque[float] = deque()
        self._barred_until = -math.inf

    def take(self, now: float) -> float:
        if now < self._barred_until:
            return self._barred_until - now
        while self._taken and now - self._taken[0] >= self._seconds:
            self._taken.popleft()
        if len(self._taken) < self._limit:
            self._taken.append(now)
            return 0.0
        wait = max(self._penalty, self._taken[0] + self._seconds - now)
        if self._penalty:
            self._barred_until = now + wait
        return wait


class TokenBucket:
    """`rate` calls a second on average, up to `burst` at once."""

    def __init__(self, rate: float, burst: float | None = None) -> None:
        self._rate, self._burst = rate, burst or rate
        self._tokens, self._at = self._burst, -math.inf

    def take(self, now: float) -> float:
        if self._at > -math.inf:
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens < 1:
            return (1 - self._tokens) / self._rate
        self._tokens -= 1
        return 0.0


class FixedWindow:
    """At most `limit` calls in each stretch of `seconds`, counted from the clock's zero."""

    def __init__(self, limit: int, seconds: float = 1.0) -> None:
        self._limit, self._seconds = limit, seconds
        self._window, self._count = -1, 0

    def take(self, now: float) -> float:
        window = int(now // self._seconds)
        if window != self._window:
            self._window, self._count = window, 0
        if self._count >= self._limit:
            return (window + 1) * self._seconds - now
        self._count += 1
        return 0.0


MODELS: dict[str, Callable[..., Model]] = {"strict": StrictWindow, "bucket": TokenBucket, "fixed": FixedWindow}


class Limits:
    """The limits in force: for the whole bot, for each person and for each group. None of them at first."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self.clock = clock
        self.overall: Model | None = None
        self.per_chat: Callable[[], Model] | None = None
        self.per_group: Callable[[], Model] | None = None
        self._chats: dict[int, Model] = {}

    def like_telegram(self, per_second: int = 30, penalty: float = 3.0) -> None:
        """What is known of the real service, at its strictest: 30 a second, each person 1, each group 20 a minute."""
        self.overall = StrictWindow(per_second, 1.0, penalty)
        self.per_chat = lambda: StrictWindow(1, 1.0)
        self.per_group = lambda: StrictWindow(20, 60.0)

    def take(self, chat_id: int) -> None:
        """Count one message to this chat; 429 with whole seconds when it is too many."""
        now = self.clock()
        make = self.per_group if chat_id < 0 else self.per_chat
        if make is not None and chat_id not in self._chats:
            self._chats[chat_id] = make()
        chat = self._chats.get(chat_id) if make is not None else None
        wait = (self.overall.take(now) if self.overall else 0.0) or (chat.take(now) if chat else 0.0)
        if wait > 0:
            raise too_many(max(1, math.ceil(wait)))
