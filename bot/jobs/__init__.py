"""All jobs, in one list: a new one is a file, its test, and one line here."""

from collections.abc import Collection

from bot.clock import Job
from bot.config import Config
from bot.jobs import erasure, reminders, retention, talks


def jobs(config: Config, channels: Collection[str]) -> list[Job]:
    """The jobs of an installation that sends by these channels."""
    return [
        reminders.job(channels),
        erasure.job(),
        retention.job(config.app.timezone, config.retention),
        talks.job(config.staff.owners),
    ]
