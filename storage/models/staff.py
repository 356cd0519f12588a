"""Who may act for an office, and what they did."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId


class Staff(Base):
    """An address that may act for an office, with one of the seven roles."""

    __tablename__ = "staff"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    address: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    role: Mapped[str] = mapped_column(String(16))
    office: Mapped[str] = mapped_column(default="")
    added_by: Mapped[str] = mapped_column(default="")
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class StaffLink(Base):
    """A one-time invitation of staff: only the hash is kept; used up by the press of a button."""

    __tablename__ = "staff_links"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str] = mapped_column(String(16))
    office: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class StaffGroup(Base):
    """A group chat bound to an office and to purposes (questions, announcements, reports, alarms)."""

    __tablename__ = "staff_groups"
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    office: Mapped[str] = mapped_column(default="")
    purposes: Mapped[str]
    bound_by: Mapped[str]
    bound_at: Mapped[datetime]


class Audit(Base):
    """What staff and the program did with people's data: ids only, never contents."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_action_at", "action", "at"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    object: Mapped[str]
    office: Mapped[str] = mapped_column(default="")
