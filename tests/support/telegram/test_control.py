"""The double runs as a process of its own and is steered over HTTP."""

from pathlib import Path

import aiohttp
import pytest

from tests.support.telegram.remote import RemoteBotApi, separate_bot_api


async def send(api: RemoteBotApi, **arguments: object) -> int:
    """Calls sendMessage as the bot would; returns the status."""
    url = f"{api.base_url}/bot{api.token}/sendMessage"
    async with aiohttp.ClientSession() as session, session.post(url, json=arguments) as answer:
        return answer.status


async def test_a_conversation_from_another_process(tmp_path: Path) -> None:
    """People write, read and press through the control port; faults and the journal work from there too."""
    journal = tmp_path / "journal.jsonl"
    keyboard = {"inline_keyboard": [[{"text": "Ya", "callback_data": "y"}]]}
    async with separate_bot_api("--journal", str(journal)) as api:
        await api.do(101, "send", name="Wati", text="halo")
        assert await send(api, chat_id=101, text="Datang?", reply_markup=keyboard) == 200
        assert (await api.reads(101, "Datang")).buttons == ["Ya"]
        await api.do(101, "tap", label="Ya")
        await api.fault("too_many", retry_after=3)
        assert await send(api, chat_id=101, text="lagi") == 429

        state, log = await api.state(), await api.sent(1)

    assert (state["pending"], [sent["payload"]["text"] for sent in log]) == (2, ["Datang?"])
    assert len(journal.read_text().splitlines()) == 1


async def test_a_group_from_another_process() -> None:
    """Groups are steered the same way, and what never comes is said in words."""
    async with separate_bot_api() as api:
        await api.in_group(-1001, 101, "add_bot")
        await api.in_group(-1001, 101, "say", text="/tanya")
        await api.limits(overall=["strict", 1, 60.0])
        assert [await send(api, chat_id=-1001, text="a") for _ in range(2)] == [200, 429]
        assert (await api.state())["pending"] == 3

        with pytest.raises(TimeoutError, match="zebra"):
            await api.reads(-1001, "zebra", timeout=0.05)
