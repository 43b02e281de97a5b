"""Who has a say in a request with legal weight."""

from __future__ import annotations

from dataclasses import replace

import pytest

from maild.decide.facts import Facts, Worker
from maild.decide.runs.ground import Ground, carrier_among, instructs, is_entitled
from maild.decide.runs.starting import missing
from maild.model import Address, Contact, Register
from maild.workflows.model import Starter
from tests.builders import ADA, BOB, NOON, a_contact, a_desk
from tests.workflows.kit import a_run, a_workflow

CARL = Address("Carl", "carl@acme.example")
REGISTERED, AUTHORISED = a_contact(ADA, Register.REGISTERED), a_contact(BOB)
GRACE, LINE = Worker("grace", "grace@desk.example"), Worker("line", "line@desk.example")

ENTITLED: tuple[tuple[Contact | None, Starter, bool], ...] = (
    (REGISTERED, Starter.REGISTERED, True),
    (REGISTERED, Starter.STAFF, True),
    (REGISTERED, Starter.AUTHORISED, False),
    (AUTHORISED, Starter.AUTHORISED, True),
    (replace(AUTHORISED, until=NOON), Starter.AUTHORISED, False),
    (replace(AUTHORISED, organisation="beta"), Starter.REGISTERED, False),
    (replace(REGISTERED, organisation=""), Starter.REGISTERED, False),
    (replace(REGISTERED, register=Register.INACTIVE), Starter.REGISTERED, False),
    (replace(REGISTERED, register=Register.UNVERIFIED), Starter.REGISTERED, False),
    (None, Starter.STAFF, False),
)


@pytest.mark.parametrize(("contact", "start", "may"), ENTITLED)
def test_only_whom_the_register_knows_now_may_ask(contact: Contact | None, start: Starter, may: bool) -> None:
    assert is_entitled(contact, "acme", a_workflow(start=start)) is may


def test_whoever_is_authorised_for_a_while_instructs_nothing() -> None:
    assert instructs(AUTHORISED, "acme") and not instructs(replace(AUTHORISED, until=NOON), "acme")
    assert not instructs(AUTHORISED, "") and not instructs(REGISTERED, "acme")


def ground(*people: Contact) -> Ground:
    return Ground(a_run(asked_by=ADA.address), a_workflow(), a_desk(), people, None, NOON)


def test_nobody_is_their_own_second_under_another_address() -> None:
    ada = replace(AUTHORISED, address=ADA.address, person=ADA.address)
    again = replace(AUTHORISED, address="a.lovelace@acme.example", person=ADA.address)
    assert ground(ada, again).others == () and ground(ada, again, AUTHORISED).others == (AUTHORISED,)


def test_whoever_asked_and_has_left_is_not_concerned_any_more() -> None:
    gone = replace(REGISTERED, register=Register.INACTIVE)
    assert ground(gone, AUTHORISED).concerned == (AUTHORISED,)
    assert ground(REGISTERED, AUTHORISED).concerned == (REGISTERED, AUTHORISED)


def test_it_is_carried_out_by_whom_the_workflow_says_else_by_the_team() -> None:
    facts, desk = Facts(staff=(GRACE, LINE)), a_desk(team="line")
    assert carrier_among(facts, a_workflow(), desk, "grace") == GRACE
    assert carrier_among(facts, a_workflow(), desk, "") == LINE
    assert carrier_among(facts, a_workflow(carried_out_by="grace"), desk, "nobody") == GRACE
    assert carrier_among(facts, a_workflow(carried_out_by="account-manager"), a_desk(), "grace") is None


def test_what_is_welcome_is_not_missing() -> None:
    welcome = {"field": "version", "words": "the version", "find": ["/v[0-9]+/"], "required": False}
    workflow = a_workflow(facts=[*a_workflow().model_dump()["facts"], welcome])
    assert missing(workflow, (("platform-url", "https://x"), ("aware", ""))) == ("account-id", "aware")
