"""Tells staff each Monday morning what people asked in the week before."""

from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot import times, words
from bot.clock import Job, Weekly
from bot.logs import get_logger
from bot.messages import Button, Lane, Reply
from bot.services import digest, staff_notices
from bot.services.digest import Week
from bot.services.staff import Addresses, Purpose, audience
from bot.times import moment
from storage import outbox
from storage.engine import Tx

log = get_logger("digest")

AT = time(8)
MONDAY = 0
SOURCE = "digest"
LINE = 160  # letters of a question; ten of them and ten titles fit one message


def job(zone: ZoneInfo, owners: Addresses) -> Job:
    """The job, by the office's clock."""
    return Job("digest", Weekly(MONDAY, AT, zone), partial(tell, zone=zone, owners=frozenset(owners)))


async def tell(tx: Tx, now: datetime, zone: ZoneInfo, owners: Addresses) -> bool:
    """Puts the week before this one before the groups bound to questions, else the owners; nothing when nothing was
    asked. It is one message per week, however often this runs."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    since, until = (moment(monday - timedelta(days=days), time(0), zone) for days in (7, 0))
    session = tx.session()
    try:
        week = await digest.look(session, since, until)
        if not week.empty:
            await _put(session, now, week, (since, until), zone, owners, monday.toordinal())
        await tx.keep(session)
    finally:
        await session.close()
    return False


async def _put(
    db: AsyncSession,
    now: datetime,
    week: Week,
    span: tuple[datetime, datetime],
    zone: ZoneInfo,
    owners: Addresses,
    number: int,
) -> None:
    chats = await audience(db, owners, Purpose.QUESTIONS)
    for chat in chats:
        reply = rendered(chat.language or words.DEFAULT, week, span, zone, chat.is_group)
        await outbox.add(db, staff_notices.row(chat, SOURCE, number, reply, Lane.REMINDER), now)
    log.info("digest queued", chats=len(chats), topics=len(week.most), unanswered=week.different)


def rendered(language: str, week: Week, span: tuple[datetime, datetime], zone: ZoneInfo, is_group: bool) -> Reply:
    """The week as staff read it."""
    last = span[1] - timedelta(minutes=1)
    parts = [words.text(language, "digest.head", week=times.days(span[0], last, zone, language))]
    if week.most:
        lines = [
            words.text(language, "digest.topic", number=number, title=title, times=shown)
            for number, (title, shown) in enumerate(week.most, 1)
        ]
        parts.append(words.text(language, "digest.most", lines=words.Raw("\n".join(lines))))
    if week.unanswered:
        parts.append(_unanswered(language, week))
    judged = week.yes + week.no
    share = round(100 * week.yes / judged) if judged else 0
    key = "digest.verdicts" if judged else "digest.no_verdicts"
    parts.append(words.text(language, key, yes=week.yes, no=week.no, share=share))
    button = (
        () if is_group or not week.unanswered else (Button(words.text(language, "digest.open_button"), "staff.open"),)
    )
    return Reply("\n\n".join(parts), button)


def _unanswered(language: str, week: Week) -> str:
    lines = []
    for number, one in enumerate(week.unanswered, 1):
        people = len(one.chats)
        key = "digest.question_many" if people > 1 else "digest.question"
        lines.append(words.text(language, key, number=number, asked=_line(one.text), people=people))
    if week.different > len(week.unanswered):
        lines.append(words.text(language, "digest.more", count=week.different - len(week.unanswered)))
    return words.text(language, "digest.unanswered", lines=words.Raw("\n".join(lines)))


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LINE else f"{line[: LINE - 1].rstrip()}…"
