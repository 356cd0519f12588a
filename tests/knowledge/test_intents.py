"""Functions, small talk and refusals."""

from pathlib import Path

import pytest

from knowledge import Index, load
from knowledge.intents import any_of, load_rules


def written(tmp_path: Path, row: str) -> Path:
    """A table with one rule."""
    path = tmp_path / "intents.toml"
    path.write_text(f"[[rule]]\n{row}\n", encoding="utf-8")
    return path


def test_rule_fits_when_one_pattern_and_all_conditions_hold(tmp_path: Path) -> None:
    """`any` finds it, `all` must be there too, `none` must not."""
    path = written(tmp_path, "function = 'report'\nany = ['lapor', 'kejadian']\nall = ['tadi']\nnone = ['berapa']")
    (rule,) = load_rules(path)

    assert rule.fits("mau lapor tadi")
    assert not rule.fits("mau lapor")
    assert not rule.fits("lapor tadi berapa hari")


def test_patterns_match_whole_words() -> None:
    """`puan` is not in `perempuan`."""
    assert not any_of(["puan"]).search("kuota perempuan")


@pytest.mark.parametrize("row", ["function = 'sing'", "", "reason = 'tired'", "function = 'help'\nreason = 'insult'"])
def test_rule_must_be_a_known_function_or_reason(tmp_path: Path, row: str) -> None:
    """A misspelt name would otherwise never be handled."""
    with pytest.raises(ValueError, match="rule 1 needs one known function or reason"):
        load_rules(written(tmp_path, f"{row}\nany = ['a']"))


def test_soft_rule_gives_way_to_a_topic() -> None:
    """Rice is not our business, unless it is handed out by an incumbent."""
    index = Index(load())

    assert index.find("harga beras hari ini").reason == "off_topic"
    assert index.find("bupati bagi beras pemda ada fotonya menjelang pilkada").topic == "program-petahana"
