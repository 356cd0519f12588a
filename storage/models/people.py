"""Who we talk with, what they agreed to, and where."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, BigId


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


class Erasure(Base):
    """Keyed hash of an erased address, replayed after a restore and checked at import."""

    __tablename__ = "erasures"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address_hash: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime]
