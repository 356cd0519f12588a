"""What the bot could not answer comes to staff, and their words come back to the asker, once."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.context import Context
from bot.notices import ANSWER_LENGTH
from handlers import router
from storage import questions as store
from storage.models import Audit, Question
from tests.support.scripted import Scripted
from tests.support.world import Person, Seen, World

INDEX = Scripted()
ASKED = "bolehkah kucing memilih?"


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The whole bot, with an owner called boss who has written once."""
    context = Context(knowledge=lambda: INDEX, owners=frozenset({("test", "boss")}))
    world = await World.open(sqlite_url, router(), context=context)
    await world.person("boss").says("/staf")
    yield world
    await world.close()


async def group(world: World, title: str = "kantor", purpose: str = "Pertanyaan") -> Person:
    """A staff group for a purpose, bound by the owner."""
    chat = world.group(title)
    await chat.says("/grupstaf", sender="boss")
    await chat.taps(purpose, sender="boss")
    return chat


async def reply(chat: Person, to: Seen, text: str, message: str = "m1", **more: object) -> list[Seen]:
    """A member of the group replies to one of our messages."""
    return await chat.says(text, reply_to=to.remote, message=message, sender="sari", sender_name="Sari", **more)


async def question(world: World) -> Question:
    """The only question."""
    async with world.db.read() as db:
        return (await db.scalars(select(Question))).one()


def sent(seen: list[Seen]) -> list[str]:
    """New messages, without edits."""
    return [one.text for one in seen if one.operation == "send"]


async def test_a_question_comes_to_the_group_and_the_reply_to_the_asker(world: World) -> None:
    """The words as they were asked; the answer marked as a person's; the question marked as answered."""
    chat, ani = await group(world), world.person("ani")
    await ani.says(f"/tanya {ASKED}")
    asked = chat.last
    seen = await reply(chat, asked, "Tidak. Hanya warga *negara*.")

    assert asked.text.startswith(f"Pertanyaan 1\n\n{ASKED}")
    assert ani.text == f"Jawaban petugas\nAnda bertanya: {ASKED}\n\nTidak. Hanya warga *negara*."
    assert sent(seen) == ["✅ Jawaban untuk pertanyaan 1 dikirim ke penanya."]
    assert [one.text.splitlines()[0] for one in seen if one.target == asked.remote] == [
        "✅ Pertanyaan 1 sudah dijawab oleh Sari."
    ]


async def test_staff_see_when_and_why_but_not_who(world: World) -> None:
    """Neither the asker's name nor the address."""
    chat = await group(world)
    await world.person("ani").says(f"/tanya {ASKED}", sender_name="Ani Lestari")

    assert "Selasa, 24 November 2026, 10.00 WITA, dalam Bahasa Indonesia" in chat.text
    assert "ani" not in chat.text.lower().replace("dijalani", "")


async def test_without_a_group_the_owner_answers_by_button(world: World) -> None:
    """As on the web chat, which has no replies."""
    boss, ani = world.person("boss"), world.person("ani")
    await ani.says(f"/tanya {ASKED}")
    (prompt,) = await boss.taps("Jawab")
    seen = await boss.says("Tidak boleh.")

    assert ASKED in prompt.text
    assert ani.text.endswith("Tidak boleh.")
    assert sent(seen) == ["✅ Jawaban untuk pertanyaan 1 dikirim ke penanya."]


async def test_the_owner_can_reply_too(world: World) -> None:
    """In a private chat with replies."""
    boss, ani = world.person("boss"), world.person("ani")
    await ani.says(f"/tanya {ASKED}")
    await boss.says("Tidak boleh.", reply_to=boss.last.remote, message="m1")

    assert ani.text.endswith("Tidak boleh.")


async def test_every_group_learns_that_it_is_answered(world: World) -> None:
    """Two offices see the same question; one answers, both messages say so."""
    one, two = await group(world, "satu"), await group(world, "dua")
    await world.person("ani").says(f"/tanya {ASKED}")
    first, second = one.last, two.last
    await reply(one, first, "Tidak.")

    assert two.last.target == second.remote
    assert "sudah dijawab oleh Sari" in two.text
    assert two.last.labels == []


async def test_a_second_answer_is_sent_only_when_it_is_meant_as_an_addition(world: World) -> None:
    """Asked first; a tap sends it; the asker sees that it adds to the first."""
    chat, ani = await group(world), world.person("ani")
    await ani.says(f"/tanya {ASKED}")
    asked = chat.last
    await reply(chat, asked, "Tidak.")
    before = len(ani.messages)
    seen = await reply(chat, asked, "Anjing juga tidak.", message="m2")
    held = len(ani.messages)
    await chat.taps("Ya, kirim", sender="sari")

    assert sent(seen) == ["Pertanyaan 1 sudah dijawab. Kirim pesan ini sebagai tambahan?"]
    assert held == before
    assert ani.text.startswith("Tambahan dari petugas")
    assert ani.text.endswith("Anjing juga tidak.")


