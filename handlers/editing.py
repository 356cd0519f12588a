"""Changing topics, the entrance: what waits, finding a topic, its page and its history."""

from collections.abc import Sequence
from itertools import pairwise

from bot import render, topic_sheet
from bot.messages import Button, fitting
from bot.router import Router, normal
from bot.services import topics as service
from bot.services.topics import Refused, fields_changed
from bot.turn import Turn
from handlers.editing_common import allowed, editor, index, leave, refused, sights
from storage import suggestions as suggestion_store
from storage import topics as store
from storage.models import TopicRevision

router = Router("editing")

FIND = "edit.find"  # the next text is what the topic is about
PAGE = 8
SHOWN = 8  # revisions in a history


@router.command("topikedit", "topicedit")
@router.button("edit")
async def menu(turn: Turn) -> None:
    """What waits, and the ways to a topic."""
    if not await allowed(turn):
        return
    leave(turn)
    drafts, waiting = await store.drafts(turn.db, store.DRAFT), await store.drafts(turn.db, store.IN_REVIEW)
    marked, version = await store.marks(turn.db), await store.version(turn.db)
    suggestions = await suggestion_store.count(turn.db)
    found = index(turn)
    text = turn.t(
        "edit.menu",
        topics=len(found.topics) if found else 0,
        version=version or turn.t("edit.from_program"),
        marked=len(marked),
    )
    turn.say(
        text,
        turn.button("edit.find_button", "edit.search"),
        turn.button("edit.list_button", "edit.list:1"),
        Button(turn.t("edit.drafts_button", count=len(drafts)), "edit.drafts"),
        Button(turn.t("edit.reviews_button", count=len(waiting)), "edit.reviews"),
        Button(turn.t("edit.suggestions_button", count=suggestions), "edit.suggestions"),
        turn.button("edit.laws_button", "edit.laws"),
        Button(turn.t("edit.marks_button", count=len(marked)), "edit.marks"),
    )


@router.button("edit.search")
async def search(turn: Turn) -> None:
    """Asks what the topic is about."""
    if await allowed(turn):
        turn.expect(FIND)
        await _ask(turn)


async def _ask(turn: Turn) -> None:
    turn.say(turn.t("edit.find"))


@router.answer(FIND, again=_ask, free=True)
async def find(turn: Turn) -> None:
    """The topics nearest to some words."""
    if not await allowed(turn):
        return
    known = index(turn)
    if known is None:
        turn.say(turn.t("ask.unavailable"))
        return
    said = normal(turn.text)
    titled = [one.id for one in known.topics.values() if said and (said in normal(one.title) or said == one.id)]
    ranked = [name for name, _ in known.find(turn.text).ranking] if turn.text else []
    chosen = list(dict.fromkeys([*titled, *ranked]))[:PAGE]
    if not chosen:
        turn.say(turn.t("edit.none_found"), turn.button("edit.list_button", "edit.list:1"))
        return
    leave(turn)
    listed, buttons = render.choice([known.topics[one] for one in chosen], "edit.topic")
    turn.say(f"{turn.t('edit.found')}\n\n{listed}", *buttons)


