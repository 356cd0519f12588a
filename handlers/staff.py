"""The staff's entrance: one-time links, the menu, open questions, and who is staff."""

from bot import notices, words
from bot.links import private_chat
from bot.messages import Button, fitting
from bot.router import Router
from bot.services import staff
from bot.services.staff import Invitation, Power, Role
from bot.text import escape
from bot.turn import Turn
from storage import questions as store
from storage import tickets
from storage.models import Question, Staff

router = Router("staff")

SHOWN = 8  # of the waiting questions, the oldest
LISTED = 9  # names with a button; there are seldom more in an office


@router.start("s")
async def link(turn: Turn) -> None:
    """Somebody opened a one-time link: it is used only by the press of a button."""
    turn.sensitive = True
    if turn.chat.is_group:
        turn.say(turn.t("staff.link_private"))
        return
    token = turn.text.partition("_")[2]
    role = await _role(turn)
    if role is not None:
        turn.say(turn.t("staff.already_staff", role=_name(turn, role)))
        return
    found = await staff.look_at_link(turn.db, turn.now, token, _by(turn))
    if found.role is None:
        turn.say(_refused(turn, found))
    else:
        welcome = turn.t("staff.welcome_link", role=_name(turn, found.role))
        turn.say(welcome, turn.button("staff.accept", f"staff.accept:{token}"))


@router.button("staff.accept")
async def accept(turn: Turn) -> None:
    """Uses the link up."""
    turn.sensitive = True
    role = await _role(turn)
    if role is not None:
        turn.say(turn.t("staff.already_staff", role=_name(turn, role)))
        return
    person = await turn.person()
    name = turn.incoming.sender_name or (person.name if person else "")
    channel, who = turn.chat.channel, turn.incoming.who
    found = await staff.use_link(turn.db, turn.now, turn.value, channel, who, name)
    if found.role is None:
        turn.say(_refused(turn, found))
    else:
        turn.say(turn.t("staff.accepted", role=_name(turn, found.role)))
        await menu(turn)


@router.command("staf", "staff")
@router.word(words.listed("staff.words"))
@router.button("staff")
async def menu(turn: Turn) -> None:
    """What this person may do as staff."""
    if turn.chat.is_group:
        turn.say(turn.t("staff.in_private"))
        return
    role = await _role(turn)
    if role is None:
        turn.say(turn.t("staff.not_staff"))
        return
    waiting = await store.count_open(turn.db)
    buttons = []
    if staff.may(role, Power.ANSWER) or staff.may(role, Power.VIEW):
        buttons.append(Button(turn.t("staff.open_button", count=waiting), "staff.open"))
    if staff.may(role, Power.ANSWER):
        buttons.append(Button(turn.t("desk.list_button", count=await tickets.count_open(turn.db)), "desk.list"))
    if staff.may(role, Power.TOPICS):
        buttons.append(turn.button("staff.topics_button", "edit"))
    if staff.may(role, Power.TOPICS):
        buttons.append(turn.button("staff.fixes_button", "fixes"))
    if staff.may(role, Power.STAFF):
        buttons.append(turn.button("staff.invite_button", "staff.invite"))
        buttons.append(turn.button("staff.list_button", "staff.list"))
    turn.say(turn.t("staff.menu", role=_name(turn, role), open=waiting), *buttons)


@router.button("staff.open")
async def waiting(turn: Turn) -> None:
    """The questions that wait, the oldest first."""
    if not await _allowed(turn, Power.VIEW):
        return
    found = await store.oldest_open(turn.db, SHOWN)
    if not found:
        turn.say(turn.t("staff.none_open"))
        return
    asked = [(one, store.unseal(turn.db, one.text)) for one in found]
    people = await store.people(turn.db, [one.id for one in found])
    many = {number: turn.t("staff.people_count", people=count) for number, count in people.items() if count > 1}
    lines = "\n".join(f"{one.id}. {escape(_line_of(text))}{many.get(one.id, '')}" for one, text in asked)
    buttons = [Button(fitting(f"{one.id}. {text}", few=True), f"staff.question:{one.id}") for one, text in asked]
    title = turn.t("staff.open_list", count=await store.count_open(turn.db))
    turn.say(f"{title}\n\n{lines}", *buttons)


