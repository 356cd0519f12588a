"""Meetings: what is coming, what happens on each day, and whether to be reminded."""

from collections.abc import Sequence
from datetime import datetime

from bot import meeting_text, words
from bot.messages import Button, fitting
from bot.router import Router
from bot.services import meetings as service
from bot.services import people
from bot.turn import Turn
from storage import guests, reminders
from storage import meetings as store
from storage.consents import Act
from storage.models import Meeting

PAGE = 5
IN_GROUP = 3

router = Router("meetings")


@router.command("rapat", "meetings", "jadwal", "acara", "kegiatan")
@router.word(words.listed("meetings.words"))
@router.button("meetings")
async def coming(turn: Turn) -> None:
    """Meetings that are still to come, and today's; in the middle of a form its question follows."""
    await _list(turn, 0)
    if turn.again is not None:
        await turn.again(turn)


@router.button("meetings.list")
async def page(turn: Turn) -> None:
    """Another page of the list, in the same message."""
    await _list(turn, int(turn.value) if turn.value.isdigit() else 0, changing=True)


@router.button("meetings.show")
async def show(turn: Turn) -> None:
    """One meeting with its days, sessions, place and map; a long one in pages."""
    number, _, part = turn.value.partition(".")
    meeting = await store.by_id(turn.db, int(number)) if number.isdigit() else None
    if meeting is None:
        await _list(turn, 0, above=turn.t("meetings.gone"))
        return
    texts = meeting_text.detail(meeting, turn.language)
    at = min(int(part) if part.isdigit() else 0, len(texts) - 1)
    body, buttons = texts[at], _pages(turn, f"meetings.show:{meeting.id}.", at, len(texts))
    if not turn.incoming.is_group:
        hint, switch = await _reminding(turn)
        body = f"{body}\n\n{hint}"
        buttons += await _answering(turn, meeting)
        buttons += switch
        if meeting.sample:
            buttons.append(turn.button("meetings.try", f"meetings.try:{meeting.id}"))
    buttons += meeting_text.map_button(meeting, turn.language)
    buttons.append(turn.button("meetings.all", "meetings.list:0"))
    if part:
        turn.show(body, *buttons)
    else:
        turn.say(body, *buttons)


@router.button("meetings.try")
async def try_reminder(turn: Turn) -> None:
    """What a reminder looks like, for the sample meeting only."""
    meeting = await store.by_id(turn.db, int(turn.value)) if turn.value.isdigit() else None
    if meeting is None or not meeting.sample:
        await _list(turn, 0, above=turn.t("meetings.gone"))
        return
    reply = meeting_text.reminder(meeting, meeting.days[0], service.ONE_DAY, False, turn.language)
    turn.say(reply.text, *reply.buttons)


@router.button("meetings.mute")
async def mute(turn: Turn) -> None:
    """No reminders of meetings any more, those on their way included."""
    person = await turn.person()
    if person is not None and person.notify_meetings:
        await people.switch(turn.db, turn.now, person, people.notices_of(person) - {"meetings"}, _act(turn))
        await reminders.withdraw_person(turn.db, person.id, "muted")
    turn.say(turn.t("meetings.muted"), turn.button("meetings.unmute", "meetings.unmute"))


@router.button("meetings.unmute")
async def unmute(turn: Turn) -> None:
    """Reminders of meetings from now on."""
    person = await turn.person()
    if person is None:
        turn.say(turn.t("meetings.not_registered"), _register(turn))
        return
    await people.switch(turn.db, turn.now, person, people.notices_of(person) | {"meetings"}, _act(turn))
    stopped = turn.chat.stopped_at is not None
    turn.say(turn.t("meetings.unmuted_stopped" if stopped else "meetings.unmuted"))


async def _list(turn: Turn, offset: int, changing: bool = False, above: str = "") -> None:
    size = IN_GROUP if turn.incoming.is_group else PAGE
    found = await store.not_over(turn.db, _today(turn), size + 1, offset)
    shown = found[:size]
    blocks = [turn.t("meetings.list"), *(meeting_text.line(one, turn.language) for one in shown)]
    if above:
        blocks.insert(0, above)
    if not shown:
        await _nothing(turn)
        return
    blocks.append(turn.t("meetings.group_hint" if turn.incoming.is_group else "meetings.more"))
    buttons = _choices(shown)
    if not turn.incoming.is_group:
        if offset:
            buttons.append(turn.button("meetings.previous", f"meetings.list:{max(0, offset - size)}"))
        if len(found) > size:
            buttons.append(turn.button("meetings.next", f"meetings.list:{offset + size}"))
        if await guests.meetings_of(turn.db, turn.chat.id, turn.chat.person_id, turn.now):
            buttons.append(turn.button("rsvp.mine_button", "rsvp.mine"))
        if await turn.person() is None:
            blocks.append(turn.t("meetings.register_hint"))
            buttons.append(_register(turn))
    (turn.show if changing else turn.say)("\n\n".join(blocks), *_labelled(buttons))


async def _nothing(turn: Turn) -> None:
    """No meeting at all, and how to be told of the next."""
    if turn.incoming.is_group:
        turn.say(turn.t("meetings.none"))
        return
    person = await turn.person()
    if person is None:
        key, buttons = "meetings.none_register", [_register(turn)]
    elif person.notify_meetings:
        key, buttons = "meetings.none_on", []
    else:
        key, buttons = "meetings.none_off", [turn.button("meetings.unmute", "meetings.unmute")]
    turn.say(f"{turn.t('meetings.none')} {turn.t(key)}", *buttons)


async def _reminding(turn: Turn) -> tuple[str, list[Button]]:
    """Whether this person is reminded, and the button that changes it."""
    person = await turn.person()
    if person is None:
        return turn.t("meetings.register_hint"), [_register(turn)]
    if person.notify_meetings:
        return turn.t("meetings.on_hint"), [turn.button("meetings.mute", "meetings.mute")]
    return turn.t("meetings.off_hint"), [turn.button("meetings.unmute", "meetings.unmute")]


async def _answering(turn: Turn, meeting: Meeting) -> list[Button]:
    """To say whether one comes, or to change it, while the meeting takes answers."""
    if meeting.status != "published" or meeting.days[-1].ends_at <= turn.now:
        return []
    guest = await guests.find(turn.db, meeting.id, turn.chat.id, turn.chat.person_id)
    answered = guest is not None and guest.status == "answered"
    return [turn.button("rsvp.change" if answered else "rsvp.answer", f"rsvp:{meeting.id}")]


def _choices(shown: Sequence[Meeting]) -> list[Button]:
    return [Button(fitting(one.title), f"meetings.show:{one.id}") for one in shown]


def _labelled(buttons: list[Button]) -> list[Button]:
    """Few buttons have shorter labels, and titles are of any length."""
    few = sum(1 for button in buttons if button.data) <= 3
    return [Button(fitting(button.label, few), button.data, button.url) for button in buttons]


def _pages(turn: Turn, data: str, at: int, count: int) -> list[Button]:
    buttons = [turn.button("meetings.previous", f"{data}{at - 1}")] if at else []
    return buttons + ([turn.button("meetings.next", f"{data}{at + 1}")] if at + 1 < count else [])


def _register(turn: Turn) -> Button:
    return turn.button("meetings.register", "register.begin")


def _today(turn: Turn) -> datetime:
    """When today began, where the office is."""
    local = turn.now.astimezone(turn.context.timezone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _act(turn: Turn) -> Act:
    return Act(turn.chat.channel, turn.incoming.message or turn.incoming.key, turn.language, turn.now)
