"""Settings: where they come from, what is refused and in which words."""

import json
import tomllib
from contextlib import suppress
from datetime import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy.engine import make_url

from bot.config import PREFIX, Config, Web, load
from bot.config_errors import ConfigError, Names
from bot.config_values import Owner

CANARY = "98765:CANARY-must-never-be-shown"


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def written(text: str) -> Path:
    """The text as config.toml of the current folder."""
    path = Path("config.toml")
    path.write_text(text, encoding="utf-8")
    return path


def refused(text: str = "") -> str:
    """The words with which this configuration is refused."""
    with pytest.raises(ConfigError) as caught:
        load(written(text))
    return str(caught.value)


def test_without_a_file_everything_has_a_default() -> None:
    """A first start needs no configuration: web chat on this machine, SQLite, no outside channel."""
    config = load()

    assert (config.web.host, config.web.port, config.web.webchat) == ("127.0.0.1", 8080, True)
    assert not config.telegram.on
    assert not config.whatsapp.on


def test_the_file_of_the_current_folder_is_read() -> None:
    """No --config is needed where config.toml lies beside."""
    written("[web]\nport = 9000")

    assert load().web.port == 9000


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """One key of a section may come from each."""
    monkeypatch.setenv("SAHABAT__WEB__PORT", "9001")

    config = load(written("[web]\nport = 9000\nhost = '0.0.0.0'"))

    assert (config.web.port, config.web.host) == (9001, "0.0.0.0")


def test_values_of_the_environment_have_the_same_types(monkeypatch: pytest.MonkeyPatch) -> None:
    """Switches, times, zones and lists are written plainly there; a list also as JSON."""
    for name, value in {
        "APP__LOG_JSON": "true",
        "APP__TIMEZONE": "Asia/Jakarta",
        "QUIET__FROM": "22.30",
        "STAFF__OWNERS": "telegram:1, webchat:abc",
        "WEB__EMBED_ORIGINS": '["https://a.example"]',
    }.items():
        monkeypatch.setenv(f"SAHABAT__{name}", value)
    config = load()

    assert config.app.log_json
    assert config.app.timezone.key == "Asia/Jakarta"
    assert config.quiet.start == time(22, 30)
    assert config.staff.owners == (Owner("telegram", "1"), Owner("webchat", "abc"))
    assert config.web.embed_origins == ("https://a.example",)


def test_settings_cannot_be_changed_afterwards() -> None:
    """What was checked at the start stays true."""
    with pytest.raises(ValidationError, match="frozen"):
        Config().web.port = 1  # type: ignore[misc]  # the point of the test


def test_making_a_config_reads_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests and tools that build one meet no settings of the machine."""
    monkeypatch.setenv("SAHABAT__WEB__PORT", "1")

    assert Config(web=Web(host="h")).web.port == 8080


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('[web]\nport = "abc"', ["web.port", '"abc"', "whole number", "port = 8080"]),
        ("[web]\nport = true", ["web.port", "found true", "port = 8080"]),
        ("[web]\nport = 65536", ["web.port", "65536", "less than or equal to 65535"]),
        ("[web]\nwebchat = 'perhaps'", ["web.webchat", "true or false"]),
        ("[app]\ndata_dir = 3", ["app.data_dir", "path in quotes"]),
        ("[app]\ntimezone = 'Asia/Mataram'", ["app.timezone", "Asia/Mataram", "Asia/Makassar"]),
        ("[app]\nlanguage = 'jv'", ["app.language", "'id' or 'en'"]),
        ("[app]\npublic_url = 'sahabat.example'", ["app.public_url", "https://"]),
        ("[telegram]\napi_base = ''", ["telegram.api_base", "api.telegram.org"]),
        ("[telegram]\nper_second = 0", ["telegram.per_second", "greater than 0", "per_second = 30"]),
        ("[web]\nembed_origins = ['https://a.example/page']", ["web.embed_origins", "without a path"]),
        ("[staff]\nowners = ['telegram:1', 'budi']", ["staff.owners", '"budi"', '["telegram:12345"]']),
        ("[quiet]\nfrom = '25:00'", ["quiet.from", "hours and minutes", 'from = "21:00"']),
        ("[sender]\nin_flight = 31", ["sender.in_flight", "30"]),
        ("[retention]\ninbox_days = 7", ["retention.inbox_days", "8"]),
        ("[web]\nprot = 1", ["web.prot: unknown", "Did you mean web.port?"]),
        ("[web]\ntoken = 'x'", ["web.token: unknown", "belongs in [telegram]"]),
        ("[telegramm]\ntoken = 'x'", ["telegramm: unknown", "Did you mean [telegram]?"]),
        ("port = 1", ["port: unknown", "belongs in [web]"]),
        ("web = 1", ["web: expected a section", "[web]"]),
        ("[web]\nport == 1", ["cannot be read", "line 2"]),
        ("[web]\nport = 1\nport = 2", ["cannot be read", "overwrite"]),
    ],
)
def test_a_wrong_setting_is_named_with_what_was_found_and_an_example(text: str, parts: list[str]) -> None:
    """The full name, the value, what is expected: enough to mend it without the manual."""
    words = refused(text)

    assert [part for part in parts if part not in words] == [], words


def test_all_wrong_settings_are_named_at_once() -> None:
    """Nobody mends one line only to be told of the next."""
    words = refused("[web]\nport = 'x'\nprot = 1\n[quiet]\nto = 6")

    assert len(words.splitlines()) == 4


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("SAHABAT__WEBB__PORT", "Did you mean SAHABAT__WEB__PORT?"),
        ("SAHABAT__WEB__PROT", "Did you mean web.port?"),
        ("SAHABAT__TOKEN", "no such setting"),
    ],
)
def test_an_unknown_variable_is_refused(name: str, hint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt variable would otherwise be a setting that silently has no effect."""
    monkeypatch.setenv(name, CANARY)
    words = refused()

    assert name in words
    assert hint in words
    assert "CANARY" not in words


