"""Changing one field of a topic: its value shown, the new one typed or tapped, the draft checked at once."""

from datetime import date, datetime
from typing import Any, get_args

from bot import difference, limits, topic_sheet
from bot.messages import Button
from bot.router import Router
from bot.services import topics as service
from bot.services.topics import Refused
from bot.text import escape, split
from bot.topic_sheet import FIELDS
from bot.turn import Turn
from handlers.editing_common import allowed, cut, editor, leave, refused
from handlers.editing_draft import show_draft
from knowledge import Confidence
from storage import topics as store

router = Router("editing fields")

VALUE = "edit.value"  # the next text is the value of data["edit"]
PAGE = 8
LISTS = {
    "pemilu_sources",
    "pilkada_sources",
    "key_facts",
    "ask",
    "changed_by",
    "related",
    "warnings",
    "evidence",
    "must_pass",
}
DATES = {"as_of", "valid_from", "valid_until"}
NEEDED = {"title", "pemilu", "pilkada", "difference", "as_of", "ask"}
CHOICES: dict[str, tuple[Any, ...]] = {
    "pemilu_confidence": get_args(Confidence),
    "pilkada_confidence": get_args(Confidence),
    "under_review": (False, True),
}
EMPTY = ("-", "–", "—")


class Unreadable(Exception):
    """What was typed is no value of this field; `key` is the text that says what is."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@router.button("edit.fields")
async def fields(turn: Turn) -> None:
    """The fields to choose from, a page at a time."""
    if not await allowed(turn):
        return
    leave(turn)
    number, _, topic = turn.value.partition(".")
    state = await service.look(turn.db, topic)
    if not state.table:
        turn.say(turn.t("ask.gone"))
        return
    if state.draft is not None and state.draft.status == store.IN_REVIEW:
        refused(turn, Refused("in_review"))
        return
    codes = list(FIELDS)
    pages = -(-len(codes) // PAGE)
    page = min(max(int(number), 1), pages) if number.isdecimal() else 1
    buttons = [
        Button(topic_sheet.label(turn.language, FIELDS[code]), f"edit.field:{code}.{topic}")
        for code in codes[(page - 1) * PAGE : page * PAGE]
    ]
    if page > 1:
        buttons.append(turn.button("ask.previous", f"edit.fields:{page - 1}.{topic}"))
    if page < pages:
        buttons.append(turn.button("edit.more_fields", f"edit.fields:{page + 1}.{topic}"))
    turn.show(turn.t("edit.fields", title=topic_sheet.short(state.table["title"]), page=page, pages=pages), *buttons)


@router.button("edit.field")
async def field(turn: Turn) -> None:
    """Shows the value of one field and waits for the new one."""
    if not await allowed(turn):
        return
    code, _, topic = turn.value.partition(".")
    table = (await service.look(turn.db, topic)).table
    if code not in FIELDS or not table:
        turn.say(turn.t("ask.gone"))
        return
    turn.data["edit"] = {"topic": topic, "field": FIELDS[code], "seen": difference.told(table.get(FIELDS[code]))}
    turn.expect(VALUE)
    await _ask(turn)


async def _ask(turn: Turn) -> None:
    """The value as it is, alone in a message so that it can be copied, and what to do."""
    asked = turn.data.get("edit")
    if not asked:
        turn.chat.state = ""
        turn.say(turn.t("edit.over"), turn.button("edit.menu_button", "edit"))
        return
    name, label = asked["field"], topic_sheet.label(turn.language, asked["field"])
    if asked["seen"] and name not in CHOICES:
        for part in split(escape(asked["seen"]), limits.TEXT):
            turn.say(part)
    turn.say(turn.t(f"edit.ask_{_kind(name)}", field=label, empty=_may_be_empty(turn, name)), *_choices(turn, asked))


@router.answer(VALUE, again=_ask, free=True)
async def typed(turn: Turn) -> None:
    """The new value of the field chosen before."""
    asked = turn.data.get("edit")
    if not asked or not await allowed(turn):
        await _ask(turn) if not asked else None
        return
    if turn.incoming.kind != "text" or not turn.incoming.text:
        turn.say(turn.t("edit.needs_text"))
        return
    if limits.units(turn.incoming.text) >= limits.INCOMING_TEXT:
        turn.say(turn.t("edit.too_long", limit=limits.INCOMING_TEXT))
        return
    try:
        value = read(asked["field"], turn.incoming.text)
    except Unreadable as error:
        turn.say(turn.t(error.key), *_choices(turn, asked))
        return
    await _change(turn, asked, value)


@router.button("edit.pick")
async def picked(turn: Turn) -> None:
    """One of the values that a field can have."""
    if not await allowed(turn):
        return
    code, _, rest = turn.value.partition(".")
    number, _, topic = rest.partition(".")
    name = FIELDS.get(code, "")
    if name not in CHOICES or not number.isdecimal() or int(number) >= len(CHOICES[name]):
        turn.say(turn.t("ask.gone"))
        return
    table = (await service.look(turn.db, topic)).table
    asked = {"topic": topic, "field": name, "seen": difference.told(table.get(name))}
    await _change(turn, asked, CHOICES[name][int(number)])


def read(field_name: str, text: str) -> Any:
    """What was typed as a value of a field: None for a dash, else a text, a list of lines or a date."""
    text = text.strip()
    if text in EMPTY and field_name not in CHOICES:
        if field_name in NEEDED:
            raise Unreadable("edit.not_empty")
        return [] if field_name.endswith("_sources") else None
    if field_name in CHOICES:
        raise Unreadable("edit.tap_one")
    if field_name in LISTS:
        return list(dict.fromkeys(line for line in (one.strip(" •\t") for one in text.splitlines()) if line))
    return _date(text) if field_name in DATES else text


async def _change(turn: Turn, asked: dict[str, Any], value: Any) -> None:
    """Puts the value into the draft and shows what the draft says now."""
    who = await editor(turn)
    try:
        draft = await service.change(turn.db, turn.now, asked["topic"], asked["field"], value, who, seen=asked["seen"])
    except Refused as error:
        if error.key == "changed":
            await _somebody_was_first(turn, asked, value)
        else:
            leave(turn)
            refused(turn, error)
        return
    leave(turn)
    await show_draft(turn, draft, checked=True)


async def _somebody_was_first(turn: Turn, asked: dict[str, Any], value: Any) -> None:
    """The field says something else than what this editor saw: they look at it before anything is lost."""
    state = await service.look(turn.db, asked["topic"])
    now = difference.told(state.table.get(asked["field"]))
    by = topic_sheet.by(turn.language, state.draft.author, state.draft.author_name) if state.draft else ""
    turn.say(
        turn.t("edit.changed_meanwhile", name=by, now=cut(turn, now), mine=cut(turn, difference.told(value))[:900])
    )
    turn.data["edit"] = {**asked, "seen": now}
    turn.expect(VALUE)


def _kind(name: str) -> str:
    if name in CHOICES:
        return "choice"
    if name in LISTS:
        return "list"
    return "date" if name in DATES else "text"


def _may_be_empty(turn: Turn, name: str) -> str:
    return "" if name in NEEDED or name in CHOICES else turn.t("edit.may_be_empty")


def _choices(turn: Turn, asked: dict[str, Any]) -> list[Button]:
    name = asked["field"]
    code = next(code for code, one in FIELDS.items() if one == name)
    return [
        Button(
            turn.t(f"edit.value_{str(value).lower().replace('/', '')}"), f"edit.pick:{code}.{number}.{asked['topic']}"
        )
        for number, value in enumerate(CHOICES.get(name, ()))
    ]


def _date(text: str) -> date:
    for pattern in ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a date alone has no zone
        except ValueError:
            continue
    raise Unreadable("edit.not_a_date")
