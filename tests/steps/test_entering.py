"""What a plan wants of the register is said as a whole, or not at all, and then the plan says nothing untrue."""

from __future__ import annotations

import pytest

from maild.decide.people_changes import EnterPerson, LetGo, SetProposal
from maild.decide.plan import Plan
from maild.model import Notification, NotificationKind, ProposalId, ProposalState, Register, TicketId
from maild.notify.render import Renderer
from maild.steps.entering import REFUSED, entered
from maild.steps.house import House
from maild.store import register
from maild.store.bulk import insert_rows
from maild.store.engine import Store
from maild.store.schema import organisation
from tests.builders import ADA, BOB, NOON, TOKENS, a_policy

TICKET, NUMBER = TicketId(1001), ProposalId(7)
DONE = SetProposal(TICKET, NUMBER, ProposalState.DONE, "grace@desk.example")
TOLD = Notification(NotificationKind.PROPOSAL_DONE, "proposal:7", ADA, "en", TICKET)


def person(address: str, of: str = "acme") -> EnterPerson:
    return EnterPerson(TICKET, NUMBER, address, "", of, Register.REGISTERED, False, (), "en", address, "proposal 7")


@pytest.fixture
def house(store: Store) -> House:
    with store.transaction() as tx:
        insert_rows(tx, organisation, [{"key": "acme", "name": "Acme", "domains": (), "seats": 1}])
    policy = a_policy()
    return House(store, lambda: NOON, policy, TOKENS, Renderer((), TOKENS, "mx.desk.example"))


def carried_out(house: House, *changes: EnterPerson | LetGo) -> Plan:
    plan = Plan(None, (), (DONE, *changes), notifications=(TOLD,), ticket=TICKET)
    with house.store.transaction() as tx:
        return entered(tx, house, plan, None)


def known(house: House) -> list[str]:
    with house.store.reading() as tx:
        return [one.address for one in register.list_contacts(tx)]


def test_somebody_comes_in_and_the_plan_stays_as_it_is(house: House) -> None:
    plan = carried_out(house, person(ADA.address))
    assert known(house) == [ADA.address]
    assert (plan.notifications, plan.reasons, DONE in plan.changes) == ((TOLD,), (), True)


REFUSALS = {
    "no seat for the second": (person(ADA.address), person(BOB.address)),
    "no such organisation": (person(ADA.address, "nobodys"),),
    "nobody to leave": (LetGo(TICKET, BOB.address, "grace@desk.example", "proposal 7"),),
}


@pytest.mark.parametrize("changes", REFUSALS.values(), ids=REFUSALS)
def test_where_one_is_refused_nobody_comes_in_and_staff_decide_again(
    house: House, changes: tuple[EnterPerson | LetGo, ...]
) -> None:
    plan = carried_out(house, *changes)
    assert known(house) == []
    assert [reason.code for reason in plan.reasons] == [REFUSED]
    assert plan.changes == (SetProposal(TICKET, NUMBER, ProposalState.OPEN, "grace@desk.example"),)
    assert plan.notifications == ()
