"""Messages out: what follows from each trouble, in which order and at which pace, on both engines."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from bot.messages import Lane, Reply, SendError, Trouble
from bot.router import Router
from bot.sender import Sender, Settings, quiet_until
from bot.turn import Turn
from storage import delivery
from storage.engine import DatabaseDown, Tx
from storage.models import Account, Conversation, Outbox
from storage.outbox import Row, add, add_content, withdraw
from storage.types import to_ms
from tests.support.world import Person, World

router = Router("test")


@router.command("start")
async def start(turn: Turn) -> None:
    """Says hello twice, with a button."""
    turn.say("satu", turn.button("language.name", "pick:1"))
    turn.say("dua")


@router.button("pick")
async def pick(turn: Turn) -> None:
    """Changes the message whose button was pressed."""
    turn.show("diganti")


@pytest.fixture
async def world(url: str) -> AsyncIterator[World]:
    """A bot that says hello, on each engine; leases of one second."""
    world = await World.open(url, router, sending=Settings(lease_seconds=1, sweep_seconds=0.2))
    yield world
    await world.close()


async def push(world: World, person: Person, text: str = "kabar", **more: object) -> None:
    """Puts a pushed message into the outbox."""
    async with world.db.session() as session:
        query = select(Conversation.id).where(Conversation.address == person.address)
        conversation = (await session.execute(query)).scalar_one()
        values = {"source": "reminder", "source_id": 1, "lane": Lane.REMINDER, "body": Reply(text).dump(), **more}
        await add(session, Row("test", conversation, **values), world.now)  # type: ignore[arg-type]  # a test's kwargs


async def rows(world: World) -> list[Outbox]:
    """The outbox in order."""
    async with world.db.read() as session:
        return list((await session.execute(select(Outbox).order_by(Outbox.id))).scalars())


async def states(world: World) -> list[str]:
    """Only the states."""
    return [row.state for row in await rows(world)]


async def pause(world: World) -> int:
    """Milliseconds for which the first conversation is kept quiet."""
    async with world.db.read() as session:
        until = (await session.execute(select(Conversation.next_at))).scalars().first()
    return (until or 0) - to_ms(datetime.now(UTC))


async def wait_out_pauses(world: World) -> None:
    """As if the pauses after a trouble had passed."""
    async with world.db.session() as session:
        await session.execute(update(Conversation).values(next_at=0))
        await session.execute(update(Account).values(next_slot=0, bulk_after=0))


async def test_replies_are_sent_in_order_and_recorded(world: World) -> None:
    """Two replies, in the order in which they were said, each with the service's id."""
    ani = world.person("ani")
    await ani.says("/start")

    assert [seen.text for seen in ani.messages] == ["satu", "dua"]
    assert [(row.state, row.remote_id) for row in await rows(world)] == [("sent", "1"), ("sent", "2")]


async def test_a_message_is_changed_in_place_after_a_press(world: World) -> None:
    """The edit names the message whose button was pressed."""
    ani = world.person("ani")
    await ani.says("/start")
    changed = await ani.taps("Bahasa")

    assert (changed[0].operation, changed[0].target, changed[0].text) == ("edit", "1", "diganti")


async def test_too_fast_is_obeyed_and_is_not_an_attempt(world: World) -> None:
    """The row waits for retry_after and goes out once."""
    ani = world.person("ani")
    world.channel.troubles = [SendError(Trouble.TOO_FAST, "flood", retry_after=7)]
    await ani.says("/start")
    first = (await rows(world))[0]
    assert (first.state, first.attempts, ani.messages) == ("queued", 0, [])
    await wait_out_pauses(world)
    await world.sender.flush()

    assert [seen.text for seen in ani.messages] == ["satu", "dua"]


async def test_after_trouble_one_message_probes_before_others_follow(world: World) -> None:
    """While the account is suspect, a claim hands out one row only."""
    people = [world.person(f"p{number}") for number in range(4)]
    world.channel.troubles = [SendError(Trouble.TOO_FAST, "flood", retry_after=0)]
    await people[0].says("/start")
    for person in people[1:]:
        await world.inbox.receive(person.incoming(text="/start", command="start"))
    await wait_out_pauses(world)
    claimed = await world.sender._claim("test")

    assert len(claimed) == 1


