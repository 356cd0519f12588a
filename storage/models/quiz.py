"""What people scored in the quiz."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId


class QuizResult(Base):
    """One finished round of somebody who agreed to the quiz. `conversation_id` is the group it was played in, if any;
    `of` the number of questions."""

    __tablename__ = "quiz_results"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"))
    score: Mapped[int]
    of: Mapped[int]
    at: Mapped[datetime]
