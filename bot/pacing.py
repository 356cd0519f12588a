"""What one process knows beyond the slots in the database: waits a service ordered, and when a chat was reached."""

from collections.abc import Callable

from storage.delivery import FIRST_BULK_LANE

CHATS_KEPT = 5000  # chats whose gap is remembered before those that are over are forgotten


class Pacing:
    """For rows that were given their place before something became known. `clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._held: dict[tuple[str, bool], float] = {}
        self._gap_ends: dict[int, float] = {}

    def hold(self, channel: str, milliseconds: int, bulk_only: bool) -> None:
        """The service told this account to wait, in all lanes or in the bulk lanes only."""
        self._held[channel, bulk_only] = self._clock() + milliseconds / 1000

    def is_held(self, channel: str, lane: int) -> bool:
        """Whether a message of this lane must wait."""
        orders = (False, True) if lane >= FIRST_BULK_LANE else (False,)
        return any(self._held.get((channel, bulk_only), 0.0) > self._clock() for bulk_only in orders)

    def reached(self, conversation_id: int, gap: float) -> None:
        """A message arrived: the next one keeps its distance from that, not only from the planned time."""
        now = self._clock()
        if gap:
            self._gap_ends[conversation_id] = now + gap
        if len(self._gap_ends) > CHATS_KEPT:
            self._gap_ends = {chat: ends for chat, ends in self._gap_ends.items() if ends > now}

    def wait(self, conversation_id: int) -> float:
        """Seconds until the chat may get its next message; not above zero when it may now."""
        return self._gap_ends.get(conversation_id, 0.0) - self._clock()
