"""The quiz in a Telegram group over real HTTP: members tap, the message changes in place, every press is answered."""

import aiogram  # noqa: F401 - importing it takes seconds, which are not part of the wait for a connection

from bot import words
from handlers import router
from tests.support.bot_api import BotApi
from tests.support.playing import letter
from tests.support.telegram_bot import telegram_bot


async def test_two_members_play_in_a_group(sqlite_url: str) -> None:
    """The answer comes in place of the question, with first names only, and the rule opens in the private chat."""
    async with BotApi() as api, telegram_bot(api, sqlite_url, router()):
        ani, budi = api.user(101, "Ani"), api.user(102, "Budi")
        group = api.group(-1001, "Kelas")
        await group.add_bot(ani)
        await group.reads()
        await group.say(ani, "/kuis")
        question = await group.reads("soal 1 dari 5")
        await (await group.tap(ani, question, letter(question.text))).answer()
        await (await group.tap(budi, question, letter(question.text, right=False))).answer()
        await (await group.tap(ani, question, words.text("id", "quiz.group_next"))).answer()
        revealed = await group.reads("Benar: Ani")
        await group.reads("soal 2 dari 5")
        await api.settled()

        assert (revealed.id, revealed.edited) == (question.id, True)
        assert revealed.buttons == [words.text("id", "quiz.rule")]
