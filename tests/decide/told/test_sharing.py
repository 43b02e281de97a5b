"""The people on a ticket read what one of them writes, where the desk wants it."""

from __future__ import annotations

from typing import Any

import pytest

from maild.decide.facts import Facts, KnownTicket, TicketByNumber
from maild.decide.plan import Plan
from maild.decide.triage import decide
from maild.model import (
    Address,
    Authenticity,
    Automatic,
    AutomaticKind,
    Disposition,
    NotificationKind,
    Participant,
    Register,
    Role,
    TicketId,
)
from tests.builders import ADA, BOB, PROVEN, STRANGER, a_case, a_contact, a_desk, a_message, a_policy, a_ticket

CARL = Address("Carl", "carl@acme.example")
SHARED = NotificationKind.SHARED


def followed(
    *others: Participant, desk: dict[str, Any] | None = None, proof: Authenticity = PROVEN, **mail: Any
) -> Plan:
    """Ada answers on her ticket."""
    ada = a_contact(ADA, Register.REGISTERED)
    known = KnownTicket(a_ticket(), (Participant(ada, Role.REQUESTER), *others))
    contacts = (ada, *(one.contact for one in others))
    named = (TicketByNumber("SD-1001", TicketId(1001)),)
    facts = Facts(contacts=contacts, tickets=(known,), by_number=named, authenticity=proof)
    message = a_message(subject="Re: [SD-1001] The printer", **mail)
    return decide(a_case(message, facts, policy=a_policy(desks=(a_desk(**({"shares": True} | (desk or {}))),))))


def readers(plan: Plan) -> list[str]:
    return [one.recipient.address for one in plan.notifications if one.kind is SHARED]


def part(who: Address, register: Register = Register.REGISTERED, **more: Any) -> Participant:
    return Participant(a_contact(who, register), Role.CC, **more)


def test_the_others_on_a_ticket_read_what_one_of_them_writes_and_it_threads_under_that() -> None:
    plan = followed(part(BOB), part(CARL), message_id="<answer@acme.example>")
    assert readers(plan) == [BOB.address, CARL.address]
    told = next(one for one in plan.notifications if one.kind is SHARED)
    assert told.reply_to_id == "<answer@acme.example>" and ("text", "It burns.") in told.values


@pytest.mark.parametrize(
    ("who", "mail"),
    [
        (part(STRANGER, Register.UNVERIFIED), {}),
        (part(BOB, waits=True), {}),
        (part(BOB, has_left=True), {}),
        (part(BOB, Register.INACTIVE), {}),
        (part(BOB), {"cc": (BOB,)}),
        (part(BOB), {"automatic": Automatic(AutomaticKind.AUTO_REPLY, "Auto-Submitted: auto-replied")}),
    ],
)
def test_strangers_those_who_left_those_who_have_the_mail_and_answers_of_machines_are_left_out(
    who: Participant, mail: dict[str, Any]
) -> None:
    assert readers(followed(who, **mail)) == []


def test_what_nobody_has_proven_to_have_written_is_passed_on_to_nobody() -> None:
    plan = followed(part(BOB), proof=Facts().authenticity, desk={"proof": "off"})
    assert plan.disposition is Disposition.FOLLOW_UP and readers(plan) == []


def test_a_desk_that_does_not_want_it_shares_nothing() -> None:
    assert readers(followed(part(BOB), desk={"shares": False})) == []
