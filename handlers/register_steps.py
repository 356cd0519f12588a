"""The questions of the registration: how each is put, and what counts as its answer."""

import hashlib
import re
from typing import Any

from bot import menu, regions, words
from bot.form import Answers, Unclear
from bot.limits import units
from bot.messages import Button
from bot.router import normal
from bot.services.people import KINDS, NAME_LIMIT, NOTICES, ORGANISATION_LIMIT, is_name, kind_of
from bot.turn import Turn

NAME = "register"
_ORGANISATION = re.compile(r"[^\W_][\w .,'’`&()/+:-]*")


def answers_of(turn: Turn) -> Answers:
    """What was told so far."""
    answers: Answers = turn.data.setdefault(NAME, {})
    return answers


def consent_version(language: str) -> str:
    """Names the text of the consent: changes whenever a word of it does."""
    shown = "\n".join(words.catalogue(language)[f"register.{key}"] for key in ("consent", "consent_full", "yes"))
    return f"register-{language}-{hashlib.sha256(shown.encode()).hexdigest()[:12]}"


def ask_consent(turn: Turn, answers: Answers) -> None:
    """What is kept, how long, by whom; the answer is the age question too."""
    choices = [turn.button(f"register.{one}", f"register.consent:{one}") for one in ("yes", "under", "read")]
    turn.say(turn.t("register.consent_again" if answers.get("shown") else "register.consent"), *choices)
    answers["shown"] = True


def read_consent(turn: Turn, value: str) -> dict[str, Any] | None:
    """Keeps which text was agreed to, by which message and when; somebody under 17 ends it here."""
    plain = normal(value)
    if value == "read" or plain in _listed("register.read_words"):
        raise Unclear("register.consent_full", days=turn.context.inbox_days)
    if value == "under" or plain in _listed("register.under_words"):
        _refuse_young(turn)
        return None
    if value != "yes" and plain not in _listed("register.yes_words"):
        raise Unclear("register.consent_unclear")
    language = turn.language
    return {
        "version": consent_version(language),
        "key": turn.incoming.key,
        "language": language,
        "at": turn.now.isoformat(),
    }


def _refuse_young(turn: Turn) -> None:
    menu.drop(turn)
    turn.sensitive = True
    turn.say(turn.t("register.too_young"), turn.button("menu.all", "menu:"))


def ask_name(turn: Turn, answers: Answers) -> None:
    """The one thing that must be typed."""
    turn.say(turn.t("register.name"))


def read_name(turn: Turn, value: str) -> str:
    """A name as a person writes it; greetings, links, formulas and forwarded texts are none."""
    if turn.incoming.forwarded:
        raise Unclear("register.name_forwarded")
    name = _without_prefix(" ".join(value.split()))
    if units(name) > NAME_LIMIT:
        raise Unclear("register.name_long", limit=NAME_LIMIT)
    if normal(name) in _listed("register.not_names") or not is_name(name):
        raise Unclear("register.name_unclear")
    return name.title() if name.islower() else name


def _without_prefix(text: str) -> str:
    for prefix in sorted(words.listed("register.name_prefixes"), key=len, reverse=True):
        if text.lower().startswith(prefix) and text[len(prefix) : len(prefix) + 1] in (" ", ":", ","):
            return text[len(prefix) :].lstrip(" :,")
        if prefix.endswith(":") and text.lower().startswith(prefix):
            return text[len(prefix) :].lstrip()
    return text


def ask_kind(turn: Turn, answers: Answers) -> None:
    """As what somebody takes part."""
    choices = [turn.button(f"kinds.{kind}", f"register.kind:{kind}") for kind in KINDS]
    turn.say(turn.t("register.kind", name=answers["name"]), *choices)


def read_kind(turn: Turn, value: str) -> str:
    """One of KINDS, by button or in everyday words."""
    kind = kind_of(value)
    if kind is None:
        raise Unclear("register.kind_unclear")
    return kind


def ask_island(turn: Turn, answers: Answers) -> None:
    """First half of the region; a regency typed here makes the second needless."""
    turn.say(
        turn.t("register.island"),
        turn.button("register.lombok", "register.island:lombok"),
        turn.button("register.sumbawa", "register.island:sumbawa-island"),
        turn.button("regions.outside", f"register.island:{regions.OUTSIDE}"),
    )


