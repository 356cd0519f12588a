"""The quiz, played alone: five questions, the rule behind each wrong answer, a score at the end. Groups: quiz_group."""

import re

from bot import menu, render, words
from bot.messages import Button
from bot.quiz import Round, bank, begin_round, letters
from bot.router import Router, normal
from bot.services import quiz as scores
from bot.turn import Turn
from handlers import quiz_board, quiz_group
from handlers.quiz_text import NUMBER, RUNNING, fit, question, truth

router = Router("quiz")

STEP = "quiz.question"
_TAG = re.compile(r"[A-Za-z0-9_-]{1,59}")
_LETTER = re.compile(r"(?:jawab(?:an)?(?:nya)?|jawaban saya|pilih|answer|my answer)?\s*([a-d])")


@router.command("kuis", "quiz")
@router.word(words.listed("quiz.words"))
@router.button("quiz")
async def begin(turn: Turn) -> None:
    """Begins a round or goes on with the one under way; `/kuis papan` shows the scores."""
    wish, _, tag = turn.incoming.argument.partition(" ") if turn.incoming.command in ("kuis", "quiz") else ("", "", "")
    if normal(wish) in words.listed("quiz.board_wish"):
        await quiz_board.show_board(turn, tag.strip())
        await _go_on(turn)
    elif turn.chat.is_group:
        await quiz_group.begin(turn)
    else:
        _enter(turn)
        kept = _load(turn)
        turn.say(turn.t("quiz.resumed" if kept else "quiz.begin"))
        await ask(turn)


@router.start("kuis")
async def linked(turn: Turn) -> None:
    """A link to the quiz; what stands behind `kuis_` is the source whose board it is for."""
    tag = turn.incoming.argument.partition("_")[2]
    if _TAG.fullmatch(tag) and not turn.chat.source:
        turn.chat.source = tag
    await begin(turn)


async def ask(turn: Turn) -> None:
    """The question of the round under way (a new round when there is none), or the end of it."""
    kept = _load(turn) or _new(turn)
    kept.leave_out(fit(turn, kept.items))
    if not kept.items:
        _leave(turn)
        turn.say(turn.t("quiz.empty"), turn.button("menu.all", "menu:"))
    elif kept.over:
        await _end(turn, kept)
    else:
        turn.data[RUNNING] = kept.dump()
        turn.expect(STEP)
        item = bank()[kept.items[kept.at]]
        choices = letters(turn.chat.id, kept.number, item)
        turn.say(
            question(turn, "quiz.question", kept, item),
            *(Button(one, f"quiz.answer:{kept.place}.{one}") for one in choices),
            turn.button("quiz.pause", "quiz.pause"),
        )


@router.button("quiz.answer")
async def tapped(turn: Turn) -> None:
    """A letter that was tapped; one of an older question does not count again."""
    if turn.chat.is_group:
        await quiz_group.tap(turn)
        return
    kept = _load(turn)
    place, _, letter = turn.value.rpartition(".")
    if kept is None:
        await _nothing_runs(turn)
    elif place != kept.place or letter not in _choices(turn, kept):
        turn.say(turn.t("quiz.stale"))
        _enter(turn)
        await ask(turn)
    else:
        _enter(turn)
        await _take(turn, kept, letter)


@router.answer(STEP, again=ask)
async def typed(turn: Turn) -> None:
    """A letter or an option that was typed. Anything else we can answer is answered, and the quiz goes on."""
    kept = _load(turn)
    if kept is None:
        await ask(turn)
        return
    choices = _choices(turn, kept)
    letter = _letter(turn.text, choices) if turn.incoming.kind == "text" else ""
    if letter:
        await _take(turn, kept, letter)
    elif normal(turn.text) in words.listed("quiz.pause_words"):
        await pause(turn)
    else:
        await _in_between(turn, ", ".join(choices))
        await ask(turn)


async def _in_between(turn: Turn, choices: str) -> None:
    """What is no answer: a question that we can answer, the word for the quiz itself, or something unclear."""
    on_question = router.root().on_question
    if normal(turn.text) in words.listed("quiz.words"):
        return
    if on_question is not None and _answerable(turn):
        await on_question(turn)
    else:
        turn.say(turn.t("quiz.tap", letters=choices))


@router.button("quiz.pause")
async def pause(turn: Turn) -> None:
    """Puts the round aside; the menu and the word for the quiz go on with it."""
    kept = None if turn.chat.is_group else _load(turn)
    if kept is None:
        await _nothing_runs(turn)
        return
    if turn.chat.state == STEP:
        menu.pause(turn)
    text = turn.t("quiz.paused", number=kept.at + 1)
    turn.say(text, turn.button("quiz.go_on", "quiz:"), turn.button("menu.menu", "menu:"))
    await _go_on(turn)


