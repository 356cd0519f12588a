"""Forms: asked one by one, resumable, changeable, escapable."""

from collections.abc import AsyncIterator

import pytest

from bot.form import Answers, Form, Step, Unclear
from bot.router import Router
from bot.turn import Turn
from tests.support.world import Person, World, texts

router = Router("pesanan")


def ask(name: str) -> Step:
    """A step that asks by its name, with one button, and takes any text but "salah"."""

    def put(turn: Turn, answers: Answers) -> None:
        turn.say(f"{name}?", turn.button("menu.menu", f"pesanan.{name}:tap"))

    def read(turn: Turn, value: str) -> str:
        if value == "salah":
            raise Unclear("stop.draft_kept")
        if value == "usai":
            turn.chat.state = ""
            turn.say("selesai di sini")
        return value

    skips = {"warna": lambda answers: answers.get("barang") == "buku"}
    return Step(name, put, read, skip=skips.get(name, lambda answers: False), free=name == "pesan", numeric=False)


async def done(turn: Turn, answers: Answers) -> None:
    """Says all answers."""
    turn.say(" ".join(f"{key}={value}" for key, value in answers.items()))


form = Form("pesanan", [ask("barang"), ask("warna"), ask("pesan")], done, router)


@router.command("pesan")
async def begin(turn: Turn) -> None:
    """Starts or goes on."""
    await form.begin(turn)


@router.command("ubah")
async def change(turn: Turn) -> None:
    """Asks one step anew."""
    await form.ask(turn, turn.text)


@router.reserve(["kembali"])
async def back(turn: Turn) -> None:
    """The question before."""
    assert turn.back is not None
    await turn.back(turn)


async def answer(turn: Turn) -> None:
    """Every question has the same answer."""
    turn.say(f"jawaban atas {turn.text}")


router.on_question, router.is_question = answer, lambda text: text.endswith("?")


@pytest.fixture
async def ani(sqlite_url: str) -> AsyncIterator[Person]:
    """Somebody in the middle of nothing."""
    world = await World.open(sqlite_url, router)
    yield world.person("ani")
    await world.close()


async def test_answers_are_asked_in_order_and_handed_over(ani: Person) -> None:
    """Typed or tapped."""
    await ani.says("/pesan")
    await ani.says("tas")
    await ani.taps("Menu")
    await ani.says("cepat")

    assert ani.text == "barang=tas warna=tap pesan=cepat"


async def test_a_step_can_be_left_out(ani: Person) -> None:
    """By what was answered before."""
    await ani.says("/pesan")
    await ani.says("buku")

    assert ani.text == "pesan?"


async def test_what_does_not_fit_is_explained_and_asked_again(ani: Person) -> None:
    """Nothing is lost."""
    await ani.says("/pesan")
    await ani.says("tas")
    replies = await ani.says("salah")

    assert texts(replies) == "Isian Anda tetap tersimpan.\n\nwarna?"


async def test_a_picture_is_no_answer(ani: Person) -> None:
    """Even with words under it."""
    await ani.says("/pesan")
    replies = await ani.shows("photo", text="tas")

    assert [seen.text for seen in replies][1:] == ["barang?"]


async def test_a_question_is_answered_and_the_step_comes_again(ani: Person) -> None:
    """Outside free text."""
    await ani.says("/pesan")
    replies = await ani.says("kapan?")

    assert texts(replies) == "jawaban atas kapan?\n\nbarang?"


async def test_a_question_in_free_text_stays_text_until_a_tap_says_otherwise(ani: Person) -> None:
    """The button takes it back as a question and asks the step again."""
    await ani.says("/pesan")
    await ani.says("tas")
    await ani.taps("Menu")
    await ani.says("/ubah pesan")
    await ani.says("bisa cepat?")

    assert ani.text == "barang=tas warna=tap pesan=bisa cepat?"
    assert ani.last.labels == ["Ini pertanyaan"]


async def test_back_asks_the_last_question_that_was_answered(ani: Person) -> None:
    """Past those left out; at the first it says so."""
    await ani.says("/pesan")
    await ani.says("buku")
    await ani.says("kembali")
    assert ani.text == "barang?"
    replies = await ani.says("kembali")

    assert "pertanyaan pertama" in replies[0].text
    assert replies[1].text == "barang?"


async def test_a_tap_on_an_earlier_question_changes_its_answer(ani: Person) -> None:
    """The open question comes again."""
    await ani.says("/pesan")
    await ani.says("tas")
    first = ani.messages[0]
    replies = await ani.does(pressed=first.presses["Menu"], message=first.remote)
    await ani.says("merah")
    await ani.says("-")

    assert texts(replies) == "warna?"
    assert ani.text == "barang=tap warna=merah pesan=-"


async def test_a_tap_on_a_question_not_reached_yet_is_refused(ani: Person) -> None:
    """It repeats the one that is open."""
    await ani.says("/pesan")
    await ani.says("tas")
    second = ani.last
    await ani.says("kembali")
    replies = await ani.does(pressed=second.presses["Menu"], message=second.remote)

    assert "belum bisa dipakai" in replies[0].text
    assert replies[1].text == "barang?"


async def test_a_tap_on_a_form_that_is_over_says_so(ani: Person) -> None:
    """And changes nothing."""
    await ani.says("/pesan")
    for text in ("tas", "merah", "cepat"):
        await ani.says(text)
    await ani.taps("Menu")

    assert "sudah selesai atau dibatalkan" in ani.text


async def test_a_form_goes_on_after_days(ani: Person) -> None:
    """With the first question that is still open."""
    await ani.says("/pesan")
    await ani.says("tas")
    ani.world.later(days=9)
    await ani.says("/pesan")

    assert ani.text == "warna?"


async def test_an_answer_may_end_the_form(ani: Person) -> None:
    """Nothing is asked after it."""
    await ani.says("/pesan")
    replies = await ani.says("usai")

    assert texts(replies) == "selesai di sini"
