"""The web chat as a channel: what it reads survives a crash, what it sends is in the history once."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import orjson
import pytest

from bot.buttons import sign
from bot.channels.webchat import WebChat, read, written
from bot.inbox import Inbox
from bot.messages import Button, Incoming, Outgoing, Reply, SendError, Trouble
from storage import files
from storage import webchat as history
from storage.engine import Database, DatabaseDown
from storage.webchat import Attachment
from tests.support.web import small_bot

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
FILE = Attachment("token", "foto.png", "image/png", 3, "ani")

say: Callable[..., Incoming] = partial(written, "ani", "m1", "id", NOW)


class Heard:
    """An open line that only notes what it is told."""

    def __init__(self, address: str, cursor: int = 0) -> None:
        self.address, self.cursor, self.news, self.safe = address, cursor, 0, list[str]()

    def look(self) -> None:
        """Counts."""
        self.news += 1

    def stored(self, client_id: str, frame: dict[str, Any]) -> None:
        """Notes the id."""
        self.safe.append(client_id)

    def close(self) -> None:
        """Nothing to end."""


def outgoing(db: Database, conversation: int, reply: Reply, **more: Any) -> Outgoing:
    """A row on its way to ani."""
    fields = {"outbox_id": 1, "operation": "send", "target": "", "sign": partial(sign, db.box, conversation), **more}
    return Outgoing(conversation_id=conversation, address="ani", is_group=False, language="id", reply=reply, **fields)


async def chat(db: Database) -> int:
    """Ani's conversation."""
    async with db.session() as session:
        return await history.conversation_id(session, "ani", "id", NOW)


async def frames(db: Database) -> list[dict[str, Any]]:
    """What ani's page would show."""
    async with db.read() as session:
        return [orjson.loads(entry.body) for entry in await history.newest(session, "ani", 100)]


@pytest.mark.parametrize("said", [{"text": "halo"}, {"pressed": "a:1~xxxxxxxx", "on": 7}, {"file": FILE}])
def test_what_is_stored_reads_the_same_after_a_crash(said: dict[str, Any]) -> None:
    """Everything that is needed is in the raw item."""
    incoming = say(**said)

    assert read(incoming.raw) == incoming
    assert (incoming.channel, incoming.address, incoming.key, incoming.sent_at) == ("webchat", "ani", "ani:m1", NOW)


@pytest.mark.parametrize(
    ("text", "command", "argument"),
    [
        ("/start kampus-unram", "start", "kampus-unram"),
        ("/Tanya  siapa boleh melapor? ", "tanya", "siapa boleh melapor?"),
        ("/tanya\nsiapa?", "tanya", "siapa?"),
        ("/", "", ""),
        ("halo /start", "", ""),
    ],
)
def test_a_slash_in_front_makes_a_command(text: str, command: str, argument: str) -> None:
    """With what stands behind it, as on the other channels."""
    incoming = say(text=text)

    assert (incoming.command, incoming.argument) == (command, argument)


@pytest.mark.parametrize(
    ("mime", "kind"),
    [("image/png", "photo"), ("video/mp4", "video"), ("audio/ogg", "audio"), ("application/pdf", "document")],
)
def test_a_file_has_a_kind(mime: str, kind: str) -> None:
    """The one a person would call it."""
    incoming = say(file=Attachment("token", "x", mime, 3, "ani"))

    assert (incoming.kind, incoming.media[0].kind, incoming.media[0].remote) == (kind, kind, "token")


async def test_a_message_gets_the_number_of_its_place(db: Database) -> None:
    """Sent again after a crash it keeps it, and the open lines are told each time."""
    webchat, line, conversation = WebChat(db, lambda: NOW), Heard("ani"), await chat(db)
    webchat.join(line)
    message = outgoing(db, conversation, Reply("*Halo*", (Button("Ya", "a:1"), Button("Naskah", url="https://x.id"))))
    first, second = await webchat.send(message), await webchat.send(message)
    (frame,) = await frames(db)

    assert first == second
    assert (frame["text"], frame["html"], frame["at"]) == ("Halo", "<p><b>Halo</b></p>", NOW.isoformat())
    assert frame["buttons"][0] == {"data": sign(db.box, conversation, "a:1"), "label": "Ya"}
    assert frame["buttons"][1] == {"data": "", "label": "Naskah", "url": "https://x.id"}
    assert line.news == 2


async def test_a_page_shares_by_link_or_not_at_all(db: Database) -> None:
    """What only another channel can do is no button there."""
    conversation = await chat(db)
    buttons = Button("Bagikan", share="x"), Button("Tautan", url="https://x.id", share="x")
    await WebChat(db, lambda: NOW).send(outgoing(db, conversation, Reply("Halo", buttons)))
    (frame,) = await frames(db)

    assert frame["buttons"] == [{"data": "", "label": "Tautan", "url": "https://x.id"}]


