"""Laws, rulings and articles as people and topics cite them."""

import pytest

from knowledge.citations import citations, is_citation, without_citations, without_law


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("UU 10/2016 Pasal 187A", ["uu10/2016", "pasal187", "uu10/2016:187", "pasal187a", "uu10/2016:187a"]),
        ("psl 454 uu no 7 tahun 2017", ["uu7/2017", "pasal454", "uu7/2017:454"]),
        ("Perbawaslu 7/2022", ["perbawaslu7/2022"]),
        ("peraturan bawaslu nomor 9 tahun 2020", ["perbawaslu9/2020"]),
        ("MK 135/PUU-XXII/2024", ["mk135"]),
        ("putusan mk nomor 60", ["mk60"]),
        ("putusan MK 62 tahun 2024", ["mk62"]),
        ("pasal 187A", ["pasal187", "pasal187a"]),
        ("pasal 7 dan 2 tahun penjara", ["pasal7"]),
        ("putusan 12 hari", []),
    ],
)
def test_citations_are_read(text: str, cited: list[str]) -> None:
    """However people write a law, a ruling or an article; an article comes with the law beside it."""
    assert list(citations(text)) == cited


def test_lists_and_ranges_of_articles_are_read() -> None:
    """Each article can be asked for by itself."""
    listed = [term for term in citations("UU 8/2015 Pasal 103-106 dan Pasal 108, 110") if term.startswith("pasal")]

    assert sorted(listed) == ["pasal103", "pasal104", "pasal105", "pasal106", "pasal108", "pasal110"]


def test_article_of_another_law_is_not_taken_for_ours() -> None:
    """Pasal 27 of the ITE law says nothing about elections."""
    assert list(citations("pasal 27 uu ite")) == ["ite:27"]
    assert list(citations("UUD 1945 Pasal 22E")) == ["uud:22", "uud:22e"]


def test_article_goes_with_the_nearest_law() -> None:
    """A text may cite several laws."""
    found = set(citations("UU 7/2017 Pasal 454 dan UU 8/2015 Pasal 134"))

    assert {"uu7/2017:454", "uu8/2015:134"} <= found
    assert "uu7/2017:134" not in found


def test_numbers_of_a_citation_are_taken_out() -> None:
    """`2016` in a law's name must not meet `2016` in a sentence."""
    assert "2016" not in without_citations("pasal 71 uu 10 tahun 2016 tentang apa")


def test_citation_is_told_from_other_terms() -> None:
    """A main law stands behind nearly every topic, so that citing it says little."""
    assert [term for term in ("mk135", "pasal71", "uu1/2026", "uu7/2017", "mk", "uud:22") if is_citation(term)] == [
        "mk135",
        "pasal71",
        "uu1/2026",
        "uud:22",
    ]
    assert without_law("uu7/2017:454") == "pasal454"
