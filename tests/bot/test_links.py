"""Addresses that open a chat."""

import pytest

from bot.context import Context
from bot.links import pass_on, private_chat, topic_page


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


@pytest.mark.parametrize(
    ("channel", "link"),
    [
        ("telegram", "https://t.me/sahabat_bot?start=t_masa-tenang"),
        ("webchat", "https://a.example/?start=t_masa-tenang"),
    ],
)
def test_a_topic_has_one_link_on_each_channel(channel: str, link: str) -> None:
    """However the public address is written."""
    for public in ("https://a.example", "https://a.example/"):
        context = Context(bots={"telegram": "sahabat_bot"}, public_url=public)
        assert topic_page(context, channel, "masa-tenang") == link
    assert topic_page(Context(), channel, "masa-tenang") == ""


def test_a_link_is_passed_on_whole() -> None:
    """Its own question mark does not end the address around it."""
    assert pass_on("https://a.example/?start=t_x").endswith("url=https%3A%2F%2Fa.example%2F%3Fstart%3Dt_x")
