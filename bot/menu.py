"""The menu: every conversation at most two taps away. Shown by the many that end there."""

from bot.messages import Button
from bot.turn import HELD, Turn

TALK = "talk.here"  # the state while a person of ours has taken over: no form, so never put aside or forgotten
PAUSED = "paused"  # where the state of an interrupted form waits in the conversation's data
CHOICES = ("ask", "meetings", "quiz", "human", "privacy", "language", "help")


def buttons(turn: Turn) -> list[Button]:
    """All there is to do; first the way out of a talk and an interrupted form."""
    first = [turn.button("talk.end", "talk.end")] if HELD in turn.data else []
    first += [turn.button("menu.resume", "resume:")] if turn.data.get(PAUSED) else []
    known = turn.chat.person_id is not None
    mine = turn.button("menu.my_data" if known else "menu.register", "register.begin")
    choices = [name for name in CHOICES if name != "human" or HELD not in turn.data]
    return [*first, mine, *(turn.button(f"menu.{name}", f"{name}:") for name in choices)]


def say_menu(turn: Turn, text: str = "") -> None:
    """Shows the menu under `text`; whatever was awaited is no more, a form is put aside."""
    pause(turn)
    text = text or turn.t("menu.title")
    open_talk = turn.t("talk.still_open") + "\n\n" if HELD in turn.data else ""
    turn.say(open_talk + text, *buttons(turn))


def pause(turn: Turn) -> None:
    """Puts an unfinished form aside: what is typed next is no answer to it, and the menu offers to go on."""
    if turn.chat.state and turn.again is not None:
        turn.data[PAUSED] = turn.chat.state
    turn.chat.state = ""


def resume(turn: Turn) -> bool:
    """Takes the form that was put aside up again; whether there was one. Its question is for the caller to repeat."""
    state = turn.data.pop(PAUSED, "")
    if state:
        turn.chat.state = state
    return bool(state)


def drop(turn: Turn) -> bool:
    """Forgets the form that is being filled in or was put aside; whether there was one."""
    state = "" if turn.chat.state == TALK else turn.chat.state
    state = state or turn.data.get(PAUSED, "")
    turn.chat.state = ""
    turn.data.pop(PAUSED, None)
    turn.data.pop(state.partition(".")[0], None)
    return bool(state)
