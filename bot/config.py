"""Settings from config.toml and the environment: typed, frozen, checked when the program starts.

Relative paths count from the folder of the configuration file, without one from the current folder.
"""

import os
import tomllib
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from sqlalchemy.engine import make_url

from bot.config_errors import ConfigError, Names, example, in_words, together
from bot.config_values import (
    BotToken,
    ClockTime,
    DatabaseUrl,
    HookSecret,
    Link,
    Number,
    Origins,
    Owners,
    Secret,
    Whole,
    Zone,
)

PREFIX = "SAHABAT__"
EMPTY = SecretStr("")
TELEGRAM_API = "https://api.telegram.org"
OWN_WORD = "a-long-random-word-of-your-own"


class Section(BaseModel):
    """A table of config.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class App(Section):
    """What concerns the whole program."""

    public_url: Annotated[Link, Field(examples=["https://sahabat.example.id"])] = ""
    timezone: Zone = ZoneInfo("Asia/Makassar")
    language: Literal["id", "en"] = "id"
    data_dir: Path = Path("data")
    secret_key_file: Path = Path("data/secret.key")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_json: bool = False


class Database(Section):
    """Where everything is kept."""

    url: DatabaseUrl = SecretStr("sqlite+aiosqlite:///data/sahabat.db")


class Web(Section):
    """The web server: web chat, webhooks, staff pages."""

    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[Whole, Field(ge=0, le=65535)] = 8080
    webchat: bool = True
    embed_origins: Annotated[Origins, Field(examples=[["https://www.example.go.id"]])] = ()


class Telegram(Section):
    """The Telegram channel; off while the token is empty."""

    token: Annotated[BotToken, Field(examples=["123456789:the-token-from-BotFather"])] = EMPTY
    mode: Literal["polling", "webhook"] = "polling"
    webhook_secret: Annotated[HookSecret, Field(examples=[OWN_WORD])] = EMPTY
    api_base: Annotated[Link, Field(min_length=1)] = TELEGRAM_API
    per_second: Annotated[Number, Field(gt=0, le=1000)] = 30
    per_chat_seconds: Annotated[Number, Field(ge=0)] = 1.0
    per_group_minute: Annotated[Number, Field(gt=0)] = 20

    @property
    def on(self) -> bool:
        """Whether this channel is used."""
        return bool(self.token.get_secret_value())


class WhatsApp(Section):
    """The WhatsApp channel; off while the phone number id is empty."""

    phone_number_id: Annotated[str, Field(pattern=r"^\S*$", examples=["106540352242922"])] = ""
    business_account_id: Annotated[str, Field(pattern=r"^\S*$", examples=["102290129340398"])] = ""
    access_token: Annotated[Secret, Field(examples=["the-token-from-Meta"])] = EMPTY
    app_secret: Annotated[Secret, Field(examples=["the-secret-of-the-app-at-Meta"])] = EMPTY
    verify_token: Annotated[Secret, Field(examples=[OWN_WORD])] = EMPTY
    graph_base: Annotated[Link, Field(min_length=1)] = "https://graph.facebook.com"
    api_version: Annotated[str, Field(pattern=r"^v\d+\.\d+$")] = "v23.0"
    per_second: Annotated[Number, Field(gt=0, le=1000)] = 70
    daily_people: Annotated[Whole, Field(gt=0)] = 250

    @property
    def on(self) -> bool:
        """Whether this channel is used."""
        return bool(self.phone_number_id)


class Staff(Section):
    """Who is staff before anyone could be added in a chat."""

    owners: Annotated[Owners, Field(examples=[["telegram:12345"]])] = ()


class Quiet(Section):
    """Hours in which pushed messages that are not urgent wait. The same time twice means: none."""

    start: Annotated[ClockTime, Field(alias="from")] = time(21)
    end: Annotated[ClockTime, Field(alias="to")] = time(6)


class Sender(Section):
    """How messages leave."""

    lease_seconds: Annotated[Number, Field(gt=0)] = 60
    sweep_seconds: Annotated[Number, Field(gt=0)] = 15
    in_flight: Annotated[Whole, Field(ge=1, le=30)] = 30


class Files(Section):
    """Files too large for the database."""

    path: Path = Path("data/files")


class Retention(Section):
    """How long contents are kept. Proposed values, for the office to confirm."""

    inbox_days: Annotated[Whole, Field(ge=8)] = 8  # services repeat what they could not deliver for up to 7 days
    outbox_days: Annotated[Whole, Field(ge=1)] = 30
    answer_days: Annotated[Whole, Field(ge=1)] = 90  # who was shown which topic: so long a correction finds them


class Reports(Section):
    """Nothing to set yet."""


class Config(BaseSettings):
    """All settings. `Config(...)` reads nothing by itself; `load` reads the file and the environment."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=PREFIX, env_nested_delimiter="__", enable_decoding=False
    )

    app: App = App()
    database: Database = Database()
    web: Web = Web()
    telegram: Telegram = Telegram()
    whatsapp: WhatsApp = WhatsApp()
    staff: Staff = Staff()
    quiet: Quiet = Quiet()
    sender: Sender = Sender()
    files: Files = Files()
    retention: Retention = Retention()
    reports: Reports = Reports()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is passed in, so that a test never meets the machine's own environment."""
        return (init_settings,)

    def secrets(self) -> list[str]:
        """Every secret that is set, for the log to leave out."""
        sections = [getattr(self, name) for name in type(self).model_fields if name != "database"]
        values = [value for section in sections for _, value in section if isinstance(value, SecretStr)]
        password = make_url(self.database.url.get_secret_value()).password
        return [text for text in (*(value.get_secret_value() for value in values), password) if text]