async def test_a_service_that_is_down_is_tried_again_later(world: World) -> None:
    """Each try counts and waits longer (1 s, 2 s…); the second message does not overtake the first."""
    ani = world.person("ani")
    world.channel.troubles = [SendError(Trouble.DOWN, "502"), SendError(Trouble.DOWN, "502")]
    await ani.says("/start")
    assert 1500 < await pause(world) <= 2000
    await wait_out_pauses(world)
    await world.sender.flush()

    assert (await rows(world))[0].attempts == 2
    assert [seen.text for seen in ani.messages] == ["satu", "dua"]


async def test_a_lost_answer_is_sent_once_more_and_counted(world: World) -> None:
    """The first unknown outcome repeats the message; a second one ends as unknown, visibly."""
    ani = world.person("ani")
    world.channel.troubles = [SendError(Trouble.UNKNOWN, "reset")] * 2
    await ani.says("/start")
    await wait_out_pauses(world)
    await world.sender.flush()
    await wait_out_pauses(world)
    await world.sender.flush()
    first, second = await rows(world)

    assert (first.state, first.resent, second.state) == ("unknown", 1, "sent")


async def test_who_blocked_us_gets_nothing_more_until_they_write(world: World) -> None:
    """Pushed messages are skipped with the reason; writing again opens the way."""
    ani = world.person("ani")
    await ani.says("/start")
    world.channel.troubles = [SendError(Trouble.BLOCKED, "bot was blocked by the user")]
    await push(world, ani, source_id=1)
    await world.sender.flush()
    await push(world, ani, source_id=2)
    await world.sender.flush()
    assert await states(world) == ["sent", "sent", "failed", "skipped"]
    await ani.says("/start")
    await push(world, ani, source_id=3)
    await world.sender.flush()

    assert (await states(world))[-3:] == ["sent", "sent", "sent"]


async def test_a_refused_message_fails_with_the_services_reason(world: World) -> None:
    """400: our message is wrong; the next one still goes."""
    ani = world.person("ani")
    world.channel.troubles = [SendError(Trouble.REFUSED, "can't parse entities")]
    await ani.says("/start")
    first, second = await rows(world)

    assert (first.state, first.reason, second.state) == ("failed", "refused: can't parse entities", "sent")


async def test_a_moved_group_gets_its_message_at_the_new_address(world: World) -> None:
    """The conversation changes its address in the transaction that queues the message again."""
    group = world.person("old")
    world.channel.troubles = [SendError(Trouble.MOVED, "migrated", moved_to="new")]
    await group.says("/start")
    await world.sender.flush()

    assert [address for address, _ in world.channel.sent] == ["new", "new"]


async def test_a_dead_account_stops_at_once_and_keeps_the_rows(world: World) -> None:
    """401: nothing more is tried; after a new start everything goes out."""
    ani, budi = world.person("ani"), world.person("budi")
    world.channel.troubles = [SendError(Trouble.STOPPED, "Unauthorized")]
    await ani.says("/start")
    await budi.says("/start")
    assert world.channel.sent == []
    await world.sender._prepare("test")
    await wait_out_pauses(world)
    await world.sender.flush()

    assert len(world.channel.sent) == 4


async def test_a_bug_in_a_channel_costs_one_row(world: World) -> None:
    """Any other exception is our fault: the row fails, with the kind of error only."""
    ani = world.person("ani")
    world.channel.troubles = [ValueError("words of a person")]  # type: ignore[list-item]  # the bug
    await ani.says("/start")
    first, second = await rows(world)

    assert (first.reason, second.state) == ("refused: our fault: ValueError", "sent")


async def test_nothing_pushed_leaves_after_stop(world: World) -> None:
    """The opt-out counts at the time of sending, not of queueing; replies still go."""
    ani = world.person("ani")
    await ani.says("/start")
    await push(world, ani)
    async with world.db.session() as session:
        await session.execute(update(Conversation).values(stopped_at=world.now))
    await world.sender.flush()

    assert (await states(world))[-1] == "skipped"
    assert len(await ani.says("/start")) == 2


