"""Addresses that open a chat with us."""

from bot.context import Context


def private_chat(context: Context, channel: str, payload: str) -> str:
    """A link that opens the private chat and sends /start with `payload`; "" where the channel has none."""
    name = context.bots.get(channel, "")
    return f"https://t.me/{name}?start={payload}" if name and channel == "telegram" else ""
