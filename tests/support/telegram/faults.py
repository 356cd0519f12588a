"""Faults to order: what goes wrong, for which calls, how often. The dice are seeded, so that a run can be repeated."""

import random
from dataclasses import dataclass, field
from fnmatch import fnmatch

from tests.support.telegram.errors import CHAT_NOT_FOUND, NOT_MODIFIED, ApiError, bad_request, forbidden, too_many

_REFUSALS = {
    "blocked": forbidden("bot was blocked by the user"),
    "deactivated": forbidden("user is deactivated"),
    "kicked": forbidden("bot was kicked from the supergroup chat"),
    "not_member": forbidden("bot is not a member of the supergroup chat"),
    "cannot_start": forbidden("bot can't initiate conversation with a user"),
    "chat_not_found": bad_request(CHAT_NOT_FOUND),
    "cannot_parse": bad_request("can't parse entities: Can't find end of the entity starting at byte offset 0"),
    "not_modified": bad_request(NOT_MODIFIED),
    "rich_refused": bad_request("RICH_MESSAGE_NOT_ALLOWED"),
    "unauthorized": ApiError(401, "Unauthorized"),
    "conflict": ApiError(409, "Conflict: terminated by other getUpdates request"),
}
KINDS = {*_REFUSALS, "too_many", "server_error", "reset_before", "reset_after", "half_open", "latency", "wrong_json"}


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong: its kind and its numbers (seconds, HTTP status)."""

    kind: str
    retry_after: int = 1
    status: int = 502
    seconds: float = 0.0
    up_to: float = 0.0
    accepted: bool = False  # half_open: was the call carried out before the silence?

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; known: {', '.join(sorted(KINDS))}")

    def refusal(self) -> ApiError | None:
        """The answer of the service, if this fault is one that the service puts in words."""
        if self.kind == "too_many":
            return too_many(self.retry_after)
        return _REFUSALS.get(self.kind)


@dataclass(slots=True)
class Order:
    """A fault, the calls it is meant for and how many of them it hits."""

    fault: Fault
    method: str = "*"
    chat_id: int | None = None
    times: int | None = 1
    probability: float = 1.0
    after: int = 0
    hits: int = field(default=0)

    def meant_for(self, method: str, chat_id: int | None) -> bool:
        """Whether this call is one of those ordered to fail, and not one too many."""
        if self.times is not None and self.hits >= self.times:
            return False
        return fnmatch(method.lower(), self.method.lower()) and self.chat_id in (None, chat_id)


class Faults:
    """The orders in force; the first that fits decides."""

    def __init__(self, seed: int = 0) -> None:
        self._dice = random.Random(seed)
        self.orders: list[Order] = []

    def add(
        self,
        kind: str,
        method: str = "send*",
        *,
        chat_id: int | None = None,
        times: int | None = 1,
        probability: float = 1.0,
        after: int = 0,
        retry_after: int = 1,
        status: int = 502,
        seconds: float = 0.0,
        up_to: float = 0.0,
        accepted: bool = False,
    ) -> Order:
        """Let the next `times` fitting calls (None: all) fail, after `after` good ones, each with `probability`."""
        fault = Fault(kind, retry_after, status, seconds, up_to, accepted)
        order = Order(fault, method, chat_id, times, probability, after)
        self.orders.append(order)
        return order

    def clear(self) -> None:
        """From now on nothing goes wrong."""
        self.orders.clear()

    def next(self, method: str, chat_id: int | None) -> Fault | None:
        """The fault for this call, if one was ordered."""
        for order in self.orders:
            if not order.meant_for(method, chat_id):
                continue
            if order.after > 0:
                order.after -= 1
            elif self._dice.random() < order.probability:
                order.hits += 1
                return order.fault
        return None

    def pause(self, fault: Fault) -> float:
        """Seconds of latency: `seconds`, or anything between `seconds` and `up_to`."""
        return self._dice.uniform(fault.seconds, max(fault.up_to, fault.seconds))
