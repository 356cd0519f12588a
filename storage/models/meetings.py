"""Meetings, their days and sessions, and their bells."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, BigId
from storage.models.guests import RegionQuota


class Meeting(Base):
    """A meeting of one or several days. Importing it again with the same key updates it.

    `status` planned, published (its guests may answer), cancelled or removed. `invited` means that guests were chosen,
    so that only they are reminded. `capacity` is the seats of each day (none: no limit), `reminders` when its bells
    ring (empty: as usual), `chase_days` after how many days the silent are asked once more (0: never).
    """

    __tablename__ = "meetings"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    office: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    place: Mapped[str] = mapped_column(default="")
    map_url: Mapped[str] = mapped_column(default="")
    timezone: Mapped[str] = mapped_column(default="Asia/Makassar")
    status: Mapped[str] = mapped_column(String(10), default="planned")
    sample: Mapped[bool] = mapped_column(Boolean, default=False)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    updated_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    invited: Mapped[bool] = mapped_column(Boolean, default=False)
    capacity: Mapped[int | None] = mapped_column(Integer)
    reminders: Mapped[str] = mapped_column(default="")
    chase_days: Mapped[int] = mapped_column(Integer, default=2)
    days: Mapped[list["MeetingDay"]] = relationship(
        back_populates="meeting", order_by="MeetingDay.starts_at", cascade="all, delete-orphan"
    )
    quotas: Mapped[list[RegionQuota]] = relationship(order_by=RegionQuota.region, cascade="all, delete-orphan")


class MeetingDay(Base):
    """One day of a meeting, with its own beginning, end and, where it differs, place. Ids are part of messages' keys
    and of calendars, so they are never given twice."""

    __tablename__ = "meeting_days"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(default="")
    meeting: Mapped[Meeting] = relationship(back_populates="days")
    sessions: Mapped[list["MeetingSession"]] = relationship(
        back_populates="day", order_by="MeetingSession.starts_at", cascade="all, delete-orphan"
    )


class MeetingSession(Base):
    """One item of a day's agenda."""

    __tablename__ = "meeting_sessions"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    day_id: Mapped[int] = mapped_column(ForeignKey("meeting_days.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    title: Mapped[str]
    speakers: Mapped[str] = mapped_column(default="")
    place: Mapped[str] = mapped_column(default="")
    day: Mapped[MeetingDay] = relationship(back_populates="sessions")


class Reminder(Base):
    """One bell for one day of a meeting: waiting, queued (with how many rows), missed or withdrawn."""

    __tablename__ = "reminders"
    __table_args__ = (
        UniqueConstraint("meeting_id", "day_at", "kind", "revision"),
        Index(
            "ix_reminders_due",
            "due_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_reminders_missed",
            "day_at",
            sqlite_where=text("state = 'missed'"),
            postgresql_where=text("state = 'missed'"),
        ),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), index=True)
    day_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(8))
    revision: Mapped[int] = mapped_column(Integer)
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    late: Mapped[bool] = mapped_column(Boolean, default=False)
    rows: Mapped[int] = mapped_column(Integer, default=0)