@router.button("edit.list")
async def every(turn: Turn) -> None:
    """All topics in force, a page at a time."""
    if not await allowed(turn):
        return
    known = index(turn)
    topics = sorted(known.topics.values(), key=lambda one: normal(one.title)) if known else []
    pages = max(-(-len(topics) // PAGE), 1)
    page = min(max(int(turn.value), 1), pages) if turn.value.isdecimal() else 1
    listed, buttons = render.choice(topics[(page - 1) * PAGE : page * PAGE], "edit.topic")
    if page > 1:
        buttons = (*buttons, turn.button("ask.previous", f"edit.list:{page - 1}"))
    if page < pages:
        buttons = (*buttons, turn.button("ask.next", f"edit.list:{page + 1}"))
    turn.show(f"{turn.t('edit.list', page=page, pages=pages)}\n\n{listed}", *buttons)


@router.button("edit.topic")
async def topic(turn: Turn) -> None:
    """Where one topic stands, and what can be done with it."""
    if not await allowed(turn):
        return
    leave(turn)
    name = turn.value
    state = await service.look(turn.db, name)
    known = index(turn)
    if state.published is None and state.draft is None and (known is None or name not in known.topics):
        turn.say(turn.t("ask.gone"))
        return
    mark = (await store.marks(turn.db, [name])).get(name)
    lines = [turn.t("edit.topic_head", title=_title(turn, name), name=name), _standing(turn, state.published)]
    buttons = [turn.button("edit.change", f"edit.fields:1.{name}")]
    if state.draft is not None:
        lines.append(_standing(turn, state.draft))
        buttons.append(turn.button("edit.open_draft", f"edit.draft:{state.draft.id}"))
    if mark is not None:
        since = topic_sheet.when(mark.at, turn.context.timezone, turn.language)
        by = topic_sheet.by(turn.language, mark.by, mark.by_name)
        lines.append(turn.t("edit.marked_since", since=since, name=by))
        asked = mark.asked_at is not None
        buttons.append(
            turn.button("edit.lift" if asked else "edit.unmark", f"edit.{'lift' if asked else 'unmark'}:{name}")
        )
    else:
        buttons.append(turn.button("edit.mark", f"edit.mark:{name}"))
    turn.say("\n".join(lines), *buttons, turn.button("edit.history_button", f"edit.history:{name}"))


@router.button("edit.drafts")
async def drafts(turn: Turn) -> None:
    """What is being worked on."""
    if not await allowed(turn):
        return
    found = await store.drafts(turn.db, store.DRAFT)
    more = [turn.button("edit.submit_all", f"edit.submit_all:{sights(found)}")] if len(found) > 1 else []
    _listed(turn, found, "edit.drafts", more)


@router.button("edit.reviews")
async def reviews(turn: Turn) -> None:
    """What waits for a second person."""
    if not await allowed(turn):
        return
    found = await store.drafts(turn.db, store.IN_REVIEW)
    more = [turn.button("edit.approve_all", f"edit.approve_all:{sights(found)}")] if len(found) > 1 else []
    _listed(turn, found, "edit.reviews", more)


@router.button("edit.history")
async def history(turn: Turn) -> None:
    """Every revision of a topic: who, when, what."""
    if not await allowed(turn):
        return
    found = await store.history(turn.db, turn.value)
    if not found:
        turn.say(turn.t("edit.history_none"), turn.button("edit.back_to_topic", f"edit.topic:{turn.value}"))
        return
    shown = found[:SHOWN]
    before = {new.id: old for new, old in pairwise(found)}
    changed = [fields_changed(before.get(one.id), one) if one.id in before else [] for one in shown]
    lines = topic_sheet.history(turn.language, shown, changed, turn.context.timezone)
    buttons = [
        Button(turn.t("edit.revision_button", revision=one.revision), f"edit.revision:{one.id}") for one in shown
    ]
    head = turn.t("edit.history", title=_title(turn, turn.value), count=len(found))
    turn.say(f"{head}\n\n{lines}", *buttons, turn.button("edit.back_to_topic", f"edit.topic:{turn.value}"))


@router.button("edit.revision")
async def revision(turn: Turn) -> None:
    """What an old revision says that the topic in force does not."""
    one = await _revision(turn)
    if one is None:
        return
    in_force = await store.published(turn.db, one.topic)
    *parts, last = topic_sheet.sheet(turn.language, one, in_force, turn.context.timezone)
    for part in parts:
        turn.say(part)
    buttons = [turn.button("edit.back_to_topic", f"edit.topic:{one.topic}")]
    if one.status not in (store.PUBLISHED, *store.OPEN):
        buttons.insert(0, turn.button("edit.revert", f"edit.revert:{one.id}"))
    turn.say(last, *buttons)


@router.button("edit.revert")
async def revert(turn: Turn) -> None:
    """Takes an old revision up again, as a draft."""
    one = await _revision(turn)
    if one is None:
        return
    try:
        draft = await service.revert(turn.db, turn.now, one.id, await editor(turn))
    except Refused as error:
        refused(turn, error)
        return
    turn.say(
        turn.t("edit.reverted", revision=one.revision, title=topic_sheet.title(one)),
        turn.button("edit.open_draft", f"edit.draft:{draft.id}"),
    )


async def _revision(turn: Turn) -> TopicRevision | None:
    if not await allowed(turn):
        return None
    found = await turn.db.get(TopicRevision, int(turn.value)) if turn.value.isdecimal() else None
    if found is None:
        turn.say(turn.t("ask.gone"))
    return found


def _listed(turn: Turn, found: Sequence[TopicRevision], none: str, more: Sequence[Button]) -> None:
    """Drafts to open, the longest waiting first."""
    if not found:
        turn.say(turn.t(f"{none}_none"), turn.button("edit.menu_button", "edit"))
        return
    lines = [
        turn.t(
            "edit.draft_line",
            number=number,
            title=topic_sheet.title(one),
            name=topic_sheet.by(turn.language, one.author, one.author_name),
            when=topic_sheet.when(one.changed_at, turn.context.timezone, turn.language),
        )
        for number, one in enumerate(found[:PAGE], 1)
    ]
    buttons = [
        Button(fitting(f"{number}. {topic_sheet.title(one)}", few=True), f"edit.draft:{one.id}")
        for number, one in enumerate(found[:PAGE], 1)
    ]
    turn.say("\n".join([turn.t(none, count=len(found)), "", *lines]), *buttons, *more)


def _standing(turn: Turn, one: TopicRevision | None) -> str:
    """One line on a revision; a topic that nobody changed comes with the program."""
    if one is None:
        return turn.t("edit.untouched")
    return turn.t(
        "edit.standing",
        status=turn.t(f"edit.status_{one.status}"),
        revision=one.revision,
        name=topic_sheet.by(turn.language, one.author, one.author_name),
        when=topic_sheet.when(one.published_at or one.changed_at, turn.context.timezone, turn.language),
    )


def _title(turn: Turn, name: str) -> str:
    known = index(turn)
    return topic_sheet.short(known.topics[name].title) if known and name in known.topics else name
