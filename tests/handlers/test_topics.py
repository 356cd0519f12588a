"""Topics by link and by list."""

from tests.support.world import World


async def test_a_link_opens_its_topic(world: World) -> None:
    """The same topic always has the same link."""
    (answer,) = await world.person("ani").says("/start t_usia-minimal-calon")

    assert answer.text.startswith("Usia paling rendah calon")
    assert "Lihat sumber" in answer.labels


async def test_a_link_to_a_topic_that_is_gone_says_so(world: World) -> None:
    """An old poster does not lead into silence."""
    (answer,) = await world.person("ani").says("/start t_sudah-tidak-ada")

    assert "sudah tidak ada" in answer.text


async def test_all_topics_are_listed_page_by_page(world: World) -> None:
    """Turned in place; each topic is on exactly one page."""
    ani = world.person("ani")
    (page,) = await ani.says("/topik")
    seen = page.text.splitlines()[2:]
    while "Berikutnya ▸" in ani.last.labels:
        (page,) = await ani.taps("Berikutnya")
        assert page.operation == "edit"
        seen += page.text.splitlines()[2:]
    titles = [line.partition(". ")[2] for line in seen]

    assert sorted(titles) == sorted(one.title for one in world.context.knowledge().topics.values())
    assert ani.last.labels[-1] == "◂ Sebelumnya"


async def test_a_topic_opens_from_the_list(world: World) -> None:
    """By the button with its number."""
    ani = world.person("ani")
    await ani.says("topik")
    title = ani.text.splitlines()[2].partition(". ")[2]
    (answer,) = await ani.taps("1. ")

    assert answer.text.startswith(title)


async def test_a_page_that_does_not_exist_is_the_last(world: World) -> None:
    """A button of an older list still shows something."""
    (page,) = await world.person("ani").says("/topik 99")

    assert "(halaman 12 dari 12)" in page.text
