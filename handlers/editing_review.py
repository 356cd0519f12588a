"""A draft on its way: submitted, taken back, sent back, signed or given up."""

from collections.abc import Awaitable, Callable, Sequence

from bot import topic_sheet, words
from bot.router import Router
from bot.services import corrections, topic_told, topics
from bot.services.topics import Lost, Refused, Sight
from bot.text import escape
from bot.turn import Turn
from handlers.editing_common import allowed, changed, editor, index, leave, refused, second_person, sights, wrong
from handlers.editing_draft import show_draft, sight_of
from knowledge import TopicError
from storage import topics as store
from storage.models import TopicRevision

router = Router("editing review")

REASON = "edit.reason"  # the next text says why data["edit"] goes back
CONFIRM = "edit.confirm"  # the next text is the topic's name: its only editor signs alone
LOST_SHOWN = 8


@router.button("edit.submit")
async def submit(turn: Turn) -> None:
    """To the reviewers."""
    sight = sight_of(turn.value)
    if await allowed(turn):
        await _submit(turn, [sight])


@router.button("edit.submit_all")
async def submit_all(turn: Turn) -> None:
    """All drafts together, as after an import: one may need another to be sound."""
    if not await allowed(turn):
        return
    found = await store.drafts(turn.db, store.DRAFT)
    if not found or sights(found) != turn.value:
        refused(turn, Refused("stale"))
        return
    await _submit(turn, [(one.id, one.edits) for one in found])


@router.button("edit.withdraw")
async def withdraw(turn: Turn) -> None:
    """Back from the reviewers, to change it."""
    done = await _try(turn, topics.withdraw)
    if done is not None:
        await show_draft(turn, done, checked=True)


@router.button("edit.drop")
async def drop(turn: Turn) -> None:
    """The draft is given up."""
    done = await _try(turn, topics.drop)
    if done is not None:
        turn.say(
            turn.t("edit.dropped", title=topic_sheet.title(done)),
            turn.button("edit.back_to_topic", f"edit.topic:{done.topic}"),
        )


@router.button("edit.back")
async def back(turn: Turn) -> None:
    """Asks why a draft goes back to its author."""
    if not await allowed(turn):
        return
    found = await turn.db.get(TopicRevision, sight_of(turn.value)[0])
    if found is None or found.status != store.IN_REVIEW:
        refused(turn, Refused("stale"))
        return
    turn.data["edit"] = {"sight": sight_of(turn.value)}
    turn.expect(REASON)
    await _ask_reason(turn)


async def _ask_reason(turn: Turn) -> None:
    if await _remembered(turn):
        turn.say(turn.t("edit.ask_reason"))


@router.answer(REASON, again=_ask_reason, free=True)
async def reason(turn: Turn) -> None:
    """Sends the draft back with these words."""
    sight = await _remembered(turn)
    if not sight or not await allowed(turn):
        return
    if turn.incoming.kind != "text" or not turn.incoming.text:
        turn.say(turn.t("edit.needs_text"))
        return
    leave(turn)
    text = turn.incoming.text[: topic_sheet.NOTE]
    try:
        done = await topics.send_back(turn.db, turn.now, sight, await editor(turn), text)
    except Refused as error:
        refused(turn, error)
        return
    await topic_told.returned(turn.db, turn.now, done)
    turn.say(turn.t("edit.sent_back", title=topic_sheet.title(done)), turn.button("edit.menu_button", "edit"))


@router.button("edit.approve")
async def approve(turn: Turn) -> None:
    """A second person signs: from now on everybody reads it."""
    if await allowed(turn):
        await _publish(turn, [sight_of(turn.value)])


@router.button("edit.approve_all")
async def approve_all(turn: Turn) -> None:
    """All that wait, together; one that this person may not sign stops all."""
    if not await allowed(turn):
        return
    found = await store.drafts(turn.db, store.IN_REVIEW)
    if not found or sights(found) != turn.value:
        refused(turn, Refused("stale"))
        return
    await _publish(turn, [(one.id, one.edits) for one in found])


@router.button("edit.alone")
async def alone(turn: Turn) -> None:
    """The only editor of an office signs alone: ten minutes later, by typing the topic's name."""
    if not await allowed(turn):
        return
    sight = sight_of(turn.value)
    found = await turn.db.get(TopicRevision, sight[0])
    if found is None or found.status != store.IN_REVIEW:
        refused(turn, Refused("stale"))
        return
    try:
        who = await editor(turn)
        await topics.may_publish(turn.db, turn.now, found, who, turn.context.owners, alone=True)
    except Refused as error:
        refused(turn, error)
        return
    turn.data["edit"] = {"sight": sight, "name": found.topic}
    turn.expect(CONFIRM)
    await _ask_name(turn)


