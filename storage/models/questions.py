"""Questions that people answer."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId


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
