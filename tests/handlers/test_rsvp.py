"""Whole conversations about an invitation: answering, changing, waiting for a seat, hearing what changed."""

from datetime import date, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select

from storage import files
from storage.audience import Filter
from storage.models import ChangeAck
from tests.support.guests import answers, at, meeting_of, publish
from tests.support.meetings import TUESDAY, bring, planned, registered, wita
from tests.support.world import Person, World

NOW = wita(date(2026, 11, 16), 10)
MONDAY = TUESDAY - timedelta(days=1)
WEDNESDAY = date(2026, 11, 25)


@pytest.fixture(autouse=True)
def morning(world: World) -> None:
    """A Monday, eight days before the meeting."""
    world.now = NOW


async def invited(world: World, *names: str, days: tuple[date, ...] = (TUESDAY,), **more: Any) -> list[Person]:
    """People who were invited and have got the message."""
    for name in names:
        await registered(world.db, NOW, ("test", name), name=name.title())
    await bring(world.db, NOW, planned(*days, **more))
    await publish(world.db, NOW, Filter())
    await world.settle()
    return [world.person(name) for name in names]


async def test_an_invitation_is_whole_by_itself(world: World) -> None:
    """What, when, where, how to get there, and the answers to tap."""
    (ani,) = await invited(world, "ani", map_url="https://maps.example.org/aula")

    assert ani.text.splitlines()[:5] == [
        "✉️ Undangan: Rapat Koordinasi",
        "",
        "📅 Selasa, 24 November 2026",
        "🕘 09.00–16.00 WITA",
        "📍 Aula Kantor",
    ]
    assert ani.last.labels == ["✅ Datang", "❔ Mungkin", "❌ Tidak bisa", "Lihat acara", "Buka peta"]


async def test_one_tap_answers_and_the_next_changes_it(world: World) -> None:
    """Each time what is kept now is read back."""
    (ani,) = await invited(world, "ani")
    await ani.taps("✅ Datang")
    first = ani.text
    await ani.taps("❔ Mungkin")

    assert "kami catat datang" in first
    assert "✅ Selasa, 24 November 2026: datang" in first
    assert "mungkin datang" in ani.text
    assert await answers(world.db) == {"ani": "maybe"}


async def test_days_are_chosen_one_by_one_in_place(world: World) -> None:
    """Yes, no, maybe, and round again, in the same message."""
    (ani,) = await invited(world, "ani", days=(TUESDAY, WEDNESDAY))
    await ani.taps("✅ Datang tiap hari")
    asked = (await ani.taps("Pilih hari"))[0]
    seen = [(await ani.taps(label))[0] for label in ("✅ Rab 25 Nov", "❌ Rab 25 Nov")]
    await ani.taps("Selesai")

    assert asked.labels == ["✅ Sel 24 Nov", "✅ Rab 25 Nov", "Selesai"]
    assert [one.operation for one in seen] == ["edit", "edit"]
    assert "❔ Rabu, 25 November 2026: mungkin datang" in ani.text
    assert (await answers(world.db, 0), await answers(world.db, 1)) == ({"ani": "yes"}, {"ani": "maybe"})


async def test_a_long_meeting_is_paged(world: World) -> None:
    """Ten buttons are the most a message may have."""
    days = tuple(TUESDAY + timedelta(days=number) for number in range(14))
    (ani,) = await invited(world, "ani", days=days)
    await ani.taps("Pilih hari")
    first = ani.last.labels
    await ani.taps("Berikutnya")
    await ani.taps("▫️ Sen 30 Nov")

    assert (len(first), first[-2]) == (8, "Berikutnya ›")
    assert ani.last.labels[0] == "✅ Sen 30 Nov"


@pytest.mark.parametrize("said", ["/rapatsaya", "rapat saya", "Undangan saya?", "my meetings"])
async def test_my_meetings_are_listed_with_the_answers(world: World, said: str) -> None:
    """And lead to each of them."""
    (ani,) = await invited(world, "ani")
    await ani.taps("❌ Tidak bisa")
    await ani.says(said)
    listed = ani.text
    await ani.taps("Rapat Koordinasi")

    assert "❌ Selasa, 24 November 2026: tidak datang" in listed
    assert "✅ Datang" in ani.last.labels


