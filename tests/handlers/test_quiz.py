"""The quiz alone: five questions, the rule behind a wrong answer, a score, and never in the way of anything else."""

from dataclasses import replace

import pytest

from bot.context import packaged_knowledge
from bot.quiz import bank, letters
from handlers import quiz, router
from knowledge import Topics
from storage.models import Conversation, Person, QuizResult
from tests.support.playing import ASKED, answers, letter, plays
from tests.support.registering import conversation, only, register, rows
from tests.support.world import World


@pytest.mark.parametrize("typed", ["/kuis", "/quiz", "kuis", "Quiz", "/start kuis"])
async def test_a_quiz_begins_with_one_question(world: World, typed: str) -> None:
    """With a letter to tap for each option, and a way to stop."""
    ani = world.person("ani")
    await ani.says(typed)

    assert "Soal 1 dari 5" in ani.text
    assert ani.last.labels in (["A", "B", "C", "D", "Berhenti dulu"], ["A", "B", "C", "Berhenti dulu"])


@pytest.mark.parametrize(("before", "source"), [("", "unram_2026"), ("/start poster", "poster")])
async def test_a_link_to_the_quiz_brings_its_source(world: World, before: str, source: str) -> None:
    """For the board of a campus; the first link somebody came by stays."""
    ani = world.person("ani")
    if before:
        await ani.says(before)
    await ani.says("/start kuis_unram_2026")

    assert "Soal 1 dari 5" in ani.text
    assert (await conversation(world, ani)).source == source


async def test_the_menu_leads_to_it(world: World) -> None:
    """In one tap."""
    ani = world.person("ani")
    await ani.says("menu")
    await ani.taps("Kuis")

    assert "Soal 1 dari 5" in ani.text


async def test_a_right_answer_is_called_so(world: World) -> None:
    """In place of the question, whose buttons go; then the next one comes."""
    ani = world.person("ani")
    await ani.says("kuis")
    verdict, following = await answers(ani)

    assert (verdict.operation, verdict.labels) == ("edit", [])
    assert "Soal 1 dari 5" in verdict.text
    assert "Benar!" in verdict.text
    assert "Soal 2 dari 5" in following.text


async def test_a_wrong_answer_opens_the_rule(world: World) -> None:
    """With the right answer, one sentence of the topic, and the topic one tap away; then the quiz goes on."""
    ani = world.person("ani")
    await ani.says("kuis")
    item = next(ASKED[line] for line in ani.text.splitlines() if line in ASKED)
    verdict, _ = await answers(ani, right=False)
    opened = await ani.taps("Buka aturannya")
    topic = packaged_knowledge().topics[item.topic]

    assert f"Yang benar: {item.right}" in verdict.text
    assert verdict.text.rpartition("Aturannya: ")[2] in getattr(topic, item.side)
    assert topic.title in opened[0].text
    assert "Soal 2 dari 5" in opened[-1].text


@pytest.mark.parametrize(("right", "praise"), [(5, "Semua benar"), (3, "Bagus"), (2, "sudah mencoba")])
async def test_the_end_tells_the_score_and_what_to_read(world: World, right: int, praise: str) -> None:
    """Each topic once, and another round."""
    ani = world.person("ani")
    (*_, end) = await plays(ani, right)

    assert f"Skor Anda: {right} dari 5" in end.text
    assert praise in end.text
    assert ("Baca lagi" in end.text) is (right < 5)
    assert end.labels[-2:] == ["Main lagi", "Menu"]
    assert (await conversation(world, ani)).state == ""


async def test_another_round_has_other_questions(world: World) -> None:
    """As long as there are any."""
    ani = world.person("ani")
    await plays(ani)
    await ani.taps("Main lagi")
    for _ in range(4):
        await answers(ani)
    asked = [line for seen in ani.messages if seen.operation == "send" for line in seen.text.splitlines()]

    assert len([line for line in asked if line in ASKED]) == len({line for line in asked if line in ASKED}) == 10


