"""Which answers went out, and in which words."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId


class AnswerGiven(Base):
    """A topic that a conversation was shown. `version` names the topic's words then (AnswerWords); `how` is asked,
    opened (from a link or list) or corrected; `verdict` yes, no or "". Its id is in buttons: it is never given twice.
    """

    __tablename__ = "answers_given"
    __table_args__ = (Index("ix_answers_given_topic_at", "topic", "at"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    topic: Mapped[str]
    version: Mapped[str] = mapped_column(String(16))
    text: Mapped[bytes | None]
    how: Mapped[str] = mapped_column(String(10))
    verdict: Mapped[str] = mapped_column(String(4), default="")
    at: Mapped[datetime] = mapped_column(index=True)


class AnswerWords(Base):
    """What a topic said in one version, as JSON: a correction sets it beside what it says now."""

    __tablename__ = "answer_words"
    topic: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(String(16), primary_key=True)
    body: Mapped[str]
