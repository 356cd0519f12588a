"""The words of the page: complete in both languages, none left over."""

import re
import tomllib
from typing import Any

from tests.support.chat_server import ROOT, WEB

NAMED = {
    "you",
    "bot",
    "staff",
    "lost",
    "offline",
    "connecting",
    "over",
    "left",
    "newer",
    "bottom",
    "sending",
    "waiting",
    "retry",
    "discard",
    "today",
    "yesterday",
}
EXAMPLES = {"example_1", "example_2", "example_3"}


def words(lang: str) -> dict[str, Any]:
    """The catalogue of the page in one language."""
    return tomllib.loads((ROOT / "locales" / f"page.{lang}.toml").read_text("utf-8"))


def test_both_languages_have_the_same_words() -> None:
    """A word added in one language is not forgotten in the other."""
    indonesian, english = words("id"), words("en")

    assert indonesian.keys() == english.keys()
    assert indonesian["script"].keys() == english["script"].keys()


def test_the_template_uses_every_word_it_has() -> None:
    """No key of the template is missing or left over."""
    used = set(re.findall(r"\bt\.(\w+)", (WEB / "templates" / "chat.html").read_text("utf-8"))) | EXAMPLES

    assert used == words("id").keys()


def test_the_scripts_use_every_word_they_have() -> None:
    """Each key a script or the template names exists, and each key that exists is named."""
    scripts = "".join(path.read_text("utf-8") for path in WEB.glob("static/*.js"))
    template = (WEB / "templates" / "chat.html").read_text("utf-8")
    used = set(re.findall(r'\bt\("(\w+)"', scripts)) | set(re.findall(r"t\.script\.(\w+)", template))
    chosen = set(re.findall(r'"(send_file|pick|cancel)"', scripts))

    assert used | chosen | NAMED == words("id")["script"].keys()


def test_a_blank_is_the_same_in_both_languages() -> None:
    """What is filled in, such as a size or a count, appears in both."""
    english = words("en")["script"]

    for key, text in words("id")["script"].items():
        assert re.findall(r"\{\w+\}", text) == re.findall(r"\{\w+\}", english[key])
