"""Asking: answered with both sides, honest when it is not known, and never in the way of a form."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.context import Context
from handlers import router
from storage import questions as store
from storage.models import Question
from tests.support.scripted import Scripted, broken
from tests.support.world import Person, World

INDEX = Scripted()


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The whole bot with a search that finds what the tests say, and an owner called boss."""
    context = Context(knowledge=lambda: INDEX, owners=frozenset({("test", "boss")}))
    world = await World.open(sqlite_url, router(), context=context)
    yield world
    await world.close()


async def kept(world: World) -> list[tuple[str, str]]:
    """The questions that wait for a person: reason and words."""
    async with world.db.read() as db:
        found = (await db.scalars(select(Question).order_by(Question.id))).all()
        return [(one.reason, store.unseal(db, one.text)) for one in found]


@pytest.mark.parametrize("typed", ["/tanya tenggat lapor", "/ask tenggat lapor", "kapan tenggat lapor pemilu?"])
async def test_a_question_is_answered_by_command_or_plainly(world: World, typed: str) -> None:
    """Both sides and where to read on."""
    (answer,) = await world.person("ani").says(typed)

    assert "7 hari kerja" in answer.text
    assert "hari kalender" in answer.text
    assert answer.labels == ["Terjawab", "Belum terjawab", "Lihat sumber", "Topik terkait"]


@pytest.mark.parametrize("typed", ["/tanya", "tanya", "Saya mau tanya"])
async def test_without_a_question_it_is_asked_for(world: World, typed: str) -> None:
    """The next text is the question, whatever it looks like; after that nothing is awaited."""
    ani = world.person("ani")
    (invitation,) = await ani.says(typed)
    (answer,) = await ani.says("tenggat")
    await ani.says("bla bla")

    assert len(invitation.labels) == 3
    assert "7 hari kerja" in answer.text
    assert await kept(world) == []


async def test_an_example_is_answered_as_if_typed(world: World) -> None:
    """One tap from the invitation to an answer by the real search."""
    world.inbox._context = replace(world.context, knowledge=Context().knowledge)
    ani = world.person("ani")
    await ani.says("/tanya")
    for label in ("Batas waktu melapor", "Umur calon bupati", "Apa itu DPTb?"):
        (answer,) = await ani.taps(label)
        assert "Lihat sumber" in answer.labels


async def test_sources_and_neighbours_are_one_tap_away(world: World) -> None:
    """And a neighbour opens like any answer."""
    ani = world.person("ani")
    await ani.says("/tanya tenggat")
    (sources,) = await ani.taps("Lihat sumber")
    (related,) = await ani.taps("Topik terkait")
    (neighbour,) = await ani.taps("1. ")

    assert "Tempat membacanya" in sources.text
    assert "5. Di mana dan kapan laporan diterima" in related.text
    assert neighbour.text.startswith("'Hari' dihitung hari kerja atau hari kalender?")


async def test_a_near_tie_is_put_to_the_person(world: World) -> None:
    """Full titles to read, a button for each, and a way to say that it is none of them."""
    ani = world.person("ani")
    (choice,) = await ani.says("/tanya yang mirip")
    (answer,) = await ani.taps("2. ")

    assert "3. Sengketa hasil di MK: tenggat" in choice.text
    assert choice.labels[-1] == "Bukan itu"
    assert answer.text.startswith("Sengketa proses: tenggat dan cara")


async def test_pilkada_or_pemilu_is_asked_where_it_matters(world: World) -> None:
    """And only there; the answer is one tap away."""
    ani = world.person("ani")
    (choice,) = await ani.says("/tanya presiden atau gubernur")
    (answer,) = await ani.taps("2. ")

    assert choice.text.startswith("Untuk Pilkada atau Pemilu?")
    assert answer.text.startswith(INDEX.topics["ambang-batas-pilkada"].title)


