"""The first minute: greeting, menu, links, groups, chats that come and go."""

import pytest

from bot.messages import Lane, Reply
from handlers import router as whole
from storage import outbox
from storage.models import Outbox
from storage.outbox import Row
from tests.support.registering import conversation, register, registered, rows
from tests.support.world import World


async def push(world: World, address: str) -> None:
    """Queues an announcement for a chat, for tomorrow."""
    chat = await conversation(world, world.person(address))
    body = Reply("kabar").dump()
    async with world.db.session() as session:
        row = Row("test", chat.id, "broadcast", 1, Lane.BULK, body, not_before=2**50)
        await outbox.add(session, row, world.now)


async def test_a_newcomer_learns_who_speaks_and_gets_three_examples(world: World) -> None:
    """Told in one message, with registration and the whole menu one tap away."""
    ani = world.person("ani")
    await ani.says("/start")

    assert "Sahabat, asisten otomatis Bawaslu NTB" in ani.text
    assert len(ani.last.labels) == 5
    assert ani.last.labels[-2:] == ["Daftar", "Menu lengkap"]


@pytest.mark.parametrize("number", [0, 1, 2])
async def test_each_example_is_answered(world: World, number: int) -> None:
    """What we offer to tap we can answer from a topic."""
    ani = world.person("ani")
    await ani.says("halo")
    await ani.taps(ani.last.labels[number])

    assert "belum tahu" not in ani.text
    assert len(ani.text) > 100


async def test_everything_is_two_taps_away(world: World) -> None:
    """From the greeting to the menu, and from there to each conversation, none of them a dead button."""
    router = whole()
    ani = world.person("ani")
    await ani.says("/start")
    await ani.taps("Menu lengkap")

    prefixes = [button.data.partition(":")[0] for button in ani.last.reply.buttons]
    assert prefixes == ["register.begin", "ask", "meetings", "quiz", "human", "privacy", "language", "help"]
    assert set(prefixes) <= router.buttons.keys()


async def test_somebody_registered_is_greeted_by_name(world: World) -> None:
    """In one line, with the menu at once."""
    ani = world.person("ani")
    await register(ani)
    await ani.says("/start")

    assert ani.text.startswith("Halo lagi, Siti Aminah!")
    assert "Data saya" in ani.last.labels


async def test_the_first_source_is_kept(world: World) -> None:
    """A poster's tag stays when the person later comes by another link, and goes to the person with registration."""
    ani = world.person("ani")
    await ani.says("/start poster-mataram_1")
    await ani.says("/start kampus")
    person = await registered(world, ani)

    assert (await conversation(world, ani)).source == "poster-mataram_1"
    assert person.source == "poster-mataram_1"


async def test_a_source_is_kept_for_somebody_known_too(world: World) -> None:
    """Also when nothing else of the conversation changes."""
    ani = world.person("ani")
    await ani.says("/start")
    await ani.says("/start rapat")

    assert (await conversation(world, ani)).source == "rapat"


@pytest.mark.parametrize("tag", ["ada spasi", "x" * 65, "<script>", "a.b"])
async def test_what_is_no_tag_is_not_kept(world: World, tag: str) -> None:
    """It is greeted all the same."""
    ani = world.person("ani")
    await ani.says(f"/start {tag}")

    assert (await conversation(world, ani)).source == ""
    assert "Sahabat" in ani.text


async def test_a_tag_of_64_letters_is_kept(world: World) -> None:
    """As long as the services allow."""
    ani = world.person("ani")
    await ani.says(f"/start {'x' * 64}")

    assert (await conversation(world, ani)).source == "x" * 64


async def test_a_link_with_a_prefix_belongs_to_another_conversation(world: World) -> None:
    """The one for registering begins it, and is no source."""
    ani = world.person("ani")
    await ani.says("/start daftar")

    assert "17 tahun" in ani.text
    assert (await conversation(world, ani)).source == ""


async def test_the_menu_puts_a_form_aside_and_gives_it_back(world: World) -> None:
    """What is typed after the menu is no answer; one tap goes on where it was."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.taps("17+")
    await ani.says("0")
    await ani.says("terima kasih")
    assert ani.text.startswith("Sama-sama")
    await ani.says("menu")
    await ani.taps("Lanjutkan isian")

    assert "Siapa nama lengkap Anda" in ani.text


async def test_a_tap_on_a_form_put_aside_goes_on_with_it(world: World) -> None:
    """Nobody has to know that it was put aside."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.says("menu")
    await ani.taps("17+")

    assert "Siapa nama lengkap Anda" in ani.text


async def test_going_on_without_a_form_shows_the_menu(world: World) -> None:
    """An old button never ends in silence."""
    ani = world.person("ani")
    await ani.says("daftar")
    await ani.says("menu")
    await ani.says("batal")
    await ani.taps("Lanjutkan isian")

    assert ani.text == "Tidak ada isian yang tertunda."
    assert "Daftar" in ani.last.labels


async def test_a_group_is_told_how_to_call(world: World) -> None:
    """When the bot is added and at /start; other talk gets no word."""
    kelas = world.group("kelas")
    await kelas.does(event="joined")
    assert "/tanya" in kelas.text
    await kelas.says("/start", sender="budi")

    assert len(kelas.messages) == 2
    assert await kelas.says("halo semua", sender="budi", addressed=False) == []


@pytest.mark.parametrize("event", ["blocked", "left"])
async def test_a_lost_chat_gets_nothing_until_it_writes_again(world: World, event: str) -> None:
    """What was pushed is withdrawn, the chat is marked, and writing lifts the mark."""
    ani = world.person("ani")
    await ani.says("/start")
    await push(world, "ani")
    assert await ani.does(event=event) == []

    assert (await conversation(world, ani)).unreachable == event
    assert [(row.state, row.reason) for row in await rows(world, Outbox)][-1] == ("skipped", event)
    await ani.says("halo")
    assert (await conversation(world, ani)).unreachable == ""


async def test_an_unblocked_chat_can_be_reached(world: World) -> None:
    """A STOP of before still counts."""
    ani = world.person("ani")
    await ani.says("stop")
    await ani.does(event="blocked")
    assert await ani.does(event="unblocked") == []

    chat = await conversation(world, ani)
    assert chat.unreachable == ""
    assert chat.stopped_at is not None


async def test_a_button_that_is_not_ours_is_answered(world: World) -> None:
    """With the menu; in a form with its question; in a group with a sentence."""
    ani, kelas = world.person("ani"), world.group("kelas")
    await ani.does(pressed="forged:1~AAAAAAAA")
    assert "tidak berlaku" in ani.text
    await ani.says("daftar")
    await ani.does(pressed="forged:1~AAAAAAAA")
    await kelas.does(pressed="forged:1~AAAAAAAA", sender="budi")

    assert "17 tahun" in ani.text
    assert "/tanya" in kelas.text


async def test_start_lifts_a_stop_but_a_link_does_not(world: World) -> None:
    """Who scans a poster has not asked for news again."""
    ani = world.person("ani")
    await ani.says("stop")
    await ani.says("/start poster")
    assert "Ketik MULAI" in ani.text
    assert (await conversation(world, ani)).stopped_at is not None
    await ani.says("/start")

    assert (await conversation(world, ani)).stopped_at is None
