"""Registration: consent first, within a minute, changeable at any step and for ever after."""

import pytest

from bot import words
from bot.services.people import NAME_LIMIT, ORGANISATION_LIMIT
from handlers.register_steps import consent_version
from storage.models import Consent, Inbox, Person
from tests.support.registering import conversation, only, register, registered, rows
from tests.support.world import MORNING, World


async def test_registration_takes_four_taps_and_a_name_when_the_region_is_typed(world: World) -> None:
    """From the first tap to the row: consent, role and news tapped, name and region typed."""
    ani = world.person("ani")
    await ani.says("/start")
    await ani.taps("Daftar")
    for tap, typed in (("17+", "Siti Aminah"), ("Mahasiswa", "lotim"), ("Semua", "")):
        await ani.taps(tap)
        if typed:
            await ani.says(typed)
    person = await only(world, Person)

    assert (person.name, person.kind, person.region) == ("Siti Aminah", "student", "lombok-timur")
    assert (person.notify_meetings, person.notify_news, person.notify_quiz) == (True, True, True)
    assert (await conversation(world, ani)).person_id == person.id


async def test_nothing_is_kept_before_consent_and_the_end(world: World) -> None:
    """Neither a person nor a consent while the form is open."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.taps("17+")
    await ani.says("Siti Aminah")

    assert (await rows(world, Person), await rows(world, Consent)) == ([], [])


async def test_consent_says_what_how_long_and_through_whom(world: World) -> None:
    """Before anything is asked, and in full on tap."""
    ani = world.person("ani")
    await ani.says("daftar")
    assert all(word in ani.text for word in ("nama, peran, wilayah", "menghapusnya", "Telegram", "Meta", "luar negeri"))
    full = await ani.taps("Baca dulu")

    assert "UU 27/2022" in full[0].text
    assert "8 hari" in full[0].text
    assert full[-1].labels == ["17+ dan setuju", "Di bawah 17 tahun", "Baca dulu"]


async def test_consent_is_kept_with_text_time_and_message(world: World) -> None:
    """The moment of the tap, not of the end of the form."""
    ani = world.person("ani")
    await ani.says("daftar")
    message = ani.incoming(pressed=ani.last.presses["17+ dan setuju"], message=ani.last.remote, key="agreed")
    await world.inbox.receive(message)
    await world.settle()
    world.later(hours=5)
    await ani.says("Siti Aminah")
    await ani.taps("Mahasiswa")
    await ani.says("mataram")
    await ani.taps("Tidak dulu")

    given = (await rows(world, Consent))[0]
    assert (given.version, given.given, given.at) == (consent_version("id"), True, MORNING)
    assert (given.channel, given.message_key, given.language) == ("test", "agreed", "id")


def test_another_text_is_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed word, and each language, has a name of its own."""
    versions = {consent_version("id"), consent_version("en")}
    changed = {**words.catalogue("id"), "register.consent_full": "lain"}
    monkeypatch.setattr(words, "catalogue", lambda language: changed)

    assert consent_version("id") not in versions
    assert len(versions) == 2


async def test_nobody_under_17_is_kept(world: World) -> None:
    """Told why; the message is emptied, and questions are welcome."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.taps("Di bawah 17")
    chat = await conversation(world, ani)

    assert "orang tua atau wali" in ani.text
    assert (chat.state, chat.data, chat.person_id) == ("", None, None)
    assert (await rows(world, Inbox))[-1].raw is None
    assert await rows(world, Person) == []


@pytest.mark.parametrize("typed", ["ya", "setuju", "ok", "18", "tidak"])
async def test_consent_is_never_guessed(world: World, typed: str) -> None:
    """Only what says both age and agreement counts; the question comes again, short."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.says(typed)

    assert ani.text.startswith("Sudah dibaca?")
    assert (await conversation(world, ani)).state == "register.consent"