async def test_none_of_the_offered_goes_to_a_person(world: World) -> None:
    """With the words as they were asked."""
    ani = world.person("ani")
    await ani.says("/tanya yang mirip")
    (reply,) = await ani.taps("Bukan itu")

    assert "nomor 1" in reply.text
    assert await kept(world) == [("not_these", "yang mirip")]


async def test_an_unknown_question_is_admitted_and_kept(world: World) -> None:
    """No guess, no promised time; the answer will come to this chat."""
    (reply,) = await world.person("ani").says("/tanya bolehkah kucing memilih")

    assert reply.text.startswith("Saya belum tahu jawabannya, dan saya tidak mau menebak.")
    assert "Jawabannya dikirim ke chat ini" in reply.text
    assert await kept(world) == [("unknown", "bolehkah kucing memilih")]


async def test_the_words_of_a_question_are_sealed(world: World) -> None:
    """Who reads the database file does not read what people asked."""
    await world.person("ani").says("/tanya bolehkah kucing memilih")
    async with world.db.read() as db:
        (question,) = (await db.scalars(select(Question))).all()

    assert b"kucing" not in (question.text or b"")


async def test_topics_that_cannot_be_read_are_not_an_unknown_question(world: World) -> None:
    """The person hears that it is our fault, the question is kept, and staff are told."""
    world.inbox._context = replace(world.context, knowledge=broken)
    boss, ani = world.person("boss"), world.person("ani")
    await boss.says("menu")
    (reply,) = await ani.says("/tanya tenggat")

    assert "tidak bisa saya buka" in reply.text
    assert "belum tahu" not in reply.text
    assert await kept(world) == [("unavailable", "tenggat")]
    assert any("Kumpulan aturan tidak bisa dibuka (ValueError)" in seen.text for seen in boss.messages)


async def test_five_open_questions_are_enough(world: World) -> None:
    """The sixth is not kept and the person knows; staff are not flooded by one."""
    ani = world.person("ani")
    for number in range(5):
        await ani.says(f"/tanya kucing {number}")
    (reply,) = await ani.says("/tanya kucing lagi")

    assert "belum saya teruskan" in reply.text
    assert len(await kept(world)) == 5


@pytest.mark.parametrize(("word", "says"), [("jagoan", "tidak memihak"), ("cuaca", "di luar"), ("xyz", "belum paham")])
async def test_what_is_no_question_of_law_gets_its_own_words(world: World, word: str, says: str) -> None:
    """Politely, and nothing goes to staff unasked."""
    (reply,) = await world.person("ani").says(f"/tanya {word}")

    assert says in reply.text
    assert reply.labels
    assert await kept(world) == []


@pytest.mark.parametrize(("wish", "label"), [("daftar", "Daftar"), ("petugas", "Tanya petugas")])
async def test_a_wish_leads_to_its_conversation(world: World, wish: str, label: str) -> None:
    """One sentence and the button."""
    ani = world.person("ani")
    (reply,) = await ani.says(f"/tanya soal {wish}")
    after = await ani.taps(label)

    assert reply.labels == [label]
    assert after


async def test_who_wants_to_report_hears_the_truth_and_the_rules(world: World) -> None:
    """Not possible here yet; where, by when and how is a tap away."""
    ani = world.person("ani")
    (reply,) = await ani.says("/tanya mau lapor serangan fajar")
    (answer,) = await ani.taps("2. ")

    assert "belum tersedia" in reply.text
    assert answer.text.startswith("Batas waktu melapor: 7 hari")


async def test_a_person_can_be_asked_directly(world: World) -> None:
    """The next message goes to staff, even if the bot could answer it."""
    ani = world.person("ani")
    await ani.says("mau bicara dengan petugas")
    await ani.shows("photo")
    (reply,) = await ani.says("apakah tenggat saya lewat?")

    assert "nomor 1" in reply.text
    assert await kept(world) == [("person", "apakah tenggat saya lewat?")]


