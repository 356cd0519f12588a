"""Did it help? A yes is counted, a no leads to what else was near and to a person."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.context import Context
from bot.services import personal_data
from handlers import router
from storage import questions as store
from storage.models import AnswerGiven, Question
from tests.support.scripted import Scripted, broken
from tests.support.world import World

INDEX = Scripted()
ASKED = "berapa ambang batas pilkada?"


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The whole bot with a search that finds what the tests say, and a public page."""
    context = Context(knowledge=lambda: INDEX, owners=frozenset({("test", "boss")}), public_url="https://a.example/")
    world = await World.open(sqlite_url, router(), context=context)
    yield world
    await world.close()


async def given(world: World) -> list[AnswerGiven]:
    """What is noted about answers, oldest first."""
    async with world.db.read() as db:
        return list(await db.scalars(select(AnswerGiven).order_by(AnswerGiven.id)))


async def waiting(world: World) -> list[tuple[str, str]]:
    """The questions before staff: reason and words."""
    async with world.db.read() as db:
        return [(one.reason, store.unseal(db, one.text)) for one in await db.scalars(select(Question))]


async def test_an_answer_is_noted_with_its_words_sealed(world: World) -> None:
    """Topic, version and what was asked; the file does not show the words."""
    await world.person("ani").says(f"/tanya {ASKED}")
    (one,) = await given(world)

    assert (one.topic, one.how, one.verdict, len(one.version)) == ("ambang-batas-pilkada", "asked", "", 16)
    assert b"ambang" not in (one.text or b"")


async def test_a_yes_is_counted_and_thanked_for(world: World) -> None:
    """Pressed twice it is still one yes."""
    ani = world.person("ani")
    await ani.says(f"/tanya {ASKED}")
    await ani.taps("Terjawab")
    (thanks,) = await ani.taps("Terjawab")

    assert "Terima kasih" in thanks.text
    assert [one.verdict for one in await given(world)] == ["yes"]


async def test_a_no_offers_what_else_was_near_and_a_person(world: World) -> None:
    """The next of the ranking, never the one that was wrong."""
    ani = world.person("ani")
    await ani.says(f"/tanya {ASKED}")
    (offer,) = await ani.taps("Belum terjawab")

    assert [label[:2] for label in offer.labels[:3]] == ["1.", "2.", "3."]
    assert INDEX.topics["ambang-batas-presiden"].title in offer.text
    assert INDEX.topics["ambang-batas-pilkada"].title not in offer.text
    assert offer.labels[-1] == "Kirim ke petugas"


async def test_the_other_topic_is_an_answer_to_the_same_question(world: World) -> None:
    """So that a second no still has the words."""
    ani = world.person("ani")
    await ani.says(f"/tanya {ASKED}")
    await ani.taps("Belum terjawab")
    await ani.taps("1. ")
    (offer,) = await ani.taps("Belum terjawab")

    assert ASKED in offer.text
    assert [one.topic for one in await given(world)] == ["ambang-batas-pilkada", "ambang-batas-presiden"]


async def test_the_question_goes_to_a_person_once(world: World) -> None:
    """In the words in which it was asked."""
    ani = world.person("ani")
    await ani.says(f"/tanya {ASKED}")
    await ani.taps("Belum terjawab")
    (first,) = await ani.taps("Kirim ke petugas")
    (second,) = await ani.taps("Kirim ke petugas")

    assert "nomor 1" in first.text
    assert "tidak saya simpan" in second.text
    assert await waiting(world) == [("not_answered", ASKED)]


async def test_without_anything_near_a_person_is_left(world: World) -> None:
    """Also when the rules cannot be read any more."""
    ani = world.person("ani")
    await ani.says("/tanya tenggat")
    (offer,) = await ani.taps("Belum terjawab")
    object.__setattr__(world.context, "knowledge", broken)
    (again,) = await ani.taps("Belum terjawab")

    assert offer.labels == again.labels == ["Kirim ke petugas"]


async def test_a_topic_that_was_opened_has_no_question_to_send(world: World) -> None:
    """A link was followed: the person is asked for their words."""
    ani = world.person("ani")
    await ani.says("/start t_tsm")
    (reply,) = await ani.taps("Belum terjawab")

    assert reply.labels == ["Tanya petugas"]
    assert [one.how for one in await given(world)] == ["opened"]


@pytest.mark.parametrize("label", ["Terjawab", "Belum terjawab"])
async def test_an_answer_of_long_ago_says_so(world: World, label: str) -> None:
    """Its note is gone by the rules of keeping."""
    ani = world.person("ani")
    await ani.says(f"/tanya {ASKED}")
    async with world.db.session() as db:
        for one in await db.scalars(select(AnswerGiven)):
            await db.delete(one)
    (reply,) = await ani.taps(label)

    assert "terlalu lama" in reply.text


async def test_nobody_judges_the_answer_of_another(world: World) -> None:
    """A number in a button counts only in the chat it was made for."""
    ani, budi = world.person("ani"), world.person("budi")
    await ani.says(f"/tanya {ASKED}")
    await budi.says(f"/tanya {ASKED}")
    await budi.taps("Terjawab")

    assert [one.verdict for one in await given(world)] == ["", "yes"]


async def test_a_groups_words_are_not_kept(world: World) -> None:
    """That a topic was shown there is counted, what was said is not; nobody is asked for a verdict."""
    group = world.group("kampus")
    (answer,) = await group.says(f"/tanya {ASKED}", sender="ani")
    (one,) = await given(world)

    assert (one.topic, one.text) == ("ambang-batas-pilkada", None)
    assert "Terjawab" not in answer.labels


async def test_every_topic_has_a_link_to_pass_on(world: World) -> None:
    """Always the same, where the page has a public address."""
    ani = world.person("ani")
    await ani.says(f"/tanya {ASKED}")
    (link,) = [one for one in ani.last.reply.buttons if one.url]

    assert link.url == "https://a.example/?start=t_ambang-batas-pilkada"


async def test_in_english_the_frame_is_english(world: World) -> None:
    """From the verdict to the person."""
    joe = world.person("joe")
    await joe.says(f"/ask {ASKED}", language="en")
    (offer,) = await joe.taps("Not answered")

    assert "Perhaps you meant" in offer.text
    assert offer.labels[-1] == "Send to a person"


async def test_erasure_takes_what_was_asked_and_the_copy_has_it(world: World) -> None:
    """/datasaya shows the notes, /hapus removes them."""
    ani = world.person("ani")
    await ani.says(f"/tanya {ASKED}")
    async with world.db.read() as db:
        (one,) = (await personal_data.collect(db, 1))["answers_shown"]
    await ani.says("/hapus")
    await ani.taps("Ya, hapus")

    assert (one["topic"], one["text"]) == ("ambang-batas-pilkada", ASKED)
    assert await given(world) == []
