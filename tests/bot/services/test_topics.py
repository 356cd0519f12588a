"""Signing off on both engines: what may follow what, by whom, and what a crash or a neighbour cannot spoil."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.difference import told
from bot.services import staff, topics
from bot.services.reviewers import Editor, others, same_person
from bot.services.topics import Refused
from storage import topics as store
from storage.engine import Database
from storage.models import Conversation, Person, TopicRevision
from tests.support.editing import OTHER, TOPIC, few

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
EDI, EVA = Editor("test:edi", "Edi"), Editor("test:eva", "Eva")
NOBODY: frozenset[tuple[str, str]] = frozenset()


@pytest.fixture
async def office(db: Database) -> Database:
    """Two editors and four topics."""
    async with db.session() as session:
        await store.add_first(session, few(), "program", NOW)
        await store.raise_version(session)
        for name in ("edi", "eva"):
            await staff.add(session, NOW, "test", name, role="editor", by="test")
    return db


async def drafted(session: AsyncSession, topic: str = TOPIC, **fields: object) -> TopicRevision:
    """Edi's draft with these fields."""
    draft = None
    for name, value in (fields or {"caveat": "Baru."}).items():
        table = (await topics.look(session, topic)).table
        draft = await topics.change(session, NOW, topic, name, value, EDI, seen=told(table.get(name)))
    assert draft is not None
    return draft


async def refused(step: object) -> str:
    """Why a step was refused."""
    with pytest.raises(Refused) as error:
        await step  # type: ignore[misc]  # any coroutine
    return error.value.key


async def test_publishing_retires_the_revision_before(office: Database) -> None:
    """There is one in force, and the number has risen."""
    async with office.session() as session:
        draft = await drafted(session)
        await topics.submit(session, NOW, [(draft.id, draft.edits)], EDI)
        _, number = await topics.publish(session, NOW, [(draft.id, draft.edits)], EVA, NOBODY, None)
    async with office.read() as session:
        history = await store.history(session, TOPIC)

    assert number == 2
    assert [(one.revision, one.status) for one in history] == [(2, "published"), (1, "retired")]
    assert (history[0].author_name, history[0].reviewer_name) == ("Edi", "Eva")


async def test_several_drafts_are_published_as_one_set(office: Database) -> None:
    """Two that need each other: alone neither would be sound."""
    async with office.session() as session:
        one = await drafted(session, TOPIC, related=[OTHER])
        two = await drafted(session, OTHER, related=[TOPIC])
        chosen = [(one.id, one.edits), (two.id, two.edits)]
        submitted = await topics.submit(session, NOW, chosen, EDI)
        done, number = await topics.publish(
            session, NOW, [(draft.id, draft.edits) for draft in submitted], EVA, NOBODY, None
        )

    assert (len(done), number) == (2, 2)


async def test_of_two_who_sign_at_once_one_does(office: Database) -> None:
    """The other is told that the draft is finished."""
    async with office.session() as session:
        draft = await drafted(session)
        await topics.submit(session, NOW, [(draft.id, draft.edits)], EDI)
    sight = (draft.id, draft.edits)
    async with office.session() as session:
        await topics.publish(session, NOW, [sight], EVA, NOBODY, None)
    async with office.session() as session:
        why = await refused(topics.publish(session, NOW, [sight], EVA, NOBODY, None))
        number = await store.version(session)

    assert (why, number) == ("stale", 2)


async def test_each_step_has_its_time(office: Database) -> None:
    """A draft is not signed, what is in review is not dropped, what changed is not submitted by an old button."""
    async with office.session() as session:
        draft = await drafted(session)
        old = (draft.id, draft.edits)
        early = await refused(topics.publish(session, NOW, [old], EVA, NOBODY, None))
        await drafted(session, difference="Lain.")
        changed = await refused(topics.submit(session, NOW, [old], EDI))
        await topics.submit(session, NOW, [(draft.id, draft.edits)], EDI)
        late = await refused(topics.drop(session, NOW, (draft.id, draft.edits), EDI))

    assert (early, changed, late) == ("stale", "stale", "stale")


async def test_who_only_submits_may_not_sign_either(office: Database) -> None:
    """An import has no author among people; whoever took it to review has read it once, that is not twice."""
    async with office.session() as session:
        draft = await store.add(session, TOPIC, few()[TOPIC], "command line", NOW)
        await topics.submit(session, NOW, [(draft.id, draft.edits)], EDI)
        why = await refused(topics.publish(session, NOW, [(draft.id, draft.edits)], EDI, NOBODY, None))
        done, _ = await topics.publish(session, NOW, [(draft.id, draft.edits)], EVA, NOBODY, None)

    assert why == "own"
    assert done[0].status == "published"


async def test_two_addresses_of_one_person_are_one_person(office: Database) -> None:
    """Registered on both, so neither signs for the other, and they count once."""
    async with office.session() as session:
        person = Person(name="Edi", registered_at=NOW, updated_at=NOW)
        session.add(person)
        await session.flush()
        for channel, address in (("test", "edi"), ("telegram", "77")):
            session.add(
                Conversation(channel=channel, address=address, person_id=person.id, created_at=NOW, seen_at=NOW)
            )
        await session.flush()
        await staff.add(session, NOW, "telegram", "77", role="owner", by="test")
        alike = await same_person(session, "test:edi", "telegram:77")
        signing = await others(session, NOBODY, "test:edi")

    assert alike
    assert signing == [("test", "eva")]


async def test_the_programs_topics_are_taken_over_once(db: Database) -> None:
    """At the first change; later calls do nothing."""
    async with db.session() as session:
        before = (await topics.look(session, TOPIC)).table["title"]
        await topics.adopt(session, NOW)
        await topics.adopt(session, NOW)
        count, number = len(await store.bodies(session)), await store.version(session)

    assert before
    assert number == 1
    assert count > 50


async def test_a_topic_that_does_not_exist_is_not_changed(office: Database) -> None:
    """A button of an older set."""
    async with office.session() as session:
        why = await refused(topics.change(session, NOW, "tidak-ada", "caveat", "x", EDI, seen=""))
        none = await store.draft(session, "tidak-ada")

    assert (why, none) == ("unknown", None)
