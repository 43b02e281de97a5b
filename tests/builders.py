"""Valid defaults for everything a test may need; each test overrides what it is about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from maild.decide.case import Case
from maild.decide.facts import Facts, KnownTicket
from maild.decide.keys import lookup_keys
from maild.decide.policy import Policy
from maild.decide.told.tokens import Tokens
from maild.desks.policy import Desk
from maild.model import (
    Address,
    Authenticity,
    Contact,
    ContactId,
    Envelope,
    Means,
    Message,
    Participant,
    Proof,
    Register,
    Role,
    Source,
    Status,
    Ticket,
    TicketId,
)

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TOKENS = Tokens(b"a secret that only the tests know!!")
ADA = Address("Ada Lovelace", "ada@acme.example")
BOB = Address("Bob", "bob@acme.example")
STRANGER = Address("Mallory", "mallory@elsewhere.example")
SUPPORT = Address("Support", "support@desk.example")


def a_desk(**changes: Any) -> Desk:
    return Desk(**({"desk": "service", "title": "Service", "addresses": (SUPPORT.address,), "prefix": "SD"} | changes))


def a_policy(**changes: Any) -> Policy:
    return Policy(**({"version": "v1", "desks": (a_desk(),)} | changes))


def an_envelope(**changes: Any) -> Envelope:
    usual = {
        "source": Source.SMTP,
        "mail_from": ADA.address,
        "recipient": SUPPORT.address,
        "received_at": NOON,
    }
    return Envelope(**(usual | changes))


def a_message(**changes: Any) -> Message:
    usual = {
        "message_id": "<m1@acme.example>",
        "subject": "The printer is on fire",
        "sender": ADA,
        "to": (SUPPORT,),
        "cc": (),
        "reply_to": (),
        "delivered_to": (),
        "date": NOON,
        "in_reply_to": (),
        "references": (),
        "text": "It burns.",
        "visible_text": "It burns.",
        "html": "",
        "attachments": (),
        "automatic": None,
        "bounce": None,
        "suppress_reply": "",
        "loop_marks": (),
        "hops": 2,
        "language": "en",
        "content_key": "c1",
        "lasting_key": True,
    }
    return Message(**(usual | changes))


def a_contact(who: Address = ADA, register: Register = Register.AUTHORISED, **changes: Any) -> Contact:
    usual = {"id": ContactId(sum(who.address.encode())), "organisation": "acme"}
    return Contact(address=who.address, name=who.name, register=register, **(usual | changes))


def a_ticket(**changes: Any) -> Ticket:
    usual = {
        "id": TicketId(1001),
        "prefix": "SD",
        "desk": "service",
        "title": "The printer is on fire",
        "status": Status.NEW,
        "priority": 3,
        "category": "",
        "assignee": "",
        "unverified": False,
        "created_at": NOON,
        "changed_at": NOON,
    }
    return Ticket(**(usual | changes))


def a_known_ticket(*people: Contact, **changes: Any) -> KnownTicket:
    roles = (Role.REQUESTER, *(Role.CC for _ in people[1:]))
    participants = tuple(Participant(person, role) for person, role in zip(people, roles, strict=False))
    return KnownTicket(a_ticket(**changes), participants)


PROVEN = Authenticity(Proof.PROVEN, Means.SIGNATURE, "signed", "signed by acme.example (2048 bit)")
FORGED = Authenticity(Proof.FAILED, Means.BORDER, "dmarc-fail", "mx.desk.example says DMARC failed for acme.example")


def a_case(message: Message | None = None, facts: Facts | None = None, **changes: Any) -> Case:
    message = message or a_message()
    envelope = changes.pop("envelope", an_envelope())
    policy = changes.pop("policy", a_policy())
    keys = lookup_keys(message, envelope, policy, TOKENS)
    known = facts or Facts(contacts=(a_contact(),), authenticity=PROVEN)
    return Case(message, envelope, keys, known, policy, TOKENS, NOON)
