"""Whether a text typed into a form is a question rather than an answer; in doubt it is an answer."""

import re

from knowledge.language import LONGEST, plain, tokens, words

WORD = re.compile(r"[^\W\d_]+")
ENDS_ASKING = re.compile(r"\?[\s.!\W]*$")
ENOUGH = 4


def looks_like_question(text: str) -> bool:
    """True for a text that ends with `?`, or asks with a question word about something in our field.

    >>> looks_like_question("kapan batas lapor"), looks_like_question("Kapan Saja Tours")
    (True, False)
    """
    text = text[:LONGEST].strip()
    typed = WORD.findall(text)
    if not typed:
        return False
    if ENDS_ASKING.search(text):
        return True
    return not is_title(typed) and asks(WORD.findall(plain(text))) and not words().election.isdisjoint(tokens(text))


def is_title(typed: list[str]) -> bool:
    """Whether every word is capitalised, as in the name of a person or an organisation."""
    return len(typed) > 1 and all(word[0].isupper() for word in typed)


def asks(typed: list[str]) -> bool:
    """Whether a question word stands first (after greetings and titles), last, or in a whole sentence."""
    table = words()
    if table.question.isdisjoint(typed):
        return False
    first = next((word for word in typed if word in table.question or word not in table.stop), "")
    return first in table.question or typed[-1] in table.question or len(typed) >= ENOUGH
