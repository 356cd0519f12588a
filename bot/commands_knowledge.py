"""`sahabat knowledge …`: checks topics, exchanges them with folders, lists where each stands."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from bot.services.topic_import import Imported

knowledge = typer.Typer(no_args_is_help=True, help="The regulation topics.")
ConfigFile = Annotated[Path | None, typer.Option("--config", help="Configuration file; default: config.toml")]

IMPORTER = "command line"


@knowledge.command("check")
def check(
    folder: Annotated[Path | None, typer.Argument(help="Default: the topics that come along")] = None,
) -> None:
    """Validates topics: sources, articles, dates, numbers, phrases, links."""
    from bot.cli import _now
    from knowledge import check as check_topics

    topics = check_topics(folder, _now().astimezone().date())
    typer.echo(f"{len(topics)} topics, all in order.")


@knowledge.command("import")
def import_(
    source: Annotated[Path, typer.Argument(help="A TOML file, or a folder of them")], config: ConfigFile = None
) -> None:
    """Makes a draft of each topic that differs from the published one; an editor publishes it in chat. With one
    mistake anywhere nothing is imported."""
    from bot.cli import Failed, _now, _with_database
    from bot.services import topic_files, topic_import
    from bot.services.reviewers import Editor

    if not source.exists():
        raise Failed(f"There is no {source}.")
    texts = topic_files.read(source) if source.is_dir() else {source.stem: topic_files.read_one(source)}
    if not texts:
        raise Failed(f"No topic files (*.toml) in {source}.")

    async def work(db: Any) -> str:
        async with db.session() as session:
            return report(await topic_import.take_in(session, _now(), texts, Editor(IMPORTER)))

    _with_database(config, work)


@knowledge.command("export")
def export(folder: Path, config: ConfigFile = None) -> None:
    """Writes the published topics as TOML files, ready for `import`."""
    from bot.cli import _with_database
    from bot.services import topic_import

    async def work(db: Any) -> str:
        async with db.read() as session:
            count = await topic_import.put_out(session, folder)
        return f"{count} topics written to {folder}."

    _with_database(config, work)


@knowledge.command("list")
def list_(config: ConfigFile = None) -> None:
    """Drafts, what waits for review, and what is under review."""
    from bot.cli import _with_database

    async def work(db: Any) -> str:
        async with db.read() as session:
            return await overview(session)

    _with_database(config, work)


def report(found: "Imported") -> str:
    """What an import did, a line for each topic that is not as it was."""
    lines = [f"new        {topic}" for topic in found.new] + [f"changed    {topic}" for topic in found.changed]
    lines += [f"left alone {topic}: somebody works on a draft of it" for topic in found.busy]
    drafts = len(found.new) + len(found.changed)
    lines.append(f"{len(found.unchanged)} unchanged, {drafts} drafts made.")
    if drafts:
        lines.append("Nothing is published yet: an editor submits the drafts by /topikedit, a second one approves.")
    return "\n".join(lines)


async def overview(db: Any) -> str:
    """Where the topics stand, as a table."""
    from storage import topics as store

    version, bodies = await store.version(db), await store.bodies(db)
    drafts, marks = await store.drafts(db), await store.marks(db)
    if not version:
        return "The topics of the program are in force; nobody has changed any."
    lines = [f"Version {version}: {len(bodies)} topics published."]
    lines += [
        f"{one.status:<10} {one.topic}  revision {one.revision}  {one.author_name or one.author}" for one in drafts
    ]
    lines += [f"{'marked':<10} {one.topic}  under review since {one.at:%Y-%m-%d}  {one.law}" for one in marks.values()]
    return "\n".join(lines)
