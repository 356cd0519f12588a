"""What is taken out of texts that leave the program, and what stays readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.redact import Redactor

TOKEN = "7012345678:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"


@pytest.mark.parametrize(
    "text",
    [
        f"https://api.telegram.org/bot{TOKEN}/getMe",
        f"Cannot connect: '{TOKEN}'",
        "/bot1:short/sendMessage",
        "Authorization: Bearer EAAGm0PX4ZCpsBAKZCZBsomething4K-bc",
        "token EAAGm0PX4ZCpsBAKZCZBsomething4Kbc used",
        "postgresql://sahabat:4K-bc@db.example/sahabat",
    ],
)
def test_tokens_are_hidden_wherever_they_stand(text: str) -> None:
    """Even those that no configuration knows."""
    shown = Redactor().secrets(text)

    assert "***" in shown
    assert not any(part in shown for part in ("4K", "short", "7012345678"))


@pytest.mark.parametrize(
    "number",
    ["081234567890", "+62 812-3456-7890", "6281234567890", "0812.3456.789", "+12025550123", "-1001234567890"],
)
def test_phone_numbers_lose_all_but_three_digits(number: str) -> None:
    """Enough to tell two people apart in a log, too little to call them."""
    shown = Redactor().text(f"to {number}, then")

    assert shown in {f"to …{number[-3:]}, then", f"to -…{number[-3:]}, then"}


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-19T21:00:08.081234+00:00",
        "2026-08-12 10:08:12",
        "update 123456789",
        "0.081234567",
        "7f081234567890ab",
        "UU 7/2017 pasal 454 ayat (6)",
        "http://127.0.0.1:8080/",
        "https://a.example/x@y",
    ],
)
def test_what_is_no_secret_stays_readable(text: str) -> None:
    """Times, update numbers, versions and laws are what a log is read for."""
    assert Redactor().text(text) == text


def test_the_longer_of_two_secrets_is_hidden_whole() -> None:
    """One secret may begin like another."""
    assert Redactor(["geheim", "geheim-lang"]).text("geheim-lang") == "***"


def test_values_are_searched_however_deep() -> None:
    """Keys, lists, tuples, sets, bytes and errors, too; numbers and switches stay what they are."""
    redact = Redactor(["geheim"]).value
    deep = {"geheim": [("geheim",), {"geheim"}, b"geheim", ValueError("geheim")], "n": 3, "ok": True, "f": 1.5}

    assert "geheim" not in repr(redact(deep))
    assert redact({"n": 3, "ok": True, "f": 1.5, "none": None}) == {"n": 3, "ok": True, "f": 1.5, "none": None}


def test_a_long_whole_number_may_be_a_phone_number() -> None:
    """WhatsApp's ids are phone numbers; nine digits are the longest that is not one."""
    assert Redactor().value(999_999_999) == 999_999_999
    assert Redactor().value(6281234567890) == "…890"


@given(st.text(), st.text(min_size=4), st.text())
def test_a_known_secret_never_survives(before: str, secret: str, after: str) -> None:
    """Whatever stands around it."""
    shown = Redactor([secret]).secrets(before + secret + after)

    assert secret not in shown or secret in "***"
