"""All tables. Hot ones (inbox, outbox, conversations, accounts) are also read by raw statements."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from storage.types import Instant

BigId = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """Root of the tables; names of constraints are fixed so that migrations can address them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Instant,
        str: Text,
        bytes: LargeBinary,
        dict[str, Any]: Text,
    }


class Person(Base):
    """Somebody who registered. After erasure the row stays as a tombstone without any of it."""

    __tablename__ = "people"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="")
    region: Mapped[str] = mapped_column(default="")
    organisation: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(String(8), default="id")
    notify_meetings: Mapped[bool] = mapped_column(Boolean, default=False)
    notify_news: Mapped[bool] = mapped_column(Boolean, default=False)
    notify_quiz: Mapped[bool] = mapped_column(Boolean, default=False)
    source: Mapped[str] = mapped_column(default="")
    registered_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    conversations: Mapped[list["Conversation"]] = relationship(back_populates="person")


class Consent(Base):
    """One act of consent or withdrawal: which text, when, by which message (UU 27/2022 art. 22-24)."""

    __tablename__ = "consents"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    version: Mapped[str]
    given: Mapped[bool]
    at: Mapped[datetime]
    channel: Mapped[str]
    message_key: Mapped[str]
    language: Mapped[str]


class Conversation(Base):
    """One chat on one channel: its address, its state, and whose it is. With `erased_at` set, its address goes as soon
    as the last message has left."""

    __tablename__ = "conversations"
    __table_args__ = (UniqueConstraint("channel", "address"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    address: Mapped[str]
    is_group: Mapped[bool] = mapped_column(Boolean, default=False)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    language: Mapped[str] = mapped_column(String(8), default="")
    state: Mapped[str] = mapped_column(default="")
    data: Mapped[bytes | None]
    source: Mapped[str] = mapped_column(default="")
    stopped_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    unreachable: Mapped[str] = mapped_column(default="")
    next_at: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    person: Mapped[Person | None] = relationship(back_populates="conversations")


class Inbox(Base):
    """Every item a service handed us, stored before it is acknowledged."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "key"),
        Index(
            "ix_inbox_waiting",
            "conversation_id",
            "id",
            sqlite_where=text("status = 'new'"),
            postgresql_where=text("status = 'new'"),
        ),
        Index("ix_inbox_received_at", "received_at"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    key: Mapped[str]
    conversation_id: Mapped[int | None] = mapped_column(BigInteger)
    raw: Mapped[bytes | None]
    status: Mapped[str] = mapped_column(String(8))
    trace: Mapped[str | None]
    received_at: Mapped[datetime]


class Content(Base):
    """One body shared by many outbox rows: a reminder or announcement is written once."""

    __tablename__ = "contents"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    body: Mapped[bytes]
    created_at: Mapped[datetime]


class Outbox(Base):
    """Everything a person must read. States: queued, leased, started, sent, delivered, read, failed, skipped,
    unknown."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("source", "source_id", "revision", "part", "conversation_id"),
        Index(
            "ix_outbox_due",
            "channel",
            "lane",
            "not_before",
            "id",
            sqlite_where=text("state = 'queued'"),
            postgresql_where=text("state = 'queued'"),
        ),
        Index(
            "ix_outbox_in_flight",
            "conversation_id",
            sqlite_where=text("state IN ('leased', 'started')"),
            postgresql_where=text("state IN ('leased', 'started')"),
        ),
        Index("ix_outbox_remote", "conversation_id", "remote_id"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    source: Mapped[str] = mapped_column(String(16))
    source_id: Mapped[int] = mapped_column(BigInteger)
    revision: Mapped[int] = mapped_column(Integer, default=0)
    part: Mapped[int] = mapped_column(SmallInteger, default=0)
    lane: Mapped[int] = mapped_column(SmallInteger)
    operation: Mapped[str] = mapped_column(String(8), default="send")
    target: Mapped[str | None]
    body: Mapped[bytes | None]
    content_id: Mapped[int | None] = mapped_column(BigId)  # no foreign key: it cost a third of queueing on PostgreSQL
    urgent: Mapped[bool] = mapped_column(Boolean, default=False)
    not_before: Mapped[int] = mapped_column(BigInteger, default=0)
    expires_at: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(10), default="queued")
    reason: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    resent: Mapped[int] = mapped_column(SmallInteger, default=0)
    sensitive: Mapped[bool] = mapped_column(Boolean, default=False)
    lease: Mapped[str | None]
    lease_until: Mapped[int | None] = mapped_column(BigInteger)
    remote_id: Mapped[str | None]
    created_at: Mapped[int] = mapped_column(BigInteger)
    sent_at: Mapped[int | None] = mapped_column(BigInteger)
    delivered_at: Mapped[int | None] = mapped_column(BigInteger)


class Account(Base):
    """The rate of one channel account, shared by all processes."""

    __tablename__ = "accounts"
    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    next_slot: Mapped[int] = mapped_column(BigInteger, default=0)
    bulk_after: Mapped[int] = mapped_column(BigInteger, default=0)
    strikes: Mapped[int] = mapped_column(Integer, default=0)
    stopped: Mapped[str] = mapped_column(default="")


class File(Base):
    """Bytes that a person may fetch (an export, a calendar), sealed, with an end date."""

    __tablename__ = "files"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    name: Mapped[str]
    mime: Mapped[str]
    size: Mapped[int]
    content: Mapped[bytes]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class WebchatMessage(Base):
    """A visitor's history: what was shown and what they wrote; the id is the `n` of the protocol.

    An id is never given twice, also not after an erasure: a page that saw the old one must not take the new one for it.
    """

    __tablename__ = "webchat"
    __table_args__ = (
        UniqueConstraint("conversation_id", "client_id"),
        Index("ix_webchat_history", "conversation_id", "id"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    outbox_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    client_id: Mapped[str | None]
    body: Mapped[bytes]
    at: Mapped[datetime]
    acked_at: Mapped[datetime | None]


class Question(Base):
    """A question the bot could not answer: open, answered or closed by a person. `answered_by` is channel:address,
    `answer_message` conversation:message of the staff's words, to know their correction by."""

    __tablename__ = "questions"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    office: Mapped[str] = mapped_column(default="")
    text: Mapped[bytes | None]
    reason: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(String(10), default="open")
    asked_at: Mapped[datetime]
    answer: Mapped[bytes | None]
    answered_by: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    answer_message: Mapped[str] = mapped_column(default="")


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


class Meeting(Base):
    """A meeting of one or several days. Importing it again with the same key updates it."""

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
    days: Mapped[list["MeetingDay"]] = relationship(
        back_populates="meeting", order_by="MeetingDay.starts_at", cascade="all, delete-orphan"
    )


class MeetingDay(Base):
    """One day of a meeting, with its own beginning, end and, where it differs, place."""

    __tablename__ = "meeting_days"
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


class JobRun(Base):
    """A timetable entry that some process has taken: the unique key lets only one win."""

    __tablename__ = "job_runs"
    name: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)


class Lease(Base):
    """Who may do what only one process may do, such as polling one Telegram account."""

    __tablename__ = "leases"
    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[int] = mapped_column(BigInteger)


class Erasure(Base):
    """Keyed hash of an erased address, replayed after a restore and checked at import."""

    __tablename__ = "erasures"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address_hash: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime]


class Fact(Base):
    """Small facts the program keeps about itself (polling offset, sample loaded, sending locked)."""

    __tablename__ = "program"
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