async def _ask_name(turn: Turn) -> None:
    if await _remembered(turn):
        turn.say(turn.t("edit.ask_name", name=turn.data["edit"].get("name", "")))


@router.answer(CONFIRM, again=_ask_name, free=True)
async def confirm(turn: Turn) -> None:
    """Publishes when the name is right."""
    sight = await _remembered(turn)
    if not sight or not await allowed(turn):
        return
    if turn.incoming.text.strip().casefold() != turn.data["edit"].get("name"):
        turn.say(turn.t("edit.wrong_name"))
        await _ask_name(turn)
        return
    leave(turn)
    await _publish(turn, [sight], alone=True)


async def _submit(turn: Turn, chosen: Sequence[Sight]) -> None:
    try:
        done = await topics.submit(turn.db, turn.now, chosen, await editor(turn))
    except Refused as error:
        refused(turn, error)
        return
    except TopicError as error:
        turn.say(f"{turn.t('edit.not_submitted')}\n\n{wrong(turn, error)}", turn.button("edit.menu_button", "edit"))
        return
    told = await topic_told.review_wanted(turn.db, turn.now, turn.context.owners, done)
    if told:
        turn.say(turn.t("edit.submitted", count=len(done), people=told), turn.button("edit.menu_button", "edit"))
    elif await second_person(turn, done[0].author, done[0].submitter):
        turn.say(turn.t("edit.submitted_unheard"), turn.button("edit.menu_button", "edit"))
    else:
        buttons = [turn.button("edit.alone", f"edit.alone:{one.id}.{one.edits}") for one in done[:1]]
        turn.say(turn.t("edit.submitted_alone"), *buttons, turn.button("edit.menu_button", "edit"))


async def _publish(turn: Turn, chosen: Sequence[Sight], *, alone: bool = False) -> None:
    who = await editor(turn)
    try:
        done, number = await topics.publish(
            turn.db, turn.now, chosen, who, turn.context.owners, index(turn), alone=alone
        )
    except Refused as error:
        refused(turn, error)
        return
    except TopicError as error:
        turn.say(f"{turn.t('edit.not_published')}\n\n{wrong(turn, error)}", turn.button("edit.menu_button", "edit"))
        return
    except Lost as error:
        turn.say(_lost(turn, error), turn.button("edit.menu_button", "edit"))
        return
    changed(turn)
    await topic_told.published(turn.db, turn.now, done, number, who)
    titles = "\n".join(f"• {escape(topic_sheet.title(one))}" for one in done[:20])
    turn.say(
        turn.t("edit.published", version=number, titles=words.Raw(titles)),
        turn.button("edit.fix", f"fix:{corrections.DAYS}.{done[0].topic}" if len(done) == 1 else "fixes"),
        turn.button("edit.menu_button", "edit"),
    )


def _lost(turn: Turn, error: Lost) -> str:
    """Which questions would find what instead."""
    known = index(turn)
    lines = []
    for question, found in error.found[:LOST_SHOWN]:
        if known and found in known.topics:
            instead = known.topics[found].title
        else:
            instead = turn.t("edit.lost_function", name=found) if found else turn.t("edit.lost_nothing")
        lines.append(turn.t("edit.lost_line", question=topic_sheet.short(question), found=topic_sheet.short(instead)))
    more = len(error.found) - len(lines)
    if more > 0:
        lines.append(turn.t("edit.and_more", count=more))
    return "\n".join([turn.t("edit.lost"), "", *lines])


async def _try(turn: Turn, step: Callable[..., Awaitable[TopicRevision]]) -> TopicRevision | None:
    """A step on the draft that the button names; None when it was refused, which is told."""
    if not await allowed(turn):
        return None
    try:
        return await step(turn.db, turn.now, sight_of(turn.value), await editor(turn))
    except Refused as error:
        refused(turn, error)
        return None


async def _remembered(turn: Turn) -> Sight | None:
    """The draft that a typed answer is about; says so when nothing is remembered."""
    sight = turn.data.get("edit", {}).get("sight")
    if not sight:
        leave(turn)
        turn.say(turn.t("edit.over"), turn.button("edit.menu_button", "edit"))
        return None
    return sight[0], sight[1]
