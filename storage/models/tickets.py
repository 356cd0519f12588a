"""Talks between a person and staff."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId

_RUNNING = text("status <> 'closed'")


class Ticket(Base):
    """A talk that a person asked for: open until somebody of the staff takes it, claimed, closed with a reason.

    `claimed_by` is channel:address and `desk_id` the chat in which it was taken; `written` counts everything that was
    said about it and numbers the messages.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ux_tickets_running", "conversation_id", unique=True, sqlite_where=_RUNNING, postgresql_where=_RUNNING),
        Index("ix_tickets_last_at", "last_at"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    office: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(String(8), default="open")
    claimed_by: Mapped[str] = mapped_column(default="")
    claimed_name: Mapped[str] = mapped_column(default="")
    desk_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"))
    opened_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    last_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    written: Mapped[int] = mapped_column(Integer, default=0)


class TicketMessage(Base):
    """What one side said, sealed. Not `passed`: it came in a flood and goes to staff with others, as one message."""

    __tablename__ = "ticket_messages"
    __table_args__ = (
        UniqueConstraint("ticket_id", "number"),
        Index(
            "ix_ticket_messages_held",
            "ticket_id",
            sqlite_where=text("NOT passed"),
            postgresql_where=text("NOT passed"),
        ),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    number: Mapped[int] = mapped_column(Integer)
    by_staff: Mapped[bool] = mapped_column(Boolean)
    text: Mapped[bytes | None]
    at: Mapped[datetime]
    passed: Mapped[bool] = mapped_column(Boolean, default=True)