async def _take(turn: Turn, kept: Round, letter: str) -> None:
    """Counts an answer, says whether it was right, and asks on."""
    item = bank()[kept.items[kept.at]]
    choices = _choices(turn, kept)
    right = choices[letter] == item.right
    shown = question(turn, "quiz.question", kept, item) + "\n\n" if turn.incoming.pressed else ""
    rule: tuple[Button, ...] = ()
    if right:
        verdict = turn.t("quiz.right", right=item.right)
    else:
        verdict = turn.t("quiz.wrong", letter=letter, right=item.right, rule=truth(turn, item))
        rule = (turn.button("quiz.rule", f"ask.topic:{item.topic}"),)
    turn.show(shown + verdict, *rule)
    kept.answer(right)
    turn.data[RUNNING] = kept.dump()
    await ask(turn)


async def _end(turn: Turn, kept: Round) -> None:
    """The score, what to read again, and another round."""
    _leave(turn)
    of = len(kept.items)
    praise = "all" if kept.right == of else "most" if kept.right * 2 > of else "some"
    parts = [turn.t("quiz.over", right=kept.right, of=of), turn.t(f"quiz.praise_{praise}")]
    listed, buttons = _to_read(turn, kept)
    parts += [turn.t("quiz.read", topics=words.Raw(listed))] if listed else []
    person = await turn.person()
    stored = await scores.keep(turn.db, turn.now, person, kept.right, of)
    parts.append(turn.t("quiz.kept" if stored else "quiz.not_kept" if person else "quiz.not_kept_visitor"))
    board = (turn.button("quiz.board", "quiz.board"),) if stored and person and person.source else ()
    turn.say(
        "\n\n".join(parts), *buttons, turn.button("quiz.again", "quiz:"), *board, turn.button("menu.menu", "menu:")
    )


def _to_read(turn: Turn, kept: Round) -> tuple[str, tuple[Button, ...]]:
    """The topics of the questions that were missed, each once."""
    topics = turn.context.knowledge().topics
    names = dict.fromkeys(bank()[one].topic for one in kept.missed if one in bank())
    return render.choice([topics[name] for name in names if name in topics], "ask.topic")


def _new(turn: Turn) -> Round:
    number = int(turn.data.get(NUMBER, 0))
    turn.data[NUMBER] = number + 1
    return begin_round(turn.chat.id, number, fit(turn, bank()))


def _load(turn: Turn) -> Round | None:
    """The round under way; None when there is none, or one of an older release."""
    try:
        kept = Round(**turn.data[RUNNING])
    except (KeyError, TypeError):
        return None
    return kept if kept.over or kept.items[kept.at] in bank() else None


def _choices(turn: Turn, kept: Round) -> dict[str, str]:
    return {} if kept.over else letters(turn.chat.id, kept.number, bank()[kept.items[kept.at]])


def _letter(text: str, choices: dict[str, str]) -> str:
    """The letter that a text names, by itself or by its option."""
    plain = normal(text)
    named = _LETTER.fullmatch(plain)
    if named and named[1].upper() in choices:
        return named[1].upper()
    return next((letter for letter, option in choices.items() if normal(option) == plain), "")


def _enter(turn: Turn) -> None:
    """The quiz is what goes on here; a form under way is put aside."""
    if turn.chat.state != STEP:
        menu.pause(turn)
        if turn.data.get(menu.PAUSED) == STEP:
            del turn.data[menu.PAUSED]


def _leave(turn: Turn) -> None:
    turn.data.pop(RUNNING, None)
    if turn.chat.state == STEP:
        turn.chat.state = ""
    if turn.data.get(menu.PAUSED) == STEP:
        del turn.data[menu.PAUSED]


async def _nothing_runs(turn: Turn) -> None:
    if turn.chat.is_group:
        return
    turn.say(turn.t("quiz.none_running"), turn.button("quiz.again", "quiz:"), turn.button("menu.menu", "menu:"))
    await _go_on(turn)


async def _go_on(turn: Turn) -> None:
    """After something in between: what was awaited is asked again."""
    if turn.again is not None and turn.chat.state:
        await turn.again(turn)


def _answerable(turn: Turn) -> bool:
    """Whether a text names something we know, or can say a word to."""
    if turn.incoming.kind != "text" or not turn.text:
        return False
    finding = turn.context.knowledge().find(turn.text)
    return finding.status != "unknown" or finding.reason not in ("", "gibberish")
