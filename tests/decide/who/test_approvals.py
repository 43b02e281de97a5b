"""Staff decide what was proposed: what their yes comes to by kind, what cannot be, and what nobody decides."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from maild.decide.facts import KnownTicket
from maild.decide.people_changes import EnterPerson, Invite, LetGo, Propose, SetParticipant, SetProposal
from maild.decide.plan import Change, JoinTicket, Plan, RecordContact
from maild.decide.who.approvals import NOT_YET, Approval, Background, approve, decline, lapsed, propose
from maild.decide.who.proposals import PATIENCE
from maild.decide.work.staff import Hand
from maild.model import (
    Address,
    Contact,
    Notification,
    NotificationKind,
    Organisation,
    Participant,
    Proposal,
    ProposalId,
    ProposalKind,
    ProposalState,
    Purpose,
    Reason,
    Register,
    Role,
    TicketId,
)
from tests.builders import ADA, BOB, NOON, STRANGER, TOKENS, a_contact, a_desk, a_ticket

MEMBER, MANAGER, UNVERIFIED = Register.REGISTERED, Register.AUTHORISED, Register.UNVERIFIED
HELD, OPEN, INVITED = ProposalState.HELD, ProposalState.OPEN, ProposalState.INVITED
DONE, DECLINED, EXPIRED = ProposalState.DONE, ProposalState.DECLINED, ProposalState.EXPIRED
NEW, LEAVING, INSTRUCTION = ProposalKind.NEW_CONTACT, ProposalKind.LEAVING, ProposalKind.INSTRUCTION
TICKET, SEVEN = TicketId(1001), ProposalId(7)
EVA = Address("Eva East", "eva@acme.example")
TESS = Address("Tess", "tess@desk.example")
DESK = a_desk(languages=("en", "de"), link_days=5)
ACME = Organisation("acme", "Acme Clinic")
ADAS = Participant(a_contact(ADA, MANAGER), Role.REQUESTER)
LATER = NOON + PATIENCE


def a_hand(*parts: Participant) -> Hand:
    return Hand(TESS, KnownTicket(a_ticket(), parts or (ADAS,)), DESK, (), NOON)


def a_proposal(kind: ProposalKind = NEW, state: ProposalState = OPEN, **more: Any) -> Proposal:
    usual = {"id": SEVEN, "ticket": TICKET, "kind": kind, "state": state, "organisation": "acme"}
    usual |= {"address": EVA.address, "name": EVA.name, "asked_by": ADA.address, "created_at": NOON}
    return Proposal(**(usual | more))


def a_case(one: Proposal, *parts: Participant, why: str = "", **background: Any) -> Approval:
    return Approval(a_hand(*parts), one, Background(**background), TOKENS, why)


def is_now(state: ProposalState) -> SetProposal:
    return SetProposal(TICKET, SEVEN, state, TESS.address)


def told(plan: Plan) -> tuple[NotificationKind, dict[str, str]]:
    (one,) = plan.notifications
    assert (one.recipient.address, one.ticket) in ((ADA.address, TICKET), (EVA.address, TICKET))
    return one.kind, dict(one.values)


def by_staff(plan: Plan, what: str) -> bool:
    return (plan.reasons, plan.actor, plan.ticket) == ((Reason("staff", "staff", what),), TESS.address, TICKET)


# ---- who comes in ----------------------------------------------------------------------------------

EVAS = a_contact(EVA, MEMBER, language="de")


@pytest.mark.parametrize("register", [MEMBER, MANAGER])
def test_whom_the_register_knows_comes_in_at_once(register: Register) -> None:
    known = replace(EVAS, register=register, name="Eva E.")
    plan = approve(a_case(a_proposal(ProposalKind.NEW_AUTHORISED), contact=known, organisation=ACME))
    why = "proposal 7: new-authorised, asked by ada@acme.example, approved by tess@desk.example"
    enters = EnterPerson(
        TICKET, SEVEN, EVA.address, "Eva E.", "acme", MANAGER, False, (), "de", by=TESS.address, why=why
    )
    assert plan.changes == (is_now(DONE), enters)
    assert told(plan) == (
        NotificationKind.PROPOSAL_DONE,
        {"name": ADA.name, "what": "new-authorised", "who": EVA.name},
    )
    assert by_staff(plan, "approved proposal 7, new-authorised eva@acme.example")


def invited(kind: ProposalKind = NEW, contact: Contact | None = None, **more: Any) -> Plan:
    return approve(a_case(a_proposal(kind, **more), contact=contact, organisation=ACME))


def test_somebody_new_is_asked_first_at_their_own_address() -> None:
    plan = invited()
    recorded, settled, link = plan.changes
    until, nonce = NOON + timedelta(days=5), f"proposal:7:{NOON.isoformat()}"
    secret = TOKENS.invitation(Purpose.CONFIRM_CONTACT, EVA.address, nonce)
    assert recorded == RecordContact(EVA, UNVERIFIED)
    assert settled == replace(is_now(INVITED), due_at=until)
    digest = hashlib.sha256(secret.encode()).hexdigest()
    assert link == Invite(Purpose.CONFIRM_CONTACT, EVA.address, digest, "service", "7", until)
    values = (("name", ""), ("organisation", "Acme Clinic"), ("who", ADA.address), ("authorised", ""))
    assert plan.notifications == (
        Notification(
            NotificationKind.INVITATION, "invitation:7", Address("", EVA.address), "en", TICKET, values=values,
            unverified=True, proven=True, desk="service", invitation=nonce,
        ),
    )  # fmt: skip
    assert NOT_YET == 0


def test_an_invitation_says_as_what_and_an_unknown_organisation_by_its_key() -> None:
    values = dict(invited(ProposalKind.NEW_AUTHORISED).notifications[0].values)
    assert values["authorised"] == "yes"
    plan = approve(a_case(a_proposal()))
    assert dict(plan.notifications[0].values)["organisation"] == "acme"


@pytest.mark.parametrize("register", [UNVERIFIED, Register.INACTIVE])
def test_whom_we_have_seen_and_not_registered_is_asked_too(register: Register) -> None:
    plan = invited(contact=a_contact(EVA, register))
    assert [type(change) for change in plan.changes] == [SetProposal, Invite]
    assert told(plan)[0] is NotificationKind.INVITATION


def test_nobody_can_be_invited_without_an_address() -> None:
    with pytest.raises(ValueError, match="proposal 7 names nobody: say who with --address"):
        invited(address="")


# ---- who leaves ------------------------------------------------------------------------------------

NEEDS = (ProposalKind.NEXT_PRIMARY, ProposalKind.NEXT_MONITORING)
GONE = LetGo(TICKET, EVA.address, TESS.address, "proposal 7, asked by ada@acme.example")


def asks(kind: ProposalKind) -> Propose:
    return Propose(TICKET, kind, HELD, "acme", EVA.address, EVA.name, ADA.address, LATER)


SUCCESSORS: list[tuple[tuple[ProposalKind, ...], bool, dict[str, str]]] = [
    (NEEDS[:1], False, {"primary": "yes", "monitoring": "", "authorised": ""}),
    (NEEDS[1:], False, {"primary": "", "monitoring": "yes", "authorised": ""}),
    (NEEDS, True, {"primary": "yes", "monitoring": "yes", "authorised": "yes"}),
    ((), True, {"primary": "", "monitoring": "", "authorised": "yes"}),
]


@pytest.mark.parametrize(("needs", "leaderless", "values"), SUCCESSORS)
def test_whoever_leaves_is_set_inactive_and_we_ask_who_follows(
    needs: tuple[ProposalKind, ...], leaderless: bool, values: dict[str, str]
) -> None:
    plan = approve(a_case(a_proposal(LEAVING), contact=EVAS, needs=needs, leaderless=leaderless))
    assert plan.changes == (is_now(DONE), GONE, *map(asks, needs))
    kind, said = told(plan)
    assert kind is NotificationKind.SUCCESSOR
    assert said == {"name": ADA.name, "what": "leaving", "who": EVA.name} | values


def test_whoever_leaves_nothing_behind_is_let_go() -> None:
    plan = approve(a_case(a_proposal(LEAVING), contact=EVAS))
    assert plan.changes == (is_now(DONE), GONE)
    assert told(plan)[0] is NotificationKind.PROPOSAL_DONE


@pytest.mark.parametrize(
    ("contact", "address", "who"),
    [(None, EVA.address, EVA.address), (None, "", "nobody"), (replace(EVAS, organisation="other"), EVA.address, "eva")],
)
def test_only_a_contact_of_the_organisation_leaves_it(contact: Contact | None, address: str, who: str) -> None:
    with pytest.raises(ValueError, match=rf"^{who}.* is no contact of acme: say who leaves with --address"):
        approve(a_case(a_proposal(LEAVING, address=address), contact=contact))


# ---- other kinds -----------------------------------------------------------------------------------


def test_an_instruction_is_done_and_whoever_asked_hears_so() -> None:
    plan = approve(a_case(a_proposal(INSTRUCTION, address="", name="")))
    assert plan.changes == (is_now(DONE),)
    assert told(plan)[0] is NotificationKind.PROPOSAL_DONE
    assert by_staff(plan, "approved proposal 7, instruction")


@pytest.mark.parametrize("kind", [*NEEDS, ProposalKind.SEATS])
def test_a_question_of_ours_is_settled_in_silence(kind: ProposalKind) -> None:
    plan = approve(a_case(a_proposal(kind)))
    assert (plan.changes, plan.notifications) == ((is_now(DONE),), ())


FORWARDER = Participant(a_contact(BOB, MEMBER), Role.REQUESTER)
ASKS = JoinTicket(TICKET, EVA.address, Role.REQUESTER)
BECOMES = SetParticipant(TICKET, EVA.address, Role.REQUESTER)
FOLLOWS = SetParticipant(TICKET, BOB.address, Role.FOLLOWER)
READS = Participant(EVAS, Role.CC)
OWNERS: list[tuple[str, tuple[Participant, ...], Contact | None, tuple[Change, ...]]] = [
    ("somebody new", (FORWARDER,), None, (RecordContact(EVA, UNVERIFIED), FOLLOWS, ASKS)),
    ("somebody we know", (FORWARDER,), EVAS, (FOLLOWS, ASKS)),
    ("who is here", (FORWARDER, READS), EVAS, (FOLLOWS, BECOMES)),
    ("who has it already", (Participant(EVAS, Role.REQUESTER),), EVAS, (BECOMES,)),
    ("where others read along", (FORWARDER, Participant(a_contact(STRANGER), Role.CC)), EVAS, (FOLLOWS, ASKS)),
]


@pytest.mark.parametrize(("parts", "contact", "changes"), [row[1:] for row in OWNERS], ids=[row[0] for row in OWNERS])
def test_a_forwarded_mails_ticket_becomes_its_writers_and_the_forwarder_follows(
    parts: tuple[Participant, ...], contact: Contact | None, changes: tuple[Change, ...]
) -> None:
    plan = approve(a_case(a_proposal(ProposalKind.REQUESTER), *parts, contact=contact))
    assert (plan.changes, plan.notifications) == ((*changes, is_now(DONE)), ())


# ---- what cannot be --------------------------------------------------------------------------------


def test_a_held_wish_needs_a_reason_for_staff_to_approve_it() -> None:
    for why in ("", "  "):
        with pytest.raises(ValueError, match=r"proposal 7 waits for the yes .* \(acme\): approve"):
            approve(a_case(a_proposal(INSTRUCTION, HELD), why=why))
    with pytest.raises(ValueError, match=r"\(no organisation\)"):
        approve(a_case(a_proposal(INSTRUCTION, HELD, organisation="")))
    plan = approve(a_case(a_proposal(INSTRUCTION, HELD), why=" by telephone "))
    assert by_staff(plan, "approved proposal 7, instruction eva@acme.example (by telephone)")
    assert plan.changes == (is_now(DONE),)


@pytest.mark.parametrize("state", [DONE, DECLINED, EXPIRED])
def test_what_is_decided_stays_so(state: ProposalState) -> None:
    for decide in (approve, decline):
        with pytest.raises(ValueError, match=f"proposal 7 is {state} already"):
            decide(a_case(a_proposal(state=state)))


@pytest.mark.parametrize("state", [HELD, OPEN, INVITED])
def test_what_is_not_may_be_declined_with_the_words_of_staff(state: ProposalState) -> None:
    plan = decline(a_case(a_proposal(state=state), why=" we know them "))
    assert plan.changes == (is_now(DECLINED),)
    kind, values = told(plan)
    assert (kind, values["why"], values["cause"]) == (NotificationKind.PROPOSAL_DECLINED, "we know them", "")
    assert (values["holders"], values["who"]) == ("", EVA.name)
    assert by_staff(plan, "declined proposal 7, new-contact eva@acme.example")


def test_what_is_about_nobody_is_told_without_a_name() -> None:
    assert by_staff(decline(a_case(a_proposal(address=""))), "declined proposal 7, new-contact")
    shared = approve(a_case(a_proposal(address=""), cause="shared"))
    assert by_staff(shared, "proposal 7 cannot be: shared")


def test_what_the_register_cannot_take_is_declined_with_its_reason() -> None:
    plan = approve(a_case(a_proposal(), cause="no-seat", holders=("Ada", "Bob")))
    assert plan.changes == (is_now(DECLINED),)
    kind, values = told(plan)
    assert (kind, values["cause"], values["holders"]) == (NotificationKind.PROPOSAL_DECLINED, "no-seat", "Ada\nBob")
    assert by_staff(plan, "proposal 7 cannot be: no-seat eva@acme.example")


def test_what_nobody_decided_lapses() -> None:
    plan = lapsed(a_proposal())
    assert plan.changes == (SetProposal(TICKET, SEVEN, EXPIRED, "clock"),)
    why = Reason("clock", "proposal-expired", "nobody decided proposal 7, new-contact eva@acme.example")
    assert (plan.reasons, plan.actor, plan.ticket, plan.disposition) == ((why,), "clock", TICKET, None)
    assert lapsed(a_proposal(address="")).reasons[0].text == "nobody decided proposal 7, new-contact"


# ---- what staff propose and ask --------------------------------------------------------------------

PROPOSED = [
    (NEW, "", OPEN, "acme"),
    (NEW, "other", OPEN, "other"),
    (LEAVING, "", OPEN, "acme"),
    (ProposalKind.REQUESTER, "", OPEN, "acme"),
    (INSTRUCTION, "", HELD, "acme"),
]


@pytest.mark.parametrize(("kind", "said", "state", "organisation"), PROPOSED)
def test_staff_keep_what_no_rule_saw_in_the_requesters_name(
    kind: ProposalKind, said: str, state: ProposalState, organisation: str
) -> None:
    plan = propose(a_hand(), kind, EVA, said)
    assert plan.changes == (Propose(TICKET, kind, state, organisation, EVA.address, EVA.name, ADA.address, LATER),)
    assert by_staff(plan, f"proposed {kind} eva@acme.example")
    assert by_staff(propose(a_hand(), kind, Address("", ""), said), f"proposed {kind}")


def test_where_nobody_asked_it_is_in_the_name_of_staff() -> None:
    nobody = a_hand(Participant(a_contact(), Role.CC))
    (change,) = propose(nobody, NEW, EVA, "acme").changes
    assert isinstance(change, Propose) and (change.asked_by, change.organisation) == (TESS.address, "acme")
    (owner,) = propose(nobody, ProposalKind.REQUESTER, EVA, "").changes
    assert isinstance(owner, Propose) and owner.organisation == ""
    with pytest.raises(ValueError, match="SD-1001 is of no organisation: say which with --organisation"):
        propose(nobody, NEW, EVA, "")


@pytest.mark.parametrize("kind", [*NEEDS, ProposalKind.SEATS])
def test_nobody_proposes_our_questions(kind: ProposalKind) -> None:
    with pytest.raises(ValueError, match=f"{kind} is a question of ours"):
        propose(a_hand(), kind, EVA, "acme")
