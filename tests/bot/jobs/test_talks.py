"""What is done about talks each minute: floods passed on, silence ended, staff told what did not arrive."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import update

from bot.context import Context
from bot.jobs import talks
from bot.messages import Outgoing, SendError, Trouble
from handlers import router
from storage.models import Outbox
from tests.support.scripted import Scripted
from tests.support.world import Collecting, Person, World

INDEX = Scripted()
OWNERS = frozenset({("test", "boss")})
MISSED = "⚠️ Jawaban untuk pertanyaan 1 ternyata tidak sampai: penanya memblokir bot ini atau berhenti menerima pesan."


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The whole bot, with an owner called boss who has written once."""
    context = Context(knowledge=lambda: INDEX, owners=OWNERS)
    world = await World.open(sqlite_url, router(), context=context, channel=Refusing())
    await world.person("boss").says("/staf")
    yield world
    await world.close()


async def ring(world: World) -> None:
    """A minute passes and the job runs."""
    world.later(minutes=1)
    async with world.db.write() as tx:
        assert not await talks.run(tx, world.now, OWNERS)
    await world.settle()


class Refusing(Collecting):
    """A service that refuses answers while `refuses`."""

    refuses = False

    async def send(self, message: Outgoing) -> str:
        """Fails for an answer."""
        if self.refuses and message.source == "answer":
            raise SendError(Trouble.BLOCKED, "blocked")
        return await super().send(message)


async def answered(world: World) -> Person:
    """The owner, after answering ani's question."""
    boss, ani = world.person("boss"), world.person("ani")
    await ani.says("/tanya bolehkah kucing memilih?")
    await boss.taps("Jawab")
    await boss.says("Tidak.")
    return boss


def told(boss: Person) -> list[str]:
    """What the owner heard about lost messages."""
    return [seen.text for seen in boss.messages if seen.text.startswith("⚠️")]


async def test_staff_hear_once_that_an_answer_did_not_arrive(world: World) -> None:
    """At the time of writing nobody knew that the asker had blocked us."""
    assert isinstance(world.channel, Refusing)
    world.channel.refuses = True
    boss = await answered(world)
    for _ in range(3):
        await ring(world)

    assert told(boss) == [MISSED]


async def test_an_answer_withdrawn_by_a_stop_is_told_too(world: World) -> None:
    """It waited, and then the asker wanted nothing more."""
    boss = await answered(world)
    async with world.db.session() as db:
        await db.execute(update(Outbox).where(Outbox.source == "answer").values(state="skipped", reason="stopped"))
    await ring(world)

    assert told(boss) == [MISSED]


@pytest.mark.parametrize(("state", "reason"), [("sent", None), ("queued", None), ("skipped", "erased")])
async def test_nothing_is_told_of_what_arrived_or_was_erased(world: World, state: str, reason: str | None) -> None:
    """No false alarm, and no word about who had themselves forgotten."""
    boss = await answered(world)
    async with world.db.session() as db:
        changed = {"state": state, "reason": reason, "not_before": 2**50}
        await db.execute(update(Outbox).where(Outbox.source == "answer").values(**changed))
    await ring(world)

    assert told(boss) == []


async def talking(world: World) -> tuple[Person, Person]:
    """The owner and ani, in a talk."""
    boss, ani = world.person("boss"), world.person("ani")
    await ani.says("/bicara")
    await ani.says("Saya bingung.")
    await boss.taps("Ambil")
    return boss, ani


async def test_a_flood_is_passed_on_within_a_minute(world: World) -> None:
    """As one message, once."""
    boss, ani = await talking(world)
    for number in range(22):
        await ani.says(f"pesan {number}")
    for _ in range(2):
        await ring(world)

    assert [seen.text for seen in boss.messages if "sekaligus" in seen.text] == [
        "💬 Percakapan 1: 3 pesan sekaligus\n• pesan 19\n• pesan 20\n• pesan 21"
    ]


async def test_silence_ends_a_talk_once(world: World) -> None:
    """Each side reads one sentence."""
    boss, ani = await talking(world)
    world.later(hours=23)
    for _ in range(2):
        await ring(world)

    assert len([seen for seen in ani.messages if "12 jam" in seen.text]) == 1
    assert len([seen for seen in boss.messages if "12 jam" in seen.text and seen.operation == "send"]) == 1


async def test_a_word_of_a_talk_that_did_not_arrive_is_told_where_it_was_written(world: World) -> None:
    """To the desk that wrote it."""
    boss, _ = await talking(world)
    await boss.taps("Jawab")
    await boss.says("Halo.")
    async with world.db.session() as db:
        await db.execute(update(Outbox).where(Outbox.source == "ticket").values(state="failed", reason="blocked"))
    await ring(world)

    assert len(told(boss)) == 1
    assert "percakapan 1" in told(boss)[0]
