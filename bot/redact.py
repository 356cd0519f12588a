"""Takes secrets and personal numbers out of texts that leave the program: logs, errors, console."""

import re
from collections.abc import Iterable
from typing import Any

HIDDEN = "***"

_PATTERNS = [
    (re.compile(r"(/bot)[^/\s\"']+"), rf"\1{HIDDEN}"),  # the Bot API carries the token in the path
    (re.compile(r"\b\d{5,}:[\w-]{20,}"), HIDDEN),  # the same token anywhere else
    (re.compile(r"\bEAA[A-Za-z0-9]{20,}"), HIDDEN),  # Meta's access tokens
    (re.compile(r"(?i)\b(bearer )[^\s\"']+"), rf"\1{HIDDEN}"),
    (re.compile(r"(://)[^/\s@\"]*:[^/\s\"]*@"), rf"\1{HIDDEN}@"),  # user:password@host
]
# Indonesian mobile numbers as people write them, and any run of digits as long as an international number.
_PHONE = re.compile(r"(?<![\w.])(?:(?:\+?62|0)[ .-]?8\d(?:[ .-]?\d){6,10}|\+?\d{7,12}(?=\d{3}\b)\d{3})(?!\w)")


class Redactor:
    """Knows the secrets of one configuration besides the shapes that are always hidden."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({secret for secret in secrets if len(secret) >= 4}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def secrets(self, text: str) -> str:
        """The text without tokens and passwords; it stays valid JSON if it was."""
        if self._known:
            text = self._known.sub(HIDDEN, text)
        for pattern, shown in _PATTERNS:
            text = pattern.sub(shown, text)
        return text

    def text(self, text: str) -> str:
        """The text without secrets; of long numbers the last three digits stay, to tell people apart."""
        return _PHONE.sub(lambda match: f"…{match[0][-3:]}", self.secrets(text))

    def value(self, value: Any) -> Any:
        """The same for any value of a log record, however deep."""
        if isinstance(value, bool | float) or value is None:
            return value
        if isinstance(value, int):
            return value if abs(value) < 10**9 else self.text(str(value))
        if isinstance(value, dict):
            return {self.text(str(key)): self.value(item) for key, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(item) for item in value]
        return self.text(value if isinstance(value, str) else repr(value))
