"""Under review: a topic, or all that rest on a law, carry a warning at once; a second person takes it away."""

import asyncio

from bot import topic_sheet, words
from bot.messages import Button, fitting
from bot.router import Router
from bot.services import topic_files, topic_marks, topic_told
from bot.services.topics import ALONE_AFTER, Refused
from bot.text import escape
from bot.turn import Turn
from handlers.editing_common import allowed, changed, editor, index, leave, refused, second_person
from storage import topics as store

router = Router("editing marks")

LAW = "edit.law"  # the next text names a law
CONFIRM = "edit.confirm_lift"  # the next text is the name in data["edit"]: its only editor lifts alone
SHOWN = 8
LISTED = 20


@router.button("edit.laws")
async def laws(turn: Turn) -> None:
    """A new law: which one do topics rest on that it changes?"""
    if await allowed(turn):
        turn.expect(LAW)
        await _ask_law(turn)


async def _ask_law(turn: Turn) -> None:
    counted = topic_marks.most_cited((await _texts(turn)).values())[:SHOWN]
    buttons = [Button(fitting(f"{law} ({count})"), f"edit.law:{law}") for law, count in counted]
    turn.say(turn.t("edit.laws"), *buttons)


@router.answer(LAW, again=_ask_law, free=True)
async def law_typed(turn: Turn) -> None:
    """The law in a person's own words."""
    if not await allowed(turn):
        return
    found = topic_marks.laws_in(turn.text)
    if found:
        await _offer(turn, found[0])
    else:
        turn.say(turn.t("edit.no_law"))


@router.button("edit.law")
async def law_chosen(turn: Turn) -> None:
    """One of the laws that are cited most."""
    if await allowed(turn):
        await _offer(turn, turn.value)


async def _offer(turn: Turn, law: str) -> None:
    """What would be marked, before it is."""
    topics = topic_marks.citing(await _texts(turn), law)
    if not topics:
        turn.say(turn.t("edit.law_uncited", law=law))
        return
    leave(turn)
    turn.say(
        turn.t("edit.law_offer", law=law, count=len(topics), titles=words.Raw(_titles(turn, topics))),
        Button(turn.t("edit.mark_all", count=len(topics)), f"edit.mark:{law}"),
        turn.button("edit.menu_button", "edit"),
    )


@router.button("edit.mark")
async def mark(turn: Turn) -> None:
    """Marks a topic, or all that cite a law."""
    if not await allowed(turn):
        return
    law = turn.value if "/" in turn.value else ""
    topics = topic_marks.citing(await _texts(turn), law) if law else [turn.value]
    fresh, _ = await topic_marks.mark(turn.db, turn.now, topics, await editor(turn), law=law)
    if not fresh:
        turn.say(turn.t("edit.marked_before"), turn.button("edit.menu_button", "edit"))
        return
    changed(turn)
    turn.say(
        turn.t("edit.marked", count=len(fresh), titles=words.Raw(_titles(turn, fresh))),
        turn.button("edit.marks_open", "edit.marks"),
        turn.button("edit.menu_button", "edit"),
    )


@router.button("edit.marks")
async def marks(turn: Turn) -> None:
    """What carries the warning now, by law and one by one."""
    if not await allowed(turn):
        return
    found = await store.marks(turn.db)
    if not found:
        turn.say(turn.t("edit.marks_none"), turn.button("edit.menu_button", "edit"))
        return
    groups: dict[str, list[str]] = {}
    for one in found.values():
        groups.setdefault(one.law or one.topic, []).append(one.topic)
    buttons = []
    for value, topics in list(groups.items())[:SHOWN]:
        asked = all(found[topic].asked_at for topic in topics)
        label = fitting(f"{turn.t('edit.lift_short' if asked else 'edit.unmark_short')} {_name(turn, value)}", few=True)
        buttons.append(Button(label, f"edit.{'lift' if asked else 'unmark'}:{value}"))
    lines = [f"• {escape(_name(turn, value))} ({len(topics)})" for value, topics in list(groups.items())[:LISTED]]
    turn.say("\n".join([turn.t("edit.marks", count=len(found)), "", *lines]), *buttons)


