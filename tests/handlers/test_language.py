"""Two languages, changed at any moment."""

import pytest

from bot import words
from storage.models import Person
from tests.support.registering import conversation, only, register
from tests.support.world import World


async def test_both_languages_are_offered_in_their_own_words(world: World) -> None:
    """Whoever reads only one of them finds it."""
    ani = world.person("ani")
    await ani.says("/bahasa")

    assert ani.last.labels == ["Bahasa Indonesia", "English"]
    assert "Pilih bahasa / Choose your language" in ani.text


async def test_a_tap_changes_the_conversation_and_the_person(world: World) -> None:
    """So that reminders speak it too."""
    ani = world.person("ani")
    await register(ani)
    await ani.says("bahasa")
    await ani.taps("English")

    assert ani.text.startswith("All right")
    assert (await conversation(world, ani)).language == (await only(world, Person)).language == "en"


@pytest.mark.parametrize(
    ("typed", "language"), [("English please!", "en"), ("/language en", "en"), ("/bahasa id", "id")]
)
async def test_it_can_be_asked_for_in_words(world: World, typed: str, language: str) -> None:
    """Without a button."""
    ani = world.person("ani")
    await ani.says(typed)

    assert (await conversation(world, ani)).language == language


@pytest.mark.parametrize("word", words.listed("language.spoken", "id"))
async def test_back_to_indonesian(world: World, word: str) -> None:
    """In the everyday ways to say it."""
    ani = world.person("ani")
    await ani.says("english")
    await ani.says(word)

    assert "bahasa Indonesia" in ani.text


async def test_an_unknown_language_gets_the_choice(world: World) -> None:
    """Sasak, for example, is not there yet."""
    ani = world.person("ani")
    await ani.says("/bahasa sasak")

    assert ani.last.labels == ["Bahasa Indonesia", "English"]


async def test_the_step_is_kept_and_asked_in_the_new_language(world: World) -> None:
    """By word and by tap."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.taps("17+")
    await ani.says("english")
    assert "What is your full name?" in ani.text
    await ani.says("bahasa")
    await ani.taps("Bahasa Indonesia")

    assert "Siapa nama lengkap" in ani.text


async def test_the_service_tells_the_first_language(world: World) -> None:
    """Until the person chooses."""
    ani = world.person("ani")
    await ani.says("halo", language="en")

    assert ani.text.startswith("Hello!")
