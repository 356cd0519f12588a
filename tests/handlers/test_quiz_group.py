"""The quiz in a group: the first tap of each counts, one leads, all are on the board, of visitors nothing is kept."""

import asyncio
from typing import Any

import pytest

from handlers import quiz_group
from storage.models import Inbox, Outbox, QuizResult
from tests.support.playing import answers, letter
from tests.support.registering import conversation, register, rows
from tests.support.world import Person, Seen, World

ANI: dict[str, Any] = {"sender": "ani", "sender_name": "Ani Rahmawati"}
BUDI: dict[str, Any] = {"sender": "budi", "sender_name": "Budi"}


@pytest.fixture
async def group(world: World) -> Person:
    """A group in which Ani began a quiz."""
    group = world.group("kelas")
    await group.says("/kuis", **ANI)
    return group


async def data(world: World, group: Person) -> bytes:
    """What the group's conversation remembers."""
    sealed = (await conversation(world, group)).data
    return world.db.box.open(sealed) if sealed else b""


def asked(group: Person) -> Seen:
    """The newest question."""
    return next(seen for seen in reversed(group.messages) if "A" in seen.labels and seen.operation == "send")


async def test_a_member_begins_and_everybody_sees_one_question(group: Person) -> None:
    """Who leads and when others may go on stands below it."""
    assert "soal 1 dari 5" in group.text
    assert "Lanjut: Ani, atau siapa saja setelah 30 detik" in group.text
    assert group.last.labels[-2:] == ["Lanjut", "Akhiri kuis"]


async def test_a_second_start_shows_the_same_question(group: Person) -> None:
    """There is one quiz in a group."""
    first = group.text
    says, again = await group.says("/kuis", **BUDI)

    assert "sedang berjalan" in says.text
    assert again.text == first


async def test_the_first_tap_of_each_counts(world: World, group: Person) -> None:
    """A second one changes nothing, nor does the service repeating one."""
    await answers(group, right=True, **ANI)
    await answers(group, right=False, **ANI)
    await answers(group, right=False, **BUDI)
    await answers(group, right=True, **BUDI)
    await group.taps("Lanjut", **ANI)

    assert "Benar: Ani\n" in group.messages[-2].text + "\n"


async def test_two_members_at_once_both_count(world: World, group: Person) -> None:
    """And of one member's two taps at once, the first."""
    shown = asked(group)
    right = shown.presses[letter(shown.text)]
    senders = [ANI, BUDI, BUDI, {"sender": "cici", "sender_name": "Cici"}]
    items = [group.incoming(pressed=right, message=shown.remote, **sender) for sender in senders]
    await asyncio.gather(*(world.inbox.receive(item) for item in items))
    await world.settle()
    await group.taps("Lanjut", **ANI)

    assert "Benar: " in group.messages[-2].text
    assert {name for name in ("Ani", "Budi", "Cici") if name in group.messages[-2].text} == {"Ani", "Budi", "Cici"}
    assert group.messages[-2].text.count("Budi") == 1


async def test_the_counter_moves_only_now_and_then(world: World, group: Person) -> None:
    """In the message itself, so that a group's limit is not used up by thirty people."""
    quiet = await answers(group, **ANI)
    world.later(seconds=quiz_group.COUNTER)
    (moved,) = await answers(group, **BUDI)
    quiet += await answers(group, sender="cici", sender_name="Cici")

    assert quiet == []
    assert (moved.operation, moved.target) == ("edit", asked(group).remote)
    assert "Sudah menjawab: 2." in moved.text


async def test_the_answer_comes_in_place_of_the_question(group: Person) -> None:
    """With its rule one tap away; then the next question."""
    await answers(group, **ANI)
    reveal, following = await group.taps("Lanjut", **ANI)

    assert (reveal.operation, reveal.labels) == ("edit", ["Buka aturannya"])
    assert "Aturannya: " in reveal.text
    assert "soal 2 dari 5" in following.text


@pytest.mark.parametrize("label", ["Lanjut", "Akhiri kuis"])
async def test_others_lead_only_after_half_a_minute(world: World, group: Person, label: str) -> None:
    """Who began it may have put the phone away."""
    early = await group.taps(label, **BUDI)
    world.later(seconds=quiz_group.WAIT)
    late = await group.taps(label, **BUDI)

    assert early == []
    assert late


