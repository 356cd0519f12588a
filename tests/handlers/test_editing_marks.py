"""Under review: at once by one person, for a topic or all that rest on a law; taken away by two."""

from collections.abc import AsyncIterator

import pytest

from tests.support.editing import LAWLESS, TOPIC, Office

WARNING = "⚠️ Topik ini sedang ditinjau karena aturannya mungkin berubah."


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    """An owner and an editor."""
    office = await Office.open(sqlite_url, "edi")
    yield office
    await office.close()


async def answer(office: Office, topic: str) -> str:
    """What everybody reads of a topic now."""
    await office.published.refresh()
    ani = office.person("ani")
    await ani.says(f"/start t_{topic}")
    return ani.text


async def test_a_marked_topic_warns_at_once_and_until_two_agree(office: Office) -> None:
    """One tap marks; one who asks and another who agrees take it away."""
    edi = await office.opens("edi")
    await edi.taps("Tandai ditinjau")
    marked = await answer(office, TOPIC)
    await office.opens("edi")
    await edi.taps("Cabut tanda")
    asked = await answer(office, TOPIC)
    boss = office.person("boss")
    told = boss.text
    await boss.taps("Setuju cabut tanda")

    assert WARNING in marked
    assert WARNING in asked
    assert told.startswith("📝 Edi minta tanda “sedang ditinjau” dicabut dari 'Hari'")
    assert WARNING not in await answer(office, TOPIC)
    assert await office.acts() == ["topic.mark", "topic.unmark_ask", "topic.unmark"]


async def test_the_warning_is_in_group_answers_too(office: Office) -> None:
    """Short as they are."""
    edi = await office.opens("edi")
    await edi.taps("Tandai ditinjau")
    await office.published.refresh()
    group = office.world.group("kampus")
    await group.says("/tanya apakah tenggat dihitung hari kerja atau hari kalender?", sender="ani")

    assert WARNING in group.text


async def test_who_asked_cannot_agree(office: Office) -> None:
    """Also not from the page of the topic."""
    edi = await office.opens("edi")
    await edi.taps("Tandai ditinjau")
    await office.opens("edi")
    await edi.taps("Cabut tanda")
    await office.opens("edi")
    await edi.taps("Setuju cabut tanda")

    assert edi.text.startswith("Ini tulisan atau usulan Anda sendiri")
    assert WARNING in await answer(office, TOPIC)


async def test_a_law_marks_all_that_rest_on_it(office: Office) -> None:
    """Chosen or typed in any of its spellings; a topic that does not cite it stays."""
    edi = office.person("edi")
    await edi.says("/topikedit")
    await edi.taps("UU baru")
    offered = edi.last.labels[0]
    await edi.says("uu nomor 10 tahun 2016 direvisi")
    listed = edi.text
    await edi.taps("Tandai")
    marked = await answer(office, LAWLESS)
    await edi.taps("Lihat semua tanda")

    assert offered == "UU 10/2016 (3)"
    assert listed.startswith("UU 10/2016 dipakai 3 topik:\n• ")
    assert WARNING in marked
    assert edi.text.startswith("Sedang ditinjau (3 topik):\n\n• UU 10/2016 (3)")
    assert edi.last.labels == ["Cabut: UU 10/2016"]


async def test_a_law_is_lifted_as_a_whole(office: Office) -> None:
    """One request, one approval."""
    edi, boss = office.person("edi"), office.person("boss")
    for step in ("UU baru", "UU 10/2016", "Tandai", "Lihat semua tanda", "Cabut:"):
        await (edi.taps(step) if step != "UU baru" else open_laws(office))
    await boss.taps("Setuju cabut tanda")

    assert boss.text.startswith("✅ Tanda dicabut dari 3 topik:")
    assert WARNING not in await answer(office, LAWLESS)


async def open_laws(office: Office) -> None:
    """Edi at the list of laws."""
    edi = office.person("edi")
    await edi.says("/topikedit")
    await edi.taps("UU baru")


async def test_what_is_no_law_is_asked_again(office: Office) -> None:
    """And one that no topic rests on is said."""
    await open_laws(office)
    edi = office.person("edi")
    await edi.says("yang baru itu")
    hint = edi.text
    await edi.says("UU 99/2045")

    assert hint.startswith("Saya belum menemukan nama aturan di situ.")
    assert edi.text.startswith("Tidak ada topik yang memakai UU 99/2045.")


async def test_the_only_editor_lifts_alone_later(sqlite_url: str) -> None:
    """Ten minutes at the earliest, by typing the name."""
    office = await Office.open(sqlite_url)
    boss = await office.opens("boss")
    await boss.taps("Tandai ditinjau")
    await office.opens("boss")
    await boss.taps("Cabut tanda")
    await boss.taps("Setuju cabut tanda")
    early = boss.text
    office.world.later(minutes=10)
    await boss.taps("Setuju cabut tanda")
    await boss.says("salah")
    await boss.says(TOPIC)
    acts = await office.acts()
    await office.close()

    assert early.startswith("Belum bisa.")
    assert boss.text.startswith("✅ Tanda dicabut dari 1 topik")
    assert acts[-1] == "topic.unmark_alone"
