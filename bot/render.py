"""Words and layout of answers, the same for every channel and for the command line."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from bot import words
from bot.limits import TEXT
from bot.messages import Button, Comparison, Reply, TooLong, fitting
from bot.notices import day
from bot.text import escape, plain, split
from knowledge import Finding, Index, Notice, Topic

Notices = Mapping[str, Notice]

SHORT_CAVEAT = 180  # letters of a caveat that an answer shows; all of it is one tap away
CONFIDENCE = {"text-verified": "text", "secondary": "secondary", "memory": "memory", "n/a": "none"}
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z'(])")
_ABBREVIATION = re.compile(r"\b(?:No|jo|dll|dst|Prof|Dr|a\.n)\.$")
_REPOSITORY = re.compile(r"^([\w-]+/[\w.-]+):(\S+)$")


def answer(
    topic: Topic,
    notices: Notices,
    language: str,
    regime: str = "",
    today: date | None = None,
    buttons: Sequence[Button] = (),
) -> list[Reply]:
    """The short answer: both sides, the asked one first; what differs; how sure we are; where to read on (see
    `below`)."""
    buttons = tuple(buttons) or below(topic, language)
    after = "\n\n".join(_after(topic, notices, language, today, _short_caveat(topic, language)))
    if _alike(topic):
        after += " " + words.text(language, "answer.checked_both", how=_confidence(topic, "pemilu", language))
    sides = _sides(regime)
    if topic.kind == "comparison":
        return _fitting(after, buttons, _table(topic, language, sides))
    told = [_said(topic, side, language) for side in sides]
    return _fitting("\n\n".join([f"*{escape(topic.title)}*", *told, after]), buttons)


def below(topic: Topic, language: str, number: int = 0, share: Button | None = None) -> tuple[Button, ...]:
    """The buttons under an answer: did it help (where it has a number), then where to read on, then passing it on."""
    judged = ("yes", "no") if number else ()
    return (
        *(_button(language, f"answer.{one}", f"ask.{one}:{number}") for one in judged),
        _button(language, "answer.sources", f"ask.sources:{topic.id}"),
        *((_button(language, "answer.related", f"ask.related:{topic.id}"),) if topic.related else ()),
        *((share,) if share else ()),
    )


def sources(topic: Topic, language: str) -> list[Reply]:
    """Everything behind an answer: articles, what changed them, the caveat in full, where it was read."""
    parts = [words.text(language, "answer.sources_of", title=topic.title)]
    parts += [_cited(topic, side, language) for side in _sides("")]
    parts += _listing(language, "answer.changed_by", topic.changed_by)
    if topic.caveat:
        parts.append(words.text(language, "answer.caveat", caveat=topic.caveat))
    parts += _listing(language, "answer.evidence", [_address(one) for one in topic.evidence])
    parts.append(_as_of(topic, language, note=True))
    related = (_button(language, "answer.related", f"ask.related:{topic.id}"),) if topic.related else ()
    return _fitting("\n\n".join(parts), (*related, _button(language, "answer.person", "ask.person")))


def in_group(topic: Topic, language: str, link: str) -> Reply:
    """An answer for a group: what differs, and a way to the whole: `link` opens it in a private chat."""
    text = words.text(
        language,
        "answer.group",
        title=topic.title,
        difference=topic.difference,
        as_of=words.Raw(_as_of(topic, language)),
        hint=words.Raw(words.text(language, "answer.group_hint")),
    )
    if topic.under_review:
        text += "\n\n" + words.text(language, "answer.under_review")
    label = words.text(language, "answer.whole")
    return Reply(text, (Button(label, url=link) if link else Button(label, f"ask.topic:{topic.id}"),))


def choice(topics: Sequence[Topic], prefix: str) -> tuple[str, tuple[Button, ...]]:
    """Topics to choose from: numbered full titles as text, and a button for each."""
    lines = [f"{number}. {escape(topic.title)}" for number, topic in enumerate(topics, 1)]
    few = len(topics) <= 3
    buttons = [
        Button(fitting(f"{number}. {topic.title}", few), f"{prefix}:{topic.id}")
        for number, topic in enumerate(topics, 1)
    ]
    return "\n".join(lines), tuple(buttons)


def plain_answer(
    topic: Topic, notices: Notices, language: str = words.DEFAULT, regime: str = "", today: date | None = None
) -> str:
    """All of an answer as plain text: what `sahabat ask` prints."""
    sides = _sides(regime)
    parts = [
        f"*{escape(topic.title)}*",
        *(f"{_said(topic, side, language)}\n{_cited(topic, side, language)}" for side in sides),
        *_after(topic, notices, language, today, topic.caveat),
        *_listing(language, "answer.changed_by", topic.changed_by),
        *_listing(language, "answer.evidence", [_address(one) for one in topic.evidence]),
    ]
    return plain("\n\n".join(parts))


def plain_finding(index: Index, finding: Finding, language: str = words.DEFAULT, today: date | None = None) -> str:
    """The text a person would read for what a question was found to want."""
    topics = index.topics
    if finding.status == "answered":
        return plain_answer(topics[finding.topic], topics.notices, language, finding.regime, today)
    if finding.status == "choose":
        listed, _ = choice([topics[one] for one in finding.candidates], "ask.topic")
        question = words.text(language, "ask.choose_regime" if finding.ask_regime else "ask.choose")
        return plain(f"{question}\n\n{listed}")
    if finding.status == "function":
        return plain(words.text(language, f"ask.to_{finding.topic}"))
    return plain(words.text(language, f"ask.no_{finding.reason}" if finding.reason else "ask.unknown"))


def _sides(regime: str) -> tuple[str, str]:
    return ("pilkada", "pemilu") if regime == "pilkada" else ("pemilu", "pilkada")


def _table(topic: Topic, language: str, sides: tuple[str, str]) -> Comparison:
    columns = [
        (escape(getattr(topic, side)), _articles(topic, side), _confidence(topic, side, language)) for side in sides
    ]
    heads = [words.text(language, f"answer.{one}") for one in ("rule", "articles", "checked")]
    rows = tuple(zip(heads, *columns, strict=True))
    left, right = (words.text(language, f"answer.{side}") for side in sides)
    return Comparison(escape(topic.title), left, right, rows[:2] if _alike(topic) else rows)


def _alike(topic: Topic) -> bool:
    """Whether both sides were checked in the same way, so that one line says it."""
    return topic.pemilu_confidence == topic.pilkada_confidence


def _articles(topic: Topic, side: str) -> str:
    return "; ".join(escape(one) for one in getattr(topic, f"{side}_sources")) or "–"


def _confidence(topic: Topic, side: str, language: str) -> str:
    return words.text(language, f"answer.confidence_{CONFIDENCE[getattr(topic, f'{side}_confidence')]}")


def _said(topic: Topic, side: str, language: str) -> str:
    return f"*{words.text(language, f'answer.{side}')}*\n{escape(getattr(topic, side))}"


def _cited(topic: Topic, side: str, language: str) -> str:
    """The articles of one side and how they were checked."""
    head = f"*{words.text(language, 'answer.articles')} {words.text(language, f'answer.{side}')}*"
    lines = [f"• {escape(one)}" for one in getattr(topic, f"{side}_sources")]
    if getattr(topic, f"{side}_confidence") != "n/a":
        lines.append(f"({_confidence(topic, side, language)})")
    return "\n".join([head, *(lines or ["–"])])


def _after(topic: Topic, notices: Notices, language: str, today: date | None, caveat: str) -> Iterator[str]:
    """What follows the two sides: the difference, warnings, a caveat, the date."""
    yield words.text(language, "answer.difference", difference=topic.difference)
    if topic.under_review:
        yield words.text(language, "answer.under_review")
    if topic.valid_until is not None and today is not None and topic.valid_until < today:
        yield words.text(language, "answer.expired", date=day(language, topic.valid_until))
    for notice in topic.warnings:
        yield words.text(language, "answer.warning", warning=notices[notice].text)
    if caveat:
        yield words.text(language, "answer.caveat", caveat=caveat)
    if language == "en":
        yield words.text(language, "answer.language_note")
    yield _as_of(topic, language)


def _as_of(topic: Topic, language: str, note: bool = False) -> str:
    dated = words.text(language, "answer.as_of", date=day(language, topic.as_of))
    return f"{dated} ({escape(topic.as_of_note)})" if note and topic.as_of_note else dated


def _short_caveat(topic: Topic, language: str) -> str:
    """The first sentence of a caveat, with a word on where the rest is."""
    first = ""
    for sentence in _SENTENCE.split(topic.caveat):
        first = f"{first} {sentence}".strip()
        if not _ABBREVIATION.search(first):
            break
    if len(first) > SHORT_CAVEAT:
        first = first[:SHORT_CAVEAT].rsplit(" ", 1)[0] + "…"
    return first if first == topic.caveat else f"{first} {words.text(language, 'answer.caveat_rest')}"


def _listing(language: str, key: str, entries: Iterable[str]) -> list[str]:
    lines = [f"• {escape(one)}" for one in entries]
    return ["\n".join([words.text(language, key), *lines])] if lines else []


def _address(evidence: str) -> str:
    """A place where a rule was read, as an address one can open where there is one."""
    found = _REPOSITORY.match(evidence)
    return f"https://github.com/{found[1]} ({found[2]})" if found else evidence


def _fitting(text: str, buttons: tuple[Button, ...], table: Comparison | None = None) -> list[Reply]:
    """One message, or several where a topic is longer than a message can be; nothing is left out."""
    try:
        return [Reply(text, buttons, table)]
    except TooLong:
        whole = f"{table.as_text()}\n\n{text}" if table else text
        *first, last = split(whole, TEXT)
        return [*(Reply(part) for part in first), Reply(last, buttons)]


def _button(language: str, key: str, data: str) -> Button:
    return Button(words.text(language, key), data)
