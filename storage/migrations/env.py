"""Runs the migrations on the connection that storage.migrate hands over."""

from typing import Any, Literal

from alembic import context

from storage.models import Base
from storage.types import Instant


def plain_type(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Migrations name database types only, so that they stay true when a class of ours moves."""
    return "sa.BigInteger()" if kind == "type" and isinstance(item, Instant) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_item=plain_type,
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
