"""The best scores of the month among people who came by the same link, such as those of one campus or meeting."""

from bot import words
from bot.router import Router, normal
from bot.services import quiz as scores
from bot.services import staff
from bot.services.staff import Power
from bot.turn import Turn

router = Router("quiz_board")


@router.word(words.listed("quiz.board_words"))
@router.button("quiz.board")
async def board(turn: Turn) -> None:
    """The scores of one's own source."""
    await show_board(turn, "")
    if turn.again is not None:
        await turn.again(turn)


async def show_board(turn: Turn, tag: str) -> None:
    """The scores of the source `tag` for staff, in any chat; else of one's own, and only in the private chat."""
    role = await staff.role_of(turn.db, turn.chat.channel, turn.incoming.who, turn.context.owners)
    person = await turn.person()
    if tag and staff.may(role, Power.VIEW):
        await _show(turn, tag)
    elif turn.chat.is_group:
        turn.say(turn.t("quiz.board_which" if staff.may(role, Power.VIEW) else "quiz.board_group"))
    elif person is None:
        turn.say(turn.t("quiz.board_visitor"), turn.button("menu.register", "register.begin"))
    elif tag and normal(tag) != normal(person.source):
        turn.say(turn.t("quiz.board_own"))
    elif not person.source:
        turn.say(turn.t("quiz.board_which" if staff.may(role, Power.VIEW) else "quiz.board_no_source"))
    else:
        await _show(turn, person.source)


async def _show(turn: Turn, source: str) -> None:
    best = await scores.board(turn.db, turn.now, turn.context.timezone, source)
    if not best:
        turn.say(turn.t("quiz.board_empty", source=source), turn.button("quiz.play", "quiz:"))
        return
    ranks = scores.ranked([one.score for one in best])
    lines = [
        turn.t("quiz.board_line", rank=rank, name=one.name, score=one.score)
        for rank, one in zip(ranks, best, strict=True)
    ]
    turn.say(turn.t("quiz.board_title", source=source, lines=words.Raw("\n".join(lines))))