async def test_what_is_over_is_not_sent(world: World) -> None:
    """A reminder whose meeting has begun is skipped as expired."""
    ani = world.person("ani")
    await ani.says("/start")
    await push(world, ani, expires_at=to_ms(world.now))
    await world.sender.flush()
    last = (await rows(world))[-1]

    assert (last.state, last.reason) == ("skipped", "expired")


async def test_pushed_messages_wait_for_the_morning_unless_urgent(world: World) -> None:
    """At 22.00 WITA only the urgent one goes; at 06.00 the other follows. Replies go at any hour."""
    ani = world.person("ani")
    world.now = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
    await ani.says("/start")
    await push(world, ani, "besok", source_id=1)
    await push(world, ani, "dua jam lagi", source_id=2, urgent=True, lane=Lane.URGENT)
    await world.sender.flush()
    assert [seen.text for seen in ani.messages] == ["satu", "dua", "dua jam lagi"]
    world.later(hours=8)
    await world.sender.flush()

    assert ani.text == "besok"


@pytest.mark.parametrize(
    ("clock", "ends"), [("20:59", None), ("21:00", "06:00"), ("03:00", "06:00"), ("05:59", "06:00"), ("06:00", None)]
)
def test_quiet_hours_are_those_of_the_office(clock: str, ends: str | None) -> None:
    """From 21.00 to 06.00 in WITA, whatever the server's zone."""
    zone = timedelta(hours=8)
    now = datetime.combine(datetime(2026, 11, 24, tzinfo=UTC), time.fromisoformat(clock), UTC) - zone
    found = quiet_until(now, Settings())

    assert (found.strftime("%H:%M") if found else None) == ends


async def test_replies_are_claimed_before_urgent_reminders_and_bulk(world: World) -> None:
    """One free place at a time shows the order of the lanes."""
    people = [world.person(f"p{number}") for number in range(4)]
    for person in people:
        await world.inbox.receive(person.incoming(text="/start", command="start"))
    await world.sender.flush()
    for lane, person in zip((Lane.BULK, Lane.REMINDER, Lane.URGENT, Lane.REPLY), people, strict=True):
        await push(world, person, str(int(lane)), lane=lane, source="reply" if lane == Lane.REPLY else "reminder")
    await world.sender.flush()

    assert [seen.text for _, seen in world.channel.sent[-4:]] == ["0", "1", "2", "3"]


async def test_a_shared_body_is_written_once_and_read_by_each(world: World) -> None:
    """A reminder to many is one content; each gets its text."""
    people = [world.person(name) for name in ("ani", "budi")]
    for person in people:
        await person.says("/start")
    async with world.db.session() as session:
        content = await add_content(session, Reply("untuk semua").dump(), world.now)
    for person in people:
        await push(world, person, body=None, content_id=content)
    await world.sender.flush()

    assert [person.text for person in people] == ["untuk semua", "untuk semua"]


async def test_the_same_key_is_not_queued_twice(world: World) -> None:
    """Starting a reminder twice cannot send twice."""
    ani = world.person("ani")
    await ani.says("/start")
    await push(world, ani)
    await push(world, ani)
    await world.sender.flush()

    assert [seen.text for seen in ani.messages].count("kabar") == 1


async def test_slots_of_the_account_are_handed_out_evenly(world: World) -> None:
    """At 10 a second, thirty replies claimed together are 100 ms apart, the last within the horizon of a second."""
    world.channel.per_second = 10
    for number in range(30):
        await world.inbox.receive(world.person(f"p{number}").incoming(text="/start", command="start"))
    claimed = await world.sender._claim("test")
    gaps = [round(b.wait - a.wait, 2) for a, b in pairwise(claimed)]

    assert set(gaps) == {0.1}
    assert len(claimed) == 11


