"""Who gets a message: reserved words before states, states before words, and nobody twice."""

from typing import Any

import pytest

from bot.messages import Incoming
from bot.router import Router, TakenTwice, normal
from bot.turn import Turn


def handler(name: str) -> Any:
    """A handler known by its name."""

    async def handle(turn: Turn) -> None:
        raise NotImplementedError

    handle.__name__ = name
    return handle


def message(text: str = "", **more: Any) -> Incoming:
    """Something that came in."""
    return Incoming("test", "ani", "1", text=text, **more)


@pytest.fixture
def router() -> Router:
    """One handler of each kind, inside a root."""
    inner = Router("inner")
    inner.command("tanya")(handler("command"))
    inner.button("pick")(handler("button"))
    inner.reserve(["Batal", "0"])(handler("reserved"))
    inner.word(["halo"])(handler("word"))
    inner.event("joined")(handler("event"))
    inner.event("stale")(handler("stale"))
    inner.event("edited")(handler("edited"))
    inner.start("t")(handler("start"))
    inner.answer("form.name", again=handler("again"))(handler("answer"))
    inner.answer("form.free", again=handler("again"), free=True)(handler("free"))
    inner.answer("form.count", numeric=True)(handler("count"))
    inner.reply("question")(handler("reply"))
    inner.fallback = handler("fallback")
    inner.on_question, inner.is_question = handler("question"), lambda text: text.endswith("?")
    root = Router("root")
    root.include(inner)
    return root


def found(router: Router, incoming: Incoming, state: str = "") -> str | None:
    """The name of the handler."""
    one = router.find(incoming, state)
    return None if one is None else one.__name__


@pytest.mark.parametrize("state", ["", "form.name", "form.free", "form.count", "of.an.older.release"])
@pytest.mark.parametrize("text", ["batal", " BATAL! ", "batal ya", "Batal dong pak", "ｂａｔａｌ", "🙏 batal 🙏"])
def test_a_reserved_word_wins_over_every_state(router: Router, text: str, state: str) -> None:
    """However it is written, as the whole message."""
    assert found(router, message(text), state) == "reserved"


@pytest.mark.parametrize(("state", "name"), [("", "reserved"), ("form.name", "reserved"), ("form.count", "count")])
def test_zero_is_a_number_where_one_is_asked_for(router: Router, state: str, name: str) -> None:
    """And the menu everywhere else."""
    assert found(router, message("0"), state) == name


@pytest.mark.parametrize(
    ("incoming", "name"),
    [
        (message("jangan batal dulu"), "fallback"),
        (message("halo"), "word"),
        (message("sesuatu"), "fallback"),
        (message("/tanya x", command="tanya", argument="x"), "command"),
        (message("/lain", command="lain"), "fallback"),
        (message(pressed="pick:1"), "button"),
        (message(pressed="gone:1"), "stale"),
        (message(event="joined"), "event"),
        (message(event="migrated"), None),
        (message("halo", edited=True), "edited"),
        (message("batal", edited=True), "reserved"),
        (message("halo", kind="photo"), "fallback"),
        (message("halo", is_group=True, addressed=False), None),
        (message("halo", is_group=True), "word"),
        (message(pressed="pick:1", is_group=True, addressed=False), "button"),
    ],
)
def test_each_kind_of_message_finds_its_handler(router: Router, incoming: Incoming, name: str | None) -> None:
    """With nothing awaited."""
    assert found(router, incoming) == name


@pytest.mark.parametrize(
    ("incoming", "state", "name"),
    [
        (message("halo"), "form.name", "answer"),
        (message("halo"), "unknown.step", "word"),
        (message("apa?"), "form.name", "answer_and_repeat"),
        (message("apa?"), "form.free", "free"),
        (message(kind="voice"), "form.name", "answer"),
        (message("halo", edited=True), "form.name", "edited"),
        (message("/tanya", command="tanya"), "form.name", "command"),
        (message(pressed="pick:1"), "form.name", "button"),
    ],
)
def test_an_awaited_answer_comes_before_words(router: Router, incoming: Incoming, state: str, name: str) -> None:
    """A question is answered first, where the step is not free text."""
    assert found(router, incoming, state) == name


def test_a_long_text_is_no_reserved_word(router: Router) -> None:
    """Courtesy words without end do not count."""
    assert found(router, message("batal " + "ya " * 30)) == "fallback"


@pytest.mark.parametrize("table", ["command", "button", "word", "reserve", "event", "reply", "start", "answer"])
def test_no_key_is_handled_twice(table: str) -> None:
    """Found when the program is built and not by a person."""
    one, other, root = Router("one"), Router("other"), Router("root")
    for router in (one, other):
        key: Any = ["x"] if table in ("word", "reserve") else "x"
        getattr(router, table)(key)(handler("h"))

    root.include(one)
    with pytest.raises(TakenTwice, match="root: 'x'"):
        root.include(other)


def test_a_part_knows_its_root(router: Router) -> None:
    """So that conversations reach others without importing them."""
    part = Router("part")
    assert part.root() is part
    router.include(part)

    assert part.root() is router
    assert set(part.root().starts) == {"t"}


@pytest.mark.parametrize(
    ("text", "plain"),
    [("  Halo,  Pak! ", "halo"), ("jangan-kirim", "jangan-kirim"), ("¿STOP?", "stop"), ("ya", ""), ("ＡＢＣ", "abc")],
)
def test_messages_are_compared_without_marks_and_courtesy(text: str, plain: str) -> None:
    """Case, width, marks around words, doubled spaces."""
    assert normal(text) == plain


def test_no_conversation_reserves_nothing() -> None:
    """An empty word would catch every "ya" and every emoji."""
    from handlers import router as whole

    root = whole()
    assert "" not in root.reserved
    assert "" not in root.words


@pytest.mark.parametrize(("text", "name"), [("jawabannya 7 hari", "reply"), ("batal", "reserved"), ("0", "reply")])
def test_a_reserved_word_in_a_reply_is_not_taken_for_an_answer(router: Router, text: str, name: str) -> None:
    """ "Batal" written under a question must not reach the person who asked; a number may be the answer."""
    handle = router.find(message(text, reply_to="7"), "", "question")

    assert getattr(handle, "__name__", None) == name
