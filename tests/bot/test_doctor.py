"""The doctor: each thing that can be wrong is found, with a way to mend it, and nothing is changed."""

import os
import shutil
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from bot import doctor
from bot.config import App, Config, Database, Files, Telegram, Web, WhatsApp, load
from bot.config_errors import ConfigError
from bot.doctor import examine, refused
from bot.findings import Finding
from storage.migrate import newest

TOKEN = "7012345678:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"
SECRET = "a-long-random-word"
PUBLIC = "https://sahabat.example"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A healthy installation before its first start, nothing outside this folder."""
    return Config(
        app=App(data_dir=tmp_path / "data", secret_key_file=tmp_path / "data/secret.key"),
        database=Database(url=SecretStr(f"sqlite+aiosqlite:///{tmp_path}/data/sahabat.db")),
        files=Files(path=tmp_path / "data/files"),
        web=Web(port=0),
    )


async def one(config: Config, name: str) -> Finding:
    """The finding of this name."""
    return next(found for found in await examine(config) if found.name == name)


def with_database(config: Config, *versions: str) -> Path:
    """A database file at these versions of the schema, and its key."""
    folder = config.app.data_dir
    folder.mkdir()
    config.app.secret_key_file.touch(0o600)
    connection = sqlite3.connect(folder / "sahabat.db")
    connection.execute("CREATE TABLE something (n)")
    if versions:
        connection.execute("CREATE TABLE alembic_version (version_num)")
        connection.executemany("INSERT INTO alembic_version VALUES (?)", [(version,) for version in versions])
    connection.commit()
    connection.close()
    return folder


class Api(NamedTuple):
    """A stand-in for the Bot API: the answers by method, and where it listens."""

    answers: dict[str, tuple[int, Any]]
    base: str

    def config(self, config: Config, **settings: Any) -> Config:
        """The configuration with Telegram on, at this server."""
        telegram = Telegram(token=SecretStr(TOKEN), api_base=self.base, webhook_secret=SecretStr(SECRET))
        app = config.app.model_copy(update={"public_url": PUBLIC})
        return config.model_copy(update={"telegram": telegram.model_copy(update=settings), "app": app})


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    """The stand-in, with everything in order."""
    answers: dict[str, tuple[int, Any]] = {
        "getMe": (200, {"ok": True, "result": {"id": 1, "username": "sahabat_bot", "supports_inline_queries": True}}),
        "getWebhookInfo": (200, {"ok": True, "result": {"url": "", "pending_update_count": 0}}),
    }

    async def answer(request: web.Request) -> web.Response:
        if request.match_info["token"] != f"bot{TOKEN}":
            return web.json_response({"ok": False}, status=401)
        status, body = answers[request.match_info["method"]]
        return web.json_response(body, status=status) if isinstance(body, dict) else web.Response(text=body)

    app = web.Application()
    app.router.add_get("/{token}/{method}", answer)
    async with TestServer(app) as server:
        yield Api(answers, str(server.make_url("")).rstrip("/"))


async def test_a_fresh_installation_is_healthy(config: Config) -> None:
    """Nothing has to exist before the first start, and looking makes nothing."""
    findings = await examine(config)

    assert [found for found in findings if not found.ok] == []
    assert not config.app.data_dir.exists()


async def test_every_wrong_line_says_how_to_mend_it(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault without a way out helps nobody."""
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(doctor, "SPACE_NEEDED", 10**9)
    wrong = [found for found in await examine(config) if not found.ok]

    assert [found.name for found in wrong] == ["python", "disk"]
    assert all(found.mend for found in wrong)


def test_a_configuration_that_cannot_be_read_is_a_line_too(tmp_path: Path) -> None:
    """`doctor` is run exactly when nothing starts."""
    path = tmp_path / "config.toml"
    path.write_text("[web]\nport = 'x'")
    with pytest.raises(ConfigError) as caught:
        load(path)
    found = refused(caught.value)

    assert not found.ok
    assert "web.port" in found.message


