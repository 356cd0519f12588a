"""The command `sahabat`. Exit status 0 done, 1 failed with one plain sentence on stderr, 2 wrong usage."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands_knowledge import knowledge
from bot.commands_meeting import meeting

if TYPE_CHECKING:
    from bot.config import Config

# Whatever only one command needs is imported where it is used: `sahabat ask` must answer within a second.

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
people = typer.Typer(no_args_is_help=True, help="People: import and export lists.")
staff = typer.Typer(no_args_is_help=True, help="Staff: who may do what, and one-time links.")
for group, name in ((meeting, "meeting"), (people, "people"), (staff, "staff"), (knowledge, "knowledge")):
    app.add_typer(group, name=name)

ConfigFile = Annotated[Path | None, typer.Option("--config", help="Configuration file; default: config.toml")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts")]


@app.callback()
def sahabat() -> None:
    """Sahabat: a chatbot with which an election supervisor works together with the people around it."""


class Failed(Exception):
    """The command could not do what it should; the text says why in one sentence."""


def main() -> None:
    """Runs the command line. A mistake of ours shows its trace, every other one is a sentence."""
    os.umask(0o077)  # what we write is the office's, not everybody's on this machine
    try:
        app(prog_name="sahabat")
    except BrokenPipeError:
        sys.stdout = None  # `sahabat ask … | head` is no error
    except Exception as error:
        if not isinstance(error, _expected()):
            raise
        typer.echo(str(error), err=True)
        sys.exit(1)


def _expected() -> tuple[type[Exception], ...]:
    """Errors whose text is meant for whoever typed the command."""
    from bot.app import SchemaOld
    from bot.config_errors import ConfigError
    from bot.services.agenda import AgendaError
    from bot.services.audience import AudienceError
    from bot.services.invitations import NotOpen
    from bot.services.people_file import PeopleFileError
    from bot.web.app import CannotListen
    from knowledge import TopicError
    from storage.engine import DatabaseDown
    from storage.sealing import SealBroken

    known = (Failed, ConfigError, SchemaOld, AgendaError, AudienceError, NotOpen, PeopleFileError, CannotListen)
    return (*known, TopicError, DatabaseDown, SealBroken)


@app.command()
def run(config: ConfigFile = None) -> None:
    """Web chat, channels, sender and clock in one process."""
    import uvloop

    settings = _begin(config)
    uvloop.run(_run(settings))


async def _run(config: "Config") -> None:
    from bot.app import App, open_database, run_until_stopped

    _say("Preparing the database…")
    application = App(config, db=open_database(config))
    await application.prepare()
    _say("Starting…")
    await run_until_stopped(application, _welcome)


async def _welcome(application: Any) -> None:
    config: Config = application.config
    lines = ["", "Sahabat is running. Ctrl-C stops it.", ""]
    if config.web.webchat:
        lines += [f"  Web chat    {application.address}/", f"  Staff link  {await application.staff_link()}"]
        lines += ["              (makes whoever opens it first the owner; works once, for one hour)"]
    if config.telegram.on:
        lines.append(f"  Telegram    on, by {config.telegram.mode}")
    else:
        lines += ["  Telegram    off. To connect: get a token from @BotFather, then start with", ""]
        lines += ["              SAHABAT__TELEGRAM__TOKEN=… scripts/run"]
    _say("\n".join([*lines, ""]))


@app.command()
def migrate(config: ConfigFile = None) -> None:
    """Brings the database to the newest schema."""
    from storage.migrate import newest, upgrade

    async def work() -> None:
        async with _database(_begin(config)) as db:
            changed = await upgrade(db)
            _say(f"The schema is at {newest()}" + (" now." if changed else " already."))

    asyncio.run(work())


@app.command()
def doctor(config: ConfigFile = None) -> None:
    """Checks configuration, database, tokens and webhooks; exit status 1 if something is wrong."""
    from bot.config import load
    from bot.config_errors import ConfigError
    from bot.doctor import examine, refused

    try:
        findings = asyncio.run(examine(load(config)))
    except ConfigError as error:
        findings = [refused(error)]
    for one in findings:
        typer.echo(f"{'ok   ' if one.ok else 'wrong'}  {one.name}: {one.message}")
        if not one.ok and one.mend:
            typer.echo(f"       → {one.mend}")
    if not all(one.ok for one in findings):
        raise typer.Exit(1)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in everyday words")] = "",
    as_json: AsJson = False,
    lines: Annotated[
        bool, typer.Option("--jsonl", help="Read questions as JSON lines, write answers likewise")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Answers a question about Pilkada and Pemilu, without a database or a channel."""
    from bot.asked import answer, answer_lines, data_folder, use, with_version

    use(data_folder(config))
    if lines:
        answer_lines(sys.stdin, sys.stdout)
    elif not question:
        raise typer.BadParameter("give a question, or --jsonl with questions on standard input")
    elif as_json:
        typer.echo(_json(answer(question)))
    else:
        typer.echo(with_version(answer(question)))


@app.command()
def chat(name: Annotated[str, typer.Option("--as", help="Who is talking")] = "saya", config: ConfigFile = None) -> None:
    """A conversation in the terminal, through the same path as every channel."""
    from bot.app import App, open_database
    from bot.channels.terminal import Terminal

    settings = _begin(config, quiet=True)

    async def work() -> None:
        terminal = Terminal(name, lambda text: typer.echo(text))
        application = App(_without_channels(settings), [terminal], db=open_database(settings))
        await application.prepare()
        await application.start(serve=False)
        try:
            await terminal.talk(application.inbox)
            await application.inbox.idle()
            await _all_shown(application)
        finally:
            await application.stop()

    _say("Type a message; #1, #2 … press a button; exit leaves.")
    asyncio.run(work())


