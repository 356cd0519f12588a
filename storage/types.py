"""Column types: instants as whole milliseconds since 1970 UTC, the same on every engine."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator


def to_ms(moment: datetime) -> int:
    """An aware datetime as milliseconds since 1970 UTC; a naive one is refused."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    return round(moment.timestamp() * 1000)


def from_ms(ms: int) -> datetime:
    """Milliseconds since 1970 UTC as an aware datetime in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC)


class Instant(TypeDecorator[datetime]):
    """A moment, kept as a BIGINT of milliseconds so that raw statements compare it without a dialect."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Datetime to milliseconds."""
        return None if value is None else to_ms(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Milliseconds to datetime."""
        return None if value is None else from_ms(value)
