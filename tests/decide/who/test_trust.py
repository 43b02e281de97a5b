"""Who may do what: the table of proof, register and desk, held against what must never be."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise, product

import pytest

from maild.decide.facts import Facts, TicketByNumber
from maild.decide.plan import AddArticle, OpenTicket
from maild.decide.triage import decide
from maild.decide.who.trust import TABLE, Right, Row, Standing, of, standing
from maild.desks.policy import AsksForProof
from maild.model import Authenticity, Disposition, Means, NotificationKind, Proof, Reason, Register, Status
from tests.builders import (
    ADA,
    BOB,
    FORGED,
    NOON,
    PROVEN,
    STRANGER,
    a_case,
    a_contact,
    a_desk,
    a_known_ticket,
    a_message,
    a_policy,
)

KNOWN = {Register.REGISTERED, Register.AUTHORISED}
UNPROVEN = (Proof.FAILED, Proof.NONE, Proof.PENDING, Proof.WEAK)
EVERY = tuple(product(Proof, Register, AsksForProof, (False, True)))


def stands(proof: Proof, register: Register, asks: AsksForProof, strict: bool = False, **changes) -> Standing:
    found = Authenticity(proof, Means.NOTHING, "x", "because", strict=strict)
    contact = None if register is Register.UNKNOWN else a_contact(ADA, register, **changes)
    return standing(found, contact, asks, NOON)


def test_one_row_at_most_fits_and_each_is_needed() -> None:
    for proof, register, asks, _ in EVERY:
        fitting = [row for row in TABLE if row.fits(proof, register, asks)]
        assert len(fitting) == 1, (proof, register, asks)
    assert all(any(row.fits(*cell[:3]) for cell in EVERY) for row in TABLE)


@pytest.mark.parametrize("asks", AsksForProof)
@pytest.mark.parametrize("register", Register)
def test_better_proof_never_gives_fewer_rights_and_worse_never_more(register: Register, asks: AsksForProof) -> None:
    rights = [stands(proof, register, asks).rights for proof in Proof]
    assert all(worse <= better for worse, better in pairwise(rights))


@pytest.mark.parametrize("proof", Proof)
@pytest.mark.parametrize("register", Register)
def test_the_more_a_desk_asks_for_the_less_may_be_done(proof: Proof, register: Register) -> None:
    required, preferred, off = (stands(proof, register, asks).rights for asks in AsksForProof)
    assert required <= preferred <= off


def test_instructions_need_proof_and_an_authorised_contact_whatever_the_desk_asks_for() -> None:
    beyond = {Right.NAME, Right.INSTRUCT, Right.VETO, Right.CONFIRM}
    for proof, register, asks, strict in EVERY:
        allowed = proof is Proof.PROVEN and register is Register.AUTHORISED
        assert bool(stands(proof, register, asks, strict).rights & beyond) is allowed


def test_what_cannot_be_undone_needs_strict_proof() -> None:
    for proof, register, asks, strict in EVERY:
        may = stands(proof, register, asks, strict).may(Right.CONFIRM)
        assert may is (proof is Proof.PROVEN and register is Register.AUTHORISED and strict)


def test_what_is_forged_may_nothing() -> None:
    assert all(not stands(Proof.FAILED, register, asks).rights for register, asks in product(Register, AsksForProof))


@pytest.mark.parametrize("proof", [Proof.NONE, Proof.PENDING, Proof.WEAK])
def test_a_desk_that_requires_proof_takes_a_contact_without_it_for_somebody_unverified(proof: Proof) -> None:
    who = stands(proof, Register.AUTHORISED, AsksForProof.REQUIRED)
    assert (who.register, who.rights, who.proven) == (Register.UNVERIFIED, {Right.OPEN}, False)


def test_whoever_was_authorised_for_a_while_names_contacts_until_then_and_instructs_nothing() -> None:
    before, after = (
        stands(Proof.PROVEN, Register.AUTHORISED, AsksForProof.PREFERRED, True, until=NOON + timedelta(seconds=at))
        for at in (1, 0)
    )
    assert before.may(Right.NAME) and not before.rights & {Right.INSTRUCT, Right.VETO, Right.CONFIRM}
    assert not after.rights & {Right.NAME, Right.INSTRUCT, Right.VETO, Right.CONFIRM}
    assert after.may(Right.FOLLOW_UP)


def test_what_no_row_knows_may_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maild.decide.who.trust.TABLE", ())
    who = stands(Proof.PROVEN, Register.AUTHORISED, AsksForProof.OFF, True)
    assert (who.register, who.rights, who.proven) == (Register.UNVERIFIED, frozenset(), False)
    assert who.reason == Reason("trust", "no-row", "no rule says what they may do")


def test_a_row_fits_only_where_all_of_it_does() -> None:
    row = Row("x", frozenset({Proof.NONE}), frozenset({Register.UNKNOWN}), frozenset({AsksForProof.OFF}), frozenset())
    fits = [cell for cell in product(Proof, Register, AsksForProof) if row.fits(*cell)]
    assert fits == [(Proof.NONE, Register.UNKNOWN, AsksForProof.OFF)]


UNPROVEN_NOT_FORGED = (Proof.NONE, Proof.PENDING, Proof.WEAK)
NOBODY_WE_KNOW = (Register.UNKNOWN, Register.UNVERIFIED, Register.INACTIVE)
LOOSE = (AsksForProof.PREFERRED, AsksForProof.OFF)
MOST = "open follow-up ask name instruct veto"
CODES = [
    ("failed", (Proof.FAILED,), Register, AsksForProof, ""),
    ("unproven", UNPROVEN_NOT_FORGED, Register, (AsksForProof.REQUIRED,), "open"),
    ("stranger", UNPROVEN_NOT_FORGED, NOBODY_WE_KNOW, LOOSE, "open follow-up"),
    ("by-register", UNPROVEN_NOT_FORGED, (Register.REGISTERED, Register.AUTHORISED), LOOSE, "open follow-up"),
    ("proven-stranger", (Proof.PROVEN,), NOBODY_WE_KNOW, AsksForProof, "open follow-up"),
    ("proven-registered", (Proof.PROVEN,), (Register.REGISTERED,), AsksForProof, "open follow-up ask"),
    (
        "proven-authorised",
        (Proof.PROVEN,),
        (Register.AUTHORISED,),
        AsksForProof,
        "open follow-up ask name instruct veto",
    ),
]


@pytest.mark.parametrize(("code", "proofs", "registers", "asks", "rights"), CODES, ids=[row[0] for row in CODES])
def test_the_reason_names_the_row_and_what_proves_the_sender(code: str, proofs, registers, asks, rights: str) -> None:
    may = frozenset(Right[word.replace("-", "_").upper()] for word in rights.split())
    for proof, register, desk in product(proofs, registers, asks):
        who = stands(proof, register, desk)
        assert (who.reason, who.rights) == (Reason("trust", code, "because"), may)


def test_an_unproven_sender_whom_nobody_knows_stays_what_the_register_says() -> None:
    for register in NOBODY_WE_KNOW:
        assert stands(Proof.NONE, register, AsksForProof.REQUIRED).register is register
    for register in KNOWN:
        assert stands(Proof.FAILED, register, AsksForProof.OFF).register is Register.UNVERIFIED


@pytest.mark.parametrize("register", sorted(KNOWN))
def test_whom_a_form_names_is_a_stranger_whatever_the_register_says(register: Register) -> None:
    form = Authenticity(Proof.NONE, Means.FORM, "form", "a form named them")
    who = standing(form, a_contact(ADA, register), AsksForProof.OFF, NOON)
    assert (who.register, who.reason.code) == (Register.UNKNOWN, "stranger")


def test_a_mail_without_a_sender_is_a_strangers() -> None:
    case = a_case(a_message(sender=None), Facts(contacts=(a_contact(),), authenticity=PROVEN))
    assert of(case, a_desk()).register is Register.UNKNOWN
    assert of(a_case(), a_desk()).register is Register.AUTHORISED


# ---- what becomes of their mails ----------------------------------------------------------------------------

REQUIRED = a_policy(desks=(a_desk(proof="required"),))
CONTACTS = (a_contact(ADA), a_contact(BOB, Register.REGISTERED))
TICKET = a_known_ticket(*CONTACTS)
ANSWER = a_message(subject="Re: [SD-1001] The printer is on fire")


def facts(authenticity: Authenticity, **changes) -> Facts:
    return Facts(contacts=CONTACTS, authenticity=authenticity, **changes)


def answering(authenticity: Authenticity, **changes) -> Facts:
    by_number = (TicketByNumber("SD-1001", TICKET.ticket.id),)
    return facts(authenticity, tickets=(TICKET,), by_number=by_number, **changes)


NONE = Authenticity()


def test_a_forged_mail_lies_in_quarantine_and_nobody_hears_of_it() -> None:
    plan = decide(a_case(facts=facts(FORGED)))
    assert (plan.disposition, plan.reasons[0].code) == (Disposition.QUARANTINED, "dmarc-fail")
    assert (plan.changes, plan.notifications, plan.suppressed) == ((), (), ())


def test_a_forged_mail_that_a_person_has_let_through_may_open_nothing_but_a_flagged_ticket() -> None:
    plan = decide(replace(a_case(facts=facts(FORGED)), cleared=True))
    (opened,) = [change for change in plan.changes if isinstance(change, OpenTicket)]
    assert opened.unverified


def test_an_address_that_proved_nothing_gets_no_word_of_the_mail_be_it_registered_or_not() -> None:
    plan = decide(a_case(facts=facts(NONE)))
    (told,) = plan.notifications
    assert (told.kind, told.values) == (NotificationKind.CONFIRMATION_UNVERIFIED, ())
    assert not told.unverified, "its budgets are those of a contact"


def test_a_desk_that_leaves_proof_out_confirms_by_the_register_alone() -> None:
    off = a_policy(desks=(a_desk(proof="off"),))
    plan = decide(a_case(facts=facts(NONE), policy=off))
    assert plan.notifications[0].kind is NotificationKind.CONFIRMATION


def test_at_a_desk_that_requires_proof_a_contact_without_it_opens_a_ticket_that_is_flagged() -> None:
    plan = decide(a_case(facts=facts(NONE), policy=REQUIRED))
    (opened,) = [change for change in plan.changes if isinstance(change, OpenTicket)]
    assert opened.unverified
    assert plan.notifications[0].unverified


def test_at_a_desk_that_requires_proof_a_participants_unproven_answer_awaits_review() -> None:
    plan = decide(a_case(ANSWER, answering(NONE), policy=REQUIRED))
    assert (plan.disposition, plan.reasons[0].code) == (Disposition.AWAITING_REVIEW, "unproven")
    assert decide(a_case(ANSWER, answering(PROVEN), policy=REQUIRED)).disposition is Disposition.FOLLOW_UP


def test_elsewhere_it_joins_its_ticket_and_the_article_says_that_nothing_proves_it() -> None:
    plan = decide(a_case(ANSWER, answering(NONE)))
    (article,) = [change for change in plan.changes if isinstance(change, AddArticle)]
    assert plan.disposition is Disposition.FOLLOW_UP
    assert (article.proof, article.proof_text) == (Proof.NONE, "nothing proves the sender")


def test_a_strangers_awaiting_answer_and_a_first_request_look_alike_to_them() -> None:
    first = decide(a_case(a_message(sender=STRANGER), facts(NONE)))
    claim = decide(a_case(replace(ANSWER, sender=STRANGER), answering(NONE)))
    assert first.notifications == claim.notifications


def test_a_closed_ticket_is_not_reopened_by_an_unproven_answer_where_proof_is_required() -> None:
    closed = a_known_ticket(*CONTACTS, status=Status.CLOSED)
    plan = decide(a_case(ANSWER, replace(answering(NONE), tickets=(closed,)), policy=REQUIRED))
    assert plan.ticket is None
