"""Who may close a ticket by a word, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from maild.decide.asked.self_solved import BY_ARTICLE
from maild.decide.case import Case
from maild.decide.facts import Facts, KnownTicket, TicketByMessageId
from maild.decide.plan import AddArticle, OpenTicket, Plan, SetStatus, SetTicket
from maild.decide.told.suggestions import OFFERED
from maild.decide.triage import decide
from maild.desks.policy import Desk
from maild.ingest.parse import parse
from maild.model import (
    Address,
    Answers,
    Authenticity,
    Automatic,
    AutomaticKind,
    Contact,
    Disposition,
    Means,
    NotificationKind,
    Participant,
    Proof,
    Register,
    Role,
    Status,
    TicketId,
)
from tests.builders import (
    ADA,
    BOB,
    NOON,
    PROVEN,
    STRANGER,
    a_case,
    a_contact,
    a_desk,
    a_message,
    a_policy,
    a_ticket,
    an_envelope,
)
from tests.rules.kit import RULES
from tests.scenarios.world import a_mail

NUMBER = TicketId(1001)
NONE = Authenticity(Proof.NONE, Means.NOTHING, "none", "not signed")
WORDS = ["solved", "Solved.", "gelöst", "Gelöst", "geloest", "*erledigt*", "Erledigt", "opgelost", "hat sich erledigt"]
WORDS += ["gelöst\n\nMit freundlichen Grüßen\nAda Lovelace", "Solved, thanks", "solved\nThanks\nAda", "„gelöst“"]
WORDS += ["Das Problem ist gelöst", "het is opgelost\n\nMet vriendelijke groet,\nAda", "bitte erledigt"]
OTHERS = [
    "not solved",
    "nicht gelöst",
    "gelöst?",
    "Ist das gelöst?",
    "solved!? no",
    "noch nicht erledigt",
    "niet opgelost",
]
OTHERS += ["help", "status", "Hilfe", "report"]
OTHERS += ["gelöst, aber der Drucker brennt", "solved\nBut now the screen is black", "is it solved", "", "danke"]
OTHERS += ["Hallo,\n\ngelöst ist das nicht", "The riddle is solved by nobody", "unsolved", "bitte lösen"]


def answer(
    text: str = "gelöst",
    sender: Address = ADA,
    *,
    status: Status = Status.WAITING,
    contacts: tuple[Contact, ...] = (a_contact(), a_contact(BOB, Register.REGISTERED)),
    proof: Authenticity = PROVEN,
    desk: Desk | None = None,
    rules: tuple[Any, ...] = (),
    ticket: dict[str, Any] | None = None,
    parts: tuple[tuple[Address, Role], ...] = ((ADA, Role.REQUESTER), (BOB, Role.CC)),
    **more: Any,
) -> Case:
    """An answer on Ada's ticket, on which Bob reads along."""
    envelope = more.pop("envelope", an_envelope())
    usual = {
        "sender": sender,
        "visible_text": text,
        "text": text,
        "subject": "Re: [SD-1001] Fire",
        "in_reply_to": ("<o>",),
    }
    known = {one.address: one for one in contacts}
    people = tuple(Participant(known.get(who.address, a_contact(who)), role) for who, role in parts)
    there = KnownTicket(a_ticket(status=status, **(ticket or {})), people)
    facts = Facts(
        contacts=contacts, authenticity=proof, tickets=(there,), by_message_id=(TicketByMessageId("<o>", NUMBER),)
    )
    policy = a_policy(desks=(desk or a_desk(),), rules=rules)
    return a_case(a_message(**(usual | more)), facts, policy=policy, envelope=envelope)


def moves(plan: Plan) -> list[Status]:
    return [one.status for one in plan.changes if isinstance(one, SetStatus)]


def told(plan: Plan) -> list[str]:
    return [one.recipient.address for one in plan.notifications if one.kind is NotificationKind.STATUS_UPDATE]


def codes(plan: Plan) -> list[str]:
    return [one.code for one in plan.reasons if one.step == "status"]


