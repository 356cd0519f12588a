"""Words and layout of what passes between askers and staff."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot import times, words
from bot.limits import cut, units
from bot.messages import Button, Reply

ANSWER_LENGTH = 3000  # letters that a person's answer may have; the frame and the question need the rest
SHOWN_LENGTH = 2500  # letters of a question that staff see; a longer one says that it was cut


def day(language: str, when: date) -> str:
    """A date without its weekday: 23 November 2026."""
    return f"{when.day} {words.listed('times.months', language or words.DEFAULT)[when.month - 1]} {when.year}"


def question(language: str, number: int, asked: str, about: str, is_group: bool, people: int = 1) -> Reply:
    """An open question as staff see it; `about` is one line on when, which language and why, `people` ask it."""
    key = "staff.question_group" if is_group else "staff.question_private"
    text = words.text(language, key, number=number, asked=_short(language, asked, SHOWN_LENGTH), about=about)
    buttons = [] if is_group else [_button(language, "staff.reply", f"staff.answer:{number}")]
    if people > 1:
        text = f"{text}\n\n{words.text(language, 'staff.alike', people=people)}"
        buttons.append(_button(language, "staff.alike_button", f"staff.alike:{number}"))
    return Reply(text, (*buttons, _button(language, "staff.close", f"staff.close:{number}")))


def about(language: str, asked_at: datetime, zone: ZoneInfo, asker_language: str, reason: str) -> str:
    """When, in which language and why a question came to staff; nothing about who asked."""
    return words.text(
        language,
        "staff.about",
        when=times.full(asked_at, zone, language or words.DEFAULT),
        tongue=words.text(asker_language, "language.name"),
        reason=words.text(language, f"staff.reason_{reason}"),
    )


def settled(language: str, number: int, asked: str, status: str, name: str) -> Reply:
    """The same message once somebody answered or closed it."""
    asked = _short(language, asked, SHOWN_LENGTH)
    name = name or words.text(language, "staff.somebody")
    return Reply(words.text(language, f"staff.settled_{status}", number=number, asked=asked, name=name))


def answer(language: str, asked: str, text: str, kind: str) -> Reply:
    """A person's answer as the asker reads it; `kind` is first, addition or correction."""
    return Reply(
        words.text(language, f"ask.person_{kind}", asked=_short(language, asked, 300), answer=text),
        (_button(language, "ask.more", "ask.person"),),
    )


def closed(language: str, asked: str) -> Reply:
    """What the asker reads when staff close a question without an answer."""
    return Reply(words.text(language, "ask.person_closed", asked=_short(language, asked, 300)))


def alarm(language: str, key: str, **values: object) -> Reply:
    """Something that a person has to mend."""
    return Reply(words.text(language, key, **values))


def _short(language: str, text: str, limit: int) -> str:
    """At most `limit` letters, and the reader is told when some are missing."""
    if units(text) <= limit:
        return text
    return f"{cut(text, limit).rstrip()}… {words.text(language, 'answer.cut')}"


def _button(language: str, key: str, data: str) -> Button:
    return Button(words.text(language, key), data)
