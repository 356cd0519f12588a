"""`sahabat meeting …`: brings meetings in, publishes them, invites, cancels, and shows what became of it."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from bot.config import Config
    from bot.services.invitations import Invited
    from bot.services.reach import Reach

meeting = typer.Typer(no_args_is_help=True, help="Meetings: import an agenda, invite, see who comes.")
ConfigFile = Annotated[Path | None, typer.Option("--config", help="Configuration file; default: config.toml")]
Key = Annotated[str, typer.Argument(help="From `meeting list`")]
Whom = Annotated[str, typer.Option(help='nobody, all, or for example "region=bima,dompu kind=student"')]


@meeting.command("import")
def import_(file: Path, config: ConfigFile = None) -> None:
    """Imports an agenda (TOML or iCalendar); the same key again updates it, and tells guests what changed."""
    from bot.cli import _now, _with_database
    from bot.meeting_text import report
    from bot.services import agenda, meetings

    async def work(db: Any) -> str:
        found = agenda.read(file)
        async with db.session() as session:
            return report(await meetings.import_agenda(session, _now(), found, reach=_reach(config)))

    _with_database(config, work)


@meeting.command("list")
def list_(config: ConfigFile = None) -> None:
    """All meetings with their state, guests and answers, reminders and what was missed."""
    from bot.cli import _with_database
    from bot.meeting_text import table
    from bot.services import meetings

    async def work(db: Any) -> str:
        async with db.read() as session:
            return table(await meetings.overview(session))

    _with_database(config, work)


@meeting.command("publish")
def publish(key: Key, audience: Whom = "nobody", config: ConfigFile = None) -> None:
    """Opens a meeting for answers and asks an audience (nobody unless said)."""
    from bot.services import invitations
    from bot.services.audience import parse

    chosen = parse(audience)

    async def work(session: Any, found: Any, now: Any) -> str:
        done = await invitations.publish(session, now, found, chosen, _reach(config), by="command line")
        return f"{found.title} is published. {_told(done)}" if chosen else f"{found.title} is published. Nobody asked."

    _with_meeting(config, key, work)


@meeting.command("invite")
def invite(key: Key, audience: Whom, config: ConfigFile = None) -> None:
    """Asks an audience to a published meeting; who was asked before is not asked again."""
    from bot.services import invitations
    from bot.services.audience import parse

    chosen = parse(audience)

    async def work(session: Any, found: Any, now: Any) -> str:
        if chosen is None:
            return "Nobody asked."
        return _told(await invitations.invite(session, now, found, chosen, _reach(config), by="command line"))

    _with_meeting(config, key, work)


@meeting.command("cancel")
def cancel(key: Key, config: ConfigFile = None) -> None:
    """Cancels a meeting: reminders are withdrawn, everyone concerned is told."""
    from bot.meeting_text import report
    from bot.services import meetings

    async def work(session: Any, found: Any, now: Any) -> str:
        if found.status == "cancelled":
            return f"{found.title} is cancelled already."
        return report(await meetings.cancel(session, now, found, _reach(config)))

    _with_meeting(config, key, work)


def _with_meeting(config: Path | None, key: str, work: Callable[[Any, Any, Any], Awaitable[str]]) -> None:
    """Runs `work` on the meeting with this key, in one transaction."""
    from bot.cli import Failed, _now, _with_database
    from storage import meetings

    async def inside(db: Any) -> str:
        async with db.session() as session:
            found = await meetings.by_key(session, key)
            if found is None:
                raise Failed(f"There is no meeting {key!r}: see `sahabat meeting list`.")
            return await work(session, found, _now())

    _with_database(config, inside)


def _told(done: "Invited") -> str:
    left = ", ".join(f"{count} {reason}" for reason, count in done.left_out.items())
    lines = [f"{done.asked} people asked."]
    lines += [f"{done.before} had been asked before."] if done.before else []
    return " ".join([*lines, f"Left out: {left}."] if left else lines)


def _reach(file: Path | None) -> "Reach":
    """The channels and quiet hours of the configuration."""
    from bot.config import load

    return reach_of(load(file))


def reach_of(config: "Config") -> "Reach":
    """How an installation with this configuration sends."""
    from bot.quiet import Quiet
    from bot.services.reach import Reach

    on = {"webchat": config.web.webchat, "telegram": config.telegram.on, "whatsapp": config.whatsapp.on}
    quiet = Quiet(config.quiet.start, config.quiet.end, config.app.timezone)
    return Reach(frozenset(name for name, is_on in on.items() if is_on), quiet)