async def test_without_any_invitation_the_list_of_all_is_offered(world: World) -> None:
    """A visitor, and one whose meetings are over."""
    ani = world.person("ani")
    await ani.says("/rapatsaya")

    assert "belum punya undangan" in ani.text
    assert ani.last.labels == ["Semua rapat"]


async def test_a_visitor_may_answer_and_hears_of_this_meeting_only(world: World) -> None:
    """They are told so, and then told when it moves."""
    await bring(world.db, NOW, planned())
    await publish(world.db, NOW)
    ani = world.person("ani")
    await ani.says("/start m_1")
    await ani.taps("✅ Datang")
    said = ani.text
    await bring(world.db, NOW, planned(WEDNESDAY))
    await world.settle()

    assert "hanya akan mengirim kabar tentang rapat ini saja" in said
    assert "Sekarang: Rabu, 25 November 2026" in ani.text


async def test_the_meetings_page_leads_to_the_answer(world: World) -> None:
    """For those who lost the invitation."""
    (ani,) = await invited(world, "ani")
    await ani.says("rapat")
    await ani.taps("Rapat Koordinasi")
    await ani.taps("Jawab undangan")
    await ani.taps("✅ Datang")
    await ani.says("rapat")

    assert "Rapat saya" in ani.last.labels
    assert await answers(world.db) == {"ani": "yes"}


async def test_full_means_waiting_and_a_freed_seat_is_offered(world: World) -> None:
    """With the place in the list, and until when the seat is kept."""
    ani, budi = await invited(world, "ani", "budi", capacity=1)
    await ani.taps("✅ Datang")
    await budi.taps("✅ Datang")
    waiting = budi.text
    await ani.taps("❌ Tidak bisa")
    await at(world, NOW + timedelta(minutes=1))
    offered = budi.text
    await budi.taps("Ya, saya ambil")

    assert "daftar tunggu nomor 1" in waiting
    assert "Kami simpan sampai Senin, 16 November 2026, 11.01 WITA" in offered
    assert "kami catat datang" in budi.text
    assert await answers(world.db) == {"ani": "no", "budi": "yes"}


async def test_an_offer_tapped_too_late_says_so(world: World) -> None:
    """And somebody else's offer cannot be taken."""
    ani, budi = await invited(world, "ani", "budi", capacity=1)
    await ani.taps("✅ Datang")
    await budi.taps("✅ Datang")
    await ani.taps("❌ Tidak bisa")
    await at(world, NOW + timedelta(minutes=1))
    world.later(hours=2)
    late = await budi.taps("Ya, saya ambil")

    assert "sudah lewat" in late[0].text
    assert await answers(world.db) == {"ani": "no", "budi": "lapsed"}


async def test_the_evening_before_asks_whether_they_still_come(world: World) -> None:
    """Yes keeps the seat, no frees it for the next."""
    ani, budi, citra = await invited(world, "ani", "budi", "citra", capacity=2)
    for one in (ani, budi, citra):
        await one.taps("✅ Datang")
    await at(world, wita(MONDAY, 18))
    asked, waits = (ani.text, ani.last.labels[:2]), citra.text
    await ani.taps("Ya, saya datang")
    await budi.taps("Tidak jadi")
    await at(world, wita(MONDAY, 18, 1))

    assert "Masih bisa datang?" in asked[0]
    assert asked[1] == ["Ya, saya datang", "Tidak jadi"]
    assert "daftar tunggu" in waits
    assert "sampai jumpa" in ani.text
    assert "Ada kursi untuk Anda" in citra.text


async def test_the_calendar_comes_as_a_file(world: World) -> None:
    """And can be read by a calendar."""
    (ani,) = await invited(world, "ani")
    await ani.taps("✅ Datang")
    await ani.taps("Simpan di kalender")
    async with world.db.read() as session:
        file = await files.by_id(session, ani.last.reply.file or 0)
    assert file is not None

    assert file.name == "sahabat.ics"
    assert [str(one["UID"]) for one in Calendar.from_ical(file.content).walk("VEVENT")] == ["1.rakor@sahabat"]


async def test_ok_under_a_change_is_kept(world: World) -> None:
    """Once, for this revision."""
    (ani,) = await invited(world, "ani")
    await bring(world.db, NOW, planned(WEDNESDAY))
    await world.settle()
    told = ani.last
    await ani.taps("OK")
    async with world.db.read() as session:
        found = (await session.execute(select(ChangeAck))).scalars().all()

    assert told.labels == ["OK, saya tahu", "Lihat acara", "Ubah jawaban"]
    assert told.reply.file is not None
    assert [(one.meeting_id, one.revision) for one in found] == [(1, 2)]
    assert "Terima kasih" in ani.text


