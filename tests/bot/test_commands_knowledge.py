"""`sahabat knowledge …` and what `ask` makes of it: drafts from folders, a published set, its version."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bot import asked, snapshot
from bot.cli import main
from bot.services import topic_files
from storage.engine import Database
from storage.models import Base
from tests.support.editing import OTHER, TOPIC, few

Run = Callable[..., tuple[int, str, str]]
NEW = "Bedanya sudah dibaca ulang oleh petugas."


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `sahabat …` in a folder with a database of all tables: exit status, standard output, standard error."""
    for name in list(os.environ):
        if name.startswith("SAHABAT__"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bot.logs.set_up", lambda config: None)
    monkeypatch.setattr("storage.migrate.upgrade", create)

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["sahabat", *words])
        status = 0
        try:
            main()
        except SystemExit as stopped:
            status = stopped.code if isinstance(stopped.code, int) else 1
        said = capsys.readouterr()
        return status, said.out, said.err

    return call


async def create(db: Database) -> bool:
    """All tables, from the models."""
    async with db.write() as tx:
        await tx.conn.run_sync(Base.metadata.create_all)
    return True


def folder(tmp_path: Path, **changes: str) -> Path:
    """The program's topics in a folder, some of them as given."""
    texts = {**topic_files.packaged(), **{name.replace("_", "-"): text for name, text in changes.items()}}
    topic_files.write(texts, (), tmp_path / "topics")
    return tmp_path / "topics"


def test_an_import_makes_drafts_and_publishes_nothing(run: Run, tmp_path: Path) -> None:
    """It says what is new, changed and unchanged; the list shows what waits."""
    text = topic_files.packaged()[TOPIC].replace('difference = "', 'difference = "Dibaca ulang. ')
    status, said, _ = run("knowledge", "import", str(folder(tmp_path, arti_hari=text)))
    _, listed, _ = run("knowledge", "list")

    assert status == 0
    assert said.startswith("changed    arti-hari\n")
    assert f"{len(topic_files.packaged()) - 1} unchanged, 1 drafts made." in said
    assert "draft      arti-hari  revision 2  command line" in listed


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('id = "arti-hari"\ntitle = = 1\n', "arti-hari.toml:2: Invalid value"),
        (few()[TOPIC].replace("7 hari kerja", "77 hari kerja", 1), "arti-hari.toml:"),
        (few()[TOPIC].replace('kind = "comparison"', 'kind = "both"'), "arti-hari.toml:3: kind: must be comparison"),
    ],
)
def test_a_broken_file_imports_nothing(run: Run, tmp_path: Path, text: str, complaint: str) -> None:
    """File, line and field in one sentence; the other files stay out as well."""
    other = topic_files.packaged()[OTHER].replace('difference = "', 'difference = "Dibaca ulang. ')
    status, said, error = run("knowledge", "import", str(folder(tmp_path, arti_hari=text, masa_tenang=other)))
    _, listed, _ = run("knowledge", "list")

    assert (status, said) == (1, "")
    assert complaint in error
    assert len(error.strip().splitlines()) == 1
    assert listed.startswith("The topics of the program are in force")


def test_a_single_file_is_imported(run: Run, tmp_path: Path) -> None:
    """Checked together with the topics in force."""
    file = tmp_path / f"{TOPIC}.toml"
    file.write_text(topic_files.packaged()[TOPIC])
    status, said, _ = run("knowledge", "import", str(file))

    assert (status, said) == (0, "1 unchanged, 0 drafts made.\n")


def test_an_export_is_a_sound_folder(run: Run, tmp_path: Path) -> None:
    """As many topics as are in force, and `check` finds nothing."""
    status, said, _ = run("knowledge", "export", str(tmp_path / "out"))
    checked, found, _ = run("knowledge", "check", str(tmp_path / "out"))

    assert (status, checked) == (0, 0)
    assert said.split()[0] == found.split()[0] == str(len(topic_files.packaged()))


@pytest.mark.parametrize("what", [["import", "none"], ["import", "."]])
def test_nothing_to_import_is_said(run: Run, what: list[str]) -> None:
    """In one sentence."""
    status, _, error = run("knowledge", *what)

    assert status == 1
    assert error.startswith(("There is no none", "No topic files"))


def test_ask_reads_what_was_published_and_names_its_version(run: Run, tmp_path: Path) -> None:
    """With the data folder of the configuration; without a published set it is the program's own, number 0."""
    _, before, _ = run("ask", "--json", "arti hari di pilkada")
    texts = {**few(), TOPIC: few()[TOPIC].replace('difference = "', f'difference = "{NEW} ')}
    snapshot.save(texts, (), tmp_path / "elsewhere" / snapshot.FOLDER, "12-abc")
    (tmp_path / "config.toml").write_text('[app]\ndata_dir = "elsewhere"\n')
    _, after, _ = run("ask", "--json", "arti hari di pilkada")
    _, plain, _ = run("ask", "arti hari di pilkada")

    assert json.loads(before)["version"].startswith("0-")
    assert json.loads(after)["version"] == "12-abc"
    assert NEW in json.loads(after)["answer"]
    assert plain.strip().splitlines()[-1] == "Versi topik: 12-abc"


def test_a_spoiled_copy_is_passed_over_with_a_word(run: Run, tmp_path: Path) -> None:
    """The program's own topics answer, and standard error says why."""
    snapshot.save(few(), (), tmp_path / "data" / snapshot.FOLDER, "12-abc")
    (tmp_path / "data" / snapshot.FOLDER / "12-abc" / f"{OTHER}.toml").write_text("id = 1 2")
    status, said, error = run("ask", "--json", "arti hari di pilkada")

    assert status == 0
    assert json.loads(said)["version"].startswith("0-")
    assert "masa-tenang.toml:1" in error


def test_the_data_folder_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for the program itself; a spoiled configuration does not stop an answer."""
    (tmp_path / "config.toml").write_text("[app\n")
    spoiled = asked.data_folder(tmp_path / "config.toml")
    monkeypatch.setenv("SAHABAT__APP__DATA_DIR", "/srv/sahabat")

    assert spoiled == tmp_path / "data"
    assert asked.data_folder(tmp_path / "config.toml") == Path("/srv/sahabat")
