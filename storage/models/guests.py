"""Who is invited to a meeting, what they answered for each day, and what they want to hear of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, BigId


class Guest(Base):
    """Somebody asked to a meeting, or who asked themselves: a registered person, or a visitor known by their chat.

    `status` silent (no answer yet), answered or erased; what they answered is in the days' rsvps. `invited_at` is
    empty for those who came by themselves. Delegate (who comes in their place) and note (wheelchair, food) are sealed.
    A row is never deleted: it keeps a second invitation out.
    """

    __tablename__ = "guests"
    __table_args__ = (
        UniqueConstraint("meeting_id", "person_id", name="uq_guests_person"),
        UniqueConstraint("meeting_id", "conversation_id", name="uq_guests_chat"),
        Index(
            "ix_guests_to_chase",
            "invited_at",
            sqlite_where=text("status = 'silent' AND chased_at IS NULL"),
            postgresql_where=text("status = 'silent' AND chased_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    status: Mapped[str] = mapped_column(String(10), default="silent")
    source: Mapped[str] = mapped_column(String(10), default="")
    delegate: Mapped[bytes | None]
    note: Mapped[bytes | None]
    invited_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    chased_at: Mapped[datetime | None]
    rsvps: Mapped[list["Rsvp"]] = relationship(back_populates="guest", order_by="Rsvp.day_id")


class Rsvp(Base):
    """A guest's answer for one day: yes, maybe, no; waiting for a seat, offered one, or lapsed (an offer went by).

    `queued_at` is when they asked for the seat, which is the order of the waiting list; `confirmed_at` when they said
    the day before that they still come; `changed` how often the answer changed.
    """

    __tablename__ = "rsvps"
    __table_args__ = (
        UniqueConstraint("guest_id", "day_id"),
        Index(
            "ix_rsvps_waiting",
            "day_id",
            "queued_at",
            sqlite_where=text("answer = 'waiting'"),
            postgresql_where=text("answer = 'waiting'"),
        ),
        Index("ix_rsvps_day_id", "day_id"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    guest_id: Mapped[int] = mapped_column(ForeignKey("guests.id"))
    day_id: Mapped[int] = mapped_column(ForeignKey("meeting_days.id", ondelete="CASCADE"))
    answer: Mapped[str] = mapped_column(String(8))
    queued_at: Mapped[datetime | None]
    answered_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    changed: Mapped[int] = mapped_column(Integer, default=0)
    guest: Mapped[Guest] = relationship(back_populates="rsvps")


class SeatOffer(Base):
    """A freed seat offered to somebody on the waiting list until `expires_at`: open, taken, declined, expired or
    withdrawn. Ids are keys of messages, so they are never given twice."""

    __tablename__ = "seat_offers"
    __table_args__ = (
        Index(
            "ix_seat_offers_open",
            "expires_at",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    guest_id: Mapped[int] = mapped_column(ForeignKey("guests.id"), index=True)
    day_id: Mapped[int] = mapped_column(ForeignKey("meeting_days.id", ondelete="CASCADE"), index=True)
    offered_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default="open")


class RegionQuota(Base):
    """How many seats of each day people of one region may take; regions without a row share the rest."""

    __tablename__ = "region_quotas"
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    region: Mapped[str] = mapped_column(primary_key=True)
    seats: Mapped[int] = mapped_column(Integer)


class MutedMeeting(Base):
    """A chat that wants no reminders of one meeting. It still hears when that moves or is cancelled."""

    __tablename__ = "muted_meetings"
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    at: Mapped[datetime]


class Snooze(Base):
    """A reminder that a chat asked to have again at `due_at`: waiting, sent or withdrawn."""

    __tablename__ = "snoozes"
    __table_args__ = (
        UniqueConstraint("conversation_id", "day_id", "due_at"),
        Index(
            "ix_snoozes_due",
            "due_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    day_id: Mapped[int] = mapped_column(ForeignKey("meeting_days.id", ondelete="CASCADE"), index=True)
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default="waiting")


class ChangeAck(Base):
    """An "OK" under the message that told a chat of one change of a meeting."""

    __tablename__ = "change_acks"
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime]
