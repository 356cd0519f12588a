"""Whether a text typed into a form is a question rather than an answer; conservative."""

import re

START = re.compile(
    r"\s*(?:apa|apakah|kapan|berapa|brp|gimana|bagaimana|gmn|siapa|bolehkah|boleh|kenapa|mengapa|what|how|when|who|can)\b",
    re.IGNORECASE,
)


def looks_like_question(text: str) -> bool:
    """True for a text that asks something we might know; a plain name is not one."""
    return text.rstrip().endswith("?") or bool(START.match(text) and re.search(r"\b(?:pemilu|pilkada|calon|lapor\w*)\b", text, re.IGNORECASE))