async def test_of_a_picture_to_staff_its_words_go_and_its_absence_is_said(world: World) -> None:
    """Staff read that there was one; the person reads that it was not passed on."""
    ani = world.person("ani")
    await ani.says("petugas")
    _, note = await ani.shows("photo", text="apakah surat ini sah?")

    assert await kept(world) == [("person", "[foto] apakah surat ini sah?")]
    assert "belum bisa diteruskan" in note.text


async def test_after_an_answer_the_same_question_can_go_to_a_person(world: World) -> None:
    """One tap sends what was asked before; a second tap has nothing left to send."""
    ani = world.person("ani")
    await ani.says("/tanya tenggat saya")
    await ani.says("petugas")
    await ani.taps("Kirim yang tadi")
    (again,) = await ani.taps("Kirim yang tadi")

    assert await kept(world) == [("person", "tenggat saya")]
    assert "tidak saya simpan" in again.text


async def step(ani: Person) -> str:
    """Brings a registration to its second question and returns its text."""
    await ani.says("/daftar")
    await ani.taps("17+ dan setuju")
    await ani.says("Ani Lestari")
    return ani.text


@pytest.mark.parametrize(
    "typed", ["apa tenggat laporan pemilu?", "/tanya tenggat", "/tanya", "/tanya kucing", "/tanya yang mirip"]
)
async def test_a_question_inside_a_form_is_answered_and_the_form_goes_on(world: World, typed: str) -> None:
    """The last message is the step that waits, and the next answer belongs to it."""
    ani = world.person("ani")
    asked = await step(ani)
    replies = await ani.says(typed)
    await ani.taps("Mahasiswa")

    assert len(replies) == 2
    assert replies[-1].text == asked
    assert ani.text != asked


async def test_a_person_asked_inside_a_form_gets_the_last_question(world: World) -> None:
    """So that the form's step is not lost."""
    ani = world.person("ani")
    asked = await step(ani)
    await ani.says("/tanya tenggat")
    await ani.taps("Lihat sumber")
    replies = await ani.taps("Tanya petugas")

    assert replies[-1].text == asked
    assert await kept(world) == [("person", "tenggat")]


async def test_a_text_that_was_not_understood_can_be_meant_as_a_question(world: World) -> None:
    """By the button under the bot's puzzled answer."""
    ani = world.person("ani")
    await ani.says("kucing kelabu")
    await ani.taps("Ini pertanyaan")

    assert await kept(world) == [("unknown", "kucing kelabu")]


async def test_english_speakers_get_an_english_frame(world: World) -> None:
    """The rule stays in Indonesian, with a word on why."""
    (answer,) = await world.person("joe").says("/ask tenggat", language="en")

    assert answer.labels == ["Answered", "Not answered", "See sources", "Related topics"]
    assert "The legal text is in Indonesian." in answer.text


async def test_a_group_gets_a_short_answer_only_when_called(world: World) -> None:
    """The difference and a button; talk among members is not ours."""
    group = world.group("kampus")
    silence = await group.says("kapan tenggat lapor?", sender="ani", addressed=False)
    (answer,) = await group.says("/tanya tenggat lapor", sender="ani")

    assert silence == []
    assert "Pasal 454" not in answer.text
    assert "Sama-sama 7 hari" in answer.text
    assert answer.labels == ["Baca lengkap"]


async def test_an_unknown_question_in_a_group_is_not_kept(world: World) -> None:
    """Its answer would come to people who did not ask."""
    group = world.group("kampus")
    (answer,) = await group.says("/tanya kucing", sender="ani")

    assert "chat pribadi" in answer.text
    assert await kept(world) == []


async def test_an_empty_command_in_a_group_says_how_to_ask(world: World) -> None:
    """A group has no next message that could be the question."""
    group = world.group("kampus")
    (hint,) = await group.says("/tanya", sender="ani")
    silence = await group.says("tenggat", sender="budi", addressed=False)

    assert "/tanya berapa hari" in hint.text
    assert silence == []