async def test_a_check_that_fails_itself_does_not_hide_the_others(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its error becomes its line, without the secrets in it."""

    def broken(_: Path) -> None:
        raise OSError(f"no such thing as {TOKEN}")

    monkeypatch.setattr(shutil, "disk_usage", broken)
    findings = await examine(config.model_copy(update={"telegram": Telegram()}))

    assert [found.message for found in findings if not found.ok] == ["OSError: no such thing as ***"]
    assert len(findings) > 10


async def test_all_channels_off_is_wrong(config: Config) -> None:
    """Nobody could speak to it."""
    assert not (await one(config.model_copy(update={"web": Web(port=0, webchat=False)}), "channels")).ok


async def test_whatsapp_is_not_there_yet(config: Config) -> None:
    """Who sets it must not believe that it works."""
    found = await one(config.model_copy(update={"whatsapp": WhatsApp(phone_number_id="1")}), "channels")

    assert "no WhatsApp yet" in found.mend


async def test_a_folder_nobody_can_write_is_found(config: Config) -> None:
    """A file in its way stops root, too."""
    with_database(config)
    files = Files(path=config.app.secret_key_file / "files")
    found = await one(config.model_copy(update={"files": files}), "files folder")

    assert not found.ok
    assert "files.path" in found.mend


async def test_a_key_that_others_can_read_is_found(config: Config) -> None:
    """The key opens every message."""
    with_database(config)
    config.app.secret_key_file.chmod(0o644)
    found = await one(config, "key file")

    assert found.mend == f"chmod 600 {config.app.secret_key_file}"


async def test_a_lost_key_is_found_before_a_new_one_is_made(config: Config) -> None:
    """A new key beside an old database would make every message unreadable."""
    with_database(config)
    config.app.secret_key_file.unlink()

    assert "Put the copy of the key back" in (await one(config, "key file")).mend


async def test_a_database_without_tables_is_found(config: Config) -> None:
    """A file is there, but `migrate` never ran on it."""
    with_database(config)

    assert (await one(config, "database")).mend == "sahabat migrate"


async def test_a_database_at_the_newest_schema_is_ok(config: Config) -> None:
    """As `migrate` leaves it."""
    with_database(config, newest())

    assert (await one(config, "database")).ok


async def test_a_database_of_an_older_version_is_found(config: Config) -> None:
    """After an upgrade of the program."""
    with_database(config, "0000")

    assert "Make a backup" in (await one(config, "database")).mend


async def test_a_database_of_a_newer_version_is_found(config: Config) -> None:
    """An old program must not write into new tables."""
    with_database(config, "9999")

    assert "newer version" in (await one(config, "database")).message


async def test_a_file_that_is_no_database_is_found(config: Config) -> None:
    """And stays as it is."""
    folder = with_database(config)
    (folder / "sahabat.db").write_text("not a database, but a letter" * 10)
    found = await one(config, "database")

    assert "file is not a database" in found.message
    assert sorted(path.name for path in folder.iterdir()) == ["sahabat.db", "secret.key"]


async def test_an_unreachable_server_is_found_without_its_password(config: Config) -> None:
    """The usual fault of a first start on PostgreSQL."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: refuses at once
        url = f"postgresql+asyncpg://u:CANARY@127.0.0.1:{taken.getsockname()[1]}/d"
        found = await one(config.model_copy(update={"database": Database(url=SecretStr(url))}), "database")

    assert "cannot be reached" in found.message
    assert "CANARY" not in found.message


async def test_a_port_in_use_is_found(config: Config) -> None:
    """By a stranger who does not answer like us."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        taken.close()
        with socket.create_server(("127.0.0.1", number)):
            found = await one(config.model_copy(update={"web": Web(port=number)}), "port")

    assert not found.ok
    assert f"sport = :{number}" in found.mend


async def test_our_own_port_is_no_fault(config: Config) -> None:
    """`doctor` may be asked while the program runs."""
    app = web.Application()
    app.router.add_get("/healthz", _healthy)
    async with TestServer(app) as server:
        found = await one(config.model_copy(update={"web": Web(port=server.port)}), "port")

    assert found.ok
    assert "is running" in found.message


async def _healthy(_: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


@pytest.mark.parametrize(
    ("url", "fine"), [("", True), (PUBLIC, True), ("http://127.0.0.1:1", True), ("http://a.b", False)]
)
async def test_a_public_address_is_encrypted(config: Config, url: str, fine: bool) -> None:
    """Except on this machine."""
    app = config.app.model_copy(update={"public_url": url})

    assert (await one(config.model_copy(update={"app": app}), "public url")).ok is fine


async def test_a_token_that_telegram_knows_is_ok(config: Config, api: Api) -> None:
    """The name of the bot is shown, so that a wrong bot is noticed."""
    assert (await one(api.config(config), "telegram")).message == "@sahabat_bot, polling"


async def test_a_bot_without_inline_mode_works_and_is_told_how_to_turn_it_on(config: Config, api: Api) -> None:
    """Only @BotFather can."""
    api.answers["getMe"] = (200, {"ok": True, "result": {"id": 1, "username": "sahabat_bot"}})
    found = await one(api.config(config), "telegram")

    assert found.ok
    assert "/setinline" in found.message


async def test_a_token_that_telegram_does_not_know_is_found(config: Config, api: Api) -> None:
    """Half a token is said to be one."""
    found = await one(api.config(config, token=SecretStr("1:half")), "telegram")

    assert "does not know this token" in found.message
    assert "copied whole" in found.mend


@pytest.mark.parametrize("answer", [(502, "<html>bad gateway</html>"), (200, {"ok": False}), (200, "[]"), (200, "{")])
async def test_any_other_answer_of_telegram_is_a_line(config: Config, api: Api, answer: tuple[int, Any]) -> None:
    """A proxy's page is not taken for a good answer."""
    api.answers["getMe"] = answer

    assert not (await one(api.config(config), "telegram")).ok


async def test_no_way_to_telegram_is_found_without_the_token(config: Config, api: Api) -> None:
    """The address of the call holds the token; the finding does not."""
    findings = await examine(api.config(config, api_base="http://127.0.0.1:1"))
    wrong = [found for found in findings if not found.ok]

    assert {found.name for found in wrong} == {"telegram", "webhook"}
    assert TOKEN not in repr(findings)


def info(**values: Any) -> tuple[int, Any]:
    """What getWebhookInfo answers."""
    return 200, {"ok": True, "result": {"url": f"{PUBLIC}/telegram/webhook", "pending_update_count": 0} | values}


@pytest.mark.parametrize(
    ("values", "settings", "part"),
    [
        ({"url": "https://other.example"}, {}, "Telegram calls https://other.example"),
        ({"url": ""}, {}, "Telegram calls no address"),
        (
            {"pending_update_count": 101, "last_error_message": "502"},
            {},
            "101 updates wait at Telegram; its last trouble: 502",
        ),
        ({}, {"webhook_secret": SecretStr("s3cret")}, "webhook_secret is short"),
    ],
)
async def test_a_webhook_that_does_not_arrive_is_found(
    config: Config, api: Api, values: dict[str, Any], settings: dict[str, Any], part: str
) -> None:
    """Telegram is asked what it calls and what happened."""
    api.answers["getWebhookInfo"] = info(**values)
    found = await one(api.config(config, mode="webhook", **settings), "webhook")

    assert not found.ok
    assert part in found.message


@pytest.mark.parametrize("mode", ["webhook", "polling"])
async def test_a_webhook_as_configured_is_ok(config: Config, api: Api, mode: str) -> None:
    """One that polling will remove is no fault either."""
    api.answers["getWebhookInfo"] = info(pending_update_count=100)

    assert (await one(api.config(config, mode=mode), "webhook")).ok


@pytest.mark.skipif(os.name != "posix", reason="there are no such permissions elsewhere")
async def test_a_key_of_our_own_is_ok(config: Config) -> None:
    """As the first start makes it."""
    with_database(config)

    assert (await one(config, "key file")).ok
