"""What all conversations about changing topics share: who may, and how a step that failed is told."""

import zlib
from collections.abc import Sequence

from bot import topic_sheet
from bot.services import reviewers, staff
from bot.services.reviewers import Editor
from bot.services.staff import Power
from bot.services.topics import Refused
from bot.turn import Turn
from knowledge import Index, TopicError
from storage import staff as staff_store
from storage.models import TopicRevision

LIMIT = 3000  # letters of a field's value in a message that says more


async def allowed(turn: Turn) -> bool:
    """Whether the person who acts may change topics, in a private chat; else says so."""
    role = await staff.role_of(turn.db, turn.chat.channel, turn.incoming.who, turn.context.owners)
    if turn.chat.is_group:
        turn.say(turn.t("edit.in_private"))
    elif role is None:
        turn.say(turn.t("staff.not_staff"))
    elif not staff.may(role, Power.TOPICS):
        turn.say(turn.t("staff.not_allowed", role=turn.t(f"staff.role_{role}")))
    else:
        return True
    leave(turn)
    return False


async def editor(turn: Turn) -> Editor:
    """Who acts, by the name that is known of them."""
    found = await staff_store.active(turn.db, turn.chat.channel, turn.incoming.who)
    person = await turn.person()
    name = (found.name if found else "") or (person.name if person else "") or turn.incoming.sender_name
    return Editor(f"{turn.chat.channel}:{turn.incoming.who}", name)


def refused(turn: Turn, error: Refused) -> None:
    """Says why a step cannot be taken now."""
    values = dict(error.values)
    if "at" in values:
        values["at"] = topic_sheet.when(values["at"], turn.context.timezone, turn.language)  # type: ignore[arg-type]  # a moment by its name
    turn.say(turn.t(f"edit.refused_{error.key}", **values), turn.button("edit.menu_button", "edit"))


def wrong(turn: Turn, error: TopicError) -> str:
    """What the checks found, in words."""
    return topic_sheet.wrong(turn.language, error)


def index(turn: Turn) -> Index | None:
    """The topics in force; None while they cannot be read."""
    try:
        return turn.context.knowledge()
    except Exception:  # noqa: BLE001 - whoever mends the topics must not be stopped by their being broken
        return None


def changed(turn: Turn) -> None:
    """Has the new set taken over as soon as it is safe."""
    turn.db.info["after_commit"].append(turn.context.topics_changed)


def leave(turn: Turn) -> None:
    """A step of ours is over; the step of another conversation stays."""
    if turn.chat.state.startswith("edit."):
        turn.chat.state = ""
        turn.data.pop("edit", None)


def cut(turn: Turn, text: str) -> str:
    """A value short enough to stand among other words."""
    return text if len(text) <= LIMIT else f"{text[:LIMIT].rstrip()}… {turn.t('answer.cut')}"


async def second_person(turn: Turn, *authors: str) -> bool:
    """Whether there is somebody else to sign."""
    return bool(await reviewers.others(turn.db, turn.context.owners, *authors))


def sights(drafts: Sequence[TopicRevision]) -> str:
    """A short sign of some drafts as they are now, by which to know whether one has changed since."""
    return f"{zlib.crc32(str([(one.id, one.edits) for one in drafts]).encode()):x}"
