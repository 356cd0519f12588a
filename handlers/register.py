"""Registration: consent first, then name, role, region and news; later each of them can be changed."""

from datetime import datetime

from bot import menu, regions, words
from bot.form import Answers, Form, Step
from bot.links import private_chat
from bot.messages import Button
from bot.router import Router
from bot.services import people
from bot.services.people import KINDS, NOTICES, Details, notices_of
from bot.turn import Turn
from handlers import register_steps as steps
from storage.consents import Act
from storage.models import Person

router = Router("register")

FIELDS = {
    "name": ("name",),
    "kind": ("kind",),
    "region": ("island", "region"),
    "notices": ("notices", "switches", "chosen"),
    "organisation": ("organisation",),
}


async def done(turn: Turn, answers: Answers) -> None:
    """Keeps what was told: a new person, or the correction of one."""
    act = Act(turn.chat.channel, turn.incoming.key, turn.language, turn.now)
    details = _details(turn, answers)
    person = await turn.person()
    if person is None:
        given = answers["consent"]
        consent = Act(turn.chat.channel, given["key"], given["language"], datetime.fromisoformat(given["at"]))
        person = await people.register(
            turn.db, turn.now, details, given["version"], consent, turn.chat.id, turn.chat.source
        )
        turn.chat.person_id = person.id
        text = turn.t("register.done", name=person.name, summary=words.Raw(summary(turn, person)))
    else:
        before = notices_of(person)
        await people.change(turn.db, turn.now, person, details, act)
        text = turn.t("register.changed", summary=words.Raw(summary(turn, person)))
        if details.notices == before:
            turn.say(text, *_changes(turn, person))
            return
    if turn.chat.stopped_at is not None:
        text += "\n\n" + await _after_stop(turn, details, act)
    turn.say(text, *_changes(turn, person))


async def _after_stop(turn: Turn, details: Details, act: Act) -> str:
    """Who chooses news after a STOP wants it again; who chooses none is reminded of the STOP."""
    if not details.notices:
        return turn.t("register.still_stopped")
    await people.resume(turn.db, turn.chat.id, turn.chat.person_id, act)
    turn.chat.stopped_at = None
    return turn.t("register.started_again")


def _details(turn: Turn, answers: Answers) -> Details:
    island = answers["island"]
    choice = answers["notices"]
    chosen = NOTICES if choice == "everything" else () if choice == "nothing" else answers.get("switches", ())
    return Details(
        name=answers["name"],
        kind=answers["kind"],
        region=island if regions.is_region(island) and "region" not in answers else answers["region"],
        notices=frozenset(chosen),
        organisation=answers.get("organisation", ""),
        language=turn.language,
    )


form = Form(
    steps.NAME,
    [
        Step("consent", steps.ask_consent, steps.read_consent),
        Step("name", steps.ask_name, steps.read_name),
        Step("kind", steps.ask_kind, steps.read_kind),
        Step("island", steps.ask_island, steps.read_island),
        Step("region", steps.ask_region, steps.read_region, skip=lambda answers: regions.is_region(answers["island"])),
        Step("notices", steps.ask_notices, steps.read_notices),
        Step("switches", steps.ask_switches, steps.read_switches, skip=lambda answers: answers["notices"] != "choose"),
        Step(
            "organisation",
            steps.ask_organisation,
            steps.read_organisation,
            skip=lambda answers: not answers.get("wants"),
        ),
    ],
    done,
    router,
)


@router.word(words.listed("register.words") + words.listed("register.mine_words"))
@router.command("daftar", "register", "profil")
@router.button("register.begin")
@router.start("daftar")
async def begin(turn: Turn) -> None:
    """Starts, goes on where it was left, or shows what is held already."""
    if turn.chat.is_group:
        link = private_chat(turn.context, turn.chat.channel, "daftar")
        turn.say(turn.t("register.group"), *([turn.button("start.private", url=link)] if link else []))
        return
    if not form.active(turn):
        menu.pause(turn)
    person = await turn.person()
    if person is not None:
        turn.say(turn.t("register.mine", summary=words.Raw(summary(turn, person))), *_changes(turn, person))
        return
    if str(turn.data.get(menu.PAUSED, "")).startswith("register."):
        menu.resume(turn)
    answers = form.answers(turn)
    answers.pop("shown", None)
    if answers:
        turn.say(turn.t("register.resumed"))
    await form.begin(turn)


@router.button("register.toggle")
async def toggle(turn: Turn) -> None:
    """Turns one switch over, in the message itself."""
    if turn.chat.state != "register.switches" or turn.value not in NOTICES:
        turn.say(turn.t("form.over"))
        return
    answers = form.answers(turn)
    answers["chosen"] = [one for one in NOTICES if (one in answers.get("chosen", [])) != (one == turn.value)]
    turn.show(turn.t("register.switches"), *steps.switches(turn, answers))


@router.button("register.change")
async def change(turn: Turn) -> None:
    """Asks one thing anew; the rest stays."""
    person = await turn.person()
    if person is None:
        turn.say(turn.t("register.not_registered"), turn.button("menu.register", "register.begin"))
        return
    menu.pause(turn)
    answers = form.answers(turn)
    answers.clear()
    answers.update(_held(person))
    for name in FIELDS.get(turn.value, ()):
        answers.pop(name, None)
    if turn.value == "notices":
        answers["chosen"] = [one for one in NOTICES if one in notices_of(person)]
    if turn.value == "organisation":
        answers["wants"] = True
    await form.begin(turn)


def _held(person: Person) -> Answers:
    """A person's row as answers of the form."""
    on = notices_of(person)
    held: Answers = {"name": person.name, "kind": person.kind, "island": person.region}
    return {
        **{name: value for name, value in held.items() if value},  # a list may have left some open: they are asked
        "consent": {},
        "notices": "choose",
        "switches": [one for one in NOTICES if one in on],
        "organisation": person.organisation,
    }


def summary(turn: Turn, person: Person) -> str:
    """What is held, line by line."""
    on = notices_of(person)
    names = ", ".join(turn.t(f"register.{one}") for one in NOTICES if one in on)
    return turn.t(
        "register.summary",
        name=person.name,
        kind=turn.t(f"kinds.{person.kind}") if person.kind in KINDS else turn.t("register.empty"),
        region=regions.NAMES.get(person.region) or turn.t("regions.outside"),
        organisation=person.organisation or turn.t("register.empty"),
        notices=names or turn.t("register.none"),
    )


def _changes(turn: Turn, person: Person) -> list[Button]:
    labels = {one: f"register.change_{one}" for one in FIELDS}
    if not person.organisation:
        labels["organisation"] = "register.add_organisation"
    return [
        *(turn.button(label, f"register.change:{one}") for one, label in labels.items()),
        turn.button("menu.menu", "menu:"),
    ]
