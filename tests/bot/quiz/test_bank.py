"""The bank of questions: each answer rests on its topic, and a question whose ground is gone is not asked."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.limits import TEXT, units
from bot.quiz import LETTERS, BankError, Item, bank, faults, playable, rule
from knowledge import Topic, load

TOPICS = load()
BANK = bank()
TODAY = date(2026, 11, 24)
GOOD = 'side = "pemilu"\nask = "Berapa hari?"\nright = "7 hari"\nwrong = ["3 hari", "4 hari"]\n'
DAYS = Item("batas", "pemilu", "Berapa hari?", "7 hari kerja", ("3 hari kerja", "7 hari kalender"))


def topic(**changes: Any) -> Topic:
    """A topic that bears `DAYS` out."""
    whole = replace(
        TOPICS["batas-waktu-melapor"], id="batas", pemilu="Wajib lapor. Paling lama 7 hari kerja, ya. Titik."
    )
    return replace(whole, **changes)


@pytest.mark.parametrize("item", BANK.values(), ids=lambda item: f"{item.topic}-{item.id}")
def test_every_answer_rests_on_its_topic(item: Item) -> None:
    """The right option stands there, no other does, and no figure that UU 1/2026 may have changed is asked."""
    assert item.topic in TOPICS
    assert faults(item, TOPICS[item.topic]) == []


@pytest.mark.parametrize("item", BANK.values(), ids=lambda item: f"{item.topic}-{item.id}")
def test_every_question_fits_a_message_with_its_rule(item: Item) -> None:
    """Options are lettered in the text, because many are longer than a button's label."""
    whole = "\n".join((item.ask, *item.options, rule(item, TOPICS[item.topic])))

    assert rule(item, TOPICS[item.topic])
    assert units(whole) < TEXT / 2
    assert 3 <= len(item.options) <= len(LETTERS)


def test_there_are_enough_questions() -> None:
    """Twelve rounds at least, on many topics and both sides, all of them playable today."""
    assert len(playable(BANK, TOPICS, TODAY)) == len(BANK) >= 60
    assert len({item.topic for item in BANK.values()}) >= 40
    assert {item.side for item in BANK.values()} == {"pemilu", "pilkada"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[a]]\nside = =\n", "at line 2"),
        (f"[[a]]\n{GOOD}\n[[b]]\n{GOOD.replace('hari?', 'HARI')}", "asked twice"),
        ("[[a]]\n" + GOOD.replace("side", "sisi"), "missing side"),
        (f'[[a]]\n{GOOD}topic = "b"\n', "unknown topic"),
        ("[[a]]\n" + GOOD.replace('"pemilu"', '"pilpres"'), "side must be one of"),
        ("[[a]]\n" + GOOD.replace('"7 hari"', "7"), "right must be a text"),
        ("[[a]]\n" + GOOD.replace('"4 hari"', '" "'), "wrong must be a text"),
        ("[[a]]\n" + GOOD.replace('["3 hari", "4 hari"]', '"3 hari"'), "wrong must be a text"),
        ("[[a]]\n" + GOOD.replace("7 hari", "7" * 81), "over 80 letters"),
        ("[[a]]\n" + GOOD.replace(', "4 hari"', ""), "needs 3 or 4 options"),
        ("[[a]]\n" + GOOD.replace('"4 hari"', '"4", "5", "6"'), "needs 3 or 4 options"),
        ("[[a]]\n" + GOOD.replace("4 hari", "7 HARI"), "has an option twice"),
        ("a = 1\n", "must be a table"),
    ],
)
def test_a_wrong_file_is_refused_with_its_reason(tmp_path: Path, text: str, reason: str) -> None:
    """Naming the file, and the question where there is one."""
    file = tmp_path / "questions.toml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(BankError, match=reason) as error:
        bank(file)
    assert "questions.toml" in str(error.value)


def test_a_right_file_is_read(tmp_path: Path) -> None:
    """The right option comes first."""
    file = tmp_path / "questions.toml"
    file.write_text(f"[[a]]\n{GOOD}", encoding="utf-8")

    (item,) = bank(file).values()
    assert (item.topic, item.options) == ("a", ("7 hari", "3 hari", "4 hari"))


@pytest.mark.parametrize(
    ("item", "changes", "fault"),
    [
        (DAYS, {"pemilu": "Paling lama 5 hari kerja."}, "not in the topic"),
        (replace(DAYS, fact="7 hari kerja, bukan"), {}, "not in the topic"),
        (replace(DAYS, fact="Wajib lapor"), {}, "not borne out"),
        (replace(DAYS, right="tujuh hari kalender", fact="7 hari kerja"), {}, "not borne out"),
        (replace(DAYS, wrong=("kerja 7 hari", "3 hari")), {}, "true as well"),
        (DAYS, {"pemilu_confidence": "memory"}, "was not read"),
        (DAYS, {"pemilu_confidence": "n/a"}, "was not read"),
        (replace(DAYS, wrong=("6 bulan", "3 hari")), {"warnings": ("uu-1-2026",)}, "may have changed"),
        (replace(DAYS, wrong=("Rp5 juta", "3 hari")), {"warnings": ("uu-1-2026",)}, "may have changed"),
    ],
)
def test_what_a_topic_does_not_bear_out_is_a_fault(item: Item, changes: dict[str, Any], fault: str) -> None:
    """So that nobody is taught a law that is not one."""
    assert faults(DAYS, topic()) == []
    assert fault in "\n".join(faults(item, topic(**changes)))


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({}, True),
        ({"under_review": True}, False),
        ({"valid_until": TODAY}, True),
        ({"valid_until": TODAY - timedelta(days=1)}, False),
        ({"valid_from": TODAY}, True),
        ({"valid_from": TODAY + timedelta(days=1)}, False),
        ({"pemilu": "Paling lama 14 hari kerja."}, False),
    ],
)
def test_only_rules_in_force_are_asked_about(changes: dict[str, Any], asked: bool) -> None:
    """A topic that was changed, expired or is under review takes its questions along."""
    found = playable({"1": DAYS}, {"batas": topic(**changes)}, TODAY)

    assert bool(found) is asked
    assert playable({"1": DAYS}, {}, TODAY) == {}


def test_the_rule_is_one_sentence() -> None:
    """The one that holds the answer."""
    assert rule(DAYS, topic()) == "Paling lama 7 hari kerja, ya."
    assert rule(DAYS, topic(pemilu="Tidak ada lagi.")) == ""
