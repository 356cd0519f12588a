"""What the program keeps about itself."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


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


class Fact(Base):
    """Small facts the program keeps about itself (polling offset, sample loaded, sending locked)."""

    __tablename__ = "program"
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