@pytest.mark.parametrize("typed", ["17 setuju", "Di bawah 17 tahun", "baca dulu"])
async def test_consent_can_be_typed(world: World, typed: str) -> None:
    """For terminals and readers without buttons."""
    ani = world.person("ani")
    await ani.says("daftar")
    replies = await ani.says(typed)

    assert "tekan tombol" not in replies[0].text


NAMES = {
    "Siti Aminah": "Siti Aminah",
    "siti aminah": "Siti Aminah",
    "nama saya Ni Made Ayu": "Ni Made Ayu",
    "Nama: Lalu Muh. Zaini, S.H.": "Lalu Muh. Zaini, S.H.",
    "I'm O'Brien": "O'Brien",
    "Baiq   Rahma": "Baiq Rahma",
    "Nur'aini (Ani)": "Nur'aini (Ani)",
    "Ñusta": "Ñusta",
}
NO_NAMES = [
    "=HYPERLINK(1)",
    "+62812",
    "@ani",
    "-1",
    "12345",
    "A",
    "halo",
    "ya",
    "www.contoh.id",
    "Ani <b>",
    "Ani; DROP TABLE",
    "😀😀",
    "." * 4096,
]


@pytest.mark.parametrize("typed", NAMES)
async def test_a_name_is_taken_as_people_write_it(world: World, typed: str) -> None:
    """Without what stands before it."""
    ani = world.person("ani")
    await register(ani, name=typed)

    assert (await only(world, Person)).name == NAMES[typed]


@pytest.mark.parametrize("typed", NO_NAMES)
async def test_what_is_no_name_is_asked_again(world: World, typed: str) -> None:
    """Kindly, at the same step."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.taps("17+")
    await ani.says(typed)

    assert "Siapa nama lengkap Anda" in ani.text
    assert (await conversation(world, ani)).state == "register.name"


async def test_a_name_may_have_80_letters_and_not_81(world: World) -> None:
    """The limit is said."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.taps("17+")
    refused = await ani.says("a" * (NAME_LIMIT + 1))
    await ani.says("a" * NAME_LIMIT)

    assert "80 huruf" in refused[0].text
    assert "Salam kenal" in ani.text


async def test_a_forwarded_text_is_no_name(world: World) -> None:
    """It is somebody else's."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.taps("17+")
    replies = await ani.says("Budi", forwarded=True)

    assert "pesan terusan" in replies[0].text
    assert (await conversation(world, ani)).state == "register.name"


async def test_a_question_in_the_middle_is_answered_and_the_step_comes_again(world: World) -> None:
    """It does not become a name."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.taps("17+")
    replies = await ani.says("apa itu masa tenang?")

    assert "tenang" in replies[0].text.lower()
    assert "Siapa nama lengkap Anda" in replies[-1].text


async def test_a_region_is_found_in_two_taps(world: World) -> None:
    """An island, then one of its five."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.taps("17+")
    await ani.says("Siti")
    await ani.says("warga")
    await ani.taps("Pulau Sumbawa")
    assert len(ani.last.labels) == 5
    await ani.taps("Kabupaten Dompu")
    await ani.taps("Tidak dulu")

    assert (await only(world, Person)).region == "dompu"


@pytest.mark.parametrize(("typed", "then", "region"), [("bima", "Kota Bima", "kota-bima"), ("luar ntb", "", "outside")])
async def test_bima_is_asked_which_and_outside_is_enough(world: World, typed: str, then: str, region: str) -> None:
    """Two regions carry that name."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.taps("17+")
    await ani.says("Siti")
    await ani.taps("Masyarakat")
    await ani.says(typed)
    if then:
        await ani.taps(then)
    await ani.taps("Semua")

    assert (await only(world, Person)).region == region


