"""Help, cancel and back, from everywhere."""

import pytest

from handlers import router as whole
from tests.support.registering import conversation
from tests.support.world import World


async def test_help_names_only_commands_there_are(world: World) -> None:
    """Whoever types them gets an answer of theirs."""
    ani = world.person("ani")
    await ani.says("bantuan")
    named = {word.strip("*:,.·") for word in ani.text.split() if word.startswith("/")}

    assert {"/daftar", "/jadwal", "/privasi", "/datasaya", "/hapus"} <= named
    assert {name[1:] for name in named} <= whole().commands.keys()


async def test_help_in_a_form_loses_nothing(world: World) -> None:
    """Its question comes again."""
    ani = world.person("ani")
    await ani.says("daftar")
    replies = await ani.says("/help")

    assert "Cara memakai" in replies[0].text
    assert "17 tahun" in replies[1].text


async def test_help_in_a_group_says_how_to_call(world: World) -> None:
    """In a few words."""
    kelas = world.group("kelas")
    await kelas.says("/bantuan", sender="budi")

    assert "/tanya" in kelas.text
    assert len(kelas.text) < 250


@pytest.mark.parametrize("word", ["batal", "Cancel!", "/batal", "tidak jadi", "exit"])
async def test_cancel_ends_the_form(world: World, word: str) -> None:
    """And shows what else there is."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.says(word)

    assert ani.text.startswith("Baik, dibatalkan")
    assert (await conversation(world, ani)).state == ""


async def test_cancel_reaches_a_form_put_aside(world: World) -> None:
    """It is gone from the menu."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.says("menu")
    await ani.says("batal")

    assert ani.text.startswith("Baik, dibatalkan")
    assert "Lanjutkan isian" not in ani.last.labels


async def test_cancel_and_back_outside_a_form_show_the_menu(world: World) -> None:
    """Without a word about errors."""
    ani = world.person("ani")
    await ani.says("batal")
    assert "Tidak ada yang sedang diisi" in ani.text
    await ani.says("kembali")

    assert "Daftar" in ani.last.labels


@pytest.mark.parametrize("word", ["kembali", "BACK", "/kembali"])
async def test_back_asks_the_question_before(world: World, word: str) -> None:
    """With its answer open again."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.taps("17+")
    await ani.says("Siti")
    await ani.says(word)

    assert "Siapa nama lengkap" in ani.text


async def test_back_while_a_question_to_staff_is_awaited_leads_out(world: World) -> None:
    """A step without a question before it ends in the menu."""
    ani = world.person("ani")
    await ani.says("petugas")
    await ani.says("kembali")

    assert "Daftar" in ani.last.labels
    assert (await conversation(world, ani)).state == ""
