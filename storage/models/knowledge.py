"""Topics as editors change them: every revision is kept, one of each topic is published."""

from datetime import datetime

from sqlalchemy import Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId


class TopicRevision(Base):
    """One text of a topic: draft, in_review, published, retired (was published) or dropped (never was).

    `author` (who changed it last), `submitter` and `reviewer` are channel:address, or a part of the program. `edits`
    rises with each change, so that whoever acts on an older sight of it is told. `note` is why it was sent back.
    """

    __tablename__ = "topics"
    __table_args__ = (
        UniqueConstraint("topic", "revision"),
        Index(
            "uq_topics_published",
            "topic",
            unique=True,
            sqlite_where=text("status = 'published'"),
            postgresql_where=text("status = 'published'"),
        ),
        Index(
            "uq_topics_open",
            "topic",
            unique=True,
            sqlite_where=text("status IN ('draft', 'in_review')"),
            postgresql_where=text("status IN ('draft', 'in_review')"),
        ),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    topic: Mapped[str]
    revision: Mapped[int] = mapped_column(Integer)
    body: Mapped[str]
    status: Mapped[str] = mapped_column(String(10), default="draft")
    edits: Mapped[int] = mapped_column(Integer, default=0)
    author: Mapped[str]
    author_name: Mapped[str] = mapped_column(default="")
    submitter: Mapped[str] = mapped_column(default="")
    reviewer: Mapped[str] = mapped_column(default="")
    reviewer_name: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]


class TopicMark(Base):
    """A topic under review since `at`, by itself or with all that cite `law`. Lifting it is asked by one person
    (`asked_by`) and confirmed by another; the row stays."""

    __tablename__ = "topic_marks"
    __table_args__ = (
        Index(
            "uq_topic_marks_standing",
            "topic",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    topic: Mapped[str]
    law: Mapped[str] = mapped_column(default="")
    by: Mapped[str]
    by_name: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    asked: Mapped[int] = mapped_column(Integer, default=0)
    asked_by: Mapped[str] = mapped_column(default="")
    asked_name: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime | None]
    lifted_by: Mapped[str] = mapped_column(default="")
    lifted_at: Mapped[datetime | None]
