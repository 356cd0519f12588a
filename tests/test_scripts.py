"""What a fresh machine meets first: the scripts, the locked versions, the words when something is missing."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCRIPTS = [*sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "scripts").iterdir()), ".ci/run"]
LOCKS = ["requirements.lock", "requirements-dev.lock"]
TOOLS = ("bash", "cat", "cmp", "dirname", "grep", "rm", "tail", "tee")


def locked(name: str) -> dict[str, str]:
    """The version of each package of a lock."""
    found = re.findall(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==(\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE)
    return dict(found)


def asked(kind: str) -> set[str]:
    """The packages that pyproject.toml asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    lines = project["project"]["dependencies"] + (project["dependency-groups"]["dev"] if "dev" in kind else [])
    return {re.split(r"[\[<>=;]", line)[0] for line in lines}


@pytest.mark.parametrize("name", LOCKS)
def test_every_dependency_is_locked_with_hashes(name: str) -> None:
    """The same files are installed on every machine, whoever hands them out."""
    text = (ROOT / name).read_text("utf-8")

    assert asked(name) - locked(name).keys() == set()
    assert all(" \\\n    --hash=sha256:" in entry for entry in re.split(r"\n(?=[a-z0-9])", text)[1:])


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_host_and_no_folder(name: str) -> None:
    """It holds for any mirror."""
    assert re.findall(r"https?://|file:|--index|--find-links", (ROOT / name).read_text("utf-8")) == []


def test_both_locks_agree() -> None:
    """What is tested is what runs."""
    assert locked("requirements.lock").items() <= locked("requirements-dev.lock").items()


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_can_be_started_and_says_what_it_is_for(name: str) -> None:
    """Executable, without a mistake of syntax, with a comment at the top."""
    path = ROOT / name
    done = subprocess.run(["bash", "-n", str(path)], capture_output=True, text=True, check=False)

    assert os.access(path, os.X_OK)
    assert done.stderr == ""
    assert path.read_text("utf-8").splitlines()[1].startswith("# ")


def set_up(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    """Runs scripts/setup in a copy, on a machine whose only Python is this little program."""
    tools = folder / "tools"
    tools.mkdir()
    for name in TOOLS:
        (tools / name).symlink_to(str(shutil.which(name)))
    (tools / "python3").write_text(f"#!/bin/bash\n{python}\n")
    (tools / "python3").chmod(0o755)
    shutil.copytree(ROOT / "scripts", folder / "scripts")
    shutil.copy(ROOT / "requirements.lock", folder)
    return subprocess.run(
        [folder / "scripts/setup"], env={"PATH": str(tools)}, capture_output=True, text=True, check=False
    )


def test_an_old_python_is_named_with_a_way_to_a_newer_one(tmp_path: Path) -> None:
    """Nobody is left with a trace of syntax errors."""
    done = set_up(tmp_path, '[ "$1" = --version ] && echo Python 3.9.2 || exit 1')

    assert done.returncode == 1
    assert "needs Python 3.11, 3.12 or 3.13; found here: Python 3.9.2." in done.stderr
    assert "apt install python3 python3-venv" in done.stderr


def test_a_python_without_venv_names_the_package(tmp_path: Path) -> None:
    """Debian ships it apart."""
    done = set_up(tmp_path, 'case "$2" in *ensurepip*) exit 1 ;; *print*) echo 3.12 ;; esac')

    assert done.returncode == 1
    assert "apt install python3.12-venv" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_nothing_is_done_when_nothing_changed(tmp_path: Path) -> None:
    """The second start takes no time and says nothing."""
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.symlink_to(str(shutil.which("true")))
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    (tmp_path / ".venv/requirements.lock").write_text(f"{tmp_path}\n{lock}", "utf-8")
    done = set_up(tmp_path, "exit 1")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_changed_lock_is_set_up_anew(tmp_path: Path) -> None:
    """A pull that brings new versions needs no other command; a failure shows its reason."""
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/bash\n[ "$2" = pip ] && echo "no network here" && exit 1\nexit 0\n')
    python.chmod(0o755)
    (tmp_path / ".venv/requirements.lock").write_text("an older one")
    done = set_up(tmp_path, "exit 1")

    assert done.returncode == 1
    assert "Installing about" in done.stdout
    assert "no network here" in done.stderr