async def test_two_messages_to_one_person_keep_their_distance(world: World) -> None:
    """The second may be claimed only for a time at least a second after the first."""
    world.channel.chat_gap = 1.0
    ani = world.person("ani")
    await world.inbox.receive(ani.incoming(text="/start", command="start"))
    first = await world.sender._claim("test")
    assert len(first) == 1
    await world.sender._deliver("test", first[0])
    second = await world.sender._claim("test")

    assert 0.5 < second[0].wait <= 1.0


async def test_a_dead_worker_before_the_start_loses_and_doubles_nothing(world: World) -> None:
    """Leased, never started: the sweeper returns the row when the lease is over."""
    ani = world.person("ani")
    await world.inbox.receive(ani.incoming(text="/start", command="start"))
    await world.sender._claim("test")
    await asyncio.sleep(1.05)
    counts = await world.sender.sweep()
    await world.sender.flush()

    assert counts["returned"] == 1
    assert [seen.text for seen in ani.messages] == ["satu", "dua"]


async def test_a_dead_worker_after_the_start_costs_one_counted_repeat(world: World) -> None:
    """Started, no result: it may have arrived, so it goes once more and the row says so."""
    ani = world.person("ani")
    await world.inbox.receive(ani.incoming(text="/start", command="start"))
    claimed = await world.sender._claim("test")
    await world.sender._starts(claimed[0])
    await asyncio.sleep(1.05)
    counts = await world.sender.sweep()
    await world.sender.flush()

    assert counts["resent"] == 1
    assert (await rows(world))[0].resent == 1
    assert ani.messages[0].text == "satu"


async def test_a_late_result_of_a_lost_lease_changes_nothing(world: World) -> None:
    """A frozen worker that wakes up after the sweeper cannot overwrite the other's result."""
    ani = world.person("ani")
    await world.inbox.receive(ani.incoming(text="/start", command="start"))
    frozen = (await world.sender._claim("test"))[0]
    await asyncio.sleep(1.05)
    await world.sender.sweep()
    await world.sender.flush()

    async def late(tx: Tx) -> None:
        await delivery.finish(tx, [delivery.Finish(frozen.id, frozen.lease, frozen.conversation_id, "failed")])

    await world.db.writer.run(late)

    assert (await rows(world))[0].state == "sent"


async def test_a_row_withdrawn_while_leased_is_not_started(world: World) -> None:
    """STOP between claim and start: the request never leaves."""
    ani = world.person("ani")
    await ani.says("/start")
    await push(world, ani)
    claimed = await world.sender._claim("test")
    async with world.db.session() as session:
        await withdraw(session, "stopped", Outbox.source == "reminder")
    await world.sender._deliver("test", claimed[0])

    assert (await states(world))[-1] == "skipped"
    assert len(ani.messages) == 2


async def test_two_senders_never_take_the_same_row(world: World) -> None:
    """Claims of two processes on one database do not overlap."""
    for number in range(40):
        await world.inbox.receive(world.person(f"p{number}").incoming(text="/start", command="start"))
    other = Sender(world.db, [world.channel], world.sending, lambda: world.now)
    one, two = await asyncio.gather(world.sender._claim("test"), other._claim("test"))

    assert not {row.id for row in one} & {row.id for row in two}
    assert len(one) + len(two) <= world.sending.in_flight


async def test_a_running_sender_sends_without_being_asked_and_stops_cleanly(world: World) -> None:
    """`start` serves until `stop`, which leaves nothing half done."""
    ani = world.person("ani")
    await world.sender.start()
    await world.inbox.receive(ani.incoming(text="/start", command="start"))
    world.sender.wake("test")
    async with asyncio.timeout(10):
        while len(ani.messages) < 2:  # noqa: ASYNC110 - the channel is a plain list
            await asyncio.sleep(0.01)
    await world.sender.stop()

    assert await states(world) == ["sent", "sent"]


