"""A new customer's main contact is introduced on a ticket of its own, and asked who else shall write."""

from __future__ import annotations

from dataclasses import replace

import pytest

from maild.decide.people_changes import Propose
from maild.decide.plan import JoinTicket, OpenTicket
from maild.decide.who.proposals import PATIENCE
from maild.decide.who.welcome import welcome
from maild.model import (
    Address,
    NotificationKind,
    Organisation,
    ProposalKind,
    ProposalState,
    Reason,
    Register,
    Role,
    Status,
)
from tests.builders import ADA, NOON, a_contact, a_desk

ACME = Organisation("acme", "Acme Clinic")
TESS = Address("Tess", "tess@desk.example")
DESK = a_desk(priority=2)


@pytest.mark.parametrize(("seats", "shown"), [(None, ""), (0, "0"), (3, "3")])
def test_a_main_contact_is_welcomed_and_asked_for_more(seats: int | None, shown: str) -> None:
    plan = welcome(DESK, replace(ACME, seats=seats), a_contact(), TESS, NOON)
    (told,) = plan.notifications
    assert (told.kind, told.event, told.recipient, told.ticket) == (
        NotificationKind.WELCOME, "welcome:acme", ADA, None,
    )  # fmt: skip
    assert dict(told.values) == {"name": ADA.name, "organisation": "Acme Clinic", "seats": shown}


def test_the_question_waits_on_the_ticket_that_is_opened() -> None:
    plan = welcome(DESK, ACME, a_contact(), TESS, NOON)
    assert plan.changes == (
        OpenTicket("service", "SD", "Acme Clinic", 2, status=Status.WAITING),
        JoinTicket(None, ADA.address, Role.REQUESTER),
        Propose(None, ProposalKind.SEATS, ProposalState.HELD, "acme", "", "", ADA.address, NOON + PATIENCE),
    )
    assert plan.reasons == (Reason("staff", "staff", "welcomed Acme Clinic"),)
    assert (plan.disposition, plan.ticket, plan.actor) == (None, None, TESS.address)


def test_who_cannot_hear_is_not_told_and_the_plan_says_so() -> None:
    plan = welcome(DESK, ACME, a_contact(register=Register.INACTIVE), TESS, NOON)
    assert (plan.notifications, [one.reason.code for one in plan.suppressed]) == ((), ["has-left"])
