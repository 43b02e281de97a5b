"""Mails, plans and shortcuts for the store's tests; each test overrides what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from maild.decide.facts import Facts, LookupKeys
from maild.decide.plan import AddArticle, IndexMessageIds, JoinTicket, OpenTicket, Plan, RecordContact
from maild.model import (
    Address,
    ArticleKind,
    Disposition,
    EntryId,
    InboxEntry,
    Notification,
    NotificationKind,
    OutgoingMail,
    Reason,
    ReceivedMail,
    Register,
    Role,
    Source,
    Ticket,
    TicketId,
)
from maild.store import apply, inbox, lookup, outbox
from maild.store.engine import Store
from tests.builders import ADA, NOON, SUPPORT

LEASE = timedelta(minutes=1)
MEGABYTE = 1 << 20


def a_received_mail(**changes: Any) -> ReceivedMail:
    usual = {
        "raw": b"Subject: hello\r\n\r\nhello\r\n",
        "source": Source.SMTP,
        "mail_from": ADA.address,
        "recipients": (SUPPORT.address,),
        "received_at": NOON,
    }
    return ReceivedMail(**(usual | changes))


def keep(store: Store, *mails: ReceivedMail) -> tuple[EntryId, ...]:
    with store.transaction() as tx:
        return inbox.add(tx, mails)


def claim(
    store: Store, owner: str = "n/1", now: datetime = NOON, limit: int = 20, max_bytes: int = MEGABYTE
) -> tuple[InboxEntry, ...]:
    with store.transaction() as tx:
        return inbox.claim(tx, owner, now, LEASE, limit, max_bytes)


def ids(entries: Sequence[InboxEntry]) -> list[EntryId]:
    return [entry.id for entry in entries]


def done(entry: EntryId, owner: str = "n/1", **changes: Any) -> inbox.Finished:
    usual = {"disposition": Disposition.IGNORED, "reasons": (Reason("triage", "auto-reply", "a machine wrote it"),)}
    return inbox.Finished(entry, owner, **(usual | changes))


def finish(store: Store, *finished: inbox.Finished) -> None:
    with store.transaction() as tx:
        inbox.finish(tx, finished)


def a_plan(**changes: Any) -> Plan:
    """A new ticket by Ada, as triage makes them."""
    usual = {
        "disposition": Disposition.NEW_TICKET,
        "reasons": (Reason("follow-up", "none", "names no known ticket"),),
        "changes": (
            RecordContact(ADA, Register.UNVERIFIED),
            OpenTicket("service", "SD", "Printer", 3, tags=("hardware",), fields=(("room", "12"),)),
            JoinTicket(None, ADA.address, Role.REQUESTER),
            an_article(),
            IndexMessageIds(None, ("<m1@acme.example>",)),
        ),
        "policy": "v1",
    }
    return Plan(**(usual | changes))


def an_article(ticket: TicketId | None = None, **changes: Any) -> AddArticle:
    usual = {"author": ADA, "text": "It burns.\n", "visible_text": "It burns.", "subject": "Printer"}
    return AddArticle(ticket, ArticleKind.INCOMING, **(usual | changes))


def keys(**changes: Any) -> LookupKeys:
    usual = {
        "desk": "service",
        "content_key": "c1",
        "lasting_key": True,
        "addresses": (ADA.address,),
        "message_ids": ("<m1@acme.example>",),
        "numbers": (),
    }
    return LookupKeys(**(usual | changes))


def facts_for(store: Store, now: datetime = NOON, **changes: Any) -> Facts:
    with store.transaction() as tx:
        (facts,) = lookup.load_facts(tx, [keys(**changes)], now, lock=True)
    return facts


def apply_plans(store: Store, *decided: apply.Decided, now: datetime = NOON) -> tuple[apply.Applied, ...]:
    with store.transaction() as tx:
        return apply.apply(tx, decided, now)


def open_ticket(store: Store, **changes: Any) -> Ticket:
    """A new ticket of Ada's, from a plan of no mail."""
    (applied,) = apply_plans(store, apply.Decided(a_plan(**changes)))
    assert applied.ticket
    return applied.ticket


def decided_mail(store: Store, plan: Plan | None = None, **key_changes: Any) -> apply.Decided:
    """A decision about a mail that was kept and claimed for it."""
    keep(store, a_received_mail())
    (entry,) = claim(store, limit=1)
    return apply.Decided(plan or a_plan(), keys(**key_changes), entry, Facts())


def a_queued(ticket: TicketId | None, **changes: Any) -> outbox.Queued:
    """A queued mail; changes are fields of `Queued` or of its notification."""
    own = {"mail": an_outgoing(), "created_at": NOON}
    own |= {name: changes.pop(name) for name in tuple(changes) if name in own}
    to = Address("", own["mail"].recipient)
    told = {"kind": NotificationKind.CONFIRMATION, "event": "confirmation", "recipient": to, "language": "en"}
    return outbox.Queued(ticket, Notification(**(told | changes)), **own)


def an_outgoing(**changes: Any) -> OutgoingMail:
    usual = {"message_id": "<o1@desk.example>", "mail_from": "", "recipient": ADA.address, "raw": b"Subject: x\r\n\r\n"}
    return OutgoingMail(**(usual | changes))
