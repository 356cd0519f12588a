"""What came in and what goes out; the hot tables are also read by raw statements."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId


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
    """Bytes that a person may fetch (an export, a calendar), sealed, with an end date; without a conversation it is
    the same for all who were sent its token."""

    __tablename__ = "files"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"), index=True)
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
