"""Words and layout of a talk: what staff see of it, and what the person reads."""

from collections.abc import Sequence

from bot import regions, words
from bot.limits import cut, units
from bot.messages import Button, Incoming, Reply
from storage.models import Conversation, Person, Ticket

KINDS = frozenset({"photo", "video", "audio", "voice", "document", "sticker", "location", "contact", "poll"})
SHOWN_LENGTH = 2500  # letters, as services count them, of a talk in one message to staff


def asker(language: str, ticket: Ticket, chat: Conversation, person: Person | None) -> str:
    """Whom staff talk with: a number, the language and, of somebody registered, the region.

    No name: whoever answers a question about the rules needs none, a staff group has many readers, and the person can
    always say it themselves.
    """
    region = person.region if person is not None else ""
    place = regions.NAMES.get(region) or words.text(language, "regions.outside") if region else ""
    tongue = words.text(chat.language, "language.name")
    return words.text(
        language, "desk.asker", number=ticket.id, tongue=tongue, place=words.Raw(f", {place}" * bool(place))
    )


def transcript(language: str, said: Sequence[tuple[bool, str]]) -> str:
    """The end of what was said, as much as fits into a message; a lone first message without a name before it."""
    texts = [text for _, text in said]
    if len(texts) > 1:
        sides = {True: words.text(language, "desk.staff"), False: words.text(language, "desk.person")}
        texts = [f"{sides[by_staff]}: {text}" for by_staff, text in said]
    whole = "\n".join(texts)
    return whole if units(whole) <= SHOWN_LENGTH else f"… {cut(whole, -SHOWN_LENGTH)}"


def call(language: str, ticket: Ticket, who: str, said: str) -> Reply:
    """Asks who takes a talk."""
    text = words.text(language, "desk.call", number=ticket.id, who=words.Raw(who), said=said)
    return Reply(text, (_button(language, "desk.take", f"desk.take:{ticket.id}"),))


def settled(language: str, ticket: Ticket, what: str, name: str) -> Reply:
    """The same message once the talk is taken, handed back or closed."""
    name = name or words.text(language, "staff.somebody")
    return Reply(words.text(language, f"desk.settled_{what}", number=ticket.id, name=name))


def taken(language: str, ticket: Ticket, who: str, said: str, is_group: bool) -> Reply:
    """What somebody who took a talk needs to go on."""
    key = "desk.taken_group" if is_group else "desk.taken_private"
    text = words.text(language, key, number=ticket.id, who=words.Raw(who), said=said)
    return Reply(text, in_hand(language, ticket, is_group))


def heard(language: str, ticket: Ticket, text: str, is_group: bool) -> Reply:
    """What the person wrote."""
    return Reply(
        words.text(language, "desk.heard", number=ticket.id, said=_shown(language, text)),
        in_hand(language, ticket, is_group),
    )


def heard_many(language: str, ticket: Ticket, texts: list[str], is_group: bool) -> Reply:
    """What the person wrote in a flood, as one message."""
    lines = "\n".join(f"• {text}" for text in texts)
    said = _shown(language, lines)
    text = words.text(language, "desk.heard_many", number=ticket.id, count=len(texts), said=said)
    return Reply(text, in_hand(language, ticket, is_group))


def in_hand(language: str, ticket: Ticket, is_group: bool) -> tuple[Button, ...]:
    """What can be done with a talk; in a group one replies instead of pressing."""
    answer = () if is_group else (_button(language, "desk.answer", f"desk.answer:{ticket.id}"),)
    return (
        *answer,
        _button(language, "desk.drop", f"desk.drop:{ticket.id}"),
        _button(language, "desk.close", f"desk.close:{ticket.id}"),
    )


def described(incoming: Incoming) -> str:
    """What somebody sent, as text: of anything else than text its kind, and the words that came with it."""
    if incoming.kind == "text":
        return incoming.text
    kind = incoming.kind if incoming.kind in KINDS else "other"
    return f"[{words.text(words.DEFAULT, f'desk.kind_{kind}')}] {incoming.text}".strip()


def note(language: str, key: str, *buttons: Button, **values: object) -> Reply:
    """One sentence to one side."""
    return Reply(words.text(language, key, **values), buttons)


def from_staff(language: str, text: str, corrected: bool) -> Reply:
    """Words of staff as the person reads them."""
    return Reply(words.text(language, "talk.corrected" if corrected else "talk.from_staff", text=text))


def _shown(language: str, text: str) -> str:
    """As much as fits, and the reader is told when some is missing."""
    if units(text) <= SHOWN_LENGTH:
        return text
    return f"{cut(text, SHOWN_LENGTH).rstrip()}… {words.text(language, 'answer.cut')}"


def _button(language: str, key: str, data: str) -> Button:
    return Button(words.text(language, key), data)
