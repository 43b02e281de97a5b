"""What is wrong with a mail of staff, beyond its words alone: names, what cannot be split, what must not go out. Pure.

Law: no part of a mail to staff, and no quotation, reaches a customer as if staff had written it.
"""

from __future__ import annotations

from collections.abc import Iterator

from maild.decide.asked.commands import is_ornament
from maild.decide.case import Case
from maild.decide.facts import KnownTicket
from maild.decide.told.tokens import STAFF_PREFIX, VERSION
from maild.decide.work.staff_words import Fault, Orders, Verb, Wrong
from maild.ingest.reply.client_words import ABOVE_THIS_LINE
from maild.ingest.reply.visible import is_passed_on
from maild.model import Message

SHORTEST_RULER = 40
"""So many hyphens in a line: the one below which our mails quote."""


def faults_of(case: Case, orders: Orders, known: KnownTicket) -> Iterator[Fault]:
    """What cannot be told from the text alone."""
    if not (orders.words or orders.faults or any(one.verb is not Verb.NOTE for one in orders.commands)):
        yield Fault(Wrong.EMPTY)
    yield from (Fault(Wrong.NOBODY, name) for name in orders.named() if case.facts.worker(name) is None)
    if orders.splits and not orders.note:
        yield from _cannot_split(case, orders, known)
    if orders.words and not orders.note:
        yield from _leaks(case.message, question_of(orders) if orders.splits else orders.words, known.ticket.number)


def _cannot_split(case: Case, orders: Orders, known: KnownTicket) -> Iterator[Fault]:
    if len(orders.commands) > 1:
        yield Fault(Wrong.SPLIT_ALONE)
    if case.facts.conversation.latest is None or known.requester is None:
        yield Fault(Wrong.NOTHING_TO_SPLIT)


def question_of(orders: Orders) -> str:
    """What is split off are words of the customer's, so that they may be quoted."""
    return "\n".join(line.removeprefix(">").removeprefix(" ") for line in orders.words.split("\n")).strip()


def _leaks(message: Message, words: str, number: str) -> Iterator[Fault]:
    """What of it may be ours, or somebody else's, and not for the customer: the line at the top of our mails, their
    ruler, their address, their subject; and any quotation, since what stands above it may be ours."""
    if is_passed_on(message.subject):
        yield Fault(Wrong.FORWARDED)
    folded = words.lower()
    marks = (*ABOVE_THIS_LINE, "-" * SHORTEST_RULER, f"+{STAFF_PREFIX}{VERSION}", f"[{number.lower()}]")
    if any(mark in folded for mark in marks) or any(line.lstrip().startswith(">") for line in words.split("\n")):
        yield Fault(Wrong.QUOTED)


def files_of(message: Message) -> list[str]:
    """The names of files that somebody meant to send."""
    return [one.filename or one.content_type for one in message.attachments if not is_ornament(one)]