def read_island(turn: Turn, value: str) -> str | None:
    """A group to choose from, or a region at once."""
    found = value if turn.incoming.pressed else regions.find(value)
    if found not in regions.GROUPS and not regions.is_region(found or ""):
        raise Unclear("register.island_unclear")
    answers_of(turn).pop("region", None)
    return found


def ask_region(turn: Turn, answers: Answers) -> None:
    """Second half of the region."""
    group = answers["island"]
    choices = [Button(regions.NAMES[key], f"register.region:{key}") for key in regions.GROUPS[group]]
    turn.say(turn.t("register.which_bima" if group == "bima-which" else "register.region"), *choices)


def read_region(turn: Turn, value: str) -> str:
    """A regency or city, also of the other island; "bima" alone asks which."""
    answers = answers_of(turn)
    tapped = bool(turn.incoming.pressed)  # typed, "bima" is a name and not a key
    found = value if tapped else regions.find(value, answers.get("island", ""))
    if found in regions.GROUPS:
        answers["island"] = found
        raise Unclear("register.island_pick")
    if found is None or not regions.is_region(found):
        raise Unclear("register.island_unclear")
    return found


def ask_notices(turn: Turn, answers: Answers) -> None:
    """What to send; nothing is chosen beforehand."""
    choices = [turn.button(f"register.{one}", f"register.notices:{one}") for one in ("everything", "choose", "nothing")]
    turn.say(turn.t("register.notices"), *choices)


def read_notices(turn: Turn, value: str) -> str:
    """everything, choose or nothing; names of news choose those."""
    plain = normal(value)
    answers = answers_of(turn)
    answers.pop("switches", None)
    for one in ("everything", "choose", "nothing"):
        labels = {normal(words.text(language, f"register.{one}")) for language in words.languages()}
        if value == one or plain in labels:
            return one
    if plain in _listed("register.nothing_words"):
        return "nothing"
    if named := _named_notices(value):
        answers["switches"] = named
        return "choose"
    raise Unclear("register.notices_unclear")


def ask_switches(turn: Turn, answers: Answers) -> None:
    """The three switches as they are, and a button that keeps them."""
    turn.say(turn.t("register.switches"), *switches(turn, answers))


def read_switches(turn: Turn, value: str) -> list[str]:
    """What is on: as tapped, or as typed."""
    saved = {normal(words.text(one, "register.save")) for one in words.languages()}
    if value == "save" or normal(value) in saved:
        return list(answers_of(turn).get("chosen", []))
    if named := _named_notices(value):
        return named
    raise Unclear("register.switches_unclear")


def switches(turn: Turn, answers: Answers) -> list[Button]:
    """The three switches as they stand, and the button that keeps them."""
    on = answers.get("chosen", [])
    shown = [
        Button(
            turn.t("register.on" if one in on else "register.off", what=turn.t(f"register.{one}")),
            f"register.toggle:{one}",
        )
        for one in NOTICES
    ]
    return [*shown, turn.button("register.save", "register.switches:save")]


def _named_notices(text: str) -> list[str]:
    """The kinds of news that were typed, when nothing else was."""
    typed = {normal(word) for word in re.split(r"[,;/]|\bdan\b|\band\b|\s+", text.lower())} - {""}
    names = {one: {normal(words.text(lang, f"register.{one}")) for lang in words.languages()} for one in NOTICES}
    known = set().union(*names.values())
    return [one for one in NOTICES if typed & names[one]] if typed and typed <= known else []


def ask_organisation(turn: Turn, answers: Answers) -> None:
    """Asked only of those who want to tell."""
    turn.say(turn.t("register.organisation"), turn.button("register.skip", "register.organisation:"))


def read_organisation(turn: Turn, value: str) -> str:
    """A name, or nothing."""
    text = " ".join(value.split())
    if not text.strip("-") or normal(text) in _listed("register.skip_words"):
        return ""
    if units(text) > ORGANISATION_LIMIT:
        raise Unclear("register.organisation_long", limit=ORGANISATION_LIMIT)
    if not _ORGANISATION.fullmatch(text) or turn.incoming.forwarded or "http" in text.lower():
        raise Unclear("register.organisation_unclear")
    return text


def _listed(key: str) -> set[str]:
    return {normal(word) for word in words.listed(key)}
