"""Signatures on button data: a press counts only in the conversation that the button was sent to."""

from bot.limits import SIGNATURE
from storage.sealing import Box


def sign(box: Box, conversation_id: int, data: str) -> str:
    """`data` with a signature of 48 bits for one conversation, at most 64 bytes together."""
    return f"{data}~{box.sign(f'{conversation_id}:{data}', SIGNATURE)}"


def verify(box: Box, conversation_id: int, pressed: str) -> str:
    """The data behind a press, or "" when we never gave it to this conversation."""
    data, _, signature = pressed.rpartition("~")
    genuine = len(signature) == SIGNATURE and box.signed(f"{conversation_id}:{data}", signature)
    return data if genuine else ""
