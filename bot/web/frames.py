"""What is sent to the page: a message of the bot or the visitor's own, as the fields of the protocol."""

import re
from datetime import datetime
from typing import Any

from bot.messages import Incoming, Outgoing
from bot.text import plain
from bot.web.html import rendered
from storage.webchat import Attachment

Frame = dict[str, Any]

BY_STAFF = {"answer", "ticket"}  # sources of what a person of ours wrote: a page shows it as theirs
UNKNOWN = "application/octet-stream"
# What no browser runs. A picture of another type would be shown broken, so it is a document to save.
_PLAIN = re.compile(r"image/(png|jpeg|gif|webp)|audio/\w+|video/\w+|application/(pdf|json)|text/(plain|csv|calendar)")


def harmless(mime: str) -> str:
    """The type under which a browser may have a file."""
    return mime if _PLAIN.fullmatch(mime) else UNKNOWN


def reply_frame(message: Outgoing, file: Attachment | None, now: datetime) -> Frame:
    """A message of the bot. Its file has a token here; the line makes the address its visitor can open."""
    reply = message.reply
    who = "staff" if message.source in BY_STAFF else "bot"
    frame: Frame = {"from": who, "at": now.isoformat(), "lang": message.language}
    if message.operation != "delete":
        frame |= {"text": plain(reply.whole_text()), "html": rendered(reply)}
        frame["buttons"] = [
            {"data": message.pressed(button), "label": button.label}
            if button.data
            else {"data": "", "label": button.label, "url": button.url}
            for button in reply.buttons
            if button.data or button.url
        ]
    if file is not None:
        frame["media"] = _media(file.token, file.name, file.mime, file.size)
    if message.operation != "send" and message.target.isdigit():
        frame["replaces"] = int(message.target)
    return frame


def own_frame(client_id: str, incoming: Incoming, label: str) -> Frame:
    """What the visitor sent, under the id their page gave it; `label` stands on the button they pressed."""
    at = incoming.sent_at.isoformat() if incoming.sent_at else None
    frame: Frame = {"from": "you", "id": client_id, "at": at, "text": label or incoming.text}
    if incoming.pressed:
        frame |= {"text": label or "✓", "pressed": incoming.pressed}
        if incoming.message:
            frame["on"] = int(incoming.message)
    for media in incoming.media:
        frame["media"] = _media(media.remote, media.name, media.mime, media.size)
    return frame


def _media(token: str, name: str, mime: str, size: int) -> Frame:
    return {"token": token, "name": name, "mime": harmless(mime), "size": size}
