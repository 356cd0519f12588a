"""All tables, one file per noun. Migrations and tests see every table by importing this."""

from storage.models.answers import AnswerGiven, AnswerWords
from storage.models.base import Base, BigId
from storage.models.guests import ChangeAck, Guest, MutedMeeting, RegionQuota, Rsvp, SeatOffer, Snooze
from storage.models.knowledge import TopicMark, TopicRevision
from storage.models.meetings import Meeting, MeetingDay, MeetingSession, Reminder
from storage.models.messages import Account, Content, File, Inbox, Outbox, WebchatMessage
from storage.models.people import Consent, Conversation, Erasure, Person
from storage.models.program import Fact, JobRun, Lease
from storage.models.questions import Question, TopicSuggestion
from storage.models.quiz import QuizResult
from storage.models.staff import Audit, Staff, StaffGroup, StaffLink
from storage.models.tickets import Ticket, TicketMessage

__all__ = [
    "Account",
    "AnswerGiven",
    "AnswerWords",
    "Audit",
    "Base",
    "BigId",
    "ChangeAck",
    "Consent",
    "Content",
    "Conversation",
    "Erasure",
    "Fact",
    "File",
    "Guest",
    "Inbox",
    "JobRun",
    "Lease",
    "Meeting",
    "MeetingDay",
    "MeetingSession",
    "MutedMeeting",
    "Outbox",
    "Person",
    "Question",
    "QuizResult",
    "RegionQuota",
    "Reminder",
    "Rsvp",
    "SeatOffer",
    "Snooze",
    "Staff",
    "StaffGroup",
    "StaffLink",
    "Ticket",
    "TicketMessage",
    "TopicMark",
    "TopicRevision",
    "TopicSuggestion",
    "WebchatMessage",
]
