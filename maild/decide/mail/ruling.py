"""What do the operator's rules say of this? The occasion as rules see it, and the draft they start from. Pure.

Laws: rules see what the sender counts as, never what a mail says of itself: nobody gets an urgent ticket by a forged
name. They see a mail's words as its article will hold them, so that they can be asked again.
"""

from __future__ import annotations

from datetime import datetime

from maild.cleaning import clean_text
from maild.decide.case import Case
from maild.decide.facts import KnownTicket
from maild.decide.who import people
from maild.decide.who.trust import Standing as Trusted
from maild.desks.calendar import is_open
from maild.desks.policy import Desk
from maild.model import Contact, Envelope, Message, Register, Ticket
from maild.rules.model import Draft, Shaped
from maild.rules.run import run
from maild.rules.view import Attached, RuleView, Standing, Trigger


def ruled_mail(case: Case, desk: Desk, who: Trusted, ticket: Ticket | None = None) -> Shaped:
    """What rules make of a mail that opens a ticket, or joins this one."""
    draft = draft_of(ticket) if ticket else Draft(priority=desk.priority)
    return run(case.policy.rule_set, draft, view_of_mail(case, desk, who, ticket))


def draft_of(ticket: Ticket) -> Draft:
    """The ticket as it stands, before any rule."""
    return Draft(
        priority=ticket.priority,
        type=ticket.type,
        category=ticket.category,
        module=ticket.module,
        assignee=ticket.assignee,
        tags=ticket.tags,
        fields=ticket.fields,
    )


def view_of_mail(case: Case, desk: Desk, who: Trusted, ticket: Ticket | None) -> RuleView:
    """A mail as rules see it."""
    message, arrived = case.message, case.envelope.received_at
    contact = None if people.is_unverified(who.register) else case.facts.contact(_sender(message))
    return RuleView(
        trigger=Trigger.FOLLOW_UP if ticket else Trigger.NEW,
        at=arrived,
        desk=desk.desk,
        desk_open=is_open(desk.hours, arrived),
        subject=clean_text(message.subject),
        text=clean_text(message.visible_text),
        full_text=clean_text(message.text),
        sender=_sender(message),
        recipients=_recipients(message, case.envelope),
        proof=case.facts.authenticity.proof,
        register=who.register,
        organisation=contact.organisation if contact else "",
        roles=roles_of(contact),
        language=message.language,
        automatic=message.automatic.kind.value if message.automatic else "",
        attachments=tuple(Attached(one.filename, one.content_type, one.size) for one in message.attachments),
        headers=message.headers,
        ticket=standing_of(ticket) if ticket else None,
    )


def standing_of(ticket: Ticket) -> Standing:
    """How the ticket stood before this."""
    return Standing(ticket.status, ticket.created_at, ticket.written_at or ticket.changed_at)


def roles_of(contact: Contact | None) -> tuple[str, ...]:
    """What a contact is in their organisation, in the words of rules."""
    if contact is None:
        return ()
    return (*(("primary",) if contact.primary else ()), *(duty.value for duty in contact.duties))


def view_of_ticket(known: KnownTicket, desk: Desk, trigger: Trigger, now: datetime, text: str = "") -> RuleView:
    """A ticket as rules see it when staff answer, or time passes: what counts is its requester."""
    ticket, requester = known.ticket, known.requester
    return RuleView(
        trigger=trigger,
        at=now,
        desk=desk.desk,
        desk_open=is_open(desk.hours, now),
        subject=ticket.title,
        text=text,
        full_text=text,
        sender=requester.address if requester else "",
        register=requester.register if requester else Register.UNKNOWN,
        organisation=requester.organisation if requester else "",
        roles=roles_of(requester),
        ticket=standing_of(ticket),
    )


def _sender(message: Message) -> str:
    return message.sender.address if message.sender else ""


def _recipients(message: Message, envelope: Envelope) -> tuple[str, ...]:
    """Delivered to, without the token of a reply address, then To and Cc."""
    local, _, domain = envelope.recipient.rpartition("@")
    stem = f"{local.partition('+')[0]}@{domain}"
    named = (person.address for person in (*message.to, *message.cc))
    return tuple(dict.fromkeys((envelope.recipient, stem, *named)))