@pytest.mark.parametrize("text", WORDS)
def test_the_word_alone_closes_the_ticket_and_its_article_stays(text: str) -> None:
    plan = decide(answer(text))
    assert (plan.disposition, moves(plan), codes(plan)) == (Disposition.FOLLOW_UP, [Status.SOLVED], ["self-solved"])
    assert [one.visible_text for one in plan.changes if isinstance(one, AddArticle)] == [text]


@pytest.mark.parametrize("text", OTHERS)
def test_what_says_anything_else_opens_it_as_ever(text: str) -> None:
    plan = decide(answer(text))
    assert (moves(plan), codes(plan), told(plan)) == ([Status.OPEN], ["moved"], [])


@pytest.mark.parametrize("text", [
    "> gelöst\n\nNein, es brennt noch.",
    "Es brennt noch.\n\n> gelöst",
    "Am 20.11.2026 schrieb Support <support@desk.example>:\n> gelöst\n",
])  # fmt: skip
def test_a_quoted_word_closes_nothing(text: str) -> None:
    message = parse(a_mail("Ada Lovelace <ada@acme.example>", "Re: [SD-1001] Fire", text, In_Reply_To="<o>").as_bytes())
    assert moves(decide(answer(message.visible_text))) == [Status.OPEN]


def test_whoever_said_it_is_told_how_to_go_on_in_their_own_thread() -> None:
    (mail,) = decide(answer(references=("<o>",))).notifications
    assert mail.kind is NotificationKind.STATUS_UPDATE and mail.recipient.address == ADA.address
    values = dict(mail.values)
    assert (values["status"], values["said"], mail.ticket) == ("solved", "own", NUMBER)
    assert (mail.reply_to_id, mail.references, mail.proven) == ("<m1@acme.example>", ("<o>",), True)
    assert mail.event == "status:solved:c1", "each mail is an occasion of its own"


def test_a_colleague_may_say_it_and_the_requester_hears_of_it() -> None:
    plan = decide(answer(sender=BOB))
    assert moves(plan) == [Status.SOLVED] and told(plan) == [BOB.address, ADA.address]
    assert [dict(one.values)["said"] for one in plan.notifications] == ["own", "colleague"]
    assert "bob@acme.example says that it is solved" in [one.text for one in plan.reasons]


NOT_THEIRS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("unproven", {"proof": NONE}),
    ("pending", {"proof": replace(NONE, proof=Proof.PENDING)}),
    ("pending where proof is off", {"proof": replace(NONE, proof=Proof.PENDING), "desk": a_desk(proof="off")}),
    ("a guest", {
        "sender": STRANGER,
        "contacts": (a_contact(), a_contact(STRANGER, Register.UNVERIFIED, organisation="")),
        "parts": ((ADA, Role.REQUESTER), (STRANGER, Role.CC)),
    }),
    ("somebody of another house", {
        "sender": STRANGER,
        "contacts": (a_contact(), a_contact(STRANGER, Register.AUTHORISED, organisation="other")),
        "parts": ((ADA, Role.REQUESTER), (STRANGER, Role.CC)),
    }),
    ("a colleague whom nobody registered", {
        "sender": BOB,
        "contacts": (a_contact(), a_contact(BOB, Register.UNVERIFIED)),
    }),
    ("a machine", {"automatic": Automatic(AutomaticKind.AUTO_REPLY, "Auto-Submitted: auto-replied")}),
    ("mail that is read again", {"envelope": an_envelope(answers=Answers.PARKED)}),
)  # fmt: skip


@pytest.mark.parametrize(("who", "more"), NOT_THEIRS, ids=[row[0] for row in NOT_THEIRS])
def test_nobody_else_closes_it(who: str, more: dict[str, Any]) -> None:
    plan = decide(answer(**more))
    assert Status.SOLVED not in moves(plan) and "self-solved" not in codes(plan), who


def test_a_mail_that_has_a_ticket_already_is_read_again_and_closes_nothing() -> None:
    case = answer()
    assert moves(decide(replace(case, keys=replace(case.keys, earlier=NUMBER)))) == [Status.OPEN]


