"""The quiz: questions whose answers rest on the topics, and rounds of five of them."""

from bot.quiz.bank import Bank, BankError, Item, bank, faults, playable, rule
from bot.quiz.rounds import LETTERS, QUESTIONS, GroupRound, Round, begin_group, begin_round, letters

__all__ = [
    "LETTERS",
    "QUESTIONS",
    "Bank",
    "BankError",
    "GroupRound",
    "Item",
    "Round",
    "bank",
    "begin_group",
    "begin_round",
    "faults",
    "letters",
    "playable",
    "rule",
]