async def test_an_unknown_region_is_asked_again(world: World) -> None:
    """And a name typed at the second question may be of the other island."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.taps("17+")
    await ani.says("Siti")
    await ani.taps("Masyarakat")
    refused = await ani.says("Atlantis")
    await ani.taps("Pulau Lombok")
    await ani.says("bima")
    await ani.taps("Kabupaten Bima")

    assert "belum kami kenali" in refused[0].text
    assert "kabar apa" in ani.text


async def test_another_island_drops_the_old_region(world: World) -> None:
    """Tapping the earlier question changes its answer."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.taps("17+")
    await ani.says("Siti")
    await ani.taps("Masyarakat")
    await ani.taps("Pulau Lombok")
    await ani.taps("Kota Mataram")
    await ani.taps("Luar NTB")
    await ani.taps("Semua")

    assert (await only(world, Person)).region == "outside"


async def test_news_is_chosen_one_by_one(world: World) -> None:
    """Nothing is on beforehand; each tap turns one over in the same message."""
    ani = world.person("ani")
    await register(ani, notices="Pilih sendiri")
    assert ani.last.labels == ["Kegiatan: tidak", "Berita: tidak", "Kuis: tidak", "Simpan"]
    for label in ("Kegiatan", "Berita", "Berita"):
        await ani.taps(label)
    assert (ani.last.operation, ani.last.labels[0]) == ("edit", "Kegiatan: ya")
    await ani.taps("Simpan")

    person = await only(world, Person)
    assert (person.notify_meetings, person.notify_news, person.notify_quiz) == (True, False, False)


@pytest.mark.parametrize(
    ("typed", "switches"), [("kegiatan, kuis", (True, False, True)), ("News and quiz", (False, True, True))]
)
async def test_news_can_be_typed(world: World, typed: str, switches: tuple[bool, bool, bool]) -> None:
    """At the question and at the switches, in either language."""
    ani, budi = world.person("ani"), world.person("budi")
    await register(ani, notices="Pilih sendiri")
    await ani.says(typed)
    await register(budi, notices="Pilih sendiri")
    await budi.says("kembali")
    await budi.says(typed)

    for person in await rows(world, Person):
        assert (person.notify_meetings, person.notify_news, person.notify_quiz) == switches


async def test_cancel_forgets_everything(world: World) -> None:
    """What was typed is gone, nothing was kept."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.taps("17+")
    await ani.says("Siti Aminah")
    await ani.says("batal")

    assert (await conversation(world, ani)).data is None
    assert await rows(world, Person) == []


async def test_back_goes_through_all_questions_to_the_first(world: World) -> None:
    """And stays there with a word."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.taps("17+")
    await ani.says("Siti")
    await ani.taps("Masyarakat")
    asked = []
    for _ in range(4):
        await ani.says("kembali")
        asked.append(ani.text.split()[0])

    assert asked == ["Salam", "Siapa", "Sudah", "Sudah"]


