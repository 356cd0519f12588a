"""A line of the doctor's report."""

from typing import NamedTuple

PATIENCE = 10.0  # seconds for anything beyond this machine


class Finding(NamedTuple):
    """One line of the report; `mend` says what to do if it is not ok."""

    name: str
    ok: bool
    message: str
    mend: str = ""


def ok(message: str) -> Finding:
    """All is well; the doctor fills in the name of the check."""
    return Finding("", True, message)


def wrong(message: str, mend: str) -> Finding:
    """Something to mend; the doctor fills in the name of the check."""
    return Finding("", False, message, mend)
