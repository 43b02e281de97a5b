"""A new customer is welcomed, and asked who else shall write (REQ-A15). Pure.

In: the desk that writes, the organisation, its main contact, who does it and when; out: a Plan that opens a ticket.
"""

from __future__ import annotations

from datetime import datetime

from maild.decide.people_changes import Propose
from maild.decide.plan import JoinTicket, OpenTicket, Plan
from maild.decide.told.notices import notice, notifications, suppressions
from maild.decide.who.proposals import PATIENCE
from maild.desks.policy import Desk
from maild.model import (
    Address,
    Contact,
    NotificationKind,
    Organisation,
    ProposalKind,
    ProposalState,
    Reason,
    Role,
    Status,
)


def welcome(desk: Desk, organisation: Organisation, main: Contact, actor: Address, now: datetime) -> Plan:
    """A new organisation's main contact is introduced, on a ticket of their own, and asked who else shall have a seat
    (REQ-A15). `now` in UTC."""
    seats = "" if organisation.seats is None else str(organisation.seats)
    values = (("organisation", organisation.name), ("seats", seats))
    told = notice(NotificationKind.WELCOME, f"welcome:{organisation.key}", main, desk, values=values)
    asks = (ProposalKind.SEATS, ProposalState.HELD, organisation.key, "", "", main.address, now + PATIENCE)
    return Plan(
        None,
        (Reason("staff", "staff", f"welcomed {organisation.name}"),),
        (
            OpenTicket(desk.desk, desk.prefix, organisation.name, desk.priority, status=Status.WAITING),
            JoinTicket(None, main.address, Role.REQUESTER),
            Propose(None, *asks),
        ),
        notifications=notifications((told,)),
        suppressed=suppressions((told,)),
        actor=actor.address,
    )
