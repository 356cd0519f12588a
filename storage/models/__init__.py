"""All tables, one file per noun. Migrations and tests see every table by importing this."""

from storage.models.answers import AnswerGiven, AnswerWords
from storage.models.base import Base, BigId
from storage.models.meetings import Meeting, MeetingDay, MeetingSession, Reminder
from storage.models.messages import Account, Content, File, Inbox, Outbox, WebchatMessage
from storage.models.people import Consent, Conversation, Erasure, Person
from storage.models.program import Fact, JobRun, Lease
from storage.models.questions import Question, TopicSuggestion
from storage.models.staff import Audit, Staff, StaffGroup, StaffLink
from storage.models.tickets import Ticket, TicketMessage

__all__ = [
    "Account",
    "AnswerGiven",
    "AnswerWords",
    "Audit",
    "Base",
    "BigId",
    "Consent",
    "Content",
    "Conversation",
    "Erasure",
    "Fact",
    "File",
    "Inbox",
    "JobRun",
    "Lease",
    "Meeting",
    "MeetingDay",
    "MeetingSession",
    "Outbox",
    "Person",
    "Question",
    "Reminder",
    "Staff",
    "StaffGroup",
    "StaffLink",
    "Ticket",
    "TicketMessage",
    "TopicSuggestion",
    "WebchatMessage",
]
