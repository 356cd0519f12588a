"""Marks of review: which topics a law means, and how two people take marks away, on both engines."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.services import staff, topic_marks
from bot.services.reviewers import Editor
from bot.services.topics import Refused
from storage import topics as store
from storage.engine import Database
from tests.support.editing import LAWLESS, OTHER, TOPIC, few

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
EDI, EVA = Editor("test:edi", "Edi"), Editor("test:eva", "Eva")
NOBODY: frozenset[tuple[str, str]] = frozenset()


@pytest.fixture
async def office(db: Database) -> Database:
    """Four topics and one editor."""
    async with db.session() as session:
        await store.add_first(session, few(), "program", NOW)
        await store.raise_version(session)
        await staff.add(session, NOW, "test", "edi", role="editor", by="test")
    return db


@pytest.mark.parametrize(
    ("text", "laws"),
    [
        ("UU 7/2017 Pasal 523", ["UU 7/2017"]),
        ("uu no. 7 tahun 2017 dan UU Nomor 10 Tahun 2016", ["UU 7/2017", "UU 10/2016"]),
        ("Putusan MK 135/puu-xxii/2024", ["135/PUU-XXII/2024"]),
        ("Perbawaslu 07/2022", ["Perbawaslu 7/2022"]),
        ("pasal 7 ayat 2", []),
    ],
)
def test_laws_are_recognised_in_their_spellings(text: str, laws: list[str]) -> None:
    """Each in one way of writing."""
    assert topic_marks.laws_in(text) == laws


def test_only_topics_that_rest_on_a_law_are_meant() -> None:
    """UU 1/2016 is not UU 1/2026, and a law in the running text alone is no ground."""
    texts = few()

    assert LAWLESS in topic_marks.citing(texts, "UU 10/2016")
    assert topic_marks.citing(texts, "UU 0/2016") == []


async def test_marking_twice_marks_once(office: Database) -> None:
    """The second finds nothing to do, and the number stays."""
    async with office.session() as session:
        first = await topic_marks.mark(session, NOW, [TOPIC, OTHER], EDI)
        second = await topic_marks.mark(session, NOW, [OTHER, "tidak-ada"], EVA)

    assert (first, second) == (([TOPIC, OTHER], 2), ([], 2))


async def test_nobody_lifts_what_nobody_asked_to_lift(office: Database) -> None:
    """And what is not marked cannot be asked for."""
    async with office.session() as session:
        with pytest.raises(Refused, match="unmarked"):
            await topic_marks.ask_to_lift(session, NOW, [TOPIC], EDI)
        await topic_marks.mark(session, NOW, [TOPIC], EDI)
        with pytest.raises(Refused, match="unasked"):
            await topic_marks.lift(session, NOW, [TOPIC], EVA, NOBODY)


async def test_another_person_lifts(office: Database) -> None:
    """The topic can be marked again afterwards."""
    async with office.session() as session:
        await topic_marks.mark(session, NOW, [TOPIC], EDI)
        await topic_marks.ask_to_lift(session, NOW, [TOPIC], EDI)
        lifted = await topic_marks.lift(session, NOW, [TOPIC], EVA, NOBODY)
        again = await topic_marks.mark(session, NOW, [TOPIC], EVA)

    assert lifted == ([TOPIC], 3)
    assert again == ([TOPIC], 4)


@pytest.mark.parametrize(("minutes", "alone", "why"), [(11, False, "alone"), (9, True, "soon"), (10, True, "")])
async def test_the_only_editor_waits(office: Database, minutes: int, alone: bool, why: str) -> None:
    """Ten minutes, and says that it is meant."""
    later = NOW + timedelta(minutes=minutes)
    async with office.session() as session:
        await topic_marks.mark(session, NOW, [TOPIC], EDI)
        await topic_marks.ask_to_lift(session, NOW, [TOPIC], EDI)
        try:
            await topic_marks.lift(session, later, [TOPIC], EDI, NOBODY, alone=alone)
            found = ""
        except Refused as error:
            found = error.key

    assert found == why