def load(path: Path | None = None) -> Config:
    """The configuration of this start. Without a path, config.toml of the current folder is read if there is one.

    Raises ConfigError, whose text names every wrong setting and never shows a secret.
    """
    names = Names.of(Config, PREFIX, os.environ)
    file = path or Path("config.toml")
    if path and not path.is_file():
        raise ConfigError(f"There is no configuration file {path}. Copy config.example.toml to begin with.")
    where = str(file) if file.is_file() else "Environment"
    if wrong := names.unknown_variables():
        raise together(where, wrong)
    data = _merged(file)
    try:
        config = Config(**data)
    except ValidationError as error:
        raise together(where, in_words(error, names)) from None
    if missing := _missing(config, names):
        raise together(where, missing)
    return _anchored(config, file.parent.resolve())


def _merged(file: Path) -> dict[str, Any]:
    """The file, over it the environment."""
    try:
        data = TomlConfigSettingsSource(Config, file)() if file.is_file() else {}
    except (tomllib.TOMLDecodeError, OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}.") from None
    for section, keys in EnvSettingsSource(Config)().items():
        table = data.get(section, {})
        data[section] = {**table, **keys} if isinstance(table, dict) else table
    return data


def _missing(config: Config, names: Names) -> list[str]:
    """What must be set because something else is."""
    telegram, whatsapp, found = config.telegram, config.whatsapp, []

    def needs(section: str, key: str, value: str, reason: str) -> None:
        if not value:
            found.append(f"{section}.{key}: missing, {reason}. {example(names, section, key)}")

    if telegram.on and telegram.mode == "webhook":
        reason = "needed because telegram.mode is webhook"
        needs("telegram", "webhook_secret", telegram.webhook_secret.get_secret_value(), reason)
        needs("app", "public_url", config.app.public_url, reason)
        if telegram.api_base == TELEGRAM_API and config.app.public_url.startswith("http://"):
            found.append("app.public_url: begins with http://, but Telegram calls https:// addresses only.")
    if whatsapp.on:
        for key in ("access_token", "app_secret", "verify_token"):
            needs("whatsapp", key, getattr(whatsapp, key).get_secret_value(), "needed because WhatsApp is on")
    return found


def _anchored(config: Config, base: Path) -> Config:
    """The same with whole paths; what lives in the data folder by default moves with it."""
    app, data = config.app, base / config.app.data_dir

    def place(section: Section, key: str, name: str) -> Path:
        return base / getattr(section, key) if key in section.model_fields_set else data / name

    database, url = config.database, make_url(config.database.url.get_secret_value())
    if url.drivername == "sqlite+aiosqlite" and url.database not in (None, ":memory:"):
        file = base / str(url.database) if database.model_fields_set else data / "sahabat.db"
        database = Database(url=SecretStr(url.set(database=str(file)).render_as_string(hide_password=False)))
    return config.model_copy(
        update={
            "app": app.model_copy(
                update={"data_dir": data, "secret_key_file": place(app, "secret_key_file", "secret.key")}
            ),
            "database": database,
            "files": config.files.model_copy(update={"path": place(config.files, "path", "files")}),
        }
    )
