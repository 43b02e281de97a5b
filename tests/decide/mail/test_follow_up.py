"""What names a ticket, what that is worth in whose hands, and which of two pieces of evidence counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from maild.decide.facts import Facts, KnownTicket, LookupKeys, ReplyToken, TicketByMessageId, TicketByNumber
from maild.decide.keys import lookup_keys
from maild.decide.mail.follow_up import Belongs, Claim, Ground, follow_up
from maild.decide.policy import Policy
from maild.decide.who.trust import Standing, standing
from maild.desks.policy import AsksForProof, Sees
from maild.model import UNPROVEN, Authenticity, Contact, Message, Participant, Reason, Register, Role, TicketId
from tests.builders import (
    ADA,
    BOB,
    NOON,
    PROVEN,
    STRANGER,
    TOKENS,
    a_contact,
    a_desk,
    a_message,
    a_policy,
    a_ticket,
    an_envelope,
)

MEMBER, MANAGER = Register.REGISTERED, Register.AUTHORISED
FIRST, SECOND, GONE = TicketId(1001), TicketId(1002), TicketId(1003)
ADAS, BOBS = a_contact(ADA, MEMBER), a_contact(BOB, MEMBER)
REQUIRED = a_policy(desks=(a_desk(proof=AsksForProof.REQUIRED),))
NUMBERED = a_message(subject="Re: [SD-1001] Printer")
CHILD = a_message(in_reply_to=("<first@x.example>",))


def a_known(ticket: TicketId, *parts: Participant) -> KnownTicket:
    return KnownTicket(a_ticket(id=ticket), parts)


def takes(contact: Contact, role: Role = Role.REQUESTER, **more) -> Participant:
    return Participant(contact, role, **more)


def the_facts(*tickets: KnownTicket, contacts: tuple[Contact, ...] = (ADAS, BOBS)) -> Facts:
    ids = (("<first@x.example>", FIRST), ("<second@x.example>", SECOND), ("<gone@x.example>", GONE))
    return Facts(
        contacts=contacts,
        tickets=tickets or (a_known(FIRST, takes(ADAS)), a_known(SECOND, takes(ADAS))),
        by_message_id=tuple(TicketByMessageId(*pair) for pair in ids),
        by_number=tuple(TicketByNumber(f"SD-{number}", number) for number in (FIRST, SECOND, GONE)),
    )


def found_in(
    message: Message,
    facts: Facts | None = None,
    proof: Authenticity = PROVEN,
    policy: Policy | None = None,
    **keys,
) -> Belongs | Claim | None:
    policy, facts = policy or a_policy(), facts or the_facts()
    asked: LookupKeys = replace(lookup_keys(message, an_envelope(), policy, TOKENS), **keys)
    who: Standing = standing(proof, facts.contact(ADA.address), policy.desks[0].proof, NOON)
    return follow_up(message, asked, facts, lambda _: Ground(policy.desks[0], who))


def belongs(ticket: TicketId, code: str, text: str) -> Belongs:
    return Belongs(a_known(ticket, takes(ADAS)), Reason("follow-up", code, text))


TO_ADA = ReplyToken(FIRST, ADAS.id)
SENT_TO = "sent to the signed reply address of SD-1001"
EVIDENCE = [
    (a_message(), {}, None),
    (a_message(), {"token": TO_ADA}, belongs(FIRST, "reply-address", SENT_TO)),
    (a_message(), {"token": ReplyToken(GONE, ADAS.id)}, None),
    (a_message(), {"earlier": FIRST}, belongs(FIRST, "released", "it opened SD-1001 when it could not be read")),
    (a_message(), {"earlier": GONE}, None),
    (CHILD, {}, belongs(FIRST, "references", "<first@x.example> belongs to SD-1001")),
    (a_message(in_reply_to=("<gone@x.example>",)), {}, None),
    (a_message(in_reply_to=("<other@x.example>",)), {}, None),
    (NUMBERED, {}, belongs(FIRST, "subject-token", "subject carries [SD-1001]")),
    (a_message(subject="[SD-1003] Printer"), {}, None),
    (a_message(subject="[SD-7777] Printer"), {}, None),
]


@pytest.mark.parametrize(("message", "keys", "expected"), EVIDENCE)
def test_a_participants_evidence_makes_a_follow_up_if_its_ticket_is_there(message, keys, expected) -> None:
    assert found_in(message, **keys) == expected


NEAREST = [
    (a_message(in_reply_to=("<gone@x.example>",), references=("<first@x.example>", "<second@x.example>")), SECOND),
    (a_message(in_reply_to=("<first@x.example>",), references=("<second@x.example>",)), FIRST),
    (a_message(message_id="<second@x.example>", references=("<first@x.example>",)), FIRST),
    (a_message(subject="[SD-1003] [SD-1002] [SD-1001]"), SECOND),
]


@pytest.mark.parametrize(("message", "ticket"), NEAREST)
def test_the_nearest_that_is_there_counts(message: Message, ticket: TicketId) -> None:
    found = found_in(message)
    assert isinstance(found, Belongs) and found.known.ticket.id == ticket


STRONGEST = [
    (replace(CHILD, subject="[SD-1002]"), {}, "references"),
    (replace(CHILD, subject="[SD-1002]"), {"token": TO_ADA}, "reply-address"),
    (replace(CHILD, subject="[SD-1002]"), {"token": TO_ADA, "earlier": SECOND}, "released"),
]


@pytest.mark.parametrize(("message", "keys", "code"), STRONGEST)
def test_the_strongest_evidence_counts(message: Message, keys, code: str) -> None:
    found = found_in(message, **keys)
    assert isinstance(found, Belongs) and found.reason.code == code


def test_what_names_a_ticket_of_theirs_counts_before_what_names_anothers() -> None:
    facts = the_facts(a_known(FIRST, takes(BOBS)), a_known(SECOND, takes(ADAS)))
    found = found_in(replace(CHILD, subject="[SD-1002]"), facts)
    assert isinstance(found, Belongs) and found.known.ticket.id == SECOND


def test_a_manager_prefers_the_ticket_they_take_part_in_to_one_they_only_see() -> None:
    ada = a_contact(ADA, MANAGER)
    facts = the_facts(a_known(FIRST, takes(BOBS)), a_known(SECOND, takes(ada)), contacts=(ada, BOBS))
    found = found_in(replace(CHILD, subject="[SD-1002]"), facts)
    assert isinstance(found, Belongs) and found.known.ticket.id == SECOND


# ---- in whose hands --------------------------------------------------------------------------------

NO_PART = "subject carries [SD-1001], but its sender takes no part there"
OTHER_HANDS = [
    ("who takes no part", takes(BOBS), ADAS),
    ("who waits for staff", takes(ADAS, Role.CC, waits=True), ADAS),
    ("who is inactive", takes(ADAS), a_contact(ADA, Register.INACTIVE)),
    ("nobody we know", takes(ADAS), None),
]


@pytest.mark.parametrize(("part", "contact"), [row[1:] for row in OTHER_HANDS], ids=[row[0] for row in OTHER_HANDS])
def test_in_other_hands_it_is_a_claim(part: Participant, contact: Contact | None) -> None:
    known = a_known(FIRST, part)
    found = found_in(NUMBERED, the_facts(known, contacts=(contact,) if contact else ()))
    named = Reason("follow-up", "subject-token", "subject carries [SD-1001]")
    assert found == Claim(known, named, Reason("follow-up", "not-a-participant", NO_PART))


def test_a_mail_without_a_sender_claims_and_nothing_more() -> None:
    assert isinstance(found_in(replace(NUMBERED, sender=None)), Claim)


def test_the_strongest_claim_is_the_one_that_is_reviewed() -> None:
    facts = the_facts(a_known(FIRST, takes(BOBS)), a_known(SECOND, takes(BOBS)))
    found = found_in(replace(CHILD, subject="[SD-1002]"), facts)
    assert isinstance(found, Claim) and found.known.ticket.id == FIRST


def test_whoever_has_left_comes_back_by_writing() -> None:
    assert isinstance(found_in(NUMBERED, the_facts(a_known(FIRST, takes(ADAS, Role.CC, has_left=True)))), Belongs)


def test_a_person_writes_from_any_of_their_addresses() -> None:
    home = a_contact(STRANGER, MEMBER, person="ada")
    ada = a_contact(ADA, MEMBER, person="ada")
    facts = the_facts(a_known(FIRST, takes(home)), contacts=(ada,))
    assert isinstance(found_in(NUMBERED, facts), Belongs)
    assert isinstance(found_in(a_message(), facts, token=ReplyToken(FIRST, home.id)), Belongs)


def test_a_signed_address_works_for_whom_it_is_bound_to_and_nobody_else() -> None:
    facts = the_facts(a_known(FIRST, takes(ADAS), takes(BOBS, Role.CC)))
    assert isinstance(found_in(a_message(), facts, token=TO_ADA), Belongs)
    assert isinstance(found_in(a_message(), facts, token=ReplyToken(FIRST, BOBS.id)), Claim)


def test_where_proof_is_required_a_participant_without_it_only_claims() -> None:
    found = found_in(NUMBERED, proof=UNPROVEN, policy=REQUIRED)
    named = Reason("follow-up", "subject-token", "subject carries [SD-1001]")
    text = f"subject carries [SD-1001], but nothing proves that a participant wrote it: {UNPROVEN.text}"
    assert found == Claim(a_known(FIRST, takes(ADAS)), named, Reason("follow-up", "unproven", text))


def test_what_a_participant_may_not_say_is_a_claim_on_their_own_ticket() -> None:
    facts = the_facts(a_known(FIRST, takes(BOBS)), a_known(SECOND, takes(ADAS)))
    found = found_in(replace(CHILD, subject="[SD-1002]"), facts, UNPROVEN, REQUIRED)
    assert isinstance(found, Claim) and (found.known.ticket.id, found.why.code) == (SECOND, "unproven")


# ---- who speaks for the organisation ---------------------------------------------------------------

SPEAKERS = [
    ("a manager", a_contact(ADA, MANAGER), PROVEN, Sees.OWN, True),
    ("a manager who proved nothing", a_contact(ADA, MANAGER), UNPROVEN, Sees.OWN, False),
    ("a manager of another organisation", a_contact(ADA, MANAGER, organisation="other"), PROVEN, Sees.OWN, False),
    ("a member of an open desk's organisation", ADAS, PROVEN, Sees.ALL, True),
    ("another member", ADAS, PROVEN, Sees.OWN, False),
]


@pytest.mark.parametrize(
    ("contact", "proof", "sees", "may"), [row[1:] for row in SPEAKERS], ids=[row[0] for row in SPEAKERS]
)
def test_whoever_sees_all_tickets_of_the_organisation_writes_on_them_proven(
    contact: Contact, proof: Authenticity, sees: Sees, may: bool
) -> None:
    facts = the_facts(a_known(FIRST, takes(BOBS)), contacts=(contact, BOBS))
    policy = a_policy(desks=(a_desk(members_see=sees),))
    assert isinstance(found_in(NUMBERED, facts, proof, policy), Belongs if may else Claim)


def test_a_manager_uses_no_signed_address_of_somebody_else() -> None:
    ada = a_contact(ADA, MANAGER)
    facts = the_facts(a_known(FIRST, takes(BOBS)), contacts=(ada, BOBS))
    assert isinstance(found_in(a_message(), facts, token=ReplyToken(FIRST, BOBS.id)), Claim)
    assert isinstance(found_in(a_message(), facts, token=ReplyToken(FIRST, ada.id)), Belongs)
    assert isinstance(found_in(replace(NUMBERED, sender=None), facts), Claim)
