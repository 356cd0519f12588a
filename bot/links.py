"""Addresses that open a chat with us."""

from urllib.parse import quote

from bot.context import Context


def private_chat(context: Context, channel: str, payload: str) -> str:
    """A link that opens the private chat and sends /start with `payload`; "" where the channel has none."""
    name = context.bots.get(channel, "")
    return telegram(name, payload) if name and channel == "telegram" else ""


def telegram(bot: str, payload: str) -> str:
    """The private chat with the bot of this public name."""
    return f"https://t.me/{bot}?start={payload}"


def topic_page(context: Context, channel: str, topic_id: str) -> str:
    """The link that always opens this topic, in the chat of this channel; "" where there is none."""
    payload = f"t_{topic_id}"
    if channel == "telegram":
        return private_chat(context, channel, payload)
    return f"{context.public_url.rstrip('/')}/?start={payload}" if context.public_url else ""


def pass_on(link: str) -> str:
    """An address at which Telegram asks to which chat a link should go."""
    return f"https://t.me/share/url?url={quote(link, safe='')}"
