"""The topics themselves: shown, with their sources and neighbours, and the list of all."""

from bot import render, words
from bot.links import pass_on, private_chat, topic_page
from bot.messages import Button, Reply
from bot.router import Router, normal
from bot.services import answers
from bot.turn import Turn
from knowledge import Topic
from storage.answers import ASKED, OPENED

router = Router("topics")

QUESTION, PERSON = "ask.question", "ask.person"  # the steps in which the next text is a question
PAGE = 8  # topics on a page: with the two arrows as many buttons as a message may have


@router.start("t")
@router.button("ask.topic")
async def topic(turn: Turn) -> None:
    """A topic that was chosen, or linked to."""
    chosen = _topic(turn)
    if chosen is not None:
        leave(turn)
        await tell(turn, chosen)
    await go_on(turn)


@router.button("ask.pick")
async def picked(turn: Turn) -> None:
    """One of the topics offered for a question."""
    chosen = _topic(turn)
    if chosen is not None:
        leave(turn)
        await tell(turn, chosen, asked=str(turn.data.get("asked", "")))
    await go_on(turn)


@router.button("ask.sources")
async def sources(turn: Turn) -> None:
    """All articles, changes, caveats and places of a topic."""
    chosen = _topic(turn)
    if chosen is not None:
        _say(turn, render.sources(chosen, turn.language))
    await go_on(turn)


@router.button("ask.related")
async def related(turn: Turn) -> None:
    """Topics near this one."""
    chosen = _topic(turn)
    if chosen is not None:
        topics = turn.context.knowledge().topics
        listed, buttons = render.choice([topics[one] for one in chosen.related], "ask.topic")
        turn.say(f"{turn.t('ask.related', title=chosen.title)}\n\n{listed}", *buttons)
    await go_on(turn)


@router.command("topik", "topics")
@router.word(words.listed("ask.topic_words"))
@router.button("ask.topics")
async def topics(turn: Turn) -> None:
    """All topics, a page at a time, turned in place."""
    every = sorted(turn.context.knowledge().topics.values(), key=lambda one: normal(one.title))
    pages = -(-len(every) // PAGE)
    wanted = turn.value if turn.incoming.pressed else turn.text
    page = min(max(int(wanted), 1), pages) if wanted.isdecimal() else 1
    listed, buttons = render.choice(every[(page - 1) * PAGE : page * PAGE], "ask.topic")
    if page > 1:
        buttons = (*buttons, turn.button("ask.previous", f"ask.topics:{page - 1}"))
    if page < pages:
        buttons = (*buttons, turn.button("ask.next", f"ask.topics:{page + 1}"))
    turn.show(f"{turn.t('ask.topics', page=page, pages=pages)}\n\n{listed}", *buttons)


async def tell(turn: Turn, chosen: Topic, regime: str = "", asked: str = "") -> None:
    """A topic's answer: short in a group, both sides elsewhere, with the question whether it helped."""
    how = ASKED if asked else OPENED
    link = private_chat(turn.context, turn.chat.channel, f"t_{chosen.id}")
    if turn.chat.is_group and (link or not turn.incoming.pressed):
        await answers.note(turn.db, turn.now, turn.chat.id, chosen, how)
        _say(turn, [render.in_group(chosen, turn.language, link)])
        return
    kept = "" if turn.chat.is_group else asked  # members of a group did not ask us to remember their words
    number = await answers.note(turn.db, turn.now, turn.chat.id, chosen, how, kept)
    notices = turn.context.knowledge().topics.notices
    today = turn.now.astimezone(turn.context.timezone).date()
    buttons = render.below(chosen, turn.language, 0 if turn.chat.is_group else number, _share(turn, chosen))
    _say(turn, render.answer(chosen, notices, turn.language, regime, today, buttons))


def _share(turn: Turn, chosen: Topic) -> Button | None:
    """Passes the answer on, or leads to its page, whatever the channel has."""
    link = topic_page(turn.context, turn.chat.channel, chosen.id)
    if turn.chat.channel == "telegram":
        return Button(turn.t("answer.share"), url=pass_on(link) if link else "", share=chosen.title)
    return Button(turn.t("answer.link"), url=link) if link else None


def _say(turn: Turn, replies: list[Reply]) -> None:
    for reply in replies:
        turn.say(reply.text, *reply.buttons, comparison=reply.comparison)


def _topic(turn: Turn) -> Topic | None:
    """The topic a button or a link names; says so when it is gone."""
    name = turn.value if turn.incoming.pressed else turn.text.partition("_")[2]
    found = turn.context.knowledge().topics.get(name)
    if found is None:
        turn.say(turn.t("ask.gone"))
    return found


def leave(turn: Turn) -> None:
    """Our own step is over; the step of another conversation stays."""
    if turn.chat.state in (QUESTION, PERSON):
        turn.chat.state = ""


async def go_on(turn: Turn) -> None:
    """After something in between: the question that waits is asked again."""
    if turn.again is not None:
        await turn.again(turn)
