"""Staff look at questions that ask the same, take them apart, and keep an answered one for a topic."""

from bot.logs import get_logger
from bot.messages import Button, fitting
from bot.router import Router
from bot.services import questions, suggestions
from bot.text import escape
from bot.turn import Turn
from bot.words import Raw
from handlers.answering import chosen
from knowledge import Topic
from storage import questions as store
from storage.models import Question

log = get_logger("alike")
router = Router("alike")

SHOWN = 20  # of the questions that ask the same; their beginnings fit one message
LINE = 150  # letters of each
OFFERED = 3  # topics to add an answer to
PAIRS = "pairs"  # data: the topics offered for an answered question, by question


@router.button("staff.alike")
async def alike(turn: Turn) -> None:
    """The words of all who ask the same."""
    question = await chosen(turn)
    if question is None:
        return
    others = await store.alike(turn.db, question.id, store.OPEN)
    if not others:
        turn.say(turn.t("staff.alike_none", number=question.id))
        return
    lines = [f"• {escape(_line(store.unseal(turn.db, one.text)))}" for one in (question, *others)[:SHOWN]]
    text = turn.t("staff.alike_list", number=question.id, lines=Raw("\n".join(lines)))
    turn.say(text, turn.button("staff.split", f"staff.split:{question.id}"))


@router.button("staff.split")
async def split(turn: Turn) -> None:
    """They differ: each is answered by itself."""
    question = await chosen(turn)
    if question is None:
        return
    apart = await questions.split(turn.db, turn.now, turn.context.owners, turn.context.timezone, question)
    turn.show(turn.t("staff.was_split" if apart else "staff.alike_none", number=question.id))


@router.button("staff.pair")
async def pair(turn: Turn) -> None:
    """To which topic the answer belongs: the nearest three, or a new one."""
    question = await _with_answer(turn)
    if question is None:
        return
    near = _near(turn, store.unseal(turn.db, question.text))
    turn.data.setdefault(PAIRS, {})[str(question.id)] = [one.id for one in near]
    lines = "\n".join(f"{number}. {escape(one.title)}" for number, one in enumerate(near, 1))
    buttons = [
        Button(fitting(f"{number}. {one.title}"), f"staff.into:{question.id}.{number}")
        for number, one in enumerate(near, 1)
    ]
    text = f"{turn.t('staff.pair_ask', number=question.id)}\n\n{lines}".strip()
    turn.say(text, *buttons, turn.button("staff.pair_new", f"staff.into:{question.id}.0"))


@router.button("staff.into")
async def into(turn: Turn) -> None:
    """Puts the pair before the editors, once."""
    number, _, place = turn.value.partition(".")
    question = await _with_answer(turn, number)
    if question is None:
        return
    offered = ["", *turn.data.get(PAIRS, {}).pop(number, [])]
    if not place.isdecimal() or int(place) >= len(offered):
        turn.show(turn.t("staff.pair_again"), turn.button("staff.pair", f"staff.pair:{question.id}"))
        return
    topic = offered[int(place)]
    added = await suggestions.suggest(turn.db, turn.now, question, topic, by=f"{turn.chat.channel}:{turn.incoming.who}")
    known = turn.context.knowledge().topics.get(topic)
    title = known.title if known else turn.t("staff.pair_new")
    turn.show(turn.t("staff.paired" if added else "staff.paired_before", title=title))


async def _with_answer(turn: Turn, number: str | None = None) -> Question | None:
    """The question a button names, if a person answered it; else says so."""
    question = await chosen(turn, number)
    if question is not None and not question.answer:
        turn.say(turn.t("staff.pair_gone", number=question.id))
        return None
    return question


def _near(turn: Turn, asked: str) -> list[Topic]:
    """The topics nearest to a question, also where the search would not dare to answer."""
    try:
        index = turn.context.knowledge()
        return [index.topics[topic] for topic, _ in index.find(asked).ranking[:OFFERED] if topic in index.topics]
    except Exception:
        log.exception("knowledge unavailable")
        return []


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LINE else f"{line[: LINE - 1].rstrip()}…"