def test_a_wrong_variable_is_named_as_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever set it there must look for it there."""
    monkeypatch.setenv("SAHABAT__WEB__PORT", "x")

    assert "SAHABAT__WEB__PORT=8080" in refused()


@pytest.mark.parametrize(
    "text",
    [
        f"[telegram]\ntoken = '{CANARY} '",
        f"[telegram]\ntokn = '{CANARY}'",
        f"[telegram]\nwebhook_secret = '{CANARY}!'",
        f"[telegram]\napi_base = 'https://api.telegram.org/bot{CANARY}/?'",
        f"telegram = '{CANARY}'",
        f"[database]\nurl = 'postgres://u:{CANARY}@host/db'",
        f"[app]\npublic_url = 'https://u:{CANARY}@host'",
        f"[whatsapp]\naccess_token = ['{CANARY}']",
    ],
)
def test_no_secret_is_shown_in_an_error(text: str) -> None:
    """Not the wrong one, not the misplaced one, not the one inside an address."""
    assert "CANARY" not in refused(text)


def test_no_secret_is_shown_by_the_config_itself() -> None:
    """A stray log line or a debugger shows stars."""
    config = load(written(f"[telegram]\ntoken = '{CANARY}'\n[database]\nurl = 'postgresql+asyncpg://u:CANARY@h/d'"))

    assert "CANARY" not in repr(config)
    assert "CANARY" not in str(config.model_dump())
    assert config.secrets() == [CANARY, "CANARY"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("[telegram]\ntoken = '1:a'\nmode = 'webhook'\n[app]\npublic_url = 'https://a.example'", "webhook_secret"),
        ("[telegram]\ntoken = '1:a'\nmode = 'webhook'\nwebhook_secret = 'word'", "app.public_url"),
        (
            "[telegram]\ntoken = '1:a'\nmode = 'webhook'\nwebhook_secret = 'word'\n[app]\npublic_url = 'http://a.b'",
            "https:// addresses only",
        ),
        ("[whatsapp]\nphone_number_id = '1'\napp_secret = 's'\nverify_token = 'v'", "whatsapp.access_token"),
        ("[whatsapp]\nphone_number_id = '1'\naccess_token = 's'\nverify_token = 'v'", "whatsapp.app_secret"),
        ("[whatsapp]\nphone_number_id = '1'\naccess_token = 's'\napp_secret = 'v'", "whatsapp.verify_token"),
    ],
)
def test_a_missing_secret_is_refused(text: str, name: str) -> None:
    """A channel that is on has all it needs before the program starts."""
    assert name in refused(text)


def test_a_server_of_ones_own_may_be_called_without_https() -> None:
    """A local Bot API server delivers webhooks on loopback."""
    config = load(
        written(
            "[telegram]\ntoken = '1:a'\nmode = 'webhook'\nwebhook_secret = 'word'\napi_base = 'http://127.0.0.1:8081/'\n"
            "[app]\npublic_url = 'http://127.0.0.1:8080/'"
        )
    )

    assert config.telegram.api_base == "http://127.0.0.1:8081"
    assert config.app.public_url == "http://127.0.0.1:8080"


def test_a_file_that_is_not_there_is_said_so() -> None:
    """A misspelt --config must not start the program with defaults."""
    with pytest.raises(ConfigError, match=r"no configuration file nowhere\.toml"):
        load(Path("nowhere.toml"))


def test_paths_count_from_the_folder_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service started from elsewhere finds the same data."""
    path = written("[files]\npath = 'evidence'").resolve()
    monkeypatch.chdir("/")
    config = load(path)

    assert config.files.path == tmp_path / "evidence"
    assert config.database.url.get_secret_value() == f"sqlite+aiosqlite:///{tmp_path}/data/sahabat.db"


def test_what_lives_in_the_data_folder_moves_with_it(tmp_path: Path) -> None:
    """One setting is enough for a second instance."""
    config = load(written("[app]\ndata_dir = 'other data'"))

    assert config.app.secret_key_file == tmp_path / "other data/secret.key"
    assert config.files.path == tmp_path / "other data/files"
    assert make_url(config.database.url.get_secret_value()).database == str(tmp_path / "other data/sahabat.db")


@pytest.mark.parametrize("url", ["sqlite+aiosqlite:///:memory:", "postgresql+asyncpg://u:p%40ss@h:5432/d?ssl=require"])
def test_a_database_that_is_no_file_is_left_as_it_is(url: str) -> None:
    """Passwords with signs survive."""
    assert load(written(f"[database]\nurl = '{url}'")).database.url.get_secret_value() == url


def test_the_example_is_the_default() -> None:
    """config.example.toml, read as it is, changes nothing."""
    example = Path(__file__).parents[2] / "config.example.toml"
    given = tomllib.loads(example.read_text(encoding="utf-8"))

    assert Config(**given).model_dump() == Config().model_dump()


KEYS = [(section, key) for section, keys in Names.of(Config, PREFIX, {}).fields.items() for key in keys]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the folder may stay the same
@given(st.sampled_from(KEYS), st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40))
def test_any_text_anywhere_is_understood_or_refused_in_words(place: tuple[str, str], text: str) -> None:
    """No value of a file makes the program fail with a trace."""
    section, key = place
    path = written(f"[{section}]\n{key} = {json.dumps(text)}")

    with suppress(ConfigError):
        assert load(path).app.data_dir.is_absolute()
