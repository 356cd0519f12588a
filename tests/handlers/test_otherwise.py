"""Whatever comes gets a sensible answer, and is not kept when we cannot read it."""

import pytest

from storage import files
from storage.models import File, Inbox, Question
from tests.support.registering import conversation, rows
from tests.support.world import World

KINDS = {
    "sticker": "Stikernya",
    "voice": "pesan suara",
    "audio": "pesan suara",
    "photo": "foto atau video",
    "video": "foto atau video",
    "document": "berkas",
    "location": "Lokasi tidak kami perlukan",
    "contact": "kontak tidak kami perlukan",
    "poll": "jajak pendapat",
    "other": "belum bisa saya baca",
    "of-next-year": "belum bisa saya baca",
}


@pytest.mark.parametrize("kind", KINDS)
async def test_each_kind_of_message_has_its_answer(world: World, kind: str) -> None:
    """With a way on; what came is emptied at once."""
    ani = world.person("ani")
    await ani.shows(kind)

    assert KINDS[kind] in ani.text
    assert "Menu lengkap" in ani.last.labels
    assert (await rows(world, Inbox))[-1].raw is None


async def test_a_file_that_we_cannot_read_is_deleted(world: World) -> None:
    """The web chat has stored it already; a file of another chat is not touched."""
    ani = world.person("ani")
    await ani.says("halo")
    await world.person("budi").says("halo")
    async with world.db.session() as session:
        for chat in (1, 2):
            await files.add(session, chat, "bukti.jpg", "image/jpeg", b"x", world.now)
    tokens = [file.token for file in await rows(world, File)]
    media = [{"kind": "photo", "remote": token} for token in tokens]
    await ani.does(kind="photo", media=media)

    assert [file.conversation_id for file in await rows(world, File)] == [2]


async def test_an_album_gets_one_answer(world: World) -> None:
    """Not one for each picture."""
    ani = world.person("ani")
    for number in range(3):
        medium = {"kind": "photo", "remote": str(number)}
        await world.inbox.receive(ani.incoming(kind="photo", media=[medium], album="a"))
        world.later(seconds=0.1)
    world.later(seconds=2.5)
    await world.settle()

    assert len(ani.messages) == 1
    assert "foto" in ani.text


@pytest.mark.parametrize("kind", [*KINDS, "text"])
async def test_in_a_form_nothing_odd_is_an_answer(world: World, kind: str) -> None:
    """The step stays, its question comes again."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.taps("17+")
    replies = await ani.shows(kind, text="")

    assert "jawab dengan tulisan" in replies[0].text
    assert "Siapa nama lengkap" in replies[-1].text


async def test_a_text_of_5000_letters_is_asked_for_in_short(world: World) -> None:
    """It may go to a person as it is."""
    ani = world.person("ani")
    await ani.says("kata " * 1000)

    assert "satu pertanyaan singkat" in ani.text
    assert ani.last.labels == ["Ini pertanyaan", "Tanya petugas", "Menu lengkap"]


async def test_what_is_not_understood_can_be_a_question_after_all(world: World) -> None:
    """One tap, nothing typed again; nobody is bothered before."""
    ani = world.person("ani")
    await ani.says("nasi goreng enak sekali")
    assert await rows(world, Question) == []
    await ani.taps("Ini pertanyaan")

    (question,) = await rows(world, Question)
    assert world.db.box.open(question.text or b"") == b"nasi goreng enak sekali"


async def test_a_topic_named_without_a_question_is_answered(world: World) -> None:
    """Phones are for few words."""
    ani = world.person("ani")
    await ani.says("masa tenang pilkada")

    assert "3 hari" in ani.text


@pytest.mark.parametrize("text", ["terima kasih", "Makasih ya pak", "ok", "thanks"])
async def test_thanks_need_no_menu(world: World, text: str) -> None:
    """A short word back."""
    ani = world.person("ani")
    await ani.says(text)

    assert ani.text.startswith("Sama-sama")
    assert ani.last.labels == []


async def test_a_forwarded_text_is_not_taken_as_ones_own_words(world: World) -> None:
    """It is offered as a question; a forwarded question is answered."""
    ani = world.person("ani")
    await ani.says("SEBARKAN!!! KPU mencoblos sendiri", forwarded=True)
    assert "pesan terusan" in ani.text
    assert ani.last.labels == ["Ini pertanyaan"]
    await ani.says("Apa itu masa tenang?", forwarded=True)

    assert "pesan terusan" not in ani.text


async def test_an_edited_answer_never_counts_twice(world: World) -> None:
    """The first one stays, the step too, and the way to correct it is told."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.taps("17+")
    await ani.says("Budi", message="77")
    replies = await ani.says("Jajaran pengawas", message="77", edited=True)

    assert "kembali" in replies[0].text
    assert "Salam kenal, Budi" in replies[1].text
    assert (await conversation(world, ani)).state == "register.kind"


async def test_an_edited_message_outside_a_form_asks_for_a_new_one(world: World) -> None:
    """In a group it is passed over."""
    ani, kelas = world.person("ani"), world.group("kelas")
    await ani.says("halo semua teman", edited=True)

    assert "pesan baru" in ani.text
    assert await kelas.says("/tanya x", sender="budi", edited=True) == []


async def test_an_edit_into_stop_is_a_stop(world: World) -> None:
    """The wish counts, not the way it came."""
    ani = world.person("ani")
    await ani.says("stop", edited=True)

    assert (await conversation(world, ani)).stopped_at is not None


@pytest.mark.parametrize(("typed", "known"), [("/daftr", "daftar"), ("/jadwall", "jadwal"), ("/privasy", "privasi")])
async def test_a_misspelt_command_names_the_one_that_was_meant(world: World, typed: str, known: str) -> None:
    """And does it with one tap."""
    ani = world.person("ani")
    await ani.says(typed)
    assert f"/{known}?" in ani.text
    await ani.taps(f"Ya, /{known}")

    assert "Maksudnya" not in ani.text


async def test_an_unknown_command_shows_what_there_is(world: World) -> None:
    """In a form it goes on."""
    ani, kelas = world.person("ani"), world.group("kelas")
    await ani.says("/xyzzy")
    assert "Daftar" in ani.last.labels
    await ani.says("daftar")
    await ani.says("/xyzzy")
    await kelas.says("/xyzzy", sender="budi")

    assert "17 tahun" in ani.text
    assert "/tanya" in kelas.text


@pytest.mark.parametrize("name", ["a" * 300, "x_*_*", "daftar_*bold*"])
async def test_no_name_of_a_command_breaks_the_answer(world: World, name: str) -> None:
    """However long or marked up."""
    ani = world.person("ani")
    await ani.says(f"/{name}")

    assert "gangguan" not in ani.text


async def test_a_group_gets_short_answers(world: World) -> None:
    """Without buttons, and nothing is remembered."""
    kelas = world.group("kelas")
    await kelas.says("nasi goreng enak sekali", sender="budi")
    await kelas.shows("photo", sender="budi")

    assert [seen.labels for seen in kelas.messages] == [[], []]
    assert (await conversation(world, kelas)).data is None
