"""A report about mail of ours that did not arrive: note it on the ticket, hold back automatic mail, tell nobody.

Law: a report counts only if it names a mail that we sent, by its Message-ID or the address it came to, neither of which
can be guessed. Even then it changes nothing but delivery: no contact loses any right by it (FAULT-C02, FAULT-C03).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from maild.decide.facts import SentMail
from maild.decide.plan import AddArticle, Change, MoveBreaker, Plan, RecordBounce
from maild.decide.told import breaker
from maild.model import Address, ArticleKind, Bounce, BouncedRecipient, Breaker, Disposition, Reason

US = Address("maild", "")
NOTHING_SAID = Bounce(())
"""What a mail without a sender says that came to the bounce address of a mail of ours."""


def recorded(report: Bounce, known: SentMail | None, at: datetime) -> Plan:
    """What a report comes to. `at` is when it was received."""
    if known is None:
        return _plan("bounce-unknown", "a bounce of no mail that we sent: nothing changes")
    about = _about(report, known)
    hold = breaker.bounced(known.breaker, known.recipient, at, permanent=about.permanent)
    kind = "for good" if about.permanent else "for now"
    return _plan("bounce", f"our mail {known.outbox} was not delivered {kind}", known, *_changes(about, known, hold))


def _plan(code: str, text: str, known: SentMail | None = None, *changes: Change) -> Plan:
    ticket = known.ticket if known else None
    return Plan(Disposition.BOUNCE_RECORDED, (Reason("triage", code, text),), changes, ticket=ticket)


def _about(report: Bounce, known: SentMail) -> BouncedRecipient:
    """The part about our one recipient; an alias may have given the report another address."""
    named = [one for one in report.recipients if one.address == known.recipient]
    return next(iter((*named, *report.recipients)), BouncedRecipient(known.recipient, permanent=False))


def _changes(about: BouncedRecipient, known: SentMail, hold: Breaker) -> Iterator[Change]:
    yield RecordBounce(known.outbox, about.permanent, about.status, about.diagnostic)
    if hold != known.breaker:
        yield MoveBreaker(hold)
    if known.ticket is not None:
        text = _note(about, known, hold)
        yield AddArticle(known.ticket, ArticleKind.NOTE, US, text, text, automatic=True)


def _note(about: BouncedRecipient, known: SentMail, hold: Breaker) -> str:
    said = " ".join(filter(None, (about.status, about.diagnostic))) or "no reason given"
    return (
        f"Our mail {known.outbox} did not reach {known.recipient}: {said}\n"
        f"Automatic mail to this address waits until {hold.until:%Y-%m-%d %H:%M} UTC; what you write is still sent."
    )
