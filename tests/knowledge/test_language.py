"""Phone Indonesian made regular."""

import pytest

from knowledge.language import is_subject, plain, read, stem, terms, tokens, without_courtesy, words


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("brp lama klo mau lapor", "tenggat kalau mau lapor"),
        ("gmn caranya", "bagaimana cara"),
        ("usia cagub", "usia calon gubernur"),
        ("umurnya cabup brp?", "usia calon bupati berapa ?"),
        ("bagi2 duit", "politikuang"),
        ("bagi bagi uang", "politikuang"),
        ("serangan fajar", "politikuang"),
        ("vote buying", "politikuang"),
        ("quick count", "hitungcepat"),
        ("pemilihan kepala daerah", "pilkada"),
        ("general election", "pemilu"),
        ("berembe carene", "bagaimana cara"),
        ("piye", "bagaimana"),
        ("50rb", "50 ribu"),
        ("LAPORRRR", "lapor"),
        ("dptb", "dptb"),
    ],
)
def test_typed_words_become_regular(typed: str, meant: str) -> None:
    """Slang, abbreviations, English and phrases end in the words that topics use."""
    assert " ".join(tokens(typed)) == meant


def test_accents_links_and_invisible_signs_go() -> None:
    """What a keyboard or a copied text adds says nothing."""
    assert plain("Pémilu\u200b https://x.id/a").split() == ["pemilu"]


def test_stop_words_go_and_forms_of_a_word_meet() -> None:
    """Affixes do not hide that two people ask the same."""
    assert terms(["apakah", "pelanggaran", "yang", "melanggar"]) == [stem("langgar")]


def test_listed_words_keep_their_form() -> None:
    """A voter is not a vote, nor an observer an observation."""
    assert [stem(word) for word in ("pemilih", "pemantau", "perempuan")] == ["pemilih", "pemantau", "perempuan"]


def test_numbers_of_a_citation_are_not_words_too() -> None:
    """`2016` in a law's name must not meet `2016` in a sentence."""
    assert "2016" not in read("pasal 71 uu 10 tahun 2016")


def test_what_a_question_is_about_is_told_from_its_setting() -> None:
    """Places, offices, numbers and everyday words do not make a question ours."""
    assert [term for term in ("mataram", "gubernur", "2024", "besok", "rumah", "gakkumdu") if is_subject(term)] == [
        "besok",
        "gakkumdu",
    ]


def test_every_phrase_of_the_table_is_reached() -> None:
    """A longer or an earlier entry must not swallow what another one promises."""
    table = words()
    hidden = {key for key, meant in table.phrases.items() if table.join_phrases([*key]) != [*meant]}

    assert not hidden


@pytest.mark.parametrize(
    ("polite", "rest"),
    [
        ("Halo min mau tanya dong, usia caleg", ", usia caleg"),
        ("usia caleg kak, mohon pencerahannya makasih", "usia caleg kak,"),
        ("Jelaskan secara singkat asas pemilu", "asas pemilu"),
        ("Good morning, I'm an observer. Who may vote", ", . who may vote"),
        ("mau konsultasi dengan petugas", "mau konsultasi dengan petugas"),
    ],
)
def test_courtesy_around_a_question_goes(polite: str, rest: str) -> None:
    """Who asks, and how kindly, says nothing of what is asked; a wish to talk to staff is no courtesy."""
    assert " ".join(without_courtesy(polite).split()) == rest


@pytest.mark.parametrize("greeting", ["Selamat pagi", "makasih banyak min", ""])
def test_mere_courtesy_stays(greeting: str) -> None:
    """So that a greeting can be greeted back."""
    assert without_courtesy(greeting) == greeting


def test_words_of_phrases_are_not_mended() -> None:
    """`united states` would become `united state`, and the phrase would not match."""
    assert tokens("united states", lambda word: word.removesuffix("s")) == ["amerika"]
