"""What the services accept, in one place. Each number has a test at n and n + 1."""

# Lengths of text are UTF-16 code units after markup is parsed, as Telegram counts them.
TEXT = 4096
CAPTION = 1024
# A label must fit WhatsApp's reply button (20) when there are at most three, else its list row (24).
LABEL_AMONG_FEW = 20
LABEL = 24
FEW_BUTTONS = 3
BUTTONS = 10
# Telegram's callback data holds 64 bytes; our signature and its separator take 9 of them.
BUTTON_DATA = 55
SIGNATURE = 8
COMMAND = 32
START_PAYLOAD = 64
FILE_BYTES = 20_000_000
INCOMING_BODY = 1_048_576
INCOMING_TEXT = 4096
ALBUM_SECONDS = 2.0
GROUP_MESSAGES_PER_MINUTE = 20


def units(text: str) -> int:
    """Length of `text` in UTF-16 code units."""
    return len(text) + sum(1 for letter in text if ord(letter) > 0xFFFF)


def cut(text: str, length: int) -> str:
    """The first `length` units of `text`, or the last ones when it is negative; no letter is cut in two."""
    raw = text.encode("utf-16-le")
    return (raw[: 2 * length] if length > 0 else raw[2 * length :]).decode("utf-16-le", "ignore")
