"""What goes out fits every channel: each limit holds at n and not at n + 1."""

from typing import Any

import orjson
import pytest

from bot import limits
from bot.messages import Button, Comparison, Incoming, Reply, TooLong, fitting, tidy

COMPARED = Comparison("Judul", "Pemilu", "Pilkada", (("lama", "3 hari", "3 hari"),), ("per 2026",))


def buttons(count: int, label: str = "x") -> tuple[Button, ...]:
    """So many things to tap."""
    return tuple(Button(label, f"a:{number}") for number in range(count))


@pytest.mark.parametrize("letter", ["x", "😀"])
@pytest.mark.parametrize(("limit", "file"), [(limits.TEXT, None), (limits.CAPTION, 1)])
def test_a_text_is_as_long_as_telegram_shows(letter: str, limit: int, file: int | None) -> None:
    """4096 units alone, 1024 under a file; an emoji counts two."""
    most = letter * (limit // limits.units(letter))

    assert Reply(most, file=file).text == most
    with pytest.raises(TooLong, match=str(limit)):
        Reply(most + "x", file=file)


def test_markup_and_escapes_do_not_count() -> None:
    """Only what is shown."""
    assert len(Reply("*" + "x" * 4096 + "*").text) == 4098
    assert len(Reply("\\*" * 4096).text) == 8192


def test_a_comparison_counts_as_the_text_it_may_become() -> None:
    """A service without tables shows it so."""
    rest = limits.TEXT - len(Reply("x", comparison=COMPARED).whole_text().replace("*", "")) + 1

    assert Reply("x" * rest, comparison=COMPARED).comparison is COMPARED
    with pytest.raises(TooLong):
        Reply("x" * (rest + 1), comparison=COMPARED)


def test_ten_buttons_and_not_eleven() -> None:
    """More must be paged."""
    assert len(Reply("x", buttons(10)).buttons) == 10
    with pytest.raises(TooLong, match="page"):
        Reply("x", buttons(11))


@pytest.mark.parametrize(("count", "limit"), [(1, 20), (3, 20), (4, 24), (10, 24)])
def test_a_label_fits_the_kind_of_list_it_is_in(count: int, limit: int) -> None:
    """20 letters among up to three, 24 among more."""
    assert len(Reply("x", buttons(count, "l" * limit)).buttons) == count
    with pytest.raises(TooLong):
        Reply("x", buttons(count, "l" * (limit + 1)))


def test_links_do_not_count_as_few_buttons() -> None:
    """They are shown otherwise."""
    assert Reply("x", (Button("l" * 24, url="https://example.org"),)).buttons[0].data == ""


def test_data_of_a_button_leaves_room_for_its_signature() -> None:
    """55 bytes, not letters."""
    assert limits.BUTTON_DATA + limits.SIGNATURE + 1 == 64
    assert Button("x", "é" * 27 + "x").label == "x"
    with pytest.raises(TooLong):
        Button("x", "é" * 28)


@pytest.mark.parametrize("wrong", [{"label": ""}, {"data": ""}, {"url": "https://example.org"}])
def test_a_button_has_a_label_and_one_thing_to_do(wrong: dict[str, Any]) -> None:
    """Neither none nor two."""
    with pytest.raises(ValueError, match="a button needs"):
        Button(**{"label": "x", "data": "a", **wrong})


def test_an_empty_reply_is_refused() -> None:
    """Services refuse it too, later."""
    with pytest.raises(ValueError, match="without anything"):
        Reply("")
    assert (Reply("", comparison=COMPARED).text, Reply("", file=1).text) == ("", "")


def test_a_reply_comes_back_as_it_was_stored() -> None:
    """With everything it may have."""
    reply = Reply("teks", (*buttons(2), Button("web", url="https://example.org")), COMPARED)

    assert Reply.load(reply.dump()) == reply
    assert Reply.load(Reply("x", file=7).dump()).file == 7


def test_what_is_to_be_shared_is_stored_with_its_link() -> None:
    """A button without anything to share is stored as ever, so that the release before can read it."""
    share, plain_one = Button("Bagikan", url="https://a.example/", share="masa tenang"), Button("Ya", "ya:1")
    stored = Reply("x", (share, plain_one)).dump()

    assert Reply.load(stored).buttons == (share, plain_one)
    assert orjson.loads(stored)["b"][1] == ["Ya", "ya:1", ""]


def test_a_reply_of_a_newer_release_can_be_read() -> None:
    """Fields that we do not know are passed over."""
    body = orjson.loads(Reply("teks").dump())

    assert Reply.load(orjson.dumps({**body, "v": 2, "new": [1]})) == Reply("teks")


def test_a_comparison_as_text_names_both_sides() -> None:
    """For channels and readers without tables."""
    assert COMPARED.as_text() == "*Judul*\n\n*lama*\n▸ Pemilu: 3 hari\n▸ Pilkada: 3 hari\n\nper 2026"


@pytest.mark.parametrize(("few", "limit"), [(True, 20), (False, 24)])
def test_a_label_made_from_data_is_cut(few: bool, limit: int) -> None:
    """Visibly, and only when it must be."""
    assert fitting("x" * limit, few) == "x" * limit
    assert fitting("x" * (limit + 1), few) == "x" * (limit - 1) + "…"
    assert limits.units(fitting("😀" * 30, few)) <= limit


def test_what_comes_in_is_tidied() -> None:
    """No control letters, no more than one message holds, no endless names."""
    came = Incoming("test", "a", "1", text="\x00 " + "x" * 5000, argument=" y\x07 ", sender_name="n" * 300)
    tidied = tidy(came)

    assert (len(tidied.text), tidied.argument, len(tidied.sender_name)) == (limits.INCOMING_TEXT - 1, "y", 128)


def test_who_acts_is_the_sender_in_a_group() -> None:
    """Elsewhere the chat itself."""
    assert Incoming("test", "kelas", "1", sender="budi", is_group=True).who == "budi"
    assert Incoming("test", "ani", "1").who == "ani"