async def _all_shown(application: Any, patience: float = 5.0) -> None:
    """Waits until the sender, which runs beside, has shown every answer."""
    from storage.outbox import waiting

    with suppress(TimeoutError):
        async with asyncio.timeout(patience):
            while await application.db.writer.run(lambda tx: waiting(tx, "terminal", _now())):  # noqa: ASYNC110 - rows
                await asyncio.sleep(0.02)


@people.command("import")
def people_import(
    file: Path,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and count, change nothing")] = False,
    config: ConfigFile = None,
) -> None:
    """Imports people from CSV or XLSX; one wrong line and nothing is imported."""
    from bot.services import people_file

    async def work(db: Any) -> str:
        async with db.session() as session:
            return str(await people_file.import_people(session, _now(), people_file.read(file), dry_run=dry_run))

    _with_database(config, work)


@people.command("export")
def people_export(file: Path, config: ConfigFile = None) -> None:
    """Writes everybody registered to a CSV or XLSX file."""
    from bot.services import people_file

    async def work(db: Any) -> str:
        async with db.read() as session:
            count = await people_file.export_people(session, file)
        return f"{count} people written to {file}."

    _with_database(config, work)


@staff.command("add")
def staff_add(
    address: Annotated[str, typer.Argument(help="channel:address, such as telegram:12345")],
    role: Annotated[str, typer.Option(help="owner, organiser, announcer, report_handler, custodian, editor or viewer")],
    name: str = "",
    office: str = "",
    config: ConfigFile = None,
) -> None:
    """Gives an address a role."""
    from bot.services import staff as service

    channel, _, rest = address.partition(":")
    if not channel or not rest:
        raise typer.BadParameter("an address looks like telegram:12345")
    if role not in set(service.Role):
        raise typer.BadParameter(f"a role is one of {', '.join(service.Role)}")

    async def work(db: Any) -> str:
        async with db.session() as session:
            await service.add(session, _now(), channel, rest, role=role, office=office, name=name, by="command line")
        return f"{address} is {role} now."

    _with_database(config, work)


@staff.command("list")
def staff_list(config: ConfigFile = None) -> None:
    """Everybody with a role."""
    from bot.services import staff as service

    async def work(db: Any) -> str:
        async with db.read() as session:
            rows = await service.everybody(session)
        lines = [f"{one.id:>4}  {one.role:<15} {one.channel}:{one.address}  {one.name} {one.office}" for one in rows]
        return "\n".join(lines) or "Nobody yet. `sahabat staff link` makes an invitation."

    _with_database(config, work)


@staff.command("remove")
def staff_remove(number: Annotated[int, typer.Argument(help="From `staff list`")], config: ConfigFile = None) -> None:
    """Takes a role away."""
    from bot.services import staff as service

    async def work(db: Any) -> str:
        async with db.session() as session:
            if not await service.remove(session, _now(), number, by="command line"):
                raise Failed(f"There is nobody with number {number}: see `sahabat staff list`.")
        return "Removed."

    _with_database(config, work)


@staff.command("link")
def staff_link(role: str = "owner", office: str = "", config: ConfigFile = None) -> None:
    """A one-time link that gives its first visitor a role."""
    from bot.services import staff as service

    if role not in set(service.Role):
        raise typer.BadParameter(f"a role is one of {', '.join(service.Role)}")
    settings = _begin(config)

    async def work(db: Any) -> str:
        async with db.session() as session:
            token = await service.make_link(session, _now(), role=role, office=office)
        web = settings.app.public_url.rstrip("/") or f"http://{settings.web.host}:{settings.web.port}"
        return f"Web chat: {web}/?start=s_{token}\nTelegram: send the bot  /start s_{token}\nWorks once, for one hour."

    _with_database(config, work)


def _begin(file: Path | None, quiet: bool = False) -> "Config":
    """The configuration, with logging started as it says."""
    from bot import logs
    from bot.config import load

    config = load(file)
    if quiet:
        config = config.model_copy(update={"app": config.app.model_copy(update={"log_level": "ERROR"})})
    logs.set_up(config)
    return config


def _with_database(file: Path | None, work: Callable[[Any], Any]) -> None:
    """Runs `work` on the configured database at the newest schema and prints what it returns."""

    async def inside() -> None:
        async with _database(_begin(file)) as db:
            typer.echo(await work(db))

    asyncio.run(inside())


@asynccontextmanager
async def _database(config: "Config") -> AsyncIterator[Any]:
    from bot.app import SchemaOld, open_database
    from storage.migrate import is_current, upgrade

    db = open_database(config)
    try:
        if db.sqlite:
            await upgrade(db)
        elif not await is_current(db) and "migrate" not in sys.argv:
            raise SchemaOld("The database has an older schema: run `sahabat migrate` first.")
        yield db
    finally:
        await db.close()


def _without_channels(config: "Config") -> "Config":
    """The same without outside channels: a terminal chat must not poll or send elsewhere."""
    telegram = config.telegram.model_copy(update={"token": type(config.telegram.token)("")})
    return config.model_copy(update={"telegram": telegram, "web": config.web.model_copy(update={"webchat": False})})


def _say(text: str) -> None:
    """For the person at the terminal; standard output stays for results."""
    typer.echo(text, err=not os.isatty(1))


def _json(value: object) -> str:
    import orjson

    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _now() -> datetime:
    return datetime.now(UTC)
