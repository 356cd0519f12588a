"""The entrance to topics: who may come in, how a topic is found, what its page and history say."""

from collections.abc import AsyncIterator

import pytest

from bot import words
from bot.buttons import sign
from handlers import router as root
from storage.models import Conversation
from tests.support.editing import OTHER, TOPIC, Office
from tests.support.registering import rows
from tests.support.world import texts


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    """An owner, an editor, and somebody who may only look."""
    office = await Office.open(sqlite_url, "edi", "vina")
    yield office
    await office.close()


async def test_only_editors_and_owners_come_in(office: Office) -> None:
    """Others are told why not, and find no button."""
    vina, ani = office.person("vina"), office.person("ani")
    menu = vina.last.labels
    await vina.says("/topikedit")
    await ani.says("/topikedit")

    assert "Topik" not in menu
    assert vina.text.startswith("Peran Anda (Pembaca) tidak termasuk hal ini.")
    assert ani.text.startswith("Menu ini hanya untuk staf.")


async def test_not_in_a_group(office: Office) -> None:
    """What is half written is nobody else's."""
    group = office.world.group("kantor")
    await group.says("/topikedit", sender="edi")

    assert group.text == "Topik diubah di chat pribadi dengan saya, bukan di grup."


async def test_the_staff_menu_leads_to_what_waits(office: Office) -> None:
    """The counts are on the buttons."""
    await office.edits("edi", "Catatan", "Sudah dibaca ulang.")
    boss = office.person("boss")
    await boss.says("/staf")
    await boss.taps("Topik")

    assert boss.text.startswith("Topik\n4 topik terbit (versi 1). Sedang ditinjau karena aturannya mungkin berubah: 0.")
    assert boss.last.labels == [
        "Cari topik", "Semua topik", "Draf (1)", "Menunggu (0)", "Usulan (0)", "UU baru", "Tanda tinjau (0)"
    ]  # fmt: skip


async def test_a_topic_is_found_by_words_of_its_title_or_a_question(office: Office) -> None:
    """Whichever comes to mind; what fits nothing is asked again."""
    edi = office.person("edi")
    await edi.says("/topikedit")
    await edi.taps("Cari topik")
    await edi.says("qwrtz")
    nothing = edi.text
    await edi.says("denda bagi bagi uang")
    await edi.taps("1. Politik uang")

    assert nothing.startswith("Belum ada topik yang cocok.")
    assert edi.text.startswith("Politik uang: ancaman hukuman\n(politik-uang-sanksi)\nTerbit: revisi 1, program")
    assert edi.last.labels == ["Ubah isi", "Tandai ditinjau", "Riwayat"]


async def test_all_topics_are_listed(office: Office) -> None:
    """In the order of their titles."""
    edi = office.person("edi")
    await edi.says("/topikedit")
    await edi.taps("Semua topik")

    assert edi.text.startswith("Semua topik (1 dari 1)\n\n1. 'Hari' dihitung")
    assert len(edi.last.labels) == 4


async def test_an_old_revision_becomes_a_draft_again(office: Office) -> None:
    """Not before the open draft of the topic is done with."""
    edi = await office.edits("edi", "Catatan", "Baru.", OTHER)
    await edi.taps("Kirim untuk ditinjau")
    boss = office.person("boss")
    await boss.taps("Tinjau")
    await boss.taps("Setujui, terbitkan")
    for _ in range(2):
        await office.opens("edi", OTHER)
        await edi.taps("Riwayat")
        await edi.taps("Revisi 1")
        await edi.taps("Pakai lagi isi ini")

    assert edi.messages[-1].text.startswith("Topik ini sudah punya draf.")
    assert (await office.acts()).count("topic.revert") == 1


async def test_what_is_gone_is_said(office: Office) -> None:
    """A button of a topic that an update took away."""
    edi = await office.opens("edi", TOPIC)
    async with office.world.db.write() as tx:
        await tx.change("UPDATE topics SET status = 'retired' WHERE topic = ?", TOPIC)
    await edi.taps("Ubah isi")

    assert "tidak ada" in edi.text


@pytest.mark.parametrize("value", ["", "x", "1", "1.0", "zz.arti-hari", "pm.x", "pc.9.arti-hari", "UU 99/2099"])
async def test_no_button_of_an_older_release_fails(office: Office, value: str) -> None:
    """Whatever it carries, an editor reads what is the matter."""
    ours = [name for name in root().buttons if name.partition(".")[0] == "edit"]
    edi, sorry = office.person("edi"), words.text("id", "otherwise.sorry")
    numbers = {chat.address: chat.id for chat in await rows(office.world, Conversation)}
    failed = []
    for name in ours:
        data = sign(office.world.db.box, numbers["edi"], f"{name}:{value}")
        replies = await edi.does(pressed=data, message="1")
        if not replies or replies[-1].text == sorry:
            failed.append(name)

    assert len(ours) > 20
    assert failed == []


@pytest.mark.parametrize("state", [one for one in root().answers if one.startswith("edit.")])
async def test_a_step_whose_draft_is_gone_is_over(office: Office, state: str) -> None:
    """As after an update, or when its data were emptied."""
    async with office.world.db.write() as tx:
        await tx.change("UPDATE conversations SET state = ? WHERE address = 'edi'", state)
    edi = office.person("edi")
    replies = [await edi.says("apa saja"), await edi.shows("photo"), await edi.says("batal")]

    assert all(replies)
    assert words.text("id", "otherwise.sorry") not in texts(edi.messages)
