"""The quiz in a group: everybody taps, the first tap of each counts, whoever began it (or time) lets it go on."""

from bot import words
from bot.links import private_chat
from bot.messages import Button
from bot.quiz import LETTERS, GroupRound, bank, begin_group, letters
from bot.router import Router
from bot.services import quiz as scores
from bot.turn import Turn
from handlers.quiz_text import NUMBER, RUNNING, fit, question, truth

router = Router("quiz_group")

WAIT = 30  # s after which anybody may go on: who began it may have left
COUNTER = 5  # s between two edits of the counter, so that a group's 20 messages a minute are enough
ABANDONED = 3600  # s after which another round may begin
SHOWN = 10  # names on the board
NAME = 20  # letters of a first name


async def begin(turn: Turn) -> None:
    """A new round, or the question of the one that is played."""
    turn.sensitive = True  # here and below: a member's name and tap are kept no longer than the round
    kept = _load(turn)
    if kept is not None and _now(turn) - kept.asked < ABANDONED:
        turn.say(turn.t("quiz.group_running"))
        _ask(turn, kept)
        return
    number = int(turn.data.get(NUMBER, 0))
    turn.data[NUMBER] = number + 1
    made = begin_group(turn.chat.id, number, fit(turn, bank()), turn.incoming.who, _name(turn), _now(turn))
    if made.items:
        _ask(turn, made)
    else:
        turn.data.pop(RUNNING, None)
        turn.say(turn.t("quiz.empty"))


async def tap(turn: Turn) -> None:
    """A member's answer. It is silent: the counter in the message moves now and then."""
    turn.sensitive = True
    kept = _load(turn)
    place, _, letter = turn.value.rpartition(".")
    if kept is None or place != kept.place or letter not in LETTERS:
        return
    if kept.tap(turn.incoming.who, _name(turn), letter):
        if _now(turn) - kept.shown >= COUNTER:
            kept.shown = _now(turn)
            turn.show(_text(turn, kept), *_buttons(turn, kept))
        turn.data[RUNNING] = kept.dump()


@router.button("quiz.next")
async def go_on(turn: Turn) -> None:
    """Shows the right answer and asks the next question, or ends the round."""
    kept = await _led(turn)
    if kept is None:
        return
    _reveal(turn, kept)
    kept.leave_out(fit(turn, kept.items))
    if kept.over:
        await _end(turn, kept)
    else:
        kept.asked = _now(turn)
        _ask(turn, kept)


@router.button("quiz.end")
async def stop(turn: Turn) -> None:
    """Ends the round here; only a whole round is kept."""
    kept = await _led(turn)
    if kept is None:
        return
    turn.data.pop(RUNNING, None)
    turn.show(turn.t("quiz.group_stopped"))
    if kept.scores:
        turn.say(_board(turn, kept, kept.at), turn.button("quiz.again", "quiz:"))


async def _led(turn: Turn) -> GroupRound | None:
    """The round, if this tap may move it: the question it belongs to is asked now, and it is time or the leader."""
    if not turn.chat.is_group:
        turn.say(turn.t("quiz.none_running"), turn.button("quiz.again", "quiz:"), turn.button("menu.menu", "menu:"))
        if turn.again is not None:
            await turn.again(turn)
        return None
    turn.sensitive = True
    kept = _load(turn)
    if kept is None or turn.value != kept.place:
        return None
    leads = turn.incoming.who == kept.by or _now(turn) - kept.asked >= WAIT
    return kept if leads else None


def _ask(turn: Turn, kept: GroupRound) -> None:
    kept.shown = _now(turn)
    turn.data[RUNNING] = kept.dump()
    turn.say(_text(turn, kept), *_buttons(turn, kept))


def _text(turn: Turn, kept: GroupRound) -> str:
    item = bank()[kept.items[kept.at]]
    return question(turn, "quiz.group_question", kept, item, count=len(kept.taps), by=kept.by_name, seconds=WAIT)


def _buttons(turn: Turn, kept: GroupRound) -> list[Button]:
    choices = letters(turn.chat.id, kept.number, bank()[kept.items[kept.at]])
    return [
        *(Button(one, f"quiz.answer:{kept.place}.{one}") for one in choices),
        turn.button("quiz.group_next", f"quiz.next:{kept.place}"),
        turn.button("quiz.group_end", f"quiz.end:{kept.place}"),
    ]


def _reveal(turn: Turn, kept: GroupRound) -> None:
    """Puts the right answer, its rule and who had it in place of the question."""
    item = bank()[kept.items[kept.at]]
    choices = letters(turn.chat.id, kept.number, item)
    asked = question(turn, "quiz.question", kept, item)
    right = next(letter for letter, option in choices.items() if option == item.right)
    winners = kept.close(right)
    names = ", ".join(winners[:SHOWN]) + (f" +{len(winners) - SHOWN}" if len(winners) > SHOWN else "")
    who = turn.t("quiz.group_winners", names=names) if winners else turn.t("quiz.group_no_winner")
    truly = turn.t("quiz.group_right", letter=right, right=item.right, rule=truth(turn, item))
    link = private_chat(turn.context, turn.chat.channel, f"t_{item.topic}")
    where = {"url": link} if link else {"data": f"ask.topic:{item.topic}"}
    turn.show(f"{asked}\n\n{truly}\n\n{who}", turn.button("quiz.rule", **where))


async def _end(turn: Turn, kept: GroupRound) -> None:
    turn.data.pop(RUNNING, None)
    of = len(kept.items)
    await scores.keep_group(turn.db, turn.now, turn.chat.channel, turn.chat.id, kept.scores, of)
    text = _board(turn, kept, of) if kept.scores else turn.t("quiz.group_nobody")
    turn.say(text, turn.button("quiz.again", "quiz:"))


def _board(turn: Turn, kept: GroupRound, of: int) -> str:
    """Everybody who tapped, the highest score first."""
    order = sorted(kept.scores, key=lambda who: (-kept.scores[who], kept.names[who].casefold()))
    ranks = scores.ranked([kept.scores[who] for who in order])
    lines = [
        turn.t("quiz.board_line", rank=rank, name=kept.names[who], score=kept.scores[who])
        for rank, who in zip(ranks, order, strict=True)
    ]
    more = [turn.t("quiz.group_more", count=len(lines) - SHOWN)] if len(lines) > SHOWN else []
    return turn.t("quiz.group_over", of=of, lines=words.Raw("\n".join([*lines[:SHOWN], *more])))


def _load(turn: Turn) -> GroupRound | None:
    """The round under way; None when there is none, or one of an older release."""
    try:
        kept = GroupRound(**turn.data[RUNNING])
    except (KeyError, TypeError):
        return None
    return None if kept.over or kept.items[kept.at] not in bank() else kept


def _now(turn: Turn) -> int:
    return round(turn.now.timestamp())


def _name(turn: Turn) -> str:
    """The first name shown beside a score; kept no longer than the round."""
    first = turn.incoming.sender_name.split()[:1]
    return first[0][:NAME] if first else turn.t("quiz.somebody")