async def test_two_who_go_on_at_once_skip_nothing(world: World, group: Person) -> None:
    """The button belongs to its question."""
    first = asked(group)
    await group.does(pressed=first.presses["Lanjut"], message=first.remote, **ANI)
    again = await group.does(pressed=first.presses["Lanjut"], message=first.remote, **ANI)
    late = await group.does(pressed=first.presses["A"], message=first.remote, **BUDI)

    assert again == late == []
    assert "soal 2 dari 5" in asked(group).text


async def test_the_end_is_a_board(group: Person) -> None:
    """Equal scores share a rank; only first names are shown."""
    for number in range(5):
        await answers(group, right=True, **ANI)
        await answers(group, right=number < 2, **BUDI)
        await answers(group, right=number > 2, sender="cici", sender_name="Cici")
        await group.taps("Lanjut", **ANI)

    assert "1. Ani: 5\n2. Budi: 2\n2. Cici: 2" in group.text
    assert "Rahmawati" not in group.text
    assert group.last.labels == ["Main lagi"]


async def test_of_many_players_ten_are_named(world: World, group: Person) -> None:
    """The others are counted, among the winners and on the board."""
    for number in range(12):
        await answers(group, sender=str(number), sender_name=f"P{number:02}")
    await group.taps("Lanjut", **ANI)
    winners = group.messages[-2].text
    await group.taps("Akhiri kuis", **ANI)

    assert "P09 +2" in winners
    assert "dan 2 lainnya" in group.text


async def test_after_the_end_nothing_about_players_is_left(world: World, group: Person) -> None:
    """Neither names nor taps; the number of the round stays, so that questions are new."""
    await answers(group, **ANI)
    running = await data(world, group)
    for _ in range(5):
        await group.taps("Lanjut", **ANI)

    kept = [one.raw for one in await rows(world, Inbox)] + [one.body for one in await rows(world, Outbox)]

    assert b"Ani" in running
    assert set(kept) == {None}
    assert await data(world, group) == b'{"quiz_round":1}'
    assert await group.does(pressed=asked(group).presses["A"], message="1", **BUDI) == []


async def test_a_quiz_nobody_answers_ends_too(group: Person) -> None:
    """Without an empty board."""
    for _ in range(5):
        await group.taps("Lanjut", **ANI)

    assert "belum ada yang menjawab" in group.text


async def test_only_known_players_who_agreed_are_kept(world: World, group: Person) -> None:
    """By the person behind the address, with the group it was played in."""
    await register(world.person("ani"), notices="Semua")
    await register(world.person("budi"), notices="Tidak dulu")
    for _ in range(5):
        for player in (ANI, BUDI, {"sender": "cici", "sender_name": "Cici"}):
            await answers(group, **player)
        await group.taps("Lanjut", **ANI)
    (kept,) = await rows(world, QuizResult)

    assert (kept.score, kept.of, kept.conversation_id) == (5, 5, (await conversation(world, group)).id)


async def test_a_quiz_ended_early_shows_the_board_and_keeps_nothing(world: World, group: Person) -> None:
    """Only whole rounds can be compared."""
    await register(world.person("ani"))
    await answers(group, **ANI)
    await group.taps("Lanjut", **ANI)
    stopped, board = await group.taps("Akhiri kuis", **ANI)

    assert stopped.operation == "edit"
    assert "1. Ani: 1" in board.text
    assert await rows(world, QuizResult) == []


async def test_an_abandoned_quiz_gives_way(world: World, group: Person) -> None:
    """An hour later anybody begins another."""
    await group.taps("Lanjut", **ANI)
    world.later(seconds=quiz_group.ABANDONED)
    (fresh,) = await group.says("/kuis", **BUDI)

    assert "soal 1 dari 5" in fresh.text
    assert "Lanjut: Budi" in fresh.text


async def test_talk_in_the_group_is_no_answer(group: Person) -> None:
    """Only taps are; a question to us is answered as always."""
    talk = await group.says("A", addressed=False, **BUDI)
    answer = await group.says("/tanya apa itu masa tenang?", **BUDI)

    assert talk == []
    assert "Masa tenang" in answer[0].text
