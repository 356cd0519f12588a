"""All conversations, in one list: a new one is a file, its test, and one line here."""

from bot.router import Router
from handlers import (
    alike,
    answering,
    ask,
    corrections,
    desk,
    editing,
    editing_draft,
    editing_fields,
    editing_marks,
    editing_review,
    editing_suggestions,
    groups,
    language,
    meetings,
    otherwise,
    privacy,
    quiz,
    quiz_board,
    quiz_group,
    register,
    rsvp,
    rsvp_forms,
    rsvp_notices,
    staff,
    start,
    stop,
    talk,
    topics,
    verdict,
)
from handlers import (
    help as help_,
)

CONVERSATIONS: list[Router] = [
    ask.router,
    topics.router,
    verdict.router,
    meetings.router,
    rsvp.router,
    rsvp_forms.router,
    rsvp_notices.router,
    quiz.router,
    quiz_board.router,
    quiz_group.router,
    staff.router,
    answering.router,
    alike.router,
    corrections.router,
    talk.router,
    desk.router,
    editing.router,
    editing_draft.router,
    editing_fields.router,
    editing_review.router,
    editing_marks.router,
    editing_suggestions.router,
    groups.router,
    start.router,
    register.router,
    privacy.router,
    stop.router,
    help_.router,
    language.router,
    otherwise.router,
]


def router() -> Router:
    """The root router with every conversation."""
    root = Router("all")
    root.include(*CONVERSATIONS)
    return root