@pytest.mark.parametrize("taps", [("Tidak",), ("Ya, kirim", "Ya, kirim"), ("Tidak", "Ya, kirim")])
async def test_an_addition_is_sent_at_most_once(world: World, taps: tuple[str, ...]) -> None:
    """Two taps, or a change of mind, send nothing twice."""
    chat, ani = await group(world), world.person("ani")
    await ani.says(f"/tanya {ASKED}")
    asked = chat.last
    await reply(chat, asked, "Tidak.")
    await reply(chat, asked, "Lagi.", message="m2")
    offer = chat.last
    for label in taps:
        await chat.does(pressed=offer.presses[label], message=offer.remote, sender="sari")

    assert len([one for one in ani.messages if "Tambahan" in one.text]) == (taps[0] == "Ya, kirim")


async def test_an_edited_answer_corrects_the_one_sent(world: World) -> None:
    """The asker hears that it replaces the first."""
    chat, ani = await group(world), world.person("ani")
    await ani.says(f"/tanya {ASKED}")
    asked = chat.last
    await reply(chat, asked, "Tidka.")
    seen = await reply(chat, asked, "Tidak.", edited=True)

    assert ani.text.startswith("Petugas memperbaiki jawabannya")
    assert ani.text.endswith("Tidak.")
    assert sent(seen) == ["✅ Perbaikan untuk pertanyaan 1 dikirim ke penanya."]
    async with world.db.read() as db:
        assert store.unseal(db, (await question(world)).answer) == "Tidak."


@pytest.mark.parametrize("kind", ["photo", "voice", "document", "sticker"])
async def test_an_answer_that_is_not_text_is_asked_for_in_writing(world: World, kind: str) -> None:
    """Nothing goes to the asker, not even the caption; the question stays open."""
    chat, ani = await group(world), world.person("ani")
    await ani.says(f"/tanya {ASKED}")
    before = len(ani.messages)
    seen = await chat.shows(kind, text="lihat gambar", reply_to=chat.last.remote, sender="sari")

    assert "hanya bisa berupa teks" in seen[0].text
    assert len(ani.messages) == before
    assert (await question(world)).status == "open"


@pytest.mark.parametrize(("length", "goes"), [(ANSWER_LENGTH, True), (ANSWER_LENGTH + 1, False)])
async def test_an_answer_has_a_greatest_length(world: World, length: int, goes: bool) -> None:
    """With the longest question before it, it still fits a message; a longer one is sent back to be shortened."""
    chat, ani = await group(world), world.person("ani")
    await ani.says("/tanya " + "kucing " * 500)
    await reply(chat, chat.last, "*" * length)

    assert ani.text.endswith("*" * 50) == goes
    assert ("paling panjang" in chat.text) != goes


