"""One field of a topic: shown, typed or tapped, checked; two editors at once do not overwrite each other."""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from bot import words
from handlers.editing_fields import Unreadable, read
from tests.support.editing import TOPIC, Office
from tests.support.world import texts

OLD = "Di Pilkada Sabtu-Minggu ikut dihitung"


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    """Two editors."""
    office = await Office.open(sqlite_url, "edi", "eva")
    yield office
    await office.close()


async def test_the_value_stands_alone_to_be_copied(office: Office) -> None:
    """Then comes what to do, and afterwards the difference word by word."""
    edi = await office.opens("edi")
    await edi.taps("Ubah isi")
    value, ask = await edi.taps("Bedanya")
    changed = value.text.replace("Sabtu-Minggu", "Sabtu dan Minggu")
    shown, verdict = await edi.says(changed)

    assert value.text.startswith(OLD)
    assert ask.text.startswith("Di atas ini isi Bedanya sekarang.")
    assert "Di Pilkada ~Sabtu-Minggu~ Sabtu dan Minggu ikut dihitung" in shown.text
    assert verdict.labels == ["Kirim untuk ditinjau", "Ubah lagi", "Buang draf"]


async def test_the_second_editor_sees_that_the_field_changed(office: Office) -> None:
    """Nothing is lost: theirs is shown beside the other, and what they type then counts."""
    eva = await office.opens("eva")
    await eva.taps("Ubah isi")
    await eva.taps("Bedanya")
    await office.edits("edi", "Bedanya", "Punya Edi.")
    await eva.says("Punya Eva.")
    told = eva.text
    await eva.says("Punya berdua.")

    assert told.startswith("Belum disimpan: bagian ini baru saja diubah oleh Edi. Isinya sekarang:\n\nPunya Edi.")
    assert "Punya Anda:\n\nPunya Eva." in told
    assert "Punya berdua." in eva.messages[-2].text
    assert (await office.acts()) == ["topic.edit.difference"] * 2


async def test_two_fields_of_one_draft_do_not_get_in_each_others_way(office: Office) -> None:
    """Both changes are in it."""
    eva = await office.opens("eva")
    await eva.taps("Ubah isi")
    await eva.taps("Catatan")
    await office.edits("edi", "Bedanya", "Punya Edi.")
    await eva.says("Punya Eva.")

    assert "Punya Edi." in eva.messages[-2].text
    assert "Punya Eva." in eva.messages[-2].text


async def test_a_topic_under_review_is_not_changed(office: Office) -> None:
    """First it is taken back."""
    edi = await office.edits("edi", "Bedanya", "Baru.")
    await edi.taps("Kirim untuk ditinjau")
    eva = await office.opens("eva")
    await eva.taps("Ubah isi")

    assert eva.text.startswith("Topik ini sedang menunggu tinjauan.")


async def test_a_text_of_a_whole_message_may_have_been_cut(office: Office) -> None:
    """It is refused kindly, and the way by a file is named."""
    edi = await office.opens("edi")
    await edi.taps("Ubah isi")
    await edi.taps("Bedanya")
    await edi.says("a" * 5000)

    assert edi.text.startswith("Teks ini terlalu panjang untuk satu pesan (paling banyak 4096 huruf)")
    assert await office.acts() == []


async def test_a_choice_is_tapped(office: Office) -> None:
    """Typing something else asks for a tap."""
    edi = await office.opens("edi")
    await edi.taps("Ubah isi")
    await office.finds(edi, "Cek sisi Pemilu")
    await edi.says("yakin")
    hint = edi.text
    await edi.taps("Dari sumber kedua")

    assert hint == "Silakan tekan salah satu tombol."
    assert "~text-verified~ secondary" in edi.messages[-2].text


@pytest.mark.parametrize("typed", ["2026-12-01", "01-12-2026", "1/12/2026", "1.12.2026"])
def test_a_date_is_read_as_people_write_it(typed: str) -> None:
    """Day before month, or as in the file."""
    assert read("as_of", typed) == date(2026, 12, 1)


@pytest.mark.parametrize(("field", "typed"), [("as_of", "besok"), ("title", "-"), ("under_review", "ya")])
def test_what_is_no_value_is_refused(field: str, typed: str) -> None:
    """With a text that says what is."""
    with pytest.raises(Unreadable):
        read(field, typed)


def test_a_list_has_an_item_on_each_line() -> None:
    """Bullets and doubles go; a dash empties it."""
    assert read("ask", "• satu\n\n  dua \nsatu") == ["satu", "dua"]
    assert read("caveat", "–") is None
    assert read("pemilu_sources", "-") == []


async def test_cancel_leaves_all_as_it_was(office: Office) -> None:
    """And the next text is a question again."""
    edi = await office.opens("edi", TOPIC)
    await edi.taps("Ubah isi")
    await edi.taps("Bedanya")
    await edi.says("batal")

    assert await office.acts() == []
    assert "isi" not in edi.text


async def test_very_long_values_fit_into_messages(office: Office) -> None:
    """A title, a phrase and a fact as long as a message may be: shown in parts or cut, never a failure."""
    long = "kata " * 780
    edi = await office.edits("edi", "Judul", long)
    for field in ("Cara bertanya", "Angka penting", "Bedanya"):
        await office.edits("edi", field, f"9 {long}")
    await edi.taps("Kirim untuk ditinjau")
    await edi.says("/topikedit")
    await edi.taps("Draf (1)")

    assert words.text("id", "otherwise.sorry") not in texts(edi.messages)
    assert edi.text.startswith("Draf (1)")