@router.button("staff.question")
async def show(turn: Turn) -> None:
    """One question in full, with what can be done."""
    if not await _allowed(turn, Power.VIEW):
        return
    question = await turn.db.get(Question, int(turn.value)) if turn.value.isdecimal() else None
    if question is None or question.status != store.OPEN:
        turn.say(turn.t("staff.not_open", number=turn.value) if question else turn.t("staff.no_question"))
        return
    asker = await store.chat_of(turn.db, question)
    zone = turn.context.timezone
    about = notices.about(turn.language, question.asked_at, zone, asker.language, question.reason)
    asked = store.unseal(turn.db, question.text)
    people = (await store.people(turn.db, [question.id])).get(question.id, 1)
    reply = notices.question(turn.language, question.id, asked, about, is_group=False, people=people)
    turn.say(reply.text, *reply.buttons)


@router.button("staff.invite")
async def invite(turn: Turn) -> None:
    """Asks for the role of a new member of staff, then makes the link."""
    if not await _allowed(turn, Power.STAFF):
        return
    if turn.value not in set(Role):
        turn.say(turn.t("staff.invite"), *(Button(_name(turn, one), f"staff.invite:{one}") for one in Role))
        return
    hours = staff.INVITATION_HOURS
    token = await staff.make_link(turn.db, turn.now, role=turn.value, by=_by(turn), hours=hours)
    turn.sensitive = True
    links = [private_chat(turn.context, channel, f"s_{token}") for channel in turn.context.bots]
    if turn.context.public_url:
        links.append(f"{turn.context.public_url.rstrip('/')}/?start=s_{token}")
    shown = "\n".join(escape(one) for one in links if one)
    command = turn.t("staff.invitation_command", token=token)
    turn.say(
        turn.t("staff.invitation", role=_name(turn, Role(turn.value)), links=words.Raw(f"{shown}\n\n{command}".strip()))
    )


@router.button("staff.list")
async def people(turn: Turn) -> None:
    """Who is staff, each with a button to take the role away."""
    if not await _allowed(turn, Power.STAFF):
        return
    found = await staff.everybody(turn.db)
    if not found:
        turn.say(turn.t("staff.people_none"))
        return
    lines = "\n".join(_line(turn, one) for one in found)
    buttons = [
        Button(fitting(f"{one.id}. {one.name or turn.t('staff.unnamed')}", few=True), f"staff.remove:{one.id}")
        for one in found[:LISTED]
    ]
    turn.say(turn.t("staff.people", lines=words.Raw(lines)), *buttons)


@router.button("staff.remove")
async def remove(turn: Turn) -> None:
    """Asks before a role is taken away."""
    found = await _member(turn)
    if found is not None:
        question = turn.t("staff.remove_ask", name=_called(turn, found), role=_name(turn, Role(found.role)))
        yes = turn.button("staff.remove_yes", f"staff.removed:{found.id}")
        turn.say(question, yes, turn.button("staff.remove_no", "staff.list"))


@router.button("staff.removed")
async def removed(turn: Turn) -> None:
    """Takes the role away."""
    found = await _member(turn)
    if found is not None:
        await staff.remove(turn.db, turn.now, found.id, by=_by(turn))
        turn.show(turn.t("staff.removed", name=_called(turn, found)))


async def _member(turn: Turn) -> Staff | None:
    """The member of staff a button names; says so when there is none."""
    if not await _allowed(turn, Power.STAFF):
        return None
    found = await turn.db.get(Staff, int(turn.value)) if turn.value.isdecimal() else None
    if found is None or found.removed_at is not None:
        turn.say(turn.t("staff.remove_gone"))
        return None
    return found


async def _allowed(turn: Turn, power: Power) -> bool:
    """Whether the person who acts has this power, in a private chat; else says so."""
    role = await _role(turn)
    if turn.chat.is_group:
        turn.say(turn.t("staff.in_private"))
    elif role is None:
        turn.say(turn.t("staff.not_staff"))
    elif not staff.may(role, power):
        turn.say(turn.t("staff.not_allowed", role=_name(turn, role)))
    else:
        return True
    return False


async def _role(turn: Turn) -> Role | None:
    return await staff.role_of(turn.db, turn.chat.channel, turn.incoming.who, turn.context.owners)


def _refused(turn: Turn, found: Invitation) -> str:
    return turn.t("staff.link_locked" if found.locked else "staff.link_wrong")


def _name(turn: Turn, role: Role) -> str:
    return turn.t(f"staff.role_{role}")


def _called(turn: Turn, one: Staff) -> str:
    return one.name or turn.t("staff.unnamed")


def _line(turn: Turn, one: Staff) -> str:
    office = f" ({one.office})" if one.office else ""
    return turn.t(
        "staff.person_line",
        number=one.id,
        name=_called(turn, one),
        role=_name(turn, Role(one.role)),
        office=office,
    )


def _line_of(text: str, limit: int = 100) -> str:
    """The beginning of a question on one line."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def _by(turn: Turn) -> str:
    return f"{turn.chat.channel}:{turn.incoming.who}"
