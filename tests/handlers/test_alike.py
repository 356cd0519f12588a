"""Who asks the same waits behind one question: staff see how many, and one reply serves all."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.buttons import sign
from bot.context import Context
from bot.services import suggestions
from handlers import router
from storage import questions as store
from storage.models import Audit, Conversation, Outbox, Question, TopicSuggestion
from tests.support.scripted import Scripted, broken
from tests.support.world import Person, World

INDEX = Scripted()
SAME = {"ani": "bolehkah kucing memilih?", "budi": "apa kucing boleh nyoblos", "cici": "kucing boleh memilih gak ya"}


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The whole bot, with an owner called boss who has written once."""
    context = Context(knowledge=lambda: INDEX, owners=frozenset({("test", "boss")}))
    world = await World.open(sqlite_url, router(), context=context)
    await world.person("boss").says("/staf")
    yield world
    await world.close()


async def ask(world: World, *names: str) -> Person:
    """These people ask the same; the owner's chat."""
    for name in names or SAME:
        await world.person(name).says(f"/tanya {SAME[name]}")
    return world.person("boss")


async def answer(boss: Person, text: str = "Tidak boleh.", **more: object) -> Person:
    """The owner replies to the first question."""
    first = next(seen for seen in boss.messages if "Pertanyaan 1" in seen.text)
    await boss.says(text, reply_to=first.remote, message="m1", **more)
    return boss


async def statuses(world: World) -> list[str]:
    """Of all questions."""
    async with world.db.read() as db:
        return [one.status for one in await db.scalars(select(Question).order_by(Question.id))]


async def test_staff_get_one_message_that_counts(world: World) -> None:
    """It is changed in place as more people ask."""
    boss = await ask(world)
    shown = [seen for seen in boss.messages if "Pertanyaan 1" in seen.text]

    assert [seen.operation for seen in shown] == ["send", "edit", "edit"]
    assert "3 orang menanyakan hal serupa" in boss.text
    assert {seen.target for seen in shown[1:]} == {shown[0].remote}


async def test_one_reply_reaches_everybody_once_in_their_own_words(world: World) -> None:
    """Each reads what they asked; staff read to how many it went; the audit has each."""
    boss = await answer(await ask(world))

    assert "dikirim ke 3 orang" in "".join(seen.text for seen in boss.messages[-3:])
    for name, words in SAME.items():
        got = [seen.text for seen in world.person(name).messages if "Tidak boleh." in seen.text]
        assert len(got) == 1
        assert words in got[0]
    async with world.db.read() as db:
        acts = [one.object for one in await db.scalars(select(Audit).where(Audit.action == "question.first"))]
    assert acts == ["question:1", "question:2", "question:3"]


async def test_who_asks_twice_is_one_person_and_gets_one_answer(world: World) -> None:
    """Both of their questions are settled."""
    await world.person("ani").says(f"/tanya {SAME['budi']}")
    await answer(await ask(world, "ani"))
    got = [seen for seen in world.person("ani").messages if "Tidak boleh." in seen.text]

    assert len(got) == 1
    assert await statuses(world) == ["answered", "answered"]


async def test_a_corrected_answer_reaches_everybody_too(world: World) -> None:
    """An edit of the reply."""
    boss = await answer(await ask(world))
    await answer(boss, "Maaf, belum diatur.", edited=True)

    assert all("memperbaiki jawabannya" in world.person(name).text for name in SAME)


async def test_closing_ends_all_of_them(world: World) -> None:
    """Each is told."""
    boss = await ask(world)
    await boss.taps("Tutup saja")

    assert await statuses(world) == ["closed"] * 3
    assert all("tidak dapat menjawabnya" in world.person(name).text for name in SAME)


async def test_the_menu_counts_them_once(world: World) -> None:
    """The list says how many ask."""
    boss = await ask(world)
    await boss.says("/staf")
    (listed,) = await boss.taps("Pertanyaan (1)")

    assert "(3 orang)" in listed.text


async def test_another_question_stands_alone(world: World) -> None:
    """A dog is no cat."""
    await ask(world, "ani")
    await world.person("budi").says("/tanya bolehkah anjing memilih?")

    assert "Pertanyaan 2" in world.person("boss").text


async def test_by_night_the_message_waits_and_then_counts_all(world: World) -> None:
    """What has not left yet leaves in its newest form, once."""
    world.later(hours=13)
    boss = await ask(world)
    assert not [seen for seen in boss.messages if "Pertanyaan" in seen.text and "kucing" in seen.text]
    world.later(hours=8)
    await world.settle()

    assert "3 orang menanyakan hal serupa" in boss.text
    assert len([seen for seen in boss.messages if "kucing" in seen.text]) == 1


async def test_staff_read_all_words_and_take_them_apart(world: World) -> None:
    """Then each is answered by itself."""
    boss = await ask(world)
    (words,) = await boss.taps("Lihat semua")
    await boss.taps("Pisahkan")
    await answer(boss)

    assert all(one in words.text for one in SAME.values())
    assert await statuses(world) == ["answered", "open", "open"]
    assert {seen.text.split("\n")[0] for seen in boss.messages} >= {"Pertanyaan 2", "Pertanyaan 3"}


async def test_taken_apart_twice_nothing_is_left_to_part(world: World) -> None:
    """A second press says so."""
    boss = await ask(world)
    await boss.taps("Lihat semua")
    await boss.taps("Pisahkan")
    (again,) = await boss.taps("Pisahkan")
    (seen,) = await boss.taps("Lihat semua")

    assert "Tidak ada lagi" in again.text
    assert "Tidak ada lagi" in seen.text


