"""People in a talk with staff: a bot with an owner, a group, and somebody who asks."""

from bot.context import Context
from handlers import router
from tests.support.scripted import Scripted
from tests.support.world import Person, World

INDEX = Scripted()
ABOUT = "Saya bingung soal DPTb."


async def opened(url: str) -> World:
    """The whole bot on the database at `url`, with an owner called boss who has written once."""
    context = Context(knowledge=lambda: INDEX, owners=frozenset({("test", "boss")}))
    world = await World.open(url, router(), context=context)
    await world.person("boss").says("/staf")
    return world


async def group(world: World, title: str = "kantor") -> Person:
    """A staff group for questions, bound by the owner."""
    chat = world.group(title)
    await chat.says("/grupstaf", sender="boss")
    await chat.taps("Pertanyaan", sender="boss")
    return chat


async def asks(person: Person) -> None:
    """Asks for a talk."""
    await person.says("petugas")
    await person.taps("Bicara langsung")
    await person.says(ABOUT)


async def talking(world: World) -> tuple[Person, Person]:
    """A group and ani, whose talk Sari has taken."""
    chat, ani = await group(world), world.person("ani")
    await asks(ani)
    await takes(chat)
    return chat, ani


async def takes(chat: Person, who: str = "sari") -> None:
    """A member of the group takes the talk that was called last."""
    await chat.taps("Ambil", sender=who, sender_name=who.title())


async def replies(chat: Person, text: str, who: str = "sari", **more: object) -> None:
    """A reply to the newest message of a talk in the group."""
    asked = next(one for one in reversed(chat.messages) if one.text.startswith("💬") and one.operation == "send")
    await chat.says(text, reply_to=asked.remote, message="m1", sender=who, sender_name=who.title(), **more)
