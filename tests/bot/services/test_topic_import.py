"""Topics from folders and from newer programs: drafts of what differs, nothing at all when anything is wrong."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.services import topic_files, topic_import
from bot.services.reviewers import Editor
from knowledge import TopicError
from storage import topics as store
from storage.engine import Database
from tests.support.editing import OTHER, TOPIC, few

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
SHELL = Editor("command line")
NEW = topic_files.dump(
    {**tomllib.loads(few()[OTHER]), "id": "topik-baru", "title": "Baru", "ask": ["berapa lama masa sunyi kampanye"]}
)


@pytest.fixture
async def office(db: Database) -> Database:
    """Four topics in force."""
    async with db.session() as session:
        await store.add_first(session, few(), "program", NOW)
        await store.raise_version(session)
    return db


def changed(text: str, caveat: str = "Dibaca ulang.") -> str:
    """A topic with another caveat, set differently."""
    lines = [line for line in text.splitlines() if not line.startswith("caveat")]
    return "\n".join(["# by hand", *lines, f"caveat = '{caveat}'"])


async def test_what_differs_becomes_drafts(office: Database) -> None:
    """New, changed and unchanged are told apart; nothing is published."""
    texts = {**few(), TOPIC: changed(few()[TOPIC]), OTHER: f"# a comment\n{few()[OTHER]}", "topik-baru": NEW}
    async with office.session() as session:
        found = await topic_import.take_in(session, NOW, texts, SHELL)
        drafts = await store.drafts(session)
        number = await store.version(session)

    assert (found.new, found.changed, len(found.unchanged), found.busy) == (["topik-baru"], [TOPIC], 3, [])
    assert sorted(one.topic for one in drafts) == [TOPIC, "topik-baru"]
    assert number == 1


async def test_one_mistake_imports_nothing(office: Database) -> None:
    """File, line and field are named."""
    broken = changed(few()[OTHER]).replace('pemilu_confidence = "', 'pemilu_confidence = "very ')
    with pytest.raises(TopicError, match=rf"{OTHER}\.toml:\d+: pemilu_confidence: must be one of") as error:
        async with office.session() as session:
            await topic_import.take_in(session, NOW, {TOPIC: changed(few()[TOPIC]), OTHER: broken}, SHELL)
    async with office.read() as session:
        drafts = await store.drafts(session)

    assert drafts == []
    assert error.value.field == "pemilu_confidence"


async def test_a_second_import_replaces_its_own_draft_and_no_other(office: Database) -> None:
    """What somebody works on in chat is left alone, and said."""
    async with office.session() as session:
        await store.add(session, OTHER, few()[OTHER], "test:edi", NOW)
        await topic_import.take_in(session, NOW, {TOPIC: changed(few()[TOPIC], "satu")}, SHELL)
        texts = {TOPIC: changed(few()[TOPIC], "dua"), OTHER: changed(few()[OTHER], "dua")}
        found = await topic_import.take_in(session, NOW, texts, SHELL)
        draft = await store.draft(session, TOPIC)

    assert (found.changed, found.busy) == ([TOPIC], [OTHER])
    assert draft is not None
    assert "'dua'" in draft.body
    assert draft.revision == 2


async def test_exported_topics_come_back_unchanged(office: Database, tmp_path: Path) -> None:
    """Also those that are under review: the mark is not part of the text."""
    async with office.session() as session:
        await store.mark(session, TOPIC, "", "test:edi", "Edi", NOW)
        count = await topic_import.put_out(session, tmp_path / "out")
        found = await topic_import.take_in(session, NOW, topic_files.read(tmp_path / "out"), SHELL)

    assert count == 4
    assert len(found.unchanged) == 4


async def test_a_newer_program_offers_its_topics_once(office: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """As drafts; one that was dropped is not offered again, the next change of it is."""
    offers = []
    for caveat in ("satu", "satu", "dua"):
        texts = {**few(), TOPIC: changed(few()[TOPIC], caveat)}
        monkeypatch.setattr(topic_files, "packaged", lambda texts=texts: texts)
        async with office.session() as session:
            offers.append(await topic_import.offer(session, NOW))
            draft = await store.draft(session, TOPIC)
            if draft is not None:
                draft.status = store.DROPPED

    assert offers == [[TOPIC], [], [TOPIC]]


async def test_an_untouched_database_needs_no_offer(db: Database) -> None:
    """The program's topics are in force by themselves."""
    async with db.session() as session:
        assert await topic_import.offer(session, NOW) == []
        assert await store.drafts(session) == []


@pytest.mark.parametrize("name", ["Judul Besar", "dua--garis", "a" * 41, "tanda_bawah"])
def test_a_name_that_no_button_can_carry_is_refused(tmp_path: Path, name: str) -> None:
    """Before anything is read."""
    (tmp_path / f"{name}.toml").write_text("")
    with pytest.raises(TopicError, match="small letters"):
        topic_files.read(tmp_path)


def test_every_topic_survives_being_written() -> None:
    """Quotes, dates, lists and all."""
    texts = topic_files.packaged()
    tables = {name: tomllib.loads(text) for name, text in texts.items()}

    assert all(topic_files.same(text, topic_files.dump(tables[name])) for name, text in texts.items())
    assert all(len(name) <= topic_files.LONGEST_NAME for name in texts)
