"""All jobs, in one list: a new one is a file, its test, and one line here."""

from collections.abc import Collection

from bot.clock import Job
from bot.config import Config
from bot.jobs import digest, erasure, guests, quiz, reminders, retention, talks
from bot.quiet import Quiet


def jobs(config: Config, channels: Collection[str]) -> list[Job]:
    """The jobs of an installation that sends by these channels."""
    return [
        reminders.job(channels),
        guests.job(channels, Quiet(config.quiet.start, config.quiet.end, config.app.timezone)),
        erasure.job(),
        retention.job(config.app.timezone, config.retention),
        digest.job(config.app.timezone, config.staff.owners),
        talks.job(config.staff.owners),
        quiz.job(config.app.timezone),
    ]
