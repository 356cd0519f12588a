"""Staff groups: an owner binds a group chat to an office and says what it is for."""

from bot import words
from bot.router import Router
from bot.services import staff
from bot.services.staff import Power, Purpose
from bot.turn import Turn
from storage import staff as store
from storage.models import StaffGroup

router = Router("groups")

OFFICE = 60  # letters of an office's name


@router.command("grupstaf", "staffgroup")
async def bind(turn: Turn) -> None:
    """Binds the group it is written in; what stands behind it is the office."""
    if not turn.chat.is_group:
        turn.say(turn.t("staff.group_private"))
    elif await _is_owner(turn):
        group = await staff.bind(turn.db, turn.now, turn.chat.id, turn.text[:OFFICE], _by(turn))
        _show(turn, group)


@router.button("staff.purpose")
async def switch(turn: Turn) -> None:
    """Turns a purpose on or off."""
    group = await _bound(turn)
    if group is not None and turn.value in set(Purpose):
        await staff.switch(turn.db, turn.now, group, Purpose(turn.value), _by(turn))
        _show(turn, group)


@router.button("staff.bound")
async def done(turn: Turn) -> None:
    """Says what the group gets from now on."""
    group = await _bound(turn)
    if group is None:
        return
    names = [turn.t(f"staff.purpose_{one}") for one in group.purposes.split()]
    turn.show(turn.t("staff.group_saved", purposes=", ".join(names)) if names else turn.t("staff.group_nothing"))


@router.button("staff.unbind")
async def unbind(turn: Turn) -> None:
    """The group is an ordinary one again."""
    group = await _bound(turn)
    if group is not None:
        await staff.unbind(turn.db, turn.now, group, _by(turn))
        turn.show(turn.t("staff.group_unbound"))


def _show(turn: Turn, group: StaffGroup) -> None:
    chosen = group.purposes.split()
    buttons = [
        turn.button(f"staff.{'on' if one in chosen else 'off'}_{one}", f"staff.purpose:{one}") for one in Purpose
    ]
    office = turn.t("staff.group_office", office=group.office) if group.office else ""
    turn.show(
        turn.t("staff.group", office=words.Raw(office)),
        *buttons,
        turn.button("staff.group_done", "staff.bound"),
        turn.button("staff.group_unbind", "staff.unbind"),
    )


async def _bound(turn: Turn) -> StaffGroup | None:
    """This group's binding, if an owner acts; else says so."""
    if not await _is_owner(turn):
        return None
    group = await store.group(turn.db, turn.chat.id)
    if group is None:
        turn.say(turn.t("staff.group_nothing"))
    return group


async def _is_owner(turn: Turn) -> bool:
    role = await staff.role_of(turn.db, turn.chat.channel, turn.incoming.who, turn.context.owners)
    if not staff.may(role, Power.STAFF):
        turn.say(turn.t("staff.group_denied"))
        return False
    return True


def _by(turn: Turn) -> str:
    return f"{turn.chat.channel}:{turn.incoming.who}"
