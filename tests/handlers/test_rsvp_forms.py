"""The small forms: who comes in somebody's place, and what the office should prepare."""

from datetime import date

import pytest

from storage.audience import Filter
from tests.support.guests import publish
from tests.support.meetings import bring, planned, registered, wita
from tests.support.world import Person, World

NOW = wita(date(2026, 11, 16), 10)


@pytest.fixture
async def ani(world: World) -> Person:
    """A guest who has said that she comes."""
    world.now = NOW
    for name in ("ani", "budi"):
        await registered(world.db, NOW, ("test", name), name=f"{name.title()} Santoso")
    await bring(world.db, NOW, planned())
    await publish(world.db, NOW, Filter())
    await world.settle()
    await world.person("ani").taps("✅ Datang")
    return world.person("ani")


async def test_a_delegate_is_named_and_taken_back(ani: Person) -> None:
    """The name stands in the answer."""
    await ani.taps("Diwakili orang lain")
    await ani.says("citra lestari")
    named = ani.text
    await ani.taps("Diwakili orang lain")
    await ani.taps("Saya datang sendiri")

    assert "Diwakili oleh Citra Lestari" in named
    assert "Diwakili" not in ani.text


async def test_a_delegate_who_is_a_guest_already_is_pointed_out(ani: Person) -> None:
    """One person cannot sit on two chairs; the organisers decide."""
    await ani.taps("Diwakili orang lain")
    said = await ani.says("Budi Santoso")

    assert "sudah ada di daftar undangan" in said[0].text
    assert "Diwakili oleh Budi Santoso" in ani.text


@pytest.mark.parametrize("wrong", ["12345", "https://example.org", "x", "a" * 200])
async def test_what_is_no_name_is_asked_again(ani: Person, wrong: str) -> None:
    """With an example."""
    await ani.taps("Diwakili orang lain")
    said = await ani.says(wrong)

    assert ("tulis namanya saja" in said[0].text, "nama lengkap" in ani.text) == (True, True)


async def test_a_note_is_kept_and_shown(ani: Person) -> None:
    """Any words, up to a length; "tidak ada" takes it back."""
    await ani.taps("Catatan")
    await ani.says("kursi roda, tidak makan daging")
    kept = ani.text
    await ani.taps("Catatan")
    long = await ani.says("a " * 400)
    await ani.taps("Tidak ada")

    assert "📝 kursi roda, tidak makan daging" in kept
    assert "terlalu panjang" in long[0].text
    assert "📝" not in ani.text


async def test_a_form_can_be_left(ani: Person) -> None:
    """Nothing is kept then."""
    await ani.taps("Catatan")
    await ani.says("batal")
    await ani.says("/rapatsaya")

    assert "📝" not in ani.text


async def test_a_meeting_that_takes_no_answers_takes_no_notes(world: World, ani: Person) -> None:
    """It was cancelled since."""
    await bring(world.db, NOW, planned(cancelled=True))
    await world.settle()
    await ani.taps("Catatan")

    assert "dibatalkan" in ani.text