@pytest.mark.parametrize("way", ["{}", "{}.", "jawaban {}", "Jawabannya {}"])
async def test_an_answer_can_be_typed(world: World, way: str) -> None:
    """The letter, in any case and with a few words around it."""
    ani = world.person("ani")
    await ani.says("kuis")
    (verdict, _) = await ani.says(way.format(letter(ani.text).lower()))

    assert verdict.text.startswith("✅ Benar!")


async def test_an_option_can_be_typed(world: World) -> None:
    """As it stands there."""
    ani = world.person("ani")
    await ani.says("kuis")
    item = next(ASKED[line] for line in ani.text.splitlines() if line in ASKED)
    (verdict, _) = await ani.says(item.right.upper())

    assert verdict.text.startswith("✅ Benar!")


@pytest.mark.parametrize("typed", ["apa itu masa tenang?", "masa tenang", "/tanya masa tenang"])
async def test_a_question_in_the_middle_is_answered_and_the_quiz_goes_on(world: World, typed: str) -> None:
    """Also one that does not look like a question."""
    ani = world.person("ani")
    await ani.says("kuis")
    first = ani.text
    answer, *_, again = await ani.says(typed)

    assert "Masa tenang" in answer.text
    assert again.text == first


@pytest.mark.parametrize("typed", ["x", "hmm", "E", "🙏"])
async def test_anything_else_gets_a_hint_and_the_question_again(world: World, typed: str) -> None:
    """Nothing is counted and nothing is sent to staff."""
    ani = world.person("ani")
    await ani.says("kuis")
    hint, again = await ani.says(typed)

    assert "Ketuk atau ketik huruf" in hint.text
    assert "Soal 1 dari 5" in again.text


@pytest.mark.parametrize("word", ["stop", "bantuan", "bahasa", "privasi", "kembali"])
async def test_reserved_words_win(world: World, word: str) -> None:
    """They do what they always do; the question stays."""
    ani = world.person("ani")
    await ani.says("kuis")
    replies = await ani.says(word)

    assert (await conversation(world, ani)).state == quiz.STEP
    assert word in ("stop", "bahasa") or "Soal 1 dari 5" in replies[-1].text


@pytest.mark.parametrize("way_back", ["kuis", "/kuis", "Lanjutkan kuis", "Lanjutkan isian"])
async def test_a_quiz_can_be_stopped_and_taken_up_again(world: World, way_back: str) -> None:
    """At the question it was at; days later too."""
    ani = world.person("ani")
    await ani.says("kuis")
    await answers(ani)
    (stopped,) = await (ani.taps("Berhenti dulu") if way_back != "/kuis" else ani.says("berhenti dulu"))
    world.later(days=3)
    await (ani.says("menu") if way_back == "Lanjutkan isian" else ani.says("halo"))
    await (ani.taps(way_back) if way_back.startswith("L") else ani.says(way_back))

    assert "soal 2" in stopped.text
    assert "Soal 2 dari 5" in ani.text
    assert (await conversation(world, ani)).state == quiz.STEP


async def test_cancelling_forgets_the_round(world: World) -> None:
    """The next one is a new one."""
    ani = world.person("ani")
    await ani.says("kuis")
    await answers(ani)
    await ani.says("batal")
    await ani.says("kuis")

    assert "Soal 1 dari 5" in ani.text


