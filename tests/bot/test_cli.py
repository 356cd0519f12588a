"""The command line: exit status 0 done, 1 with one plain sentence, 2 wrong usage; nothing of this machine is read."""

import io
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `sahabat …` in an empty folder: exit status, standard output, standard error."""
    for name in list(os.environ):
        if name.startswith("SAHABAT__"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bot.logs.set_up", lambda config: None)

    def call(*words: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["sahabat", *words])
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        status = 0
        try:
            main()
        except SystemExit as stopped:
            status = stopped.code if isinstance(stopped.code, int) else 1
        said = capsys.readouterr()
        return status, said.out, said.err

    return call


def test_a_question_is_answered_with_both_sides_and_articles(run: Run) -> None:
    """What a person would read, with nothing prepared."""
    status, said, _ = run("ask", "kapan masa tenang pilkada dan pemilu?")

    assert status == 0
    assert "3 hari" in said or "Tiga hari" in said
    assert "UU 8/2015 Pasal 67" in said


def test_lines_of_questions_are_answered_in_their_order(run: Run) -> None:
    """Every line gets its answer, one that cannot be read too."""
    lines = ['{"id": "a", "question": "usia calon bupati"}', "kacau", '{"id": "b", "question": "saya mau daftar"}']
    status, said, complaint = run("ask", "--jsonl", typed="\n".join(lines) + "\n")
    answers = [json.loads(line) for line in said.splitlines()]

    assert status == 0
    assert [(one["id"], one["status"]) for one in answers] == [("a", "answered"), ("", "unknown"), ("b", "function")]
    assert answers[2]["topic"] == "register"
    assert {"answer", "sources", "candidates", "ms"} <= set(answers[0])
    assert "line 2" in complaint


@pytest.mark.parametrize(
    "words", [("terbang",), ("ask",), ("meeting", "import"), ("staff", "add", "salah", "--role", "owner")]
)
def test_wrong_usage_ends_with_two(run: Run, words: tuple[str, ...]) -> None:
    """And says on standard error what would be right."""
    status, said, complaint = run(*words)

    assert (status, said) == (2, "")
    assert complaint


def test_a_wrong_setting_stops_with_its_name(run: Run, tmp_path: Path) -> None:
    """The key, what was found, and no trace."""
    (tmp_path / "config.toml").write_text('[web]\nprot = 80\n[telegram]\nper_second = "cepat"\n')
    status, _, complaint = run("migrate")

    assert status == 1
    assert "web.prot" in complaint
    assert "telegram.per_second" in complaint
    assert "Traceback" not in complaint


def test_a_missing_file_is_a_sentence(run: Run) -> None:
    """Not a trace."""
    status, _, complaint = run("meeting", "import", "tidak-ada.toml")

    assert status == 1
    assert "tidak-ada.toml" in complaint
    assert "Traceback" not in complaint


def test_a_wrong_agenda_names_every_wrong_line_and_imports_nothing(run: Run, tmp_path: Path) -> None:
    """Two mistakes, both named; the list stays empty."""
    (tmp_path / "rapat.toml").write_text(
        'key = "x"\ntitle = "Rapat"\n[[days]]\ndate = 2027-01-12\nbegins = "15.00"\nends = "09.00"\n'
        '[[days]]\ndate = 2027-01-13\nbegins = "pagi"\nends = "10.00"\n'
    )
    status, _, complaint = run("meeting", "import", "rapat.toml")
    _, listed, _ = run("meeting", "list")

    assert status == 1
    assert len(complaint.strip().splitlines()) >= 2
    assert "Rapat" not in listed


def test_a_meeting_comes_in_and_is_listed(run: Run, tmp_path: Path) -> None:
    """The second time nothing changed."""
    agenda = 'key = "x"\ntitle = "Rapat Uji"\n[[days]]\ndate = 2030-01-12\nbegins = "09.00"\nends = "12.00"\n'
    (tmp_path / "rapat.toml").write_text(agenda)
    first = run("meeting", "import", "rapat.toml")
    second = run("meeting", "import", "rapat.toml")
    _, listed, _ = run("meeting", "list")

    assert (first[0], second[0]) == (0, 0)
    assert first[1] != second[1]
    assert "Rapat Uji" in listed


def test_people_come_in_and_go_out(run: Run, tmp_path: Path) -> None:
    """What was imported is what is exported; a dry run imports nothing."""
    (tmp_path / "orang.csv").write_text(
        "name,kind,organisation,regency,language,telegram,whatsapp,consent_at,consent_source\n"
        "Siti Uji,mahasiswa,Kampus Uji,lotim,id,700100,,2026-11-01,formulir kertas\n"
    )
    assert run("people", "import", "orang.csv", "--dry-run")[0] == 0
    run("people", "export", "kosong.csv")
    assert run("people", "import", "orang.csv")[0] == 0
    run("people", "export", "keluar.csv")

    assert "Siti Uji" not in (tmp_path / "kosong.csv").read_text()
    assert "Siti Uji" in (tmp_path / "keluar.csv").read_text()


def test_staff_are_added_listed_and_removed(run: Run) -> None:
    """By number, and an unknown number is a sentence."""
    run("staff", "add", "telegram:700100", "--role", "organiser", "--name", "Uji")
    _, listed, _ = run("staff", "list")
    removed = run("staff", "remove", listed.split()[0])
    again = run("staff", "remove", "99")
    _, empty, _ = run("staff", "list")

    assert "telegram:700100" in listed
    assert (removed[0], again[0]) == (0, 1)
    assert "telegram:700100" not in empty


def test_a_role_that_is_none_is_refused_with_the_roles_there_are(run: Run) -> None:
    """Before anything is written."""
    status, _, complaint = run("staff", "add", "telegram:700100", "--role", "raja")

    assert status != 0
    assert "organiser" in complaint
    assert "Traceback" not in complaint


def test_a_staff_link_works_for_web_and_telegram(run: Run) -> None:
    """Both ways carry the same secret, of at least 128 bits."""
    status, said, _ = run("staff", "link")
    tokens = {word.rpartition("s_")[2] for word in said.split() if "s_" in word}

    assert status == 0
    assert len(tokens) == 1
    assert len(tokens.pop()) >= 22


def test_doctor_is_content_with_a_fresh_installation(run: Run) -> None:
    """Each line says ok or wrong; what is wrong says how to mend it."""
    run("migrate")
    status, said, _ = run("doctor")
    wrong = [line for line in said.splitlines() if line.startswith("wrong")]

    assert status == (1 if wrong else 0)
    assert any(line.startswith("ok") and "database" in line for line in said.splitlines())


def test_a_taken_port_is_a_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key's name, no trace."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("SAHABAT__WEB__PORT", str(taken.getsockname()[1]))
        status, _, complaint = run("run")

    assert status == 1
    assert "web.port" in complaint
    assert "Traceback" not in complaint


def test_topics_are_checked(run: Run) -> None:
    """All that come along are in order."""
    status, said, _ = run("knowledge", "check")

    assert status == 0
    assert "topics" in said


def test_every_answer_of_a_terminal_talk_is_shown_before_it_ends(run: Run) -> None:
    """Lines come in faster than answers go out; none is left for the next talk."""
    status, said, _ = run("chat", "--as", "uji", typed="stop\nmulai\nprivasi\nexit\n")

    assert status == 0
    assert "MULAI" in said
    assert "/datasaya" in said
