"""Revisions of topics, marks that a topic is under review, and the number of the published set."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from storage import facts
from storage.models import Fact, TopicMark, TopicRevision

DRAFT = "draft"
IN_REVIEW = "in_review"
PUBLISHED = "published"
RETIRED = "retired"
DROPPED = "dropped"
OPEN = (DRAFT, IN_REVIEW)

VERSION = "knowledge.version"
LOCK = "knowledge.lock"


async def lock(db: AsyncSession) -> None:
    """Whoever changes the set of topics does it alone until the transaction ends."""
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    await db.execute(insert(Fact).values(key=LOCK, value="").on_conflict_do_nothing())
    await db.execute(select(Fact).where(Fact.key == LOCK).with_for_update())


async def version(db: AsyncSession) -> int:
    """The number of the published set; 0 while the program's own topics are in force."""
    return int(await facts.get(db, VERSION) or 0)


async def raise_version(db: AsyncSession) -> int:
    """The next number, by which all processes see that the set has changed. Call it under `lock`."""
    number = await version(db) + 1
    await facts.put(db, VERSION, str(number))
    return number


async def bodies(db: AsyncSession) -> dict[str, str]:
    """The published text of every topic."""
    statement = select(TopicRevision.topic, TopicRevision.body).where(TopicRevision.status == PUBLISHED)
    return {one.topic: one.body for one in await db.execute(statement.order_by(TopicRevision.topic))}


async def published(db: AsyncSession, topic: str) -> TopicRevision | None:
    """The revision of a topic that is in force."""
    return await _one(db, topic, (PUBLISHED,))


async def draft(db: AsyncSession, topic: str) -> TopicRevision | None:
    """The revision of a topic that is being worked on or reviewed."""
    return await _one(db, topic, OPEN)


async def drafts(db: AsyncSession, *statuses: str) -> Sequence[TopicRevision]:
    """All that are being worked on or reviewed, the longest untouched first."""
    wanted = TopicRevision.status.in_(statuses or OPEN)
    return (await db.scalars(select(TopicRevision).where(wanted).order_by(TopicRevision.changed_at))).all()


async def history(db: AsyncSession, topic: str) -> Sequence[TopicRevision]:
    """Every revision of a topic, the newest first."""
    statement = select(TopicRevision).where(TopicRevision.topic == topic).order_by(TopicRevision.revision.desc())
    return (await db.scalars(statement)).all()


async def newest_by(db: AsyncSession, author: str) -> dict[str, str]:
    """The newest text that this author gave each topic, whatever became of it."""
    statement = select(TopicRevision.topic, TopicRevision.body).where(TopicRevision.author == author)
    return {one.topic: one.body for one in await db.execute(statement.order_by(TopicRevision.revision))}


async def add(
    db: AsyncSession, topic: str, body: str, author: str, now: datetime, *, name: str = "", status: str = DRAFT
) -> TopicRevision:
    """A further revision of a topic."""
    statement = select(func.max(TopicRevision.revision)).where(TopicRevision.topic == topic)
    last: int | None = (await db.execute(statement)).scalar_one()
    made = TopicRevision(
        topic=topic,
        revision=(last or 0) + 1,
        body=body,
        status=status,
        author=author,
        author_name=name,
        created_at=now,
        changed_at=now,
        published_at=now if status == PUBLISHED else None,
    )
    db.add(made)
    await db.flush()
    return made


async def add_first(db: AsyncSession, texts: dict[str, str], author: str, now: datetime) -> None:
    """The first revision of many topics, published."""
    db.add_all(
        TopicRevision(
            topic=topic,
            revision=1,
            body=body,
            status=PUBLISHED,
            author=author,
            created_at=now,
            changed_at=now,
            published_at=now,
        )
        for topic, body in texts.items()
    )
    await db.flush()


async def marks(db: AsyncSession, topics: Collection[str] | None = None) -> dict[str, TopicMark]:
    """What is under review now, of some topics or of all."""
    statement = select(TopicMark).where(TopicMark.lifted_at.is_(None)).order_by(TopicMark.topic)
    if topics is not None:
        statement = statement.where(TopicMark.topic.in_(topics))
    return {one.topic: one for one in await db.scalars(statement)}


async def mark(db: AsyncSession, topic: str, law: str, by: str, name: str, now: datetime) -> TopicMark:
    """Notes that a topic is under review."""
    made = TopicMark(topic=topic, law=law, by=by, by_name=name, at=now)
    db.add(made)
    await db.flush()
    return made


async def _one(db: AsyncSession, topic: str, statuses: Sequence[str]) -> TopicRevision | None:
    statement = select(TopicRevision).where(TopicRevision.topic == topic, TopicRevision.status.in_(statuses))
    return (await db.execute(statement)).scalar_one_or_none()
