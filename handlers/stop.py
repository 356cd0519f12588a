"""STOP and MULAI, heard in every state and in both languages. Nothing typed so far is lost by them."""

from bot import menu, words
from bot.router import Router
from bot.services import people, tickets
from bot.services.people import notices_of
from bot.turn import HELD, Turn
from storage import staff
from storage.consents import Act

router = Router("stop")


@router.reserve(words.listed("stop.words"))
@router.command("stop", "berhenti", "unsubscribe")
async def stop(turn: Turn) -> None:
    """From now on replies only; a form under way waits where it is. Staff must not lose their alarms by it."""
    if turn.chat.is_group and await staff.group(turn.db, turn.chat.id) is not None:
        turn.say(turn.t("stop.staff_group"))
        return
    if HELD in turn.data:
        await tickets.end(turn.db, turn.now, turn.chat.id, "stopped")
        del turn.data[HELD]
        turn.chat.state = "" if turn.chat.state == menu.TALK else turn.chat.state
    if turn.chat.stopped_at is None:
        await people.stop(turn.db, turn.now, turn.chat.id, turn.chat.person_id, _act(turn))
        turn.chat.stopped_at = round(turn.now.timestamp() * 1000)
    text = turn.t("stop.stopped")
    if turn.again is not None or turn.data.get(menu.PAUSED):
        text += " " + turn.t("stop.draft_kept")
    turn.say(text)


@router.reserve(words.listed("stop.start_words"))
async def start_again(turn: Turn) -> None:
    """After a STOP the earlier switches count again; for everybody else it is the menu."""
    if turn.chat.stopped_at is None:
        await _go_on(turn, "")
        return
    await people.resume(turn.db, turn.chat.id, turn.chat.person_id, _act(turn))
    turn.chat.stopped_at = None
    person = await turn.person()
    if person is None:
        await _go_on(turn, turn.t("stop.started_visitor"))
    elif notices := notices_of(person):
        names = ", ".join(turn.t(f"register.{name}") for name in people.NOTICES if name in notices)
        await _go_on(turn, turn.t("stop.started", notices=names))
    else:
        turn.say(turn.t("stop.started_nothing"), turn.button("stop.choose", "register.change:notices"))


async def _go_on(turn: Turn, text: str) -> None:
    """A form under way goes on with its question, everything else with the menu."""
    if turn.again is None:
        menu.say_menu(turn, text)
        return
    if text:
        turn.say(text)
    await turn.again(turn)


def _act(turn: Turn) -> Act:
    return Act(turn.chat.channel, turn.incoming.key, turn.language, turn.now)
