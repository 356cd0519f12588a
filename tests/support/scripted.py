"""The real topics with a search that finds what a test says, so that tests of conversations do not judge the search."""

from knowledge import Finding, Index, Topics, load


class Scripted(Index):
    """Finds by the first known word of a question: see `SCRIPT`; anything else is unknown."""

    def __init__(self, topics: Topics | None = None) -> None:
        self.topics = topics or load()

    def find(self, question: str) -> Finding:
        """What the script says."""
        return next((found for word, found in SCRIPT.items() if word in question.lower()), Finding(status="unknown"))


SCRIPT = {
    "tenggat": Finding(status="answered", topic="batas-waktu-melapor"),
    "denda": Finding(status="answered", topic="politik-uang-sanksi", regime="pilkada"),
    "ambang": Finding(
        status="answered",
        topic="ambang-batas-pilkada",
        ranking=(("ambang-batas-pilkada", 0.9), ("ambang-batas-presiden", 0.6), ("tsm", 0.5), ("dkpp", 0.4)),
    ),
    "presiden atau gubernur": Finding(
        status="choose", candidates=("ambang-batas-presiden", "ambang-batas-pilkada"), ask_regime=True
    ),
    "mirip": Finding(status="choose", candidates=("sengketa-proses", "sengketa-waktu", "sengketa-hasil-di-mk")),
    "daftar": Finding(status="function", topic="register"),
    "lapor": Finding(status="function", topic="report"),
    "petugas": Finding(status="function", topic="staff"),
    "jagoan": Finding(status="unknown", reason="partisan"),
    "cuaca": Finding(status="unknown", reason="off_topic"),
    "xyz": Finding(status="unknown", reason="gibberish"),
}


def broken() -> Index:
    """Topics that cannot be read."""
    raise ValueError("usia.toml:3: pemilu: missing")
