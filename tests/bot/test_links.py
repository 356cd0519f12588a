"""Addresses that open a chat."""

import pytest

from bot.context import Context
from bot.links import private_chat


@pytest.mark.parametrize(
    ("bots", "channel", "link"),
    [
        ({"telegram": "sahabat_bot"}, "telegram", "https://t.me/sahabat_bot?start=daftar"),
        ({}, "telegram", ""),
        ({"webchat": "x"}, "webchat", ""),
    ],
)
def test_a_private_chat_has_a_link_where_the_service_gives_one(bots: dict[str, str], channel: str, link: str) -> None:
    """Elsewhere there is none, and a sentence must do."""
    assert private_chat(Context(bots=bots), channel, "daftar") == link
