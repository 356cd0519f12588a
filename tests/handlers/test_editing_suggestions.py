"""What staff answered becomes a way of asking, by the hand of an editor."""

from collections.abc import AsyncIterator

import pytest

from bot.services import questions, suggestions
from storage.models import Conversation
from tests.support.editing import OTHER, Office
from tests.support.registering import rows

ASKED = "Minggu tenang itu berapa hari sih?"


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    """An editor, and a question of ani that was answered and proposed for a topic."""
    office = await Office.open(sqlite_url, "edi")
    await office.person("ani").says("/start")
    chat = next(one for one in await rows(office.world, Conversation) if one.address == "ani")
    context, now = office.world.context, office.world.now
    async with office.world.db.session() as db:
        kept = await questions.ask(db, now, context.owners, context.timezone, chat.id, ASKED, "unknown")
        assert kept is not None
        await questions.answer(db, now, kept, "Tiga hari.", by="test:boss")
        await suggestions.suggest(db, now, kept, OTHER, by="test:boss")
    yield office
    await office.close()


async def open_it(office: Office) -> None:
    """Edi at the suggestion."""
    edi = office.person("edi")
    await edi.says("/topikedit")
    await edi.taps("Usulan (1)")
    await edi.taps("1. Minggu")


async def test_a_suggestion_becomes_a_way_of_asking(office: Office) -> None:
    """In the draft of its topic; then it waits no more."""
    await open_it(office)
    edi = office.person("edi")
    shown = edi.text
    await edi.taps("1. ")
    draft = edi.messages[-2].text
    await edi.says("/topikedit")

    assert shown.startswith(f"Ditanyakan: {ASKED}\n\nDijawab petugas: Tiga hari.")
    assert f"Cara bertanya\n+ {ASKED}" in draft
    assert "Usulan (0)" in edi.last.labels
    assert await office.acts("topic.edit") == ["topic.edit.ask"]


async def test_a_suggestion_may_be_refused(office: Office) -> None:
    """It goes, no topic changes, and a second press says so."""
    await open_it(office)
    edi = office.person("edi")
    await edi.taps("Tidak dipakai")
    first = edi.text
    await edi.taps("Tidak dipakai")

    assert first == "Baik, usulan itu tidak dipakai."
    assert edi.text == "Usulan itu sudah selesai."
    assert await office.acts("topic.edit") == []
