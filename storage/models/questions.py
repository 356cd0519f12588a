"""Questions that people answer, and what becomes of their answers."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId


class Question(Base):
    """A question the bot could not answer: open, answered or closed by a person. `answered_by` is channel:address,
    `answer_message` conversation:message of the staff's words, to know their correction by; `same_as` the question
    that stands before staff for this one too, because it asks the same."""

    __tablename__ = "questions"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    office: Mapped[str] = mapped_column(default="")
    text: Mapped[bytes | None]
    reason: Mapped[str] = mapped_column(default="")
    same_as: Mapped[int | None] = mapped_column(BigId, index=True)
    status: Mapped[str] = mapped_column(String(10), default="open")
    asked_at: Mapped[datetime]
    answer: Mapped[bytes | None]
    answered_by: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    answer_message: Mapped[str] = mapped_column(default="")


class TopicSuggestion(Base):
    """A question with a person's answer, proposed for a topic ("" for a new one): open, taken, refused or erased.
    `question` and `answer` are sealed, `by` is channel:address."""

    __tablename__ = "topic_suggestions"
    __table_args__ = (UniqueConstraint("question_id", "topic"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    topic: Mapped[str]
    question: Mapped[bytes | None]
    answer: Mapped[bytes | None]
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    office: Mapped[str] = mapped_column(default="")
    by: Mapped[str]
    at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(10), default="open")