@router.button("edit.unmark")
async def unmark(turn: Turn) -> None:
    """Asks for the warning to be taken away."""
    if not await allowed(turn):
        return
    value = turn.value
    try:
        who = await editor(turn)
        asked = await topic_marks.ask_to_lift(turn.db, turn.now, await _marked(turn, value), who)
    except Refused as error:
        refused(turn, error)
        return
    name = _name(turn, value)
    told = await topic_told.lift_wanted(turn.db, turn.now, turn.context.owners, asked, value, name)
    if told or await second_person(turn, who.address):
        turn.say(turn.t("edit.unmark_asked", name=name, people=told), turn.button("edit.menu_button", "edit"))
    else:
        turn.say(turn.t("edit.unmark_alone", name=name), turn.button("edit.lift", f"edit.lift:{value}"))


@router.button("edit.lift")
async def lift(turn: Turn) -> None:
    """The second person takes the warning away."""
    if not await allowed(turn):
        return
    try:
        await _lift(turn, turn.value)
    except Refused as error:
        if error.key != "alone":
            refused(turn, error)
            return
        await _confirm(turn, turn.value)


async def _confirm(turn: Turn, value: str) -> None:
    """The only editor: ten minutes later, by typing what is lifted."""
    first = next(iter((await store.marks(turn.db, await _marked(turn, value))).values()))
    since = turn.now - (first.asked_at or turn.now)
    if since < ALONE_AFTER:
        refused(turn, Refused("soon", at=(first.asked_at or turn.now) + ALONE_AFTER))
        return
    turn.data["edit"] = {"name": value}
    turn.expect(CONFIRM)
    await _ask_name(turn)


async def _ask_name(turn: Turn) -> None:
    name = turn.data.get("edit", {}).get("name")
    if name:
        turn.say(turn.t("edit.ask_name_lift", name=name))
    else:
        leave(turn)
        turn.say(turn.t("edit.over"), turn.button("edit.menu_button", "edit"))


@router.answer(CONFIRM, again=_ask_name, free=True)
async def confirm(turn: Turn) -> None:
    """Takes the warning away when the name is right."""
    name = turn.data.get("edit", {}).get("name")
    if not name or not await allowed(turn):
        await _ask_name(turn) if not name else None
        return
    if turn.incoming.text.strip().casefold() != name.casefold():
        turn.say(turn.t("edit.wrong_name"))
        await _ask_name(turn)
        return
    leave(turn)
    try:
        await _lift(turn, name, alone=True)
    except Refused as error:
        refused(turn, error)


async def _lift(turn: Turn, value: str, *, alone: bool = False) -> None:
    topics = await _marked(turn, value)
    who = await editor(turn)
    done, _ = await topic_marks.lift(turn.db, turn.now, topics, who, turn.context.owners, alone=alone)
    changed(turn)
    turn.say(
        turn.t("edit.lifted", count=len(done), titles=words.Raw(_titles(turn, done))),
        turn.button("edit.menu_button", "edit"),
    )


async def _marked(turn: Turn, value: str) -> list[str]:
    """The marked topics that a topic's name or a law stands for."""
    if "/" not in value:
        return [value]
    return [one.topic for one in (await store.marks(turn.db)).values() if one.law == value]


async def _texts(turn: Turn) -> dict[str, str]:
    return await store.bodies(turn.db) or await asyncio.to_thread(topic_files.packaged)


def _titles(turn: Turn, topics: list[str]) -> str:
    lines = [f"• {escape(_name(turn, one))}" for one in topics[:LISTED]]
    if len(topics) > LISTED:
        lines.append(turn.t("edit.and_more", count=len(topics) - LISTED))
    return "\n".join(lines)


def _name(turn: Turn, value: str) -> str:
    known = index(turn)
    return topic_sheet.short(known.topics[value].title) if known and value in known.topics else value
