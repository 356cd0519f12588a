"""Talking about meetings: the list, one in full, and whether to be reminded."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.services import meetings as service
from bot.services.agenda import Agenda, Day, Session
from storage.models import Consent, Person
from tests.support.meetings import TUESDAY, bring, planned, registered, wita
from tests.support.world import World


@pytest.fixture(autouse=True)
def morning(world: World) -> None:
    """The Tuesday a week before the meetings."""
    world.now = wita(TUESDAY - timedelta(days=7), 10)


async def wants(world: World, person_id: int) -> bool:
    """Whether somebody is to be reminded."""
    async with world.db.read() as session:
        person = await session.get(Person, person_id)
    assert person is not None
    return person.notify_meetings


@pytest.mark.parametrize("said", ["rapat", "Rapat?", "/rapat", "/meetings", "/jadwal", "ada rapat apa", "meetings"])
async def test_meetings_to_come_are_listed(world: World, said: str) -> None:
    """By word or command, in both languages."""
    await bring(world.db, world.now, planned(TUESDAY, date(2026, 11, 26)))
    await world.person("ani").says(said)

    assert "Rapat Koordinasi\n📅 24–26 November 2026\n📍 Aula Kantor" in world.person("ani").text


async def test_past_meetings_are_not_listed_except_todays(world: World) -> None:
    """What ended this morning is still there this evening."""
    await bring(world.db, world.now, planned(TUESDAY, title="Hari ini"))
    await bring(world.db, world.now, planned(TUESDAY - timedelta(days=1), key="b", title="Kemarin"))
    world.now = wita(TUESDAY, 20)
    await world.person("ani").says("rapat")

    assert "Hari ini" in world.person("ani").text
    assert "Kemarin" not in world.person("ani").text


async def test_no_meeting_says_how_to_be_told(world: World) -> None:
    """A visitor may register, who has reminders off may switch them on, who has them on need do nothing."""
    await registered(world.db, world.now, ("test", "off"), wants=False)
    await registered(world.db, world.now, ("test", "on"))
    labels = {}
    for name in ("visitor", "off", "on"):
        await world.person(name).says("rapat")
        labels[name] = world.person(name).last.labels

    assert labels == {"visitor": ["Daftar"], "off": ["Ingatkan saya"], "on": []}


async def test_one_meeting_in_full(world: World) -> None:
    """Days, hours, sessions with speakers, place, map, and the way back."""
    day = planned().days[0]
    session = Session(day.starts_at, day.starts_at + timedelta(hours=1), "Pembukaan", "Ani; Budi", "Ruang 2")
    days = (Day(day.starts_at, day.ends_at, "Hotel", (session,)),)
    agenda = Agenda("rakor", "Rapat *Besar*", days, "Aula", "https://maps.example.org/a", "Bawa laptop.")
    await bring(world.db, world.now, agenda)
    ani = world.person("ani")
    await ani.says("rapat")
    await ani.taps("Rapat *Besar*")

    for part in ("Rapat *Besar*", "Selasa, 24 November 2026", "09.00–16.00 WITA", "📍 Hotel", "Bawa laptop."):
        assert part in ani.text
    assert "• 09.00–10.00 Pembukaan (Ani; Budi) — Ruang 2" in ani.text
    assert ani.last.labels == ["Daftar", "Buka peta", "Semua rapat"]


async def test_a_long_list_is_paged_in_place(world: World) -> None:
    """The same message changes, forth and back."""
    for number in range(7):
        day = TUESDAY + timedelta(days=number)
        await bring(world.db, world.now, planned(day, key=f"k{number}", title=f"Rapat {number}"))
    ani = world.person("ani")
    first = (await ani.says("rapat"))[0]
    second = (await ani.taps("Berikutnya"))[0]
    again = (await ani.taps("‹"))[0]

    assert ("Rapat 4" in first.text, "Rapat 5" in first.text, "Rapat 6" in second.text) == (True, False, True)
    assert (second.operation, second.target) == ("edit", first.remote)
    assert again.text == first.text


async def test_a_meeting_too_long_for_a_message_is_paged(world: World) -> None:
    """Nothing of thirty days is left out."""
    days = [TUESDAY + timedelta(days=number) for number in range(30)]
    agenda = planned(*days, description="a " * 700)
    sessions = tuple(
        Session(agenda.days[0].starts_at, agenda.days[0].ends_at, f"Sesi {number}", "x" * 100) for number in range(30)
    )
    first = Day(agenda.days[0].starts_at, agenda.days[0].ends_at, "", sessions)
    await bring(world.db, world.now, Agenda("rakor", "Rapat", (first, *agenda.days[1:]), description="a " * 700))
    ani = world.person("ani")
    await ani.says("rapat")
    read = (await ani.taps("Rapat"))[0].text
    while "Berikutnya ›" in ani.last.labels:
        read += (await ani.taps("Berikutnya"))[0].text

    assert all(f"Sesi {number} " in read for number in range(30))
    assert "23 Desember 2026" in read


async def test_reminders_are_switched_off_and_on(world: World) -> None:
    """Each time kept as an act of consent, and told how to change it again."""
    person = await registered(world.db, world.now, ("test", "ani"))
    await bring(world.db, world.now, planned())
    ani = world.person("ani")
    await ani.says("rapat")
    await ani.taps("Rapat")
    await ani.taps("Matikan pengingat")
    off = (await wants(world, person), ani.text)
    await ani.taps("Ingatkan saya")
    async with world.db.read() as session:
        given = (await session.execute(select(Consent.given).order_by(Consent.id))).scalars().all()

    assert not off[0]
    assert "tulis rapat" in off[1]
    assert await wants(world, person)
    assert list(given) == [False, True]


async def test_who_stopped_hears_how_reminders_can_reach_them(world: World) -> None:
    """Switching on does not undo a stop by itself."""
    await registered(world.db, world.now, ("test", "ani"), wants=False)
    await world.person("ani").says("rapat")
    async with world.db.write() as tx:
        await tx.run("UPDATE conversations SET stopped_at = ? WHERE address = ?", [(1, "ani")])
    await world.person("ani").taps("Ingatkan saya")

    assert "mulai" in world.person("ani").text


async def test_a_visitor_cannot_switch_reminders_on(world: World) -> None:
    """They are offered to register: a button left from before, after the data was deleted."""
    await registered(world.db, world.now, ("test", "ani"), wants=False)
    await world.person("ani").says("rapat")
    async with world.db.write() as tx:
        await tx.run("UPDATE conversations SET person_id = NULL WHERE address = ?", [("ani",)])
    await world.person("ani").taps("Ingatkan saya")

    assert world.person("ani").last.labels == ["Daftar"]


async def test_the_sample_says_that_it_is_one_and_shows_a_reminder(world: World) -> None:
    """In the list, in full, and in the reminder to try."""
    async with world.db.session() as session:
        await service.load_sample(session, world.now)
    ani = world.person("ani")
    await ani.says("rapat")
    listed = ani.text
    await ani.taps("CONTOH")
    shown = ani.text
    await ani.taps("Coba pengingat")

    assert all("CONTOH" in text for text in (listed, shown, ani.text))
    assert "🔔 Pengingat: CONTOH" in ani.text


async def test_a_meeting_that_is_gone_leads_to_the_list(world: World) -> None:
    """Its button stands in an old message."""
    async with world.db.session() as session:
        await service.load_sample(session, world.now)
    await bring(world.db, world.now, planned())
    ani = world.person("ani")
    await ani.says("rapat")
    async with world.db.session() as session:
        await service.remove_sample(session, world.now)
    await ani.taps("CONTOH")

    assert "sudah tidak ada" in ani.text
    assert "Rapat Koordinasi" in ani.text


async def test_a_cancelled_meeting_says_so(world: World) -> None:
    """It stays in the list, so that nobody travels for nothing."""
    await bring(world.db, world.now, planned())
    await bring(world.db, world.now, planned(cancelled=True))
    await world.person("ani").says("rapat")

    assert "DIBATALKAN" in world.person("ani").text


async def test_in_a_group_it_stays_short(world: World) -> None:
    """Three meetings, no registering, no switches."""
    for number in range(5):
        await bring(world.db, world.now, planned(key=f"k{number}", title=f"Rapat {number}"))
    group = world.group("rekan")
    await group.says("/rapat", sender="ani")

    assert (group.text.count("📅"), len(group.last.labels)) == (3, 3)
    assert "chat pribadi" in group.text


async def test_english_reads_english(world: World) -> None:
    """Dates, times and buttons."""
    await bring(world.db, world.now, planned(title="Coordination"))
    ani = world.person("ani")
    await ani.says("meetings", language="en")
    await ani.taps("Coordination")

    assert "Tuesday, 24 November 2026" in ani.text
    assert ani.last.labels == ["Register", "All meetings"]
