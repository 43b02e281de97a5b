"""Plans -> rows and finished mail, in the caller's transaction: the only way anything gets written.

Mail, staff and clock all end here: `store.apply` writes the changes, notifications are rendered to finished mail and
calls of webhooks to finished bodies, both are queued, and the inbox entries are marked done, only if they are still
ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

import structlog
from sqlalchemy import Connection

from maild.decide.facts import Facts, LookupKeys
from maild.decide.mail.again import PAUSE
from maild.decide.plan import AddArticle, Plan
from maild.decide.told.breaker import EVERYBODY, STRANGERS
from maild.model import (
    Answers,
    ArticleKind,
    Breaker,
    ContactId,
    Disposition,
    InboxEntry,
    Notification,
    Proof,
    Register,
    Stand,
    Ticket,
)
from maild.notify.webhook import Cause, finished
from maild.steps.course import along
from maild.steps.entering import entered
from maild.steps.gate import DELAYED, pass_gate
from maild.steps.house import House
from maild.store import apply, calls, inbox, outbox, register, spending

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Settled:
    """A plan with the inbox entry it is about (none for staff and clock), and what it was decided from."""

    plan: Plan
    entry: InboxEntry | None = None
    keys: LookupKeys | None = None
    facts: Facts | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the plans as the gate let them through, and their tickets as they are afterwards."""

    settled: tuple[Settled, ...]
    tickets: tuple[Ticket | None, ...]
    moved: tuple[Breaker, ...] = ()


def write(tx: Connection, house: House, owner: str, wanted: Sequence[Settled]) -> Written:
    """Write all of it, but for mails that the gate holds back."""
    now = house.clock()
    wishes = [entered(tx, house, one.plan, one.entry.id if one.entry else None) for one in wanted]
    arrived = [one.entry.envelope.received_at if one.entry else None for one in wanted]
    plans, moved = pass_gate(tx, house, along(tx, house.policy, wishes, arrived, now))
    settled = tuple(replace(one, plan=plan) for one, plan in zip(wanted, plans, strict=True))
    spending.keep(tx, moved)
    applied = apply.apply(tx, [apply.Decided(one.plan, one.keys, one.entry, one.facts) for one in settled], now)
    tickets = tuple(one.ticket for one in applied)
    _queue(tx, house, settled, tickets)
    _queue_calls(tx, settled, tickets, now)
    inbox.finish(
        tx, [_finished(owner, one, ticket, now) for one, ticket in zip(settled, tickets, strict=True) if one.entry]
    )
    return Written(settled, tickets, moved)


def _queue(tx: Connection, house: House, settled: Sequence[Settled], tickets: Sequence[Ticket | None]) -> None:
    """Finished mail for every notification, and a row with the reason for every mail that is not sent."""
    told = [
        (notification, ticket)
        for one, ticket in zip(settled, tickets, strict=True)
        for notification in one.plan.notifications
    ]
    contacts = register.contact_ids(tx, [notification.recipient.address for notification, _ in told]) if told else {}
    outbox.add(tx, [_finished_mail(house, notification, ticket, contacts) for notification, ticket in told])
    silent = [(one, ticket) for plan, ticket in zip(settled, tickets, strict=True) for one in plan.plan.suppressed]
    outbox.suppress(tx, [outbox.Silent(one, ticket.id if ticket else None) for one, ticket in silent], house.clock())


def _finished_mail(
    house: House, notification: Notification, ticket: Ticket | None, contacts: dict[str, ContactId]
) -> outbox.Queued:
    now = house.clock()
    name = ticket.desk if ticket else notification.desk
    desk = house.policy.desk_named(name)
    if desk is None:
        about = f"ticket {ticket.number}" if ticket else f"mail {notification.event}"
        raise LookupError(f"{about} is of desk {name}, which the policy no longer has")
    mail = house.renderer.render(notification, ticket, desk, contacts.get(notification.recipient.address, 0), now)
    return outbox.Queued(ticket.id if ticket else None, notification, mail, now)


def _queue_calls(tx: Connection, settled: Sequence[Settled], tickets: Sequence[Ticket | None], now: datetime) -> None:
    """Finished calls, as things stand now. Mail that was imported quietly calls nobody; what is read again, later."""
    queued = [
        calls.QueuedCall(ticket.id if ticket else None, call.event, made, now, answers is Answers.PARKED)
        for one, ticket in zip(settled, tickets, strict=True)
        if one.plan.calls and (answers := _answers(one)) in (Answers.SENT, Answers.PARKED)
        for call in one.plan.calls
        for made in [finished(call, f"msg_{uuid4().hex}", ticket, _cause(one), now)]
    ]
    calls.add(tx, queued)


def _answers(one: Settled) -> Answers:
    return one.entry.envelope.answers if one.entry else Answers.SENT


def _cause(one: Settled) -> Cause | None:
    """The mail that a plan is about, by the article it became; None where no mail, or no article, is in it."""
    for change in one.plan.changes if one.entry else ():
        if isinstance(change, AddArticle) and change.kind is ArticleKind.INCOMING:
            address = change.author.address
            return Cause(address, change.proof, one.facts.register(address) if one.facts else Register.UNKNOWN)
    return None


def _finished(owner: str, one: Settled, ticket: Ticket | None, now: datetime) -> inbox.Finished:
    plan = one.plan
    if one.entry is None or plan.disposition is None:
        raise ValueError("only mail has a disposition")
    cause = plan.reasons[0].code if plan.disposition is Disposition.QUARANTINED else ""
    number = ticket.id if ticket else None
    again = now + PAUSE if number and one.facts and one.facts.authenticity.proof is Proof.PENDING else None
    return inbox.Finished(one.entry.id, owner, plan.disposition, plan.reasons, number, plan.duplicate_of, cause, again)


def announce(written: Written) -> None:
    """What became of each, now that it is true; and loudly when a whole crowd gets no more automatic mail."""
    for one, ticket in zip(written.settled, written.tickets, strict=True):
        say(one, ticket)
    for breaker in written.moved:
        if breaker.scope in (STRANGERS, EVERYBODY) and breaker.stand is Stand.OPEN:
            log.warning("automatic mail held back", whose=breaker.scope, until=breaker.until.isoformat())


def say(one: Settled, ticket: Ticket | None) -> None:
    """The log line, once it is true: codes and ids, no personal data (law 11)."""
    codes = [reason.code for reason in one.plan.reasons]
    (log.warning if DELAYED in codes else log.info)(
        one.plan.disposition or ("clock" if one.plan.actor == "clock" else "staff"),
        inbox=one.entry.id if one.entry else None,
        ticket=ticket.number if ticket else None,
        because=",".join(codes),
        mails=len(one.plan.notifications),
        calls=len(one.plan.calls),
    )
