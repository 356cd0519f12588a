"""Help, and the two ways out of a form: cancel and back."""

from bot import menu, words
from bot.router import Router
from bot.turn import Turn

router = Router("help")


@router.reserve(words.listed("help.words"))
@router.command("bantuan", "help")
@router.button("help")
async def show_help(turn: Turn) -> None:
    """What can be done and which words always work; then the question under way again."""
    if turn.chat.is_group:
        turn.say(turn.t("help.group"))
        return
    turn.say(turn.t("help.text"), turn.button("menu.human", "human:"), turn.button("menu.all", "menu:"))
    if turn.again is not None:
        await turn.again(turn)


@router.reserve(words.listed("help.cancel_words"))
@router.command("batal", "cancel")
async def cancel(turn: Turn) -> None:
    """Forgets the form under way (or put aside) and nothing else."""
    menu.say_menu(turn, turn.t("help.cancelled" if menu.drop(turn) else "help.nothing_to_cancel"))


@router.reserve(words.listed("help.back_words"))
@router.command("kembali", "back")
async def back(turn: Turn) -> None:
    """The question before; outside a form the menu."""
    if turn.back is not None:
        await turn.back(turn)
    elif turn.again is not None:
        await turn.again(turn)
    else:
        menu.say_menu(turn)
