"""The language of a conversation, changed at any moment without losing the step."""

from bot import words
from bot.messages import Button
from bot.router import Router, normal
from bot.turn import Turn

router = Router("language")


@router.reserve(words.listed("language.words"))
@router.command("bahasa", "language")
@router.button("language")
async def choose(turn: Turn) -> None:
    """Offers the languages there are; /bahasa en takes one at once."""
    if turn.incoming.command and turn.text:
        wanted = _spoken(turn.text)
        if wanted:
            await _speak(turn, wanted)
            return
    names = {one: words.text(one, "language.name") for one in words.languages()}
    turn.say(turn.t("language.choose"), *(Button(name, f"language.set:{one}") for one, name in names.items()))


@router.button("language.set")
async def chosen(turn: Turn) -> None:
    """Takes the language of the button."""
    await _speak(turn, turn.value if turn.value in words.languages() else words.DEFAULT)


@router.reserve(words.listed("language.spoken"))
async def asked(turn: Turn) -> None:
    """ "English please" needs no button."""
    await _speak(turn, _spoken(turn.text) or words.DEFAULT)


async def _speak(turn: Turn, language: str) -> None:
    turn.chat.language = language
    person = await turn.person()
    if person is not None:
        person.language = language
    turn.say(turn.t("language.set"))
    if turn.again is not None:
        await turn.again(turn)


def _spoken(text: str) -> str:
    """The language that `text` names, by its code or in everyday words."""
    plain = normal(text)
    for language in words.languages():
        if plain == language or plain in {normal(one) for one in words.listed("language.spoken", language)}:
            return language
    return ""
