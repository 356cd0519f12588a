"""What a week of questions looked like: asked most, not answered, and how many were helped."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.similar import Traits, traits
from storage import answers as answer_store
from storage import questions as question_store

SHOWN = 10
LOOKED_AT = 300  # of the questions without an answer, the newest: enough to see which come again and again


@dataclass(slots=True)
class Asked:
    """One thing that people asked and got no answer to; `chats` are those who did."""

    text: str
    traits: Traits
    chats: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Week:
    """`most` holds titles with how often they were shown; `unanswered` the questions that most people asked, of
    `different` ones; `yes` and `no` count the verdicts."""

    most: list[tuple[str, int]]
    unanswered: list[Asked]
    different: int
    yes: int
    no: int

    @property
    def empty(self) -> bool:
        """Whether nobody asked anything."""
        return not self.most and not self.unanswered


async def look(db: AsyncSession, since: datetime, until: datetime) -> Week:
    """What happened in that time."""
    shown = await answer_store.most_shown(db, since, until, SHOWN)
    most = [(orjson.loads(one.body)["title"] if one.body else one.topic, one.times) for one in shown]
    open_ones = await question_store.unanswered(db, since, until, LOOKED_AT)
    asked = [(one.conversation_id, one.text) for one in open_ones]
    asked += [(one.conversation_id, one.text) for one in await answer_store.unhelpful(db, since, until, LOOKED_AT)]
    grouped = group((chat, question_store.unseal(db, text)) for chat, text in asked if text)
    yes, no = await answer_store.verdicts(db, since, until)
    return Week(most, grouped[:SHOWN], len(grouped), yes, no)


def group(asked: Iterable[tuple[int, str]]) -> list[Asked]:
    """Questions (chat, words) put together where they ask the same, those of most people first."""
    found: list[Asked] = []
    for chat, text in asked:
        mine = traits(text)
        same = next((one for one in found if one.traits.fits(mine)), None)
        if same is None:
            found.append(same := Asked(text, mine))
        same.chats.add(chat)
    return sorted(found, key=lambda one: -len(one.chats))
