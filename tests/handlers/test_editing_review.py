"""A change of a topic on its way: draft, review by a second person, published; sent back, taken back, dropped."""

from collections.abc import AsyncIterator

import pytest

from bot.services import staff
from tests.support.editing import OTHER, TOPIC, Office
from tests.support.world import Person, Seen, texts

NEW = "Hari kalender: Sabtu, Minggu dan hari libur ikut dihitung. Diperiksa lagi."


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    """An owner and two editors."""
    office = await Office.open(sqlite_url, "edi", "eva")
    yield office
    await office.close()


async def test_a_change_is_published_by_a_second_person(office: Office) -> None:
    """Draft, difference, review, approval; the author is told and everybody reads the new words."""
    edi = await office.edits("edi", "Bedanya", NEW)
    draft = texts(edi.messages[-2:])
    await edi.taps("Kirim untuk ditinjau")
    eva = office.person("eva")
    wanted = eva.text
    await eva.taps("Tinjau")
    await eva.taps("Setujui, terbitkan")
    await office.published.refresh()

    assert "Bedanya" in draft
    assert "Sudah diperiksa" in draft
    assert wanted.startswith("📝 Edi mengirim perubahan topik")
    assert eva.text.startswith("✅ Terbit, versi 2")
    assert "disetujui Eva" in edi.text
    assert office.published.index().topics[TOPIC].difference == NEW
    assert await office.acts() == ["topic.edit.difference", "topic.submit", "topic.publish"]


async def test_the_author_cannot_sign(office: Office) -> None:
    """Neither by a button that is not offered, nor by one of somebody else's time."""
    edi = await office.edits("edi", "Bedanya", NEW)
    await edi.taps("Kirim untuk ditinjau")
    await edi.says("/topikedit")
    await edi.taps("Menunggu (1)")
    await edi.taps("1. ")

    assert edi.last.labels == ["Tarik kembali"]
    assert "topic.publish" not in await office.acts()


async def test_approving_all_does_not_sign_ones_own(office: Office) -> None:
    """The way around the missing button is closed as well; another person may."""
    edi = office.person("edi")
    for topic in (TOPIC, OTHER):
        await office.edits("edi", "Catatan", "Sudah dibaca ulang.", topic)
        await edi.taps("Kirim untuk ditinjau")
    (refused,) = await all_approved(edi)
    eva = office.person("eva")
    (done,) = await all_approved(eva)

    assert refused.text.startswith("Ini tulisan atau usulan Anda sendiri")
    assert done.text.startswith("✅ Terbit, versi 2:\n• 'Hari'")
    assert len(done.text.splitlines()) == 3


async def all_approved(person: Person) -> list[Seen]:
    """Somebody opens what waits and approves everything."""
    await person.says("/topikedit")
    await person.taps("Menunggu (2)")
    return await person.taps("Setujui semuanya")


async def test_a_draft_comes_back_with_a_reason(office: Office) -> None:
    """The author reads it, mends, and the second round is a new one."""
    edi = await office.edits("edi", "Bedanya", NEW)
    await edi.taps("Kirim untuk ditinjau")
    eva = office.person("eva")
    await eva.taps("Tinjau")
    await eva.taps("Kembalikan")
    await eva.says("Pasalnya *mana*?")
    told = edi.text
    await edi.taps("Buka draf")
    await edi.taps("Kirim untuk ditinjau")
    await eva.taps("Tinjau")

    assert told == "↩️ Eva mengembalikan draf 'Hari' dihitung hari kerja atau hari kalender?:\n\nPasalnya *mana*?"
    assert eva.last.labels == ["Setujui, terbitkan", "Kembalikan"]
    assert [act.removeprefix("topic.") for act in await office.acts()] == [
        "edit.difference", "submit", "send_back", "submit"
    ]  # fmt: skip


