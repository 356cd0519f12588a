"""Rich messages are checked against the limits of the service, and read as people read them."""

from typing import Any

import pytest

from tests.support.telegram.errors import ApiError
from tests.support.telegram.rich import checked_rich, rich_text

Block = dict[str, Any]


def row(columns: int) -> list[Block]:
    """A row of a table with so many cells."""
    return [{"align": "left", "valign": "top", "text": str(column)} for column in range(columns)]


def nested(depth: int) -> Block:
    """A paragraph inside `depth` quotations."""
    block: Block = {"type": "paragraph", "text": "isi"}
    for _ in range(depth):
        block = {"type": "blockquote", "blocks": [block]}
    return block


@pytest.mark.parametrize(
    "blocks",
    [
        [{"type": "paragraph", "text": "x" * 32_768}],
        [{"type": "divider"}] * 500,
        [{"type": "table", "cells": [row(20)]}],
        [nested(14)],
        [
            {
                "type": "list",
                "items": [{"blocks": [{"type": "paragraph", "text": ["a", {"type": "bold", "text": "b"}]}]}],
            }
        ],
        [{"type": "details", "summary": "Lihat", "blocks": [nested(1)]}],
        [{"type": "buttons", "buttons": [{"text": "Ya", "callback_data": "y"}]}],
    ],
)
def test_what_fits_is_taken(blocks: list[Block]) -> None:
    """Everything at its limit is accepted and comes back unchanged."""
    assert checked_rich({"blocks": blocks}) == {"blocks": blocks}


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        ([{"type": "paragraph", "text": "x" * 32_769}], "too long"),
        ([{"type": "divider"}] * 501, "too many blocks"),
        ([{"type": "table", "cells": [row(21)]}], "too many columns"),
        ([nested(16)], "nested too deeply"),
        ([{"type": "table", "cells": []}], "must have rows"),
        ([{"type": "table", "cells": [[{"text": "a"}]]}], "align"),
        ([{"type": "table", "cells": [[{"text": "a", "align": "left", "valign": "up"}]]}], "valign"),
        ([{"type": "heading", "text": "a", "size": 7}], "1 to 6"),
        ([{"type": "paragraph", "text": {"type": "besar", "text": "a"}}], "unsupported text type"),
        ([{"type": "paragraph"}], "text expected"),
        ([{"type": "list", "items": [{"blocks": []}]}], "non-empty"),
        ([{"type": "buttons", "buttons": [{"text": "Ya", "callback_data": "y" * 65}]}], "BUTTON_DATA_INVALID"),
    ],
)
def test_what_does_not_fit_is_refused(blocks: list[Block], words: str) -> None:
    """One more than the limit, or a wrong shape, is an error."""
    with pytest.raises(ApiError, match=words):
        checked_rich({"blocks": blocks})


def test_rich_words_are_read_in_order() -> None:
    """Headings, paragraphs, lists and tables become lines of words."""
    table = {"type": "table", "caption": "Beda", "cells": [row(2)]}

    assert rich_text([{"type": "heading", "text": "Judul", "size": 1}, table, nested(1)]) == "Judul\nBeda\n0 | 1\nisi"
