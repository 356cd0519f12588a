"""What changed, word by word and line by line, in marks that every chat can show."""

import pytest

from bot import difference
from bot.text import plain


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("paling lama 2 tahun", "paling lama 3 tahun", "paling lama ~2~ *3* tahun"),
        ("", "baru sekali", "*baru sekali*"),
        (None, "baru", "*baru*"),
        ("hilang", None, "~hilang~"),
        (False, True, "~–~ *✓*"),
        ("a_b *c*", "a_b *d*", "a\\_b ~\\*c\\*~ *\\*d\\**"),
    ],
)
def test_words_show_old_and_new(old: object, new: object, shown: str) -> None:
    """New is bold, old stands between waves, what a person typed is no markup."""
    assert difference.of(old, new) == shown


def test_long_stretches_without_a_change_are_cut() -> None:
    """Six words on either side say where it is."""
    words = [f"k{number}" for number in range(40)]
    changed = [*words[:20], "baru", *words[21:]]

    assert difference.words(" ".join(words), " ".join(changed)) == (
        "… k14 k15 k16 k17 k18 k19 ~k20~ *baru* k21 k22 k23 k24 k25 k26 …"
    )


def test_lists_are_compared_line_by_line() -> None:
    """New, gone, and changed a little."""
    old = ["Pasal 1 ayat (1) huruf a", "Pasal 9", "sama"]
    new = ["Pasal 1 ayat (2) huruf a", "sama", "UU baru"]

    assert difference.of(old, new) == "± Pasal 1 ayat ~(1)~ *(2)* huruf a\n+ *UU baru*\n− ~Pasal 9~"


def test_the_new_text_can_be_read_out_of_the_difference() -> None:
    """Without what stands between waves, and without marks."""
    shown = plain(difference.words("satu dua tiga", "satu empat tiga lima"))

    assert " ".join(word for word in shown.split() if not word.startswith("~")) == "satu empat tiga lima"
