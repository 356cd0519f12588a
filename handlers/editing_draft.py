"""A draft as its readers see it: what it changes, what the checks say, and what this person may do with it."""

from bot import topic_sheet
from bot.messages import Button
from bot.router import Router
from bot.services import topics
from bot.services.reviewers import same_person
from bot.services.topics import Refused, Sight
from bot.turn import Turn
from handlers.editing_common import allowed, editor, refused, second_person, wrong
from knowledge import TopicError
from storage import topics as store
from storage.models import TopicRevision

router = Router("editing draft")


@router.button("edit.draft")
async def draft(turn: Turn) -> None:
    """What a draft changes, and what can be done with it."""
    found = await _chosen(turn)
    if found is not None:
        await show_draft(turn, found, checked=found.status == store.DRAFT)


async def show_draft(turn: Turn, found: TopicRevision, *, checked: bool = False) -> None:
    """The same for a draft at hand; `checked` says what the checks think of it."""
    before = await store.published(turn.db, found.topic)
    *parts, last = topic_sheet.sheet(turn.language, found, before, turn.context.timezone)
    for part in parts:
        turn.say(part)
    buttons = await _buttons(turn, found)
    if not checked:
        turn.say(last, *buttons)
        return
    turn.say(last)
    turn.say(await _verdict(turn, found), *buttons)


def sight_of(value: str) -> Sight:
    """The draft and its age in a button's value; (0, 0) for what no draft has."""
    number, _, edits = value.partition(".")
    return (int(number), int(edits)) if number.isdecimal() and edits.isdecimal() else (0, 0)


async def _verdict(turn: Turn, found: TopicRevision) -> str:
    try:
        await topics.check(turn.db, turn.now, found)
    except TopicError as error:
        return wrong(turn, error)
    return turn.t("edit.all_in_order")


async def _buttons(turn: Turn, found: TopicRevision) -> list[Button]:
    """What this person may do with this draft now."""
    value = f"{found.id}.{found.edits}"
    if found.status == store.DRAFT:
        return [
            turn.button("edit.submit", f"edit.submit:{value}"),
            turn.button("edit.change_more", f"edit.fields:1.{found.topic}"),
            turn.button("edit.drop", f"edit.drop:{value}"),
        ]
    if found.status != store.IN_REVIEW:
        return [turn.button("edit.back_to_topic", f"edit.topic:{found.topic}")]
    who = await editor(turn)
    if not any([await same_person(turn.db, one, who.address) for one in (found.author, found.submitter)]):
        return [
            turn.button("edit.approve", f"edit.approve:{value}"),
            turn.button("edit.send_back", f"edit.back:{value}"),
        ]
    buttons = [turn.button("edit.withdraw", f"edit.withdraw:{value}")]
    if not await second_person(turn, found.author, found.submitter):
        buttons.append(turn.button("edit.alone", f"edit.alone:{value}"))
    return buttons


async def _chosen(turn: Turn) -> TopicRevision | None:
    if not await allowed(turn):
        return None
    number = turn.value.partition(".")[0]
    found = await turn.db.get(TopicRevision, int(number)) if number.isdecimal() else None
    if found is None:
        refused(turn, Refused("stale"))
    return found
