"""A question in the middle of a form, told from an answer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import looks_like_question


@pytest.mark.parametrize(
    "text",
    [
        "data saya aman?",
        "Apa saja syarat calon bupati",
        "brp hari batas lapor",
        "min kalo mau lapor gimana",
        "saya mau tanya kapan pilkada",
        "boleh nyoblos pake ktp ga",
        "what is pilkada",
        "piye carane lapor politik uang",
        "masih boleh lapor gak ya? 🙏",
    ],
)
def test_question_is_seen(text: str) -> None:
    """With a question mark, or a question word and a word of our field."""
    assert looks_like_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "Siti Aminah",
        "Kapan Saja Tours",
        "kapan saja tours",
        "Komunitas Apa Kabar Pemilu",
        "BEM Universitas Mataram",
        "Ketua KPPS",
        "lombok timur",
        "bisa",
        "apa",
        "???",
        "",
        "Forum Pemilih Muda",
        "karang taruna desa siapa cepat",
    ],
)
def test_answer_is_left_an_answer(text: str) -> None:
    """Names of people and groups, a single word, signs without a word."""
    assert not looks_like_question(text)


@settings(deadline=None)
@given(st.text(max_size=4096))
def test_any_text_is_judged(text: str) -> None:
    """Nothing typed into a form can break it."""
    assert looks_like_question(text) in {True, False}