@pytest.mark.parametrize(
    ("register", "unverified", "is_known"),
    [(Register.AUTHORISED, False, True), (Register.AUTHORISED, True, False), (Register.UNVERIFIED, False, False)],
)
def test_a_requester_whom_nobody_knows_hears_no_word_of_the_ticket(
    register: Register, unverified: bool, is_known: bool
) -> None:
    contacts = (a_contact(register=register), a_contact(BOB, Register.REGISTERED))
    own, theirs = decide(answer(sender=BOB, contacts=contacts, ticket={"unverified": unverified})).notifications
    assert (own.recipient.address, own.proven) == (BOB.address, True)
    assert (theirs.recipient.address, theirs.proven, theirs.reply_to_id) == (ADA.address, is_known, "")


def test_a_requester_under_another_address_of_theirs_is_told_once() -> None:
    home = Address("Ada", "ada@home.example")
    contacts = (a_contact(person="ada"), a_contact(home, Register.REGISTERED, person="ada"))
    assert told(decide(answer(sender=home, contacts=contacts))) == [home.address]


def test_a_requester_whom_nobody_registered_may_say_it_once_proven() -> None:
    contacts = (a_contact(register=Register.UNVERIFIED, organisation=""),)
    plan = decide(answer(contacts=contacts, parts=((ADA, Role.REQUESTER),)))
    assert moves(plan) == [Status.SOLVED]


def test_a_desk_that_asks_for_no_proof_takes_their_word() -> None:
    assert moves(decide(answer(proof=NONE, desk=a_desk(proof="off")))) == [Status.SOLVED]


@pytest.mark.parametrize("status", [Status.SOLVED, Status.CLOSED])
def test_thanks_open_no_ticket_again(status: Status) -> None:
    plan = decide(answer(status=status))
    assert (moves(plan), told(plan), codes(plan)) == ([], [], ["self-solved"])


def test_late_thanks_open_no_new_ticket() -> None:
    old = {"settled_at": NOON - timedelta(days=400)}
    desk = a_desk(life_cycle={"reopen_days": 30})
    late = decide(answer("Es brennt", status=Status.CLOSED, ticket=old, desk=desk))
    assert late.disposition is Disposition.NEW_TICKET
    plan = decide(answer(status=Status.CLOSED, ticket=old, desk=desk))
    assert (plan.disposition, moves(plan)) == (Disposition.FOLLOW_UP, [])


def test_rules_have_the_last_word() -> None:
    rules = RULES.validate_json(
        '[{"rule": "own", "on": "follow-up", "when": {"text": "gelöst"}, "then": {"status": "closed"}}]'
    )
    plan = decide(answer(rules=tuple(rules)))
    assert (moves(plan), told(plan)) == ([Status.CLOSED], [])


def test_whose_program_asks_for_silence_is_told_nothing_and_it_is_written_down() -> None:
    plan = decide(answer(suppress_reply="X-Auto-Response-Suppress: All"))
    assert (moves(plan), told(plan)) == ([Status.SOLVED], [])
    assert [one.reason.code for one in plan.suppressed] == ["suppress-header"]


def test_it_is_counted_where_articles_were_offered() -> None:
    plan = decide(answer(ticket={"tags": (OFFERED, "access")}))
    (tags,) = (one.value for one in plan.changes if isinstance(one, SetTicket) and one.name == "tags")
    assert tags == f"{OFFERED}, access, {BY_ARTICLE}" == "articles-offered, access, solved-by-article"
    assert not [one for one in decide(answer()).changes if isinstance(one, SetTicket)]


def test_the_word_about_no_ticket_is_read_by_a_person() -> None:
    case = answer()
    plan = decide(replace(case, facts=replace(case.facts, tickets=(), by_message_id=())))
    assert plan.disposition is Disposition.NEW_TICKET
    assert [one for one in plan.changes if isinstance(one, OpenTicket)]
