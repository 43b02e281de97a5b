"""A plan in words: every kind of change has its sentence."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

from maild.decide import people_changes as people
from maild.decide import plan as plans
from maild.decide import run_changes as runs
from maild.decide.explain import describe, explain
from maild.decide.triage import decide
from maild.model import (
    Aim,
    ArticleKind,
    Breaker,
    EntryId,
    OutboxId,
    Promise,
    PromiseState,
    Proof,
    ProposalId,
    ProposalKind,
    ProposalState,
    Purpose,
    Register,
    Role,
    Stand,
    Status,
    TicketId,
    TimerKind,
)
from maild.model.workflows import RunState
from tests.builders import ADA, NOON, STRANGER, a_case, a_message
from tests.workflows.kit import a_run

ONE = TicketId(1001)
EACH = (
    plans.RecordContact(STRANGER, Register.UNVERIFIED),
    plans.OpenTicket("service", "SD", "Fire", 1, "hardware", "grace", True, ("hot",), (("vm", "de-1"),)),
    plans.AddArticle(None, ArticleKind.INCOMING, ADA, "long text", "short", review=True),
    plans.JoinTicket(ONE, ADA.address, Role.CC),
    plans.SetStatus(ONE, Status.SOLVED),
    plans.SetPromise(ONE, Promise(Aim.RESPONSE, PromiseState.RUNNING, NOON, NOON, timedelta(0), always=True, words="")),
    plans.SetTimer(ONE, TimerKind.ASK, NOON),
    plans.SetTicket(ONE, "field:vm", "de-1"),
    plans.SetAsked(ONE, ("url", "har")),
    plans.SetReminder(ONE, NOON),
    plans.IndexMessageIds(None, ("<a@b>", "<c@d>")),
    plans.RecordBounce(OutboxId(3), True, "5.1.1", "no such user"),
    plans.MoveBreaker(Breaker("bounced:ada@acme.example", Stand.OPEN, NOON)),
    plans.LinkTickets(None, ONE, "the same mail"),
    plans.MergeTickets(ONE, TicketId(1002), "the same outage"),
    plans.SetProof(ONE, EntryId(3), Proof.PROVEN, "signed by acme.example", False),
    runs.StartRun(None, a_run()),
    runs.SetRun(ONE, a_run(RunState.READY)),
    people.Invite(Purpose.REGISTER, "mallory@elsewhere.example", "0" * 64, "service", "", NOON),
    people.SetParticipant(ONE, ADA.address, Role.GUEST, NOON),
    people.SetPreference(ADA.address, "language", "nl"),
    people.Propose(None, ProposalKind.NEW_CONTACT, ProposalState.OPEN, "acme", STRANGER.address, "", ADA.address),
    people.SetProposal(ONE, ProposalId(7), ProposalState.DONE, "grace@desk.example"),
    people.EnterPerson(
        *(ONE, ProposalId(7), STRANGER.address, "Mallory", "acme", Register.REGISTERED, False, (), "de"),
        *(STRANGER.address, "used the link"),
    ),
    people.LetGo(ONE, ADA.address, "grace@desk.example", "proposal 7"),
)


def test_every_kind_of_change_is_in_this_test_and_has_its_own_sentence() -> None:
    assert {type(change) for change in EACH} == set(get_args(plans.Change))
    assert len({describe(change) for change in EACH}) == len(EACH)


def test_a_new_ticket_is_explained_in_full() -> None:
    lines = list(explain(decide(a_case(a_message(cc=(STRANGER,))))))
    assert lines == [
        "disposition   new ticket",
        "because       follow-up: names no known ticket",
        "because       sender: ada@acme.example is an authorised contact of acme",
        "because       trust: signed by acme.example (2048 bit)",
        "because       people: mallory@elsewhere.example is left out: no registered colleague of the requester",
        "will          open a ticket at desk service, priority 3: 'The printer is on fire'",
        "will          let ada@acme.example take part in the new ticket as requester",
        "will          add incoming article to the new ticket: 9 characters",
        "will          let 1 Message-IDs lead to the new ticket",
        "notify        ada@acme.example: confirmation (en)",
    ]