async def test_what_counts_double_is_cut_or_sent_back_too(world: World) -> None:
    """Services count a picture letter as two: a question of them is shown in part, an answer has to be shorter."""
    chat, ani = await group(world), world.person("ani")
    await ani.says("/tanya kucing " + "🐈" * 2000)
    asked = chat.last
    await reply(chat, asked, "🐈" * (ANSWER_LENGTH // 2 + 1))
    too_long = chat.text
    await reply(chat, asked, "🐈" * (ANSWER_LENGTH // 2))

    assert "(dipotong karena panjang)" in asked.text
    assert "paling panjang" in too_long
    assert ani.text.endswith("🐈" * (ANSWER_LENGTH // 2))


async def test_staff_hear_when_the_asker_wants_no_messages(world: World) -> None:
    """The answer is kept and not sent."""
    chat, ani = await group(world), world.person("ani")
    await ani.says(f"/tanya {ASKED}")
    asked = chat.last
    world.later(minutes=1)
    await ani.says("stop")
    before = len(ani.messages)
    seen = await reply(chat, asked, "Tidak.")

    assert "sudah meminta berhenti" in sent(seen)[0]
    assert len(ani.messages) == before


async def test_who_asks_after_a_stop_gets_the_answer(world: World) -> None:
    """The question is a wish to be answered; everything else stays off."""
    chat, ani = await group(world), world.person("ani")
    await ani.says("stop")
    world.later(minutes=1)
    await ani.says(f"/tanya {ASKED}")
    await reply(chat, chat.last, "Tidak.")

    assert ani.text.endswith("Tidak.")


async def test_staff_hear_when_the_asker_has_blocked_us(world: World) -> None:
    """Not a false "sent"."""
    chat, ani = await group(world), world.person("ani")
    await ani.says(f"/tanya {ASKED}")
    asked = chat.last
    await ani.does(event="blocked")
    seen = await reply(chat, asked, "Tidak.")

    assert "memblokir" in sent(seen)[0]


async def test_a_closed_question_tells_its_asker(world: World) -> None:
    """Nobody waits for an answer that does not come; a second tap does nothing."""
    chat, ani = await group(world), world.person("ani")
    await ani.says(f"/tanya {ASKED}")
    asked = chat.last
    await chat.taps("Tutup saja", sender="sari", sender_name="Sari")
    again = await chat.does(pressed=asked.presses["Tutup saja"], message=asked.remote, sender="budi")

    assert "tidak dapat menjawabnya di sini" in ani.text
    assert sent(again) == ["Pertanyaan 1 sudah dijawab atau ditutup."]
    assert len([one for one in ani.messages if "tidak dapat menjawabnya" in one.text]) == 1


async def test_by_night_questions_wait_and_answers_do_not(world: World) -> None:
    """Staff sleep until 06.00; an asker who is awake gets the answer at once."""
    chat, ani = await group(world), world.person("ani")
    world.later(hours=13)  # 23.00 WITA
    before = len(chat.messages)
    await ani.says(f"/tanya {ASKED}")
    asleep = len(chat.messages) == before
    world.later(hours=7, minutes=1)
    await world.settle()
    asked = chat.last
    world.later(hours=17)
    await reply(chat, asked, "Tidak.")

    assert asleep
    assert asked.text.startswith("Pertanyaan 1")
    assert ani.text.endswith("Tidak.")


async def test_members_of_other_groups_and_strangers_cannot_answer(world: World) -> None:
    """A group without the purpose has no questions to reply to; a forged button is refused by its signature."""
    chat, other = await group(world), world.group("lain")
    ani = world.person("ani")
    await ani.says(f"/tanya {ASKED}")
    before = len(ani.messages)
    await other.says("Tidak.", reply_to=chat.last.remote, sender="eve", addressed=False)
    await other.does(pressed=chat.last.presses["Tutup saja"], sender="eve")

    assert len(ani.messages) == before
    assert (await question(world)).status == "open"


async def test_a_group_that_was_unbound_answers_no_more(world: World) -> None:
    """Unless the member is staff."""
    chat, ani = await group(world), world.person("ani")
    await ani.says(f"/tanya {ASKED}")
    asked = chat.last
    await chat.taps("Lepas grup", sender="boss")
    refused = await reply(chat, asked, "Tidak.")
    await chat.says("Tidak boleh.", reply_to=asked.remote, message="m2", sender="boss")

    assert "hanya untuk staf" in sent(refused)[0]
    assert ani.text.endswith("Tidak boleh.")


async def test_each_act_is_in_the_audit_by_number_only(world: World) -> None:
    """Who answered what; neither the question's words nor the answer's."""
    chat = await group(world)
    await world.person("ani").says(f"/tanya {ASKED}")
    asked = chat.last
    await reply(chat, asked, "Tidak.")
    async with world.db.read() as db:
        rows = (await db.scalars(select(Audit).order_by(Audit.id))).all()

    assert [(one.actor, one.action, one.object) for one in rows][-1] == ("test:sari", "question.first", "question:1")
    assert not any("kucing" in f"{one.action}{one.object}" for one in rows)


async def test_writing_an_answer_can_be_left(world: World) -> None:
    """`batal` sends nothing; what is typed after that is an ordinary message again."""
    boss, ani = world.person("boss"), world.person("ani")
    await ani.says(f"/tanya {ASKED}")
    before = len(ani.messages)
    await boss.taps("Jawab")
    await boss.says("batal")
    await boss.says("ini bukan jawaban")

    assert len(ani.messages) == before


async def test_a_question_by_staff_while_answering_does_not_go_to_the_asker(world: World) -> None:
    """It is answered, and the prompt to write the answer comes again."""
    boss, ani = world.person("boss"), world.person("ani")
    await ani.says(f"/tanya {ASKED}")
    before = len(ani.messages)
    await boss.taps("Jawab")
    replies = await boss.says("/tanya tenggat")

    assert "7 hari kerja" in replies[0].text
    assert replies[-1].text.startswith("Tulis jawaban untuk pertanyaan 1")
    assert len(ani.messages) == before


async def test_an_english_asker_is_answered_in_an_english_frame(world: World) -> None:
    """Staff see which language it was asked in."""
    chat, joe = await group(world), world.person("joe")
    await joe.says("/ask may a cat vote?", language="en")
    asked = chat.last
    await reply(chat, asked, "No.")

    assert "dalam English" in asked.text
    assert joe.text == "Answer from staff\nYou asked: may a cat vote?\n\nNo."


async def test_a_long_question_is_shown_with_a_word_that_it_was_cut(world: World) -> None:
    """Staff know that there was more."""
    chat = await group(world)
    await world.person("ani").says("/tanya " + "kucing " * 580)

    assert "(dipotong karena panjang)" in chat.text
