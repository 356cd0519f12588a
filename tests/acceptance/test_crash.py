"""kill -9 at each point that matters: nothing is lost, and nothing comes twice but what was in flight."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from tests.support.program import free_port, running
from tests.support.telegram.remote import RemoteBotApi, separate_bot_api

pytestmark = pytest.mark.acceptance

PEOPLE = 200
IN_FLIGHT = 30


def telegram(api: RemoteBotApi, **more: str) -> dict[str, str]:
    """Telegram switched on, at the double."""
    return {
        "SAHABAT__TELEGRAM__TOKEN": api.token,
        "SAHABAT__TELEGRAM__API_BASE": api.base_url,
        "SAHABAT__TELEGRAM__PER_SECOND": "1000",
        **more,
    }


async def everybody_writes(api: RemoteBotApi) -> None:
    """Two hundred people press Start within a moment."""
    await asyncio.gather(*(api.do(number, "send", text="/start") for number in range(101, 101 + PEOPLE)))


async def replies(api: RemoteBotApi) -> Counter[int]:
    """Messages by person, as the service counts them."""
    return Counter(sent["chat_id"] for sent in await api.log())


async def all_answered(api: RemoteBotApi, patience: float = 60) -> Counter[int]:
    """Waits until each person has an answer and nothing more comes."""
    async with asyncio.timeout(patience):
        while len(await replies(api)) < PEOPLE:  # noqa: ASYNC110 - the service is another process
            await asyncio.sleep(0.2)
    async with asyncio.timeout(patience):
        while True:
            counted = await replies(api)
            await asyncio.sleep(8)  # a lease, and a little
            if await replies(api) == counted:
                return counted


# Point, how often it is passed before the crash (the inbox passes its points once for many messages that share a
# commit), and how many messages may come twice when one request at a time is under way.
POINTS = [
    ("stored", 2, {0, 1}),
    ("worked off", 2, {0, 1}),
    ("leased", 60, {0}),
    ("started", 60, {0}),
    ("sending", 60, {1}),
    ("answered", 60, {1}),
    ("recorded", 60, {0}),
]


async def crash_and_recover(folder: Path, point: str, nth: int, **more: str) -> tuple[int, int]:
    """Two hundred people write, the program dies at the point and is started again: (people answered, repeats)."""
    async with separate_bot_api() as api:
        if point == "sending":
            await api.fault("latency", "sendMessage", times=None, seconds=0.2, after=nth - 1, accepted=True)
        async with running(folder, telegram(api, **more), point, nth) as program:
            await everybody_writes(api)
            assert await program.crashed() == 137
        await api.clear_faults()
        async with running(folder, telegram(api)):
            counted = await all_answered(api)
    return len(counted), sum(number - 1 for number in counted.values())


@pytest.mark.parametrize(("point", "nth", "repeats"), POINTS, ids=[point for point, _, _ in POINTS])
async def test_a_crash_loses_nothing_and_repeats_only_the_request_under_way(
    point: str, nth: int, repeats: set[int], tmp_path: Path
) -> None:
    """One request at a time, so that each point shows its own cost. The judge is the service's log."""
    people, repeated = await crash_and_recover(tmp_path, point, nth, SAHABAT__SENDER__IN_FLIGHT="1")

    assert people == PEOPLE
    assert repeated in repeats


async def test_a_crash_at_full_speed_repeats_no_more_than_what_was_in_flight(tmp_path: Path) -> None:
    """Thirty requests at once: all are answered, at most thirty twice."""
    people, repeated = await crash_and_recover(tmp_path, "answered", 90)

    assert people == PEOPLE
    assert 1 <= repeated <= IN_FLIGHT


async def test_the_webhook_answers_only_what_is_stored_and_a_repeat_has_one_effect(tmp_path: Path) -> None:
    """Killed after the commit and before the 200: the service sends again, and each update has one effect; at most the
    one message on its way comes twice."""
    port = free_port()
    async with separate_bot_api() as api:
        hook = telegram(
            api,
            SAHABAT__TELEGRAM__MODE="webhook",
            SAHABAT__TELEGRAM__WEBHOOK_SECRET="rahasia-uji-coba",
            SAHABAT__APP__PUBLIC_URL=f"http://127.0.0.1:{port}",
            SAHABAT__WEB__PORT=port,
            SAHABAT__SENDER__IN_FLIGHT="1",
        )
        async with running(tmp_path, hook, "stored", 60) as program:
            await everybody_writes(api)
            assert await program.crashed() == 137
        async with running(tmp_path, hook):
            counted = await all_answered(api, 90)

    assert len(counted) == PEOPLE
    assert sum(counted.values()) <= PEOPLE + 1
