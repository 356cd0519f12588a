"""What is wrong with an installation and how to mend it; looks only, changes nothing."""

import asyncio
import os
import shutil
import socket
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bot.config import Config
from bot.config_errors import ConfigError
from bot.doctor_telegram import fetch, telegram, webhook
from bot.findings import PATIENCE, Finding, ok, wrong
from bot.redact import Redactor
from storage.migrate import newest

SPACE_NEEDED = 500  # megabytes: a busy day's evidence files, and room for SQLite to tidy up


def refused(error: ConfigError) -> Finding:
    """The only line there is when the configuration cannot be read."""
    return Finding("configuration", False, str(error), "Correct the settings named here; config.example.toml has all.")


async def examine(config: Config) -> list[Finding]:
    """All findings, in the order in which they should be mended."""
    checks: list[Callable[[Config], Any]] = [
        *(python, channels, data_folder, key_file, files_folder, disk, database, port, public_url),
        *(telegram, webhook, owners),
    ]
    redact = Redactor(config.secrets()).secrets
    return [await _careful(check, config, redact) for check in checks]


async def _careful(check: Callable[[Config], Any], config: Config, redact: Callable[[str], str]) -> Finding:
    """A check that fails itself is a finding, too."""
    name = check.__name__.replace("_", " ")
    try:
        found = check(config)
        found = await found if asyncio.iscoroutine(found) else found
    except Exception as error:  # noqa: BLE001  # whatever it is, the other lines must still be printed
        found = Finding(name, False, f"{type(error).__name__}: {error}", "See the message; it names what failed.")
    return Finding(name, found.ok, redact(found.message), redact(found.mend))


def python(config: Config) -> Finding:
    """Whether we are tested on this Python."""
    version = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info < (3, 14):
        return ok(version)
    return wrong(f"{version} is not tested", "Use 3.11, 3.12 or 3.13: PYTHON=python3.12 scripts/run")


def channels(config: Config) -> Finding:
    """Which ways to people are open."""
    if config.whatsapp.on:
        return wrong("whatsapp.phone_number_id is set", "This version has no WhatsApp yet; leave it empty.")
    on = [name for name, used in (("web chat", config.web.webchat), ("Telegram", config.telegram.on)) if used]
    if not on:
        return wrong("every channel is off", "Set telegram.token, or web.webchat = true.")
    return ok(" and ".join(on))


def data_folder(config: Config) -> Finding:
    """Whether we can write where everything is kept."""
    return _writable(config.app.data_dir, "app.data_dir")


def files_folder(config: Config) -> Finding:
    """The same for evidence files, which may live elsewhere."""
    return _writable(config.files.path, "files.path")


def _writable(folder: Path, setting: str) -> Finding:
    place = _existing(folder)
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        return wrong(
            f"{folder} cannot be written: {error.strerror}",
            f"Give it to the user who runs Sahabat (chown), or set {setting} to another folder.",
        )
    return ok(str(folder) if place == folder else f"{folder}, made at the first start")


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def key_file(config: Config) -> Finding:
    """Whether the key is there and nobody else can read it."""
    path = config.app.secret_key_file
    if not path.exists():
        if _has_content(_database_file(config)):
            return wrong(
                f"{path} is missing, but the database is there and needs it",
                "Put the copy of the key back that belongs to this database; without it messages cannot be read.",
            )
        return ok(f"{path}, made at the first start")
    if not os.access(path, os.R_OK):
        return wrong(f"{path} cannot be read", f"chown it to the user who runs Sahabat: chown USER {path}")
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        return wrong(f"others on this machine can read {path}", f"chmod 600 {path}")
    return ok(f"{path}; keep a copy apart from the backups of the database")


def disk(config: Config) -> Finding:
    """Whether there is room."""
    free = shutil.disk_usage(_existing(config.app.data_dir)).free // 2**20
    if free < SPACE_NEEDED:
        return wrong(f"only {free} MB free", f"Make room: {SPACE_NEEDED} MB at least for {config.app.data_dir}.")
    return ok(f"{free / 1024:.1f} GB free")


async def database(config: Config) -> Finding:
    """Whether the database can be reached and has the tables of this version."""
    url, file = make_url(config.database.url.get_secret_value()), _database_file(config)
    if file:
        if not _has_content(file):
            return ok(f"{file}, made at the first start")
        url = url.set(database=f"file:{quote(str(file))}", query={"mode": "ro", "uri": "true"})
    engine = create_async_engine(url, hide_parameters=True)
    try:
        async with asyncio.timeout(PATIENCE), engine.connect() as connection:
            found = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
    except Exception as error:  # noqa: BLE001  # drivers raise anything from OSError to their own kinds
        cause = getattr(error, "orig", None) or error
        if "alembic_version" in str(cause):
            return wrong("the database has no tables yet", "sahabat migrate")
        return wrong(
            f"cannot be reached: {type(cause).__name__} {cause}".strip(),
            "Check database.url: server running, name, user and password right?",
        )
    finally:
        await engine.dispose()
    return _schema(str(found))


def _database_file(config: Config) -> Path | None:
    url = make_url(config.database.url.get_secret_value())
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def _has_content(file: Path | None) -> bool:
    return file is not None and file.is_file() and file.stat().st_size > 0


def _schema(found: str) -> Finding:
    if found == newest():
        return ok(f"reachable, schema {found}")
    if found > newest():
        return wrong("the database belongs to a newer version of Sahabat", "Install that version, or restore a backup.")
    return wrong("the tables are those of an older version", "Make a backup, then: sahabat migrate")


async def port(config: Config) -> Finding:
    """Whether our port is free, or used by ourselves."""
    host, number = config.web.host, config.web.port
    if number == 0:
        return ok("a free one is taken at the start")
    try:
        family, _, _, _, address = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if await _is_ours(host, number):
            return ok(f"{host}:{number}, where Sahabat is running")
        return wrong(
            f"{host}:{number} cannot be used: {error.strerror or error}",
            f"Stop the program that uses it (ss -ltnp 'sport = :{number}'), or set web.port to another.",
        )
    return ok(f"{host}:{number} is free")


async def _is_ours(host: str, number: int) -> bool:
    local = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104  # compared, not bound
    try:
        status, _ = await fetch(f"http://{local}:{number}/healthz", timeout=2)
    except (ConnectionError, TimeoutError):
        return False
    return status == 200


def public_url(config: Config) -> Finding:
    """Whether people outside can be given an address."""
    url = config.app.public_url
    if not url:
        return ok("not set; only needed for a webhook and for links sent to people")
    if url.startswith("http://") and not any(name in url for name in ("://127.", "://localhost", "://[::1]")):
        return wrong(f"{url} is not encrypted", "Put a web server with HTTPS in front and begin it with https://")
    return ok(url)


def owners(config: Config) -> Finding:
    """Whether anyone is staff."""
    names = [f"{owner.channel}:{owner.address}" for owner in config.staff.owners]
    if not names:
        return ok("none in staff.owners; sahabat run prints a link that makes its reader owner")
    return ok(f"{len(names)} in staff.owners")