async def test_nothing_is_claimed_for_a_channel_that_cannot_send_yet(world: World) -> None:
    """A library that loads for seconds must not let leases run out; stopping meanwhile is possible."""
    opened = asyncio.Event()
    world.channel.ready = opened.wait  # type: ignore[method-assign,assignment]  # a channel that takes its time
    ani = world.person("ani")
    await world.sender.start()
    await world.inbox.receive(ani.incoming(text="/start", command="start"))
    await asyncio.sleep(0.3)
    assert await states(world) == ["queued", "queued"]
    opened.set()
    async with asyncio.timeout(10):
        while len(ani.messages) < 2:  # noqa: ASYNC110 - the channel is a plain list
            await asyncio.sleep(0.01)
    await world.sender.stop()

    assert await states(world) == ["sent", "sent"]


async def test_a_result_waits_for_a_database_that_is_away(world: World) -> None:
    """What was sent and could not be noted at once is noted later, and not sent again."""
    ani = world.person("ani")
    await ani.says("/start")
    await push(world, ani)
    record, troubles = world.sender._results, [DatabaseDown("locked")]

    async def away_once(result: tuple[str, delivery.Finish, delivery.Hold | None]) -> None:
        if troubles:
            raise troubles.pop()
        await record(result)

    world.sender._results = away_once
    await world.sender.flush()

    assert (await states(world))[-1] == "sent"
    assert [seen.text for seen in ani.messages] == ["satu", "dua", "kabar"]


async def test_a_later_wait_does_not_lift_a_stop(world: World) -> None:
    """Of messages in flight together one is refused for good, another was only too fast."""
    people = [world.person(name) for name in ("ani", "budi")]
    world.channel.troubles = [SendError(Trouble.STOPPED, "401"), SendError(Trouble.TOO_FAST, "429", retry_after=0)]
    for person in people:
        await world.inbox.receive(person.incoming(text="/start", command="start"))
    await world.sender.flush()
    await wait_out_pauses(world)

    assert await world.sender.flush() == 0
    assert not people[0].messages + people[1].messages


async def test_a_meeting_that_begins_between_claim_and_sending_is_over(world: World) -> None:
    """Claimed a moment before seven and sent a moment after it: skipped, and nothing stays half done."""
    ani = world.person("ani")
    await ani.says("/start")
    await push(world, ani, expires_at=to_ms(world.now + timedelta(seconds=1)))
    claimed = await world.sender._claim("test")
    world.later(seconds=1)
    await world.sender._deliver("test", claimed[0])

    assert ((await rows(world))[-1].state, (await rows(world))[-1].reason) == ("skipped", "expired")
    assert len(ani.messages) == 2


async def test_a_secret_that_is_given_up_is_emptied(world: World) -> None:
    """A sensitive message that was swept twice, skipped or withdrawn keeps its body no longer than a sent one."""
    ani = world.person("ani")
    await ani.says("/start")
    over = to_ms(world.now)
    more: list[dict[str, object]] = [{}, {"expires_at": over}, {"not_before": over + 9000}]
    for number, values in enumerate(more):
        await push(world, ani, "rahasia", source_id=number, sensitive=True, **values)
    await world.sender._starts((await world.sender._claim("test"))[0])
    async with world.db.session() as session:
        await session.execute(update(Outbox).where(Outbox.state == "started").values(resent=1, lease_until=0))
        await withdraw(session, "stopped", Outbox.not_before > over)
    await world.sender.sweep()

    assert [(row.state, row.body) for row in (await rows(world))[2:]] == [
        ("unknown", None),
        ("skipped", None),
        ("skipped", None),
    ]


async def test_a_sender_lives_through_what_nobody_thought_of(world: World) -> None:
    """An error in one round of claiming or sweeping costs that round."""
    troubles, ani = [RuntimeError("new"), RuntimeError("new")], world.person("ani")

    def now() -> datetime:
        if troubles:
            raise troubles.pop()
        return world.now

    sender = Sender(world.db, [world.channel], world.sending, now)
    await world.inbox.receive(ani.incoming(text="/start", command="start"))
    await sender.start()
    async with asyncio.timeout(10):
        while len(ani.messages) < 2:
            sender.wake()
            await asyncio.sleep(0.01)
    await sender.stop()

    assert await states(world) == ["sent", "sent"]