async def test_an_edit_replaces_and_a_deletion_empties(db: Database) -> None:
    """Both are places of their own in the history, so that a replay ends with the same page."""
    webchat, conversation = WebChat(db, lambda: NOW), await chat(db)
    number = await webchat.send(outgoing(db, conversation, Reply("satu")))
    await webchat.send(outgoing(db, conversation, Reply("dua"), outbox_id=2, operation="edit", target=number))
    await webchat.send(outgoing(db, conversation, Reply("x"), outbox_id=3, operation="delete", target=number))
    _, edit, deletion = await frames(db)

    assert (edit["text"], edit["replaces"]) == ("dua", int(number))
    assert deletion["replaces"] == int(number)
    assert "text" not in deletion


@pytest.mark.parametrize(
    ("source", "who"), [("answer", "staff"), ("ticket", "staff"), ("reply", "bot"), ("ticket_note", "bot")]
)
async def test_what_a_person_wrote_is_shown_as_theirs(db: Database, source: str, who: str) -> None:
    """And what the program says about it is not."""
    conversation = await chat(db)
    await WebChat(db, lambda: NOW).send(outgoing(db, conversation, Reply("Tidak."), source=source))

    assert [frame["from"] for frame in await frames(db)] == [who]


async def test_a_file_of_another_chat_is_not_sent(db: Database) -> None:
    """And one that is gone cannot be."""
    webchat, conversation = WebChat(db, lambda: NOW), await chat(db)
    async with db.session() as session:
        other = await history.conversation_id(session, "budi", "id", NOW)
        file_id = await files.add(session, other, "a", "text/plain", b"1", NOW)
    for wrong in (file_id, 10**6):
        with pytest.raises(SendError) as caught:
            await webchat.send(outgoing(db, conversation, Reply("x", file=wrong)))
        assert caught.value.trouble is Trouble.REFUSED

    assert await frames(db) == []


async def test_a_file_for_many_is_sent_to_each(db: Database) -> None:
    """Such as the calendar of a meeting that moved."""
    webchat, conversation = WebChat(db, lambda: NOW), await chat(db)
    async with db.session() as session:
        file_id = await files.add(session, None, "rapat.ics", "text/calendar", b"BEGIN", NOW)
    await webchat.send(outgoing(db, conversation, Reply("x", file=file_id)))

    assert [frame["media"]["name"] for frame in await frames(db)] == ["rapat.ics"]


async def test_a_dead_database_is_a_service_that_is_down(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sender tries again; the row is not lost."""

    async def down(work: object) -> None:
        raise DatabaseDown("locked")

    monkeypatch.setattr(db.writer, "run", down)
    with pytest.raises(SendError) as caught:
        await WebChat(db, lambda: NOW).send(outgoing(db, 1, Reply("x")))

    assert caught.value.trouble is Trouble.DOWN


async def test_own_words_are_kept_with_the_item_or_not_at_all(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """One transaction: when the inbox fails, the history shows nothing as sent."""
    webchat, line = WebChat(db, lambda: NOW), Heard("ani")
    inbox = Inbox(db, small_bot(), {"webchat": webchat.read}, lambda: NOW)
    inbox.record("webchat", webchat.record)
    webchat.join(line)

    async def fails(*rest: object) -> None:
        raise DatabaseDown("full")

    with monkeypatch.context() as patched, pytest.raises(DatabaseDown):
        patched.setattr("storage.inbox.close_turns", fails)
        await inbox.receive(say(text="halo"))
    before = (await frames(db), list(line.safe))
    for _ in range(2):
        await inbox.receive(say(text="halo"))

    assert before == ([], [])
    assert [frame["text"] for frame in await frames(db)] == ["halo"]
    assert line.safe == ["m1"]


async def test_a_line_is_told_only_of_its_visitor(db: Database) -> None:
    """And of nothing any more once it has left."""
    webchat, ani, budi = WebChat(db, lambda: NOW), Heard("ani"), Heard("budi")
    for line in (ani, budi):
        webchat.join(line)
    webchat.tell("ani")
    webchat.leave(ani)
    webchat.leave(ani)
    webchat.tell("ani")

    assert (ani.news, budi.news) == (1, 0)


async def test_what_another_process_added_is_noticed(db: Database) -> None:
    """More in the history than the line has shown, or less; a line that is up to date is left alone."""
    webchat, conversation = WebChat(db, lambda: NOW), await chat(db)
    number = int(await WebChat(db, lambda: NOW).send(outgoing(db, conversation, Reply("x"))))
    lines = [Heard("ani", cursor) for cursor in (0, number, number + 5)] + [Heard("budi"), Heard("cici", 3)]
    for line in lines:
        webchat.join(line)
    await webchat.look_once()

    assert [line.news for line in lines] == [1, 0, 1, 0, 1]