async def test_after_an_answer_the_next_one_is_a_new_question(world: World) -> None:
    """Nobody waits behind something that is settled."""
    await answer(await ask(world, "ani"))
    await ask(world, "budi")

    assert await statuses(world) == ["answered", "open"]
    assert "Pertanyaan 2" in world.person("boss").text


async def test_the_first_asker_erased_the_others_still_wait(world: World) -> None:
    """The next one takes the place, in a message of its own, without the erased words."""
    boss = await ask(world)
    await world.person("ani").says("/hapus")
    await world.person("ani").taps("Ya, hapus")
    second = boss.last

    assert "Pertanyaan 2" in second.text
    assert "2 orang menanyakan hal serupa" in second.text
    await boss.says("Tidak.", reply_to=second.remote, message="m9")
    assert await statuses(world) == ["erased", "answered", "answered"]


async def test_one_of_the_others_erased_the_count_falls(world: World) -> None:
    """Nobody answers into the void."""
    boss = await ask(world)
    await world.person("cici").says("/hapus")
    await world.person("cici").taps("Ya, hapus")

    assert "2 orang menanyakan hal serupa" in boss.text


async def pairs(world: World) -> list[tuple[str, str, str]]:
    """What editors would see: topic, question, answer."""
    async with world.db.read() as db:
        return [(one.topic, one.question, one.answer) for one in await suggestions.waiting(db)]


async def test_an_answer_joins_a_topic_in_two_taps(world: World) -> None:
    """As a suggestion for editors; the third tap changes nothing."""
    await world.person("ani").says("/tanya ambang kucing")
    await world.person("ani").taps("Belum terjawab")
    await world.person("ani").taps("Kirim ke petugas")
    boss = await answer(world.person("boss"))
    (choice,) = await boss.taps("Tambahkan ke topik")
    (done,) = await boss.taps("2. ")

    assert len(choice.labels) == 4
    assert INDEX.topics["ambang-batas-presiden"].title in done.text
    assert await pairs(world) == [("ambang-batas-presiden", "ambang kucing", "Tidak boleh.")]


async def test_an_answer_can_ask_for_a_new_topic(world: World) -> None:
    """Suggested twice it is there once."""
    boss = await answer(await ask(world, "ani"))
    await boss.taps("Tambahkan ke topik")
    await boss.taps("Topik baru")
    await boss.taps("Tambahkan ke topik")
    (done,) = await boss.taps("Topik baru")

    assert "sudah pernah diusulkan" in done.text
    assert await pairs(world) == [("", SAME["ani"], "Tidak boleh.")]


async def test_without_the_rules_a_new_topic_is_still_offered(world: World) -> None:
    """Nothing near can be named."""
    boss = await answer(await ask(world, "ani"))
    object.__setattr__(world.context, "knowledge", broken)
    (choice,) = await boss.taps("Tambahkan ke topik")

    assert choice.labels == ["Topik baru"]


async def test_a_suggestion_goes_with_its_asker(world: World) -> None:
    """Editors no longer see it, and its words are gone."""
    boss = await answer(await ask(world, "ani"))
    await boss.taps("Tambahkan ke topik")
    await boss.taps("Topik baru")
    await world.person("ani").says("/hapus")
    await world.person("ani").taps("Ya, hapus")
    async with world.db.read() as db:
        one = (await db.scalars(select(TopicSuggestion))).one()

    assert await pairs(world) == []
    assert (one.question, one.answer, one.status) == (None, None, "erased")


async def test_strangers_neither_look_nor_suggest(world: World) -> None:
    """A number guessed into a button opens nothing."""
    await ask(world)
    eve = world.person("eve")
    for data in ("staff.alike:1", "staff.split:1", "staff.pair:1", "staff.into:1.0"):
        (reply,) = await eve.does(pressed=await signed(world, eve, data))
        assert "hanya untuk staf" in reply.text
    assert await pairs(world) == []


async def signed(world: World, person: Person, data: str) -> str:
    """Data as the bot would have signed it for this chat."""
    await person.says("menu")
    async with world.db.read() as db:
        chat = (await db.scalars(select(Conversation).where(Conversation.address == person.address))).one()
    return sign(world.db.box, chat.id, data)


async def test_texts_of_questions_stay_sealed_in_suggestions(world: World) -> None:
    """Who reads the file reads no question."""
    boss = await answer(await ask(world, "ani"))
    await boss.taps("Tambahkan ke topik")
    await boss.taps("Topik baru")
    async with world.db.read() as db:
        one = (await db.scalars(select(TopicSuggestion))).one()
        rows = list(await db.scalars(select(Outbox).where(Outbox.source == "answer")))

        assert b"kucing" not in (one.question or b"")
        assert store.unseal(db, one.question) == SAME["ani"]
    assert len(rows) == 1


async def test_english_staff_read_english(world: World) -> None:
    """From the count to the suggestion."""
    boss = world.person("boss")
    await boss.says("/staff", language="en")
    await boss.says("/language")
    await boss.taps("English")
    await ask(world, "ani", "budi")
    notice = boss.last
    await boss.says(
        "No.", reply_to=next(seen for seen in boss.messages if "Question 1" in seen.text).remote, message="m"
    )
    (choice,) = await boss.taps("Add to a topic")

    assert "2 people ask much the same" in notice.text
    assert choice.labels[-1] == "A new topic"