async def test_a_form_under_way_is_put_aside_not_lost(world: World) -> None:
    """After the quiz the registration goes on where it was."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.taps("17+")
    await plays(ani)
    await ani.says("daftar")

    assert "nama" in ani.text.lower()
    assert (await conversation(world, ani)).state == "register.name"


async def test_a_second_tap_on_the_same_question_does_not_count(world: World) -> None:
    """Whether the service repeats it or the person does."""
    ani = world.person("ani")
    await ani.says("kuis")
    first = ani.last
    pressed = first.presses[letter(first.text)]
    await ani.does(pressed=pressed, message=first.remote, key="same")
    repeated = await ani.does(pressed=pressed, message=first.remote, key="same")
    stale = await ani.does(pressed=pressed, message=first.remote)

    assert repeated == []
    assert "sudah dijawab" in stale[0].text
    assert "Soal 2 dari 5" in stale[-1].text


async def test_a_button_of_a_round_that_is_over_counts_nowhere(world: World) -> None:
    """Not in the next round either."""
    ani = world.person("ani")
    await ani.says("kuis")
    old = ani.last
    await ani.says("batal")
    (over,) = await ani.does(pressed=old.presses["A"], message=old.remote)
    await ani.says("kuis")
    stale, again = await ani.does(pressed=old.presses["A"], message=old.remote)

    assert "sudah selesai" in over.text
    assert "sudah dijawab" in stale.text
    assert "Soal 1 dari 5" in again.text


async def test_a_button_of_another_chat_does_nothing(world: World) -> None:
    """It is signed for the chat it was sent to."""
    ani, budi = world.person("ani"), world.person("budi")
    await ani.says("kuis")
    await budi.says("kuis")
    (*_, again) = await budi.does(pressed=ani.last.presses["A"], message=ani.last.remote)

    assert "Soal 1 dari 5" in again.text


@pytest.mark.parametrize(("notices", "kept"), [("Semua", [5]), ("Tidak dulu", [])])
async def test_a_score_is_kept_only_by_consent(world: World, notices: str, kept: list[int]) -> None:
    """And the end says whether it was."""
    ani = world.person("ani")
    await register(ani, notices=notices)
    (*_, end) = await plays(ani)

    assert [one.score for one in await rows(world, QuizResult)] == kept
    assert ("tersimpan" in end.text) is bool(kept)
    assert ("tidak disimpan" in end.text) is not bool(kept)


async def test_of_a_visitor_nothing_is_kept(world: World) -> None:
    """But the number of the round, so that questions are new."""
    ani = world.person("ani")
    (*_, end) = await plays(ani)
    (chat,) = await rows(world, Conversation)

    assert await rows(world, QuizResult) == []
    assert "belum mendaftar" in end.text
    assert chat.data is not None
    assert world.db.box.open(chat.data) == b'{"quiz_round":1}'


async def test_scores_are_in_the_copy_and_go_with_the_rest(world: World) -> None:
    """Shown by /privasi, in the file of /datasaya, erased by /hapus."""
    ani = world.person("ani")
    await register(ani)
    await plays(ani, 4)
    await ani.says("/privasi")
    held = ani.text
    await ani.says("/hapus")
    await ani.taps("Ya, hapus")

    assert "Skor kuis yang tersimpan: 1" in held
    assert await rows(world, QuizResult) == []
    assert (await only(world, Person)).name == ""


async def test_withdrawing_the_consent_erases_the_scores(world: World) -> None:
    """They were kept by it."""
    ani = world.person("ani")
    await register(ani)
    await plays(ani)
    await ani.says("data saya")
    await ani.taps("Ubah kabar")
    await ani.taps("Pilih sendiri")
    await ani.taps("Kuis: ya")
    await ani.taps("Simpan")

    assert await rows(world, QuizResult) == []


async def test_a_question_whose_topic_goes_under_review_is_skipped(world: World) -> None:
    """In the middle of a round; when none is left, the quiz says so."""
    ani = world.person("ani")
    await ani.says("kuis")
    index = packaged_knowledge()
    reviewed = {key: replace(one, under_review=True) for key, one in index.topics.items()}

    class Reviewed:
        topics = Topics(reviewed, index.topics.notices, "reviewed")

    world.inbox._context = replace(world.context, knowledge=lambda: Reviewed())  # type: ignore[arg-type,return-value]  # as much of it as the quiz needs
    (*_, none) = await ani.says("kuis")

    assert "sedang ditinjau" in none.text
    assert (await conversation(world, ani)).state == ""


async def test_in_english_the_frame_is_english(world: World) -> None:
    """The questions stay in Indonesian, like the law, and it says so."""
    ani = world.person("ani")
    first, asked = await ani.does(text="quiz", language="en")

    assert "in Indonesian" in first.text
    assert "Question 1 of 5" in asked.text
    assert asked.labels[-1] == "Stop for now"


def test_no_option_is_taken_for_another_letter() -> None:
    """An option that reads like a letter would make typing ambiguous."""
    shown = [letters(1, 0, item) for item in bank().values()]

    assert all(quiz._letter(option, one) == key for one in shown for key, option in one.items())
    assert router().answers[quiz.STEP].again is not None