async def test_a_muted_meeting_is_not_reminded_of_but_its_change_is_told(world: World) -> None:
    """Until it is unmuted."""
    (ani,) = await invited(world, "ani")
    await ani.taps("✅ Datang")
    await at(world, wita(TUESDAY - timedelta(days=3), 9))
    await ani.taps("Cukup untuk rapat ini")
    count = len(ani.messages)
    await at(world, wita(MONDAY, 18))
    quiet = len(ani.messages)
    await bring(world.db, wita(MONDAY, 18, 1), planned(place="Hotel"))
    await world.settle()
    changed = ani.text
    await ani.taps("Ingatkan lagi")
    await at(world, wita(TUESDAY, 7))

    assert quiet == count
    assert "Hotel" in changed
    assert "Sebentar lagi" in ani.text


async def test_a_reminder_can_be_had_again_later(world: World) -> None:
    """In an hour or on the next morning, whichever was said last."""
    (ani,) = await invited(world, "ani")
    await ani.taps("✅ Datang")
    await at(world, wita(TUESDAY - timedelta(days=3), 9))
    for choice in ("Satu jam lagi", "Besok pagi", "Satu jam lagi"):
        await ani.taps("Ingatkan nanti")
        await ani.taps(choice)
    said, count = ani.text, len(ani.messages)
    await at(world, wita(TUESDAY - timedelta(days=3), 10))
    again = ani.text
    await at(world, wita(TUESDAY - timedelta(days=2), 8))

    assert "Sabtu, 21 November 2026, 10.00 WITA" in said
    assert "Pengingat: Rapat Koordinasi" in again
    assert len(ani.messages) == count + 1


async def test_a_later_reminder_keeps_quiet_hours_and_ends_with_the_meeting(world: World) -> None:
    """An hour from 20.30 on is the morning; tomorrow morning is too late for a meeting at six."""
    (ani,) = await invited(world, "ani")
    await ani.taps("✅ Datang")
    await at(world, wita(MONDAY, 18))
    world.now = wita(MONDAY, 20, 30)
    await ani.taps("Ingatkan nanti")
    await ani.taps("Satu jam lagi")
    night = ani.text
    world.now = wita(TUESDAY, 8, 30)
    await ani.taps("Satu jam lagi")

    assert "Selasa, 24 November 2026, 06.00 WITA" in night
    assert "sudah mulai" in ani.text


@pytest.mark.parametrize(
    ("change", "says"),
    [({"cancelled": True}, "dibatalkan"), ({}, "sudah selesai")],
)
async def test_a_meeting_that_is_off_or_over_takes_no_answers(world: World, change: dict[str, Any], says: str) -> None:
    """The old invitation still stands in the chat."""
    (ani,) = await invited(world, "ani")
    world.now = NOW if change else wita(TUESDAY, 17)
    if change:
        await bring(world.db, NOW, planned(**change))
        await world.settle()
    await ani.taps("✅ Datang")

    assert says in ani.text
    assert await answers(world.db) == {}


async def test_in_a_group_nobody_answers_for_others(world: World) -> None:
    """The group is sent to the private chat."""
    await bring(world.db, NOW, planned())
    await publish(world.db, NOW)
    group = world.group("rekan")
    await group.says("/rapatsaya", sender="ani")

    assert "chat pribadi" in group.text


async def test_who_stopped_is_told_that_nothing_will_reach_them(world: World) -> None:
    """The answer is kept all the same."""
    (ani,) = await invited(world, "ani")
    await ani.says("stop")
    await ani.taps("✅ Datang")

    assert "Tulis mulai" in ani.text
    assert await answers(world.db) == {"ani": "yes"}


async def test_a_button_of_a_day_that_is_gone_leads_on(world: World) -> None:
    """The meeting has become shorter since."""
    (ani,) = await invited(world, "ani", days=(TUESDAY, WEDNESDAY))
    await ani.taps("Pilih hari")
    await bring(world.db, NOW, planned(TUESDAY))
    await world.settle()
    await ani.taps("▫️ Rab 25 Nov")

    assert "sudah tidak ada" in ani.text
    assert len((await meeting_of(world.db)).days) == 1
