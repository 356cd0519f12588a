"""Registering and the switches, on both engines."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot.messages import Lane
from bot.services import people
from bot.services.people import Details
from storage import consents, conversations, outbox
from storage.consents import Act
from storage.engine import Database
from storage.models import Conversation, Outbox, Person
from storage.outbox import Row

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
ACT = Act("test", "key-1", "id", NOW)
SITI = Details("Siti Aminah", "student", "mataram", frozenset({"meetings", "quiz"}), "Unram")


@pytest.fixture
async def person_id(db: Database) -> int:
    """Somebody registered in chat 1."""
    async with db.session() as session:
        await conversations.add(session, "test", "siti", "id", NOW)
        person = await people.register(session, NOW, SITI, "text-1", ACT, 1, "poster")
        return person.id


async def test_a_registration_is_kept_whole(db: Database, person_id: int) -> None:
    """The person, whose chat it is, and the consent."""
    async with db.read() as session:
        person = await session.get_one(Person, person_id)
        chat = await session.get_one(Conversation, 1)
        acts = await consents.of(session, person_id)

    assert (person.name, person.organisation, person.source) == ("Siti Aminah", "Unram", "poster")
    assert people.notices_of(person) == {"meetings", "quiz"}
    assert chat.person_id == person_id
    assert [(one.version, one.given) for one in acts] == [("text-1", True), ("notices:meetings+quiz", True)]


async def test_a_correction_leaves_what_it_does_not_name(db: Database, person_id: int) -> None:
    """The same switches are no new act."""
    async with db.session() as session:
        person = await session.get_one(Person, person_id)
        await people.change(session, NOW, person, Details("Siti", "public", "dompu", SITI.notices), ACT)
        acts = await consents.of(session, person_id)

        assert (person.name, person.region, person.source) == ("Siti", "dompu", "poster")
        assert len(acts) == 2


async def test_an_answer_on_its_way_survives_a_stop(db: Database, person_id: int) -> None:
    """As one does that staff write afterwards: it answers the person's own words."""
    async with db.session() as session:
        await outbox.add(session, Row("test", 1, "answer", 1, Lane.URGENT, b"{}"), NOW)
        withdrawn = await people.stop(session, NOW, 1, person_id, ACT)
        states = (await session.execute(select(Outbox.state))).scalars().all()

    assert (withdrawn, states) == (0, ["queued"])


async def test_stop_withdraws_and_resume_does_not_touch_the_switches(db: Database, person_id: int) -> None:
    """Replies stay, the rest is skipped, both acts are kept."""
    async with db.session() as session:
        for source in ("reply", "reminder", "broadcast"):
            await outbox.add(session, Row("test", 1, source, 1, Lane.BULK, b"{}"), NOW)
        withdrawn = await people.stop(session, NOW, 1, person_id, ACT)
        await people.resume(session, 1, person_id, ACT)
    async with db.read() as session:
        chat = await session.get_one(Conversation, 1)
        states = [(await session.get_one(Outbox, number)).state for number in (1, 2, 3)]
        person = await session.get_one(Person, person_id)

    assert (withdrawn, states) == (2, ["queued", "skipped", "skipped"])
    assert chat.stopped_at is None
    assert people.notices_of(person) == {"meetings", "quiz"}


async def test_a_lost_chat_is_found_again(db: Database, person_id: int) -> None:
    """With its reason in between."""
    async with db.session() as session:
        await people.lost(session, 1, "blocked")
        before = (await session.get_one(Conversation, 1, populate_existing=True)).unreachable
        await people.found(session, 1)
        after = (await session.get_one(Conversation, 1, populate_existing=True)).unreachable

    assert (before, after) == ("blocked", "")


@pytest.mark.parametrize("text", ["Siti", "L. M. Zaini, S.H.", "Nur'aini (Ani)", "x" * 80])
def test_names_are_as_people_have_them(text: str) -> None:
    """Titles, apostrophes, up to 80 letters."""
    assert people.is_name(text)


@pytest.mark.parametrize("text", ["", "X", "=1+1", "@siti", "Siti_A", "a" * 81, "1 Siti", "a" + "." * 4000 + "!"])
def test_what_is_no_name(text: str) -> None:
    """Formulas, handles, and nothing that takes long to refuse."""
    assert not people.is_name(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("student", "student"), ("Mahasiswa", "student"), ("Warga", "public"), ("raja", None), ("", None)],
)
def test_a_kind_is_known_by_key_label_and_everyday_word(text: str, kind: str | None) -> None:
    """In either language."""
    assert people.kind_of(text) == kind