async def test_a_draft_waits_for_days(world: World) -> None:
    """Also over another conversation; "daftar" goes on with the open question."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.taps("17+")
    await ani.says("Siti")
    await ani.says("menu")
    world.later(days=6)
    replies = await ani.says("daftar")

    assert "masih tersimpan" in replies[0].text
    assert "Salam kenal, Siti" in replies[1].text


async def test_everything_can_be_changed_afterwards(world: World) -> None:
    """One tap and one answer each; the rest stays."""
    ani = world.person("ani")
    await register(ani)
    await ani.taps("Ubah nama")
    await ani.says("Siti Rahma")
    await ani.taps("Ubah peran")
    await ani.taps("Jajaran")
    await ani.taps("Ubah wilayah")
    await ani.says("KSB")
    await ani.taps("Ubah kabar")
    await ani.taps("Tidak dulu")
    await ani.taps("Isi organisasi")
    await ani.says("Universitas Mataram")

    person = await only(world, Person)
    assert (person.name, person.kind, person.region) == ("Siti Rahma", "supervisor", "sumbawa-barat")
    assert (person.notify_meetings, person.organisation) == (False, "Universitas Mataram")


async def test_switches_begin_as_they_are_when_changed(world: World) -> None:
    """What is on is shown on."""
    ani = world.person("ani")
    await register(ani)
    await ani.taps("Ubah kabar")
    await ani.taps("Pilih sendiri")

    assert ani.last.labels[:3] == ["Kegiatan: ya", "Berita: ya", "Kuis: ya"]


async def test_a_change_of_news_is_kept_as_an_act(world: World) -> None:
    """Changing the name is none."""
    ani = world.person("ani")
    await register(ani)
    before = len(await rows(world, Consent))
    await ani.taps("Ubah nama")
    await ani.says("Rahma")
    await ani.taps("Ubah kabar")
    await ani.taps("Tidak dulu")

    acts = (await rows(world, Consent))[before:]
    assert [(one.version, one.given) for one in acts] == [("notices:", False)]


@pytest.mark.parametrize("typed", ["lewati", "-", "skip"])
async def test_the_organisation_is_optional(world: World, typed: str) -> None:
    """Skipping leaves it empty."""
    ani = world.person("ani")
    await register(ani)
    await ani.taps("Isi organisasi")
    await ani.says(typed)

    assert "Organisasi: belum diisi" in ani.text


@pytest.mark.parametrize("typed", ["=cmd", "https://contoh.id", "x" * (ORGANISATION_LIMIT + 1)])
async def test_what_is_no_organisation_is_asked_again(world: World, typed: str) -> None:
    """Links and formulas do not get into lists."""
    ani = world.person("ani")
    await register(ani)
    await ani.taps("Isi organisasi")
    await ani.says(typed)

    assert "Boleh dilewati" in ani.text
    assert (await only(world, Person)).organisation == ""


async def test_registering_again_shows_what_is_held(world: World) -> None:
    """With buttons to change it, and no second person."""
    ani = world.person("ani")
    await register(ani)
    await ani.says("/daftar")

    assert ani.text.startswith("Anda sudah terdaftar")
    assert "Ubah wilayah" in ani.last.labels
    assert len(await rows(world, Person)) == 1


@pytest.mark.parametrize(("notices", "stopped"), [("Semua", False), ("Tidak dulu", True)])
async def test_choosing_news_after_a_stop_lifts_it(world: World, notices: str, stopped: bool) -> None:
    """Choosing none leaves it, and says so."""
    ani = world.person("ani")
    await ani.says("stop")
    await register(ani, notices=notices)

    assert ((await conversation(world, ani)).stopped_at is not None) is stopped
    assert ("Ketik MULAI" in ani.text) is stopped


async def test_a_change_button_without_registration_offers_it(world: World) -> None:
    """After an erasure, old buttons are harmless."""
    ani = world.person("ani")
    await register(ani)
    await ani.says("/hapus")
    await ani.taps("Ya, hapus")
    await ani.taps("Ubah nama")

    assert ani.last.labels == ["Daftar"]


async def test_old_buttons_of_a_finished_form_say_so(world: World) -> None:
    """Neither a new person nor a changed one."""
    ani = world.person("ani")
    person = await registered(world, ani)
    for label in ("17+", "Masyarakat", "Tidak dulu"):
        await ani.taps(label)
        assert "sudah selesai atau dibatalkan" in ani.text

    assert (await only(world, Person)).updated_at == person.updated_at


async def test_a_group_is_no_place_to_register(world: World) -> None:
    """Nothing is asked there."""
    kelas = world.group("kelas")
    await kelas.says("/daftar", sender="budi")

    assert "chat pribadi" in kelas.text
    assert (await conversation(world, kelas)).state == ""


async def test_registration_speaks_english(world: World) -> None:
    """To the end, with the same rows."""
    ani = world.person("ani")
    await ani.says("register", language="en")
    await ani.taps("17+")
    await ani.says("Siti")
    await ani.taps("Student")
    await ani.taps("Outside")
    await ani.taps("Everything")

    assert ani.text.startswith("Thank you, Siti.")
    assert (await only(world, Person)).language == "en"
