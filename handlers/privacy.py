"""Privacy: what is held and why, a copy of all of it, and its erasure."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot import regions, words
from bot.links import private_chat
from bot.router import Router
from bot.services import erasure, personal_data, staff
from bot.services.people import NOTICES, notices_of
from bot.turn import Turn
from storage import files, quiz
from storage.consents import Act
from storage.types import from_ms, to_ms

router = Router("privacy")

CONFIRM_WITHIN = timedelta(hours=1)
FILE_KEPT = timedelta(days=1)
NAMED = ("telegram", "whatsapp", "webchat")


@router.reserve(words.listed("privacy.words"))
@router.command("privasi", "privacy")
@router.button("privacy")
async def show(turn: Turn) -> None:
    """What we hold about this person, why, how long, who else sees it; then the question under way again."""
    if turn.chat.is_group:
        turn.say(turn.t("privacy.group", inbox_days=turn.context.inbox_days))
        return
    notice = turn.t(
        "privacy.notice",
        held=words.Raw(await _held(turn)),
        inbox_days=turn.context.inbox_days,
        outbox_days=turn.context.outbox_days,
        answer_days=turn.context.answer_days,
    )
    turn.say(
        notice,
        turn.button("privacy.download", "privacy.download"),
        turn.button("privacy.erase", "privacy.erase"),
        turn.button("menu.menu", "menu:"),
    )
    if turn.again is not None:
        await turn.again(turn)


async def _held(turn: Turn) -> str:
    person = await turn.person()
    channel = turn.chat.channel
    name = turn.t(f"privacy.channel_{channel}") if channel in NAMED else channel
    lines = [turn.t("privacy.held_address", channel=name)]
    if person is None:
        lines.append(turn.t("privacy.held_visitor"))
    else:
        on = [turn.t(f"register.{one}") for one in NOTICES if one in notices_of(person)]
        region = regions.NAMES.get(person.region) or turn.t("regions.outside")
        kind = turn.t(f"kinds.{person.kind}") if person.kind else turn.t("register.empty")
        news = ", ".join(on) or turn.t("register.none")
        lines.append(turn.t("privacy.held_person", name=person.name, kind=kind, region=region, notices=news))
        rounds = len(await quiz.of_person(turn.db, person.id))
        lines += [turn.t("privacy.held_quiz", count=rounds)] if rounds else []
    held = await personal_data.count(turn.db, turn.chat.id)
    lines.append(turn.t("privacy.held_questions", count=held.questions))
    lines.append(turn.t("privacy.held_messages", count=held.messages))
    return "\n".join(lines)


@router.command("datasaya")
@router.button("privacy.download")
async def download(turn: Turn) -> None:
    """Everything we hold, as a file."""
    if _refused_in_group(turn):
        return
    turn.sensitive = True
    made = _shown(turn.now, turn.context.timezone)
    data = {"note": turn.t("privacy.file_note", at=made), **await personal_data.collect(turn.db, turn.chat.id)}
    name = f"{turn.t('privacy.file_name')}.json"
    file = await files.add(
        turn.db, turn.chat.id, name, "application/json", personal_data.as_json(data), turn.now, FILE_KEPT
    )
    turn.say(turn.t("privacy.file"), file=file)
    if turn.again is not None:
        await turn.again(turn)


@router.command("hapus", "hapusdata")
@router.button("privacy.erase")
async def ask(turn: Turn) -> None:
    """First step: says exactly what goes and what must stay."""
    if not _refused_in_group(turn):
        await _ask(turn, "")


async def _ask(turn: Turn, before: str) -> None:
    text = turn.t("privacy.erase_ask")
    role = await staff.role_of(turn.db, turn.chat.channel, turn.chat.address, turn.context.owners)
    if role is not None:
        text += "\n\n" + turn.t("privacy.erase_staff")
    turn.say(
        before + text,
        turn.button("privacy.erase_yes", f"privacy.confirm:{to_ms(turn.now)}"),
        turn.button("privacy.erase_no", "privacy.keep"),
    )


@router.button("privacy.keep")
async def keep(turn: Turn) -> None:
    """Nothing happened."""
    turn.say(turn.t("privacy.erase_kept"), turn.button("menu.menu", "menu:"))
    if turn.again is not None:
        await turn.again(turn)


@router.button("privacy.confirm")
async def confirm(turn: Turn) -> None:
    """Second step: erases at once. The button of another day asks again."""
    if _refused_in_group(turn):
        return
    asked_at = int(turn.value) if turn.value.isdecimal() else 0
    if turn.now - from_ms(asked_at) > CONFIRM_WITHIN:
        await _ask(turn, turn.t("privacy.erase_late") + "\n\n")
        return
    act = Act(turn.chat.channel, "", turn.language, turn.now)
    await erasure.erase(turn.db, turn.now, turn.chat.id, act)
    turn.finish()
    turn.chat.person_id, turn.chat.stopped_at, turn.chat.source = None, None, ""
    turn.sensitive = True
    turn.say(turn.t("privacy.erased"))


def _refused_in_group(turn: Turn) -> bool:
    if turn.chat.is_group:
        link = private_chat(turn.context, turn.chat.channel, "grup")
        turn.say(turn.t("privacy.group_refused"), *([turn.button("start.private", url=link)] if link else []))
    return turn.chat.is_group


def _shown(now: datetime, zone: ZoneInfo) -> str:
    return now.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")
