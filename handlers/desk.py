"""The staff's side of a talk: take it, write, hand it back, end it."""

from bot import menu, talk_text
from bot.messages import Button, fitting
from bot.router import Router
from bot.services import staff, tickets
from bot.services.staff import Power
from bot.services.tickets import Fate
from bot.text import escape
from bot.turn import Turn
from handlers.answering import by, fits, may_answer
from storage import staff as staff_store
from storage import tickets as store
from storage.models import Ticket

router = Router("desk")

WRITING = "desk.writing"  # the next text goes to the person of the talk in data["desk"]
SHOWN = 8  # talks in the list


@router.button("desk.take")
async def take(turn: Turn) -> None:
    """One gets it; the others hear who."""
    ticket = await _chosen(turn)
    if ticket is None:
        return
    name = await _name(turn)
    if not await tickets.claim(turn.db, turn.now, ticket, turn.chat.id, by(turn), name):
        await _say_state(turn, ticket)


@router.reply("desk")
async def replied(turn: Turn) -> None:
    """A reply to one of a talk's messages goes to the person."""
    ticket = await _mine(turn, str(turn.replied.source_id) if turn.replied else "")
    if ticket is not None and await fits(turn):
        await _tell(turn, ticket)


@router.button("desk.answer")
async def answer(turn: Turn) -> None:
    """Where there is no replying: asks for the next message to the person."""
    ticket = await _mine(turn, turn.value)
    if ticket is not None:
        menu.pause(turn)
        turn.data["desk"] = ticket.id
        turn.expect(WRITING)
        await _ask(turn)


async def _ask(turn: Turn) -> None:
    turn.say(turn.t("desk.write", number=turn.data.get("desk", 0)))


@router.answer(WRITING, again=_ask, free=True)
async def written(turn: Turn) -> None:
    """The text goes to the person of the talk chosen before."""
    if not await fits(turn):
        return
    turn.chat.state = ""
    ticket = await _mine(turn, str(turn.data.pop("desk", "")))
    if ticket is not None:
        await _tell(turn, ticket)


@router.button("desk.drop")
async def drop(turn: Turn) -> None:
    """Hands a talk back, for a colleague to take."""
    ticket = await _mine(turn, turn.value, or_owner=True)
    if ticket is not None and await tickets.release(turn.db, turn.now, turn.context.owners, ticket, by(turn)):
        turn.say(turn.t("desk.released", number=ticket.id))


@router.button("desk.close")
async def close(turn: Turn) -> None:
    """Ends a talk; the bot answers that person again."""
    ticket = await _mine(turn, turn.value, or_owner=True)
    if ticket is None:
        return
    name = await _name(turn)
    if await tickets.close(turn.db, turn.now, ticket, "staff", by=by(turn), name=name):
        turn.say(turn.t("desk.closed", number=ticket.id))


@router.button("desk.list")
async def waiting(turn: Turn) -> None:
    """The talks that wait for somebody and those in this person's hands; for an owner in anybody's."""
    if not await may_answer(turn):
        return
    found = await store.oldest(turn.db, None if await _is_owner(turn) else by(turn), SHOWN)
    if not found:
        turn.say(turn.t("desk.none"))
        return
    lines, buttons = [], []
    for ticket in found:
        ((_, said), *_) = await store.said(turn.db, ticket.id, 1) or [(False, "")]
        first = " ".join(said.split())[:100]
        lines.append(f"{ticket.id}. {escape(first)}")
        buttons.append(Button(fitting(f"{ticket.id}. {first}", few=True), f"desk.show:{ticket.id}"))
    turn.say(turn.t("desk.waiting") + "\n\n" + "\n".join(lines), *buttons)


@router.button("desk.show")
async def show(turn: Turn) -> None:
    """One talk, with what can be done."""
    ticket = await _chosen(turn)
    if ticket is None:
        return
    if ticket.status == store.OPEN:
        reply = talk_text.call(turn.language, ticket, *await tickets.about(turn.db, ticket, turn.language))
    elif ticket.status == store.CLAIMED and ticket.claimed_by == by(turn):
        who, said = await tickets.about(turn.db, ticket, turn.language)
        reply = talk_text.taken(turn.language, ticket, who, said, turn.chat.is_group)
    else:
        await _say_state(turn, ticket)
        return
    turn.say(reply.text, *reply.buttons)


async def _tell(turn: Turn, ticket: Ticket) -> None:
    """Silent when it went, as in any talk; a word when it did not."""
    text, corrected = turn.incoming.text, turn.incoming.edited
    fate = await tickets.tell(turn.db, turn.now, ticket, text, by(turn), corrected)
    if fate is Fate.SENT and not turn.chat.is_group:
        turn.say(turn.t("desk.sent", number=ticket.id), *talk_text.in_hand(turn.language, ticket, False))
    elif fate is not Fate.SENT:
        turn.say(turn.t(f"desk.not_sent_{fate}", number=ticket.id))


async def _chosen(turn: Turn) -> Ticket | None:
    """The talk a button names, if this person may answer; else says so."""
    if not await may_answer(turn):
        return None
    return await _found(turn, turn.value)


async def _found(turn: Turn, number: str) -> Ticket | None:
    ticket = await store.by_id(turn.db, int(number)) if number.isdecimal() else None
    if ticket is None:
        turn.say(turn.t("desk.gone"))
    return ticket


async def _mine(turn: Turn, number: str, or_owner: bool = False) -> Ticket | None:
    """A talk in the hands of whoever acts (an owner may also end or move others' talks); else says how it stands."""
    if not await may_answer(turn):
        return None
    ticket = await _found(turn, number)
    if ticket is None:
        return None
    if ticket.status == store.CLAIMED and (ticket.claimed_by == by(turn) or (or_owner and await _is_owner(turn))):
        return ticket
    await _say_state(turn, ticket)
    return None


async def _is_owner(turn: Turn) -> bool:
    role = await staff.role_of(turn.db, turn.chat.channel, turn.incoming.who, turn.context.owners)
    return staff.may(role, Power.STAFF)


async def _say_state(turn: Turn, ticket: Ticket) -> None:
    """Who has it, with what this person may do about that."""
    await turn.db.refresh(ticket)
    name = ticket.claimed_name or turn.t("staff.somebody")
    buttons: tuple[Button, ...] = ()
    if ticket.status == store.OPEN:
        buttons = (turn.button("desk.take", f"desk.take:{ticket.id}"),)
    elif ticket.status == store.CLAIMED and await _is_owner(turn):
        buttons = talk_text.in_hand(turn.language, ticket, is_group=True)
    turn.say(turn.t(f"desk.is_{ticket.status}", number=ticket.id, name=name), *buttons)


async def _name(turn: Turn) -> str:
    """How colleagues know who acts: by the chat, else by the list of staff."""
    if turn.incoming.sender_name:
        return turn.incoming.sender_name
    found = await staff_store.active(turn.db, turn.chat.channel, turn.incoming.who)
    return found.name if found else ""
