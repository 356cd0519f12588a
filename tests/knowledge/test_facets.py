"""Whom a question is about and what it wants to know."""

from itertools import product

import pytest

from knowledge import Index, load
from knowledge.facets import Facet, coverage, facet

INDEX = Index(load())
BODIES = (
    "KPPS",
    "PPK",
    "PPS",
    "pantarlih",
    "panwascam",
    "pengawas desa",
    "pengawas TPS",
    "anggota KPU",
    "anggota DKPP",
    "hakim MK",
    "saksi partai",
    "kepala desa",
)
UNKNOWN = (
    "berapa usia minimal {}",
    "gaji {} berapa",
    "apa syarat menjadi {}",
    "kapan pendaftaran {} dibuka",
    "pendidikan minimal {}",
    "seragam {} warna apa",
    "tes kesehatan {} di mana",
    "bunyi sumpah {}",
    "usia pensiun {}",
    "tunjangan {}",
    "alamat kantor {}",
)


def test_subject_and_attribute_are_read() -> None:
    """From the regular words, not as typed."""
    assert facet("berapa usia minimal anggota kpps") == Facet(frozenset({"kpps"}), frozenset({"age"}))


def test_topic_covers_what_its_sentences_bring_together() -> None:
    """How many a KPPS has says nothing of the age of its members, nor of how many another body has."""
    covered = coverage(["kpps 7 orang", "usia calon 30 tahun"])

    assert covered.holds(facet("jumlah anggota kpps"))
    assert not covered.holds(facet("usia kpps"))
    assert not covered.holds(facet("jumlah anggota kpu"))
    assert covered.holds(facet("usia minimal"))


def test_question_without_an_attribute_is_not_held_back() -> None:
    """The search alone decides."""
    assert coverage([]).holds(facet("apa itu kpps"))


@pytest.mark.parametrize(("asked", "body"), [*product(UNKNOWN, BODIES)])
def test_neighbour_of_a_topic_is_not_answered(asked: str, body: str) -> None:
    """What no topic says of a body gets no answer about something else of it."""
    assert INDEX.find(asked.format(body)).status in {"unknown", "function"}


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("jumlah anggota KPPS berapa", "penyelenggara-adhoc-kpu"),
        ("jumlah anggota DKPP", "dkpp"),
        ("usia minimal calon bupati", "usia-minimal-calon"),
        ("masa jabatan anggota Bawaslu berapa tahun", "struktur-pengawas"),
        ("panwascam ada berapa orang", "pengawas-adhoc"),
        ("syarat jadi pemantau pilkada", "pemantau-terdaftar"),
    ],
)
def test_what_a_topic_says_of_a_body_is_answered(question: str, topic: str) -> None:
    """The same kinds of question, where there is an answer."""
    assert INDEX.find(question).ranking[0][0] == topic
    assert INDEX.find(question).status in {"answered", "choose"}


def test_things_are_counted_only_where_a_topic_counts_them() -> None:
    """The days that a court has are not the number of its judges."""
    covered = coverage(["hakim memutus perkara pidana paling lama 7 hari", "pps 3 orang"])

    assert not covered.holds(facet("berapa hakim"))
    assert covered.holds(facet("berapa hari hakim memutus"))
    assert covered.holds(facet("berapa pps"))