async def test_an_old_button_does_not_sign_a_newer_text(office: Office) -> None:
    """What was taken back and changed has to be read again."""
    edi = await office.edits("edi", "Bedanya", NEW)
    await edi.taps("Kirim untuk ditinjau")
    eva = office.person("eva")
    await eva.taps("Tinjau")
    await edi.says("/topikedit")
    await edi.taps("Menunggu")
    await edi.taps("1. ")
    await edi.taps("Tarik kembali")
    await edi.taps("Kirim untuk ditinjau")
    await eva.taps("Setujui, terbitkan")

    assert eva.text.startswith("Draf ini sudah berubah atau selesai.")
    assert "topic.publish" not in await office.acts()


async def test_lost_questions_block_publishing(office: Office) -> None:
    """It is said which question now finds what; the draft waits on, the published set stays."""
    edi = await office.edits("edi", "Cara bertanya", "saya mau daftar\nsabtu minggu dihitung")
    await edi.taps("Kirim untuk ditinjau")
    eva = office.person("eva")
    await eva.taps("Tinjau")
    await eva.taps("Setujui, terbitkan")
    await office.published.refresh()

    assert eva.text.startswith("⚠️ Belum diterbitkan.")
    assert "• “saya mau daftar” → yang dikerjakan bot (register)" in eva.text
    assert "saya mau daftar" not in office.published.index().topics[TOPIC].ask
    assert "topic.publish" not in await office.acts()


async def test_a_wrong_draft_is_kept_but_not_submitted(office: Office) -> None:
    """The mistake is named in words, before and at the attempt."""
    edi = await office.edits("edi", "Angka penting", "7 hari kerja\n99 hari kerja")
    shown = edi.text
    await edi.taps("Kirim untuk ditinjau")

    assert shown == (
        "⚠️ Belum benar di arti-hari, bagian Angka penting: angka 99 dari '99 hari kerja' tidak ada di isi topik. "
        "Samakan isi dan angka penting."
    )
    assert edi.text.startswith("Belum dikirim, karena masih ada yang belum benar.")
    assert await office.acts() == ["topic.edit.key_facts"]


async def test_a_dropped_draft_stays_in_the_history(office: Office) -> None:
    """And its text can be taken up again."""
    edi = await office.edits("edi", "Bedanya", NEW)
    await edi.taps("Buang draf")
    await edi.taps("Ke topik")
    await edi.taps("Riwayat")
    lines = edi.text
    await edi.taps("Revisi 2")
    await edi.taps("Pakai lagi isi ini")
    await edi.taps("Buka draf")

    assert "2. Dibuang, Selasa, 24 November 2026, 10.00 WITA: Edi. Bedanya" in lines
    assert "1. Terbit, Selasa, 24 November 2026, 10.00 WITA: program." in lines
    assert "Draf: revisi 3, Edi" in edi.messages[-2].text


async def test_the_only_editor_waits_and_types_the_name(sqlite_url: str) -> None:
    """Ten minutes at the earliest; a wrong name does nothing."""
    office = await Office.open(sqlite_url)
    boss = await office.edits("boss", "Bedanya", NEW)
    await boss.taps("Kirim untuk ditinjau")
    await boss.taps("Terbitkan sendiri")
    early = boss.text
    office.world.later(minutes=10)
    await boss.taps("Terbitkan sendiri")
    await boss.says("ya")
    wrong = boss.text
    await boss.says(TOPIC)
    acts = await office.acts()
    await office.close()

    assert early == "Belum bisa. Anda boleh melakukannya sendiri mulai Selasa, 24 November 2026, 10.10 WITA."
    assert wrong == "Untuk menerbitkan tanpa orang kedua, ketik: arti-hari"
    assert boss.text.startswith("✅ Terbit, versi 2")
    assert acts[-1] == "topic.publish_alone"


async def test_alone_is_over_when_a_second_editor_came(sqlite_url: str) -> None:
    """From then on that person signs."""
    office = await Office.open(sqlite_url)
    boss = await office.edits("boss", "Bedanya", NEW)
    await boss.taps("Kirim untuk ditinjau")
    office.world.later(minutes=20)
    async with office.world.db.session() as db:
        await staff.add(db, office.world.now, "test", "edi", role="editor", by="test")
    await boss.taps("Terbitkan sendiri")
    await office.close()

    assert boss.text.startswith("Ini tulisan atau usulan Anda sendiri")
