"""Editors send what changed to those who read the old words: looked at first, then sent."""

from bot.messages import Button, fitting
from bot.router import Router
from bot.services import corrections, staff
from bot.services.staff import Power
from bot.turn import Turn
from bot.words import Raw
from knowledge import Topic

router = Router("corrections")

SHOWN = 8
DAYS = (7, 30, 90)  # how far back readers can be looked for


@router.command("perbaikan", "corrections")
@router.button("fixes")
async def listed(turn: Turn) -> None:
    """The topics that say something else now than to their readers."""
    if not await _allowed(turn):
        return
    topics = turn.context.knowledge().topics
    found = (await corrections.changed(turn.db, turn.now, topics))[:SHOWN]
    if not found:
        turn.say(turn.t("correction.none", days=corrections.DAYS))
        return
    lines = "\n".join(
        turn.t("correction.line", number=number, title=one.topic.title, people=one.people)
        for number, one in enumerate(found, 1)
    )
    buttons = [
        Button(fitting(f"{number}. {one.topic.title}", few=True), f"fix:{corrections.DAYS}.{one.topic.id}")
        for number, one in enumerate(found, 1)
    ]
    turn.say(turn.t("correction.list", days=corrections.DAYS, lines=Raw(lines)), *buttons)


@router.button("fix")
async def look(turn: Turn) -> None:
    """What would be sent, and to how many."""
    chosen = await _chosen(turn)
    if chosen is None:
        return
    days, topic = chosen
    preview = await corrections.preview(turn.db, turn.now, topic, turn.language, days)
    others = [Button(turn.t("correction.days", days=one), f"fix:{one}.{topic.id}") for one in DAYS if one != days]
    if preview is None:
        turn.say(turn.t("correction.nobody", title=topic.title, days=days), *others)
        return
    people = await corrections.plan(turn.db, turn.now, topic, days)
    turn.say(preview.text)
    send = Button(turn.t("correction.send", people=people), f"fixed:{days}.{topic.id}")
    turn.say(turn.t("correction.ask", title=topic.title, days=days, people=people), send, *others)


@router.button("fixed")
async def send(turn: Turn) -> None:
    """Queues it; a second press finds nobody left."""
    chosen = await _chosen(turn)
    if chosen is None:
        return
    days, topic = chosen
    by = f"{turn.chat.channel}:{turn.incoming.who}"
    try:
        people = await corrections.send(turn.db, turn.now, topic, days, by=by)
    except corrections.TooMany as many:
        turn.say(turn.t("correction.too_many", people=many.count, limit=corrections.MOST))
        return
    key = "correction.sent" if people else "correction.nobody"
    turn.show(turn.t(key, title=topic.title, people=people, days=days))


async def _chosen(turn: Turn) -> tuple[int, Topic] | None:
    """Days and topic that a button names, if this person may correct; else says why not."""
    if not await _allowed(turn):
        return None
    days, _, name = turn.value.partition(".")
    topic = turn.context.knowledge().topics.get(name)
    if topic is None or days not in {str(one) for one in DAYS}:
        turn.say(turn.t("ask.gone"))
        return None
    return int(days), topic


async def _allowed(turn: Turn) -> bool:
    """Editors and owners, in a private chat; else says so."""
    role = await staff.role_of(turn.db, turn.chat.channel, turn.incoming.who, turn.context.owners)
    if turn.chat.is_group:
        turn.say(turn.t("staff.in_private"))
    elif role is None:
        turn.say(turn.t("staff.not_staff"))
    elif not staff.may(role, Power.TOPICS):
        turn.say(turn.t("staff.not_allowed", role=turn.t(f"staff.role_{role}")))
    else:
        return True
    return False
