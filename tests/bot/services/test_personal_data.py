"""The copy of one's data, on both engines."""

from datetime import UTC, datetime

import orjson

from bot.services import people, personal_data
from bot.services.people import Details
from storage import conversations, files, questions
from storage.consents import Act
from storage.engine import Database
from storage.models import Inbox, Outbox

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


async def filled(db: Database) -> None:
    """Two chats of one person with something of each kind, and a stranger's chat."""
    async with db.session() as session:
        for address in ("siti", "siti-2", "stranger"):
            await conversations.add(session, "test", address, "id", NOW)
        details = Details("Siti", "student", "mataram")
        person = await people.register(session, NOW, details, "text", Act("test", "k", "id", NOW), 1)
        await conversations.attach(session, 2, person.id)
        for number, words in ((1, b'{"text":"satu"}'), (2, b"\xffdua"), (3, b'{"text":"asing"}')):
            raw = db.box.seal(words)
            session.add(
                Inbox(channel="test", key=str(number), conversation_id=number, raw=raw, status="done", received_at=NOW)
            )
            row = {"source": "reply", "source_id": number, "lane": 0, "state": "sent", "created_at": 0}
            session.add(Outbox(channel="test", conversation_id=number, body=db.box.seal(b'{"t":"hai"}'), **row))
            await questions.add(session, number, f"tanya {number}", "person", NOW)
        await files.add(session, 1, "x.ics", "text/calendar", b"BEGIN", NOW)


async def test_all_chats_of_the_person_are_in_it_and_no_other(db: Database) -> None:
    """Opened, and as text where it is no JSON."""
    await filled(db)
    async with db.read() as session:
        data = await personal_data.collect(session, 2)

    assert [one["address"] for one in data["conversations"]] == ["siti", "siti-2"]
    assert [one["raw"] for one in data["messages_received"]] == [{"text": "satu"}, "\ufffddua"]
    assert [one["text"] for one in data["questions"]] == ["tanya 1", "tanya 2"]
    assert (data["person"]["name"], data["files"][0]["name"]) == ("Siti", "x.ics")
    assert orjson.loads(personal_data.as_json(data)) == data


async def test_secrets_of_the_program_are_not_in_it(db: Database) -> None:
    """A link's token would let others fetch the file."""
    await filled(db)
    async with db.read() as session:
        data = await personal_data.collect(session, 1)

    assert {"token", "content"} & data["files"][0].keys() == set()
    assert "lease" not in data["messages_sent"][0]


async def test_a_visitor_has_a_short_one(db: Database) -> None:
    """Without a person."""
    await filled(db)
    async with db.read() as session:
        data = await personal_data.collect(session, 3)
        held = await personal_data.count(session, 3)

    assert (data["person"], data["consents"]) == (None, [])
    assert (held.questions, held.messages) == (1, 2)
