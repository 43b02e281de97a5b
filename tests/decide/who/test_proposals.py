"""What a mail asks for that waits for somebody: who is asked, who may say yes, and what the yes comes to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from maild.decide.case import Case
from maild.decide.facts import Facts, KnownTicket, ReplyToken
from maild.decide.people_changes import EnterPerson, Propose, SetProposal
from maild.decide.who.consent import Consent
from maild.decide.who.proposals import (
    ENTERS,
    MOST_QUOTED,
    NOTHING,
    PATIENCE,
    QUESTIONS,
    Enters,
    Outcome,
    accepted,
    answered,
    asked,
    confirmed,
)
from maild.decide.who.trust import of
from maild.model import (
    UNPROVEN,
    Address,
    Authenticity,
    Automatic,
    AutomaticKind,
    Contact,
    Duty,
    Message,
    Notification,
    NotificationKind,
    Participant,
    Proposal,
    ProposalId,
    ProposalKind,
    ProposalState,
    Reason,
    Register,
    Role,
    TicketId,
)
from maild.rules.model import Draft
from tests.builders import ADA, BOB, NOON, PROVEN, STRANGER, SUPPORT, a_case, a_contact, a_desk, a_message, a_ticket

MEMBER, MANAGER, UNVERIFIED = Register.REGISTERED, Register.AUTHORISED, Register.UNVERIFIED
DESK = a_desk(languages=("en", "de"))
TICKET = TicketId(1001)
NOBODY = Address("", "")
EVA = Address("Eva East", "eva@acme.example")
HELD, OPEN, INVITED = ProposalState.HELD, ProposalState.OPEN, ProposalState.INVITED
DONE, DECLINED = ProposalState.DONE, ProposalState.DECLINED
NEW, INSTRUCTION = ProposalKind.NEW_CONTACT, ProposalKind.INSTRUCTION
LATER = NOON + PATIENCE
ROBOT = Automatic(AutomaticKind.AUTO_REPLY, "Auto-Submitted: auto-replied")
NAMES_EVA = "Eva East, eva@acme.example"


def a_mail(
    contact: Contact | None, text: str, found: Authenticity = PROVEN, principals: tuple[Contact, ...] = (), **more: Any
) -> Case:
    """A mail of Ada's, whom the register knows as `contact`."""
    facts = Facts(contacts=(contact,) if contact else (), authenticity=found, principals=principals)
    message: Message = a_message(**({"visible_text": text, "subject": " Please "} | more))
    return a_case(message, facts)


def wish(kind: ProposalKind, state: ProposalState, person: Address = NOBODY, of_: str = "acme") -> Propose:
    return Propose(None, kind, state, of_, person.address, person.name, ADA.address, LATER)


def wished(case: Case, *kinds: ProposalKind, instructs: bool = False) -> Outcome:
    return asked(case, DESK, of(case, DESK), Draft(3, proposes=kinds, instructs=instructs))


# ---- a new ticket asks for something ---------------------------------------------------------------


def test_an_authorised_contacts_wish_waits_for_staff() -> None:
    found = wished(a_mail(a_contact(), NAMES_EVA), NEW)
    why = Reason("proposal", "proposal-open", "new-contact eva@acme.example: staff decide")
    assert found == Outcome((wish(NEW, OPEN, EVA),), (why,))


def test_anybody_elses_is_held_until_an_authorised_contact_says_yes() -> None:
    found = wished(a_mail(a_contact(register=MEMBER), NAMES_EVA), NEW)
    text = "new-contact eva@acme.example: an authorised contact must say yes first"
    assert found == Outcome((wish(NEW, HELD, EVA),), (Reason("proposal", "proposal-held", text),), held=True)


def test_everybody_who_is_named_is_a_wish_of_its_own_and_nobody_one_without_a_name() -> None:
    both = f"{NAMES_EVA}\nWill West, will@acme.example\nthanks, {ADA.address} and {SUPPORT.address}"
    found = wished(a_mail(a_contact(), both), NEW, ProposalKind.LEAVING)
    assert found.changes == tuple(
        wish(kind, OPEN, person)
        for kind in (NEW, ProposalKind.LEAVING)
        for person in (EVA, Address("Will West", "will@acme.example"))
    )
    nobody = wished(a_mail(a_contact(), "a new colleague"), NEW)
    assert nobody.changes == (wish(NEW, OPEN),)
    assert nobody.reasons[0].text == "new-contact: staff decide"


@pytest.mark.parametrize(("register", "changes"), [(MANAGER, ()), (MEMBER, (wish(INSTRUCTION, HELD),))])
def test_an_instruction_is_held_only_for_who_may_not_give_it(register: Register, changes: tuple) -> None:
    found = wished(a_mail(a_contact(register=register), "Delete it"), instructs=True)
    assert (found.changes, found.held) == (changes, bool(changes))


def test_a_machine_asks_for_nothing_and_neither_does_a_mail_that_no_rule_saw() -> None:
    assert wished(a_mail(a_contact(), NAMES_EVA, automatic=ROBOT), NEW) == NOTHING
    assert wished(a_mail(a_contact(), NAMES_EVA)) == NOTHING
    assert Outcome((), (), (), False) == NOTHING


@pytest.mark.parametrize("contact", [None, a_contact(register=UNVERIFIED)])
def test_a_strangers_wish_is_held_and_asks_nobody(contact: Contact | None) -> None:
    found = wished(a_mail(contact, NAMES_EVA, principals=(a_contact(BOB, MANAGER),)), NEW)
    assert found.changes == (wish(NEW, HELD, EVA, "acme" if contact else ""),)
    assert (found.told, found.held) == ((), False)


def test_a_mail_without_a_sender_is_nobodys_wish() -> None:
    found = wished(a_mail(a_contact(), NAMES_EVA, sender=None), NEW)
    assert found.changes == (replace(wish(NEW, HELD, EVA, ""), asked_by=""),)


# ---- who is asked ----------------------------------------------------------------------------------

BOB_MAY = a_contact(BOB, MANAGER, language="de")


def asks(
    found: Authenticity = PROVEN, text: str = NAMES_EVA, *, principals: tuple = (BOB_MAY,), **contact: Any
) -> tuple:
    ada = a_contact(**({"register": MEMBER} | contact))
    return wished(a_mail(ada, text, found, principals=principals), NEW).told


def test_those_who_may_say_yes_are_asked_each_in_a_mail_with_the_words_of_the_wish() -> None:
    (told,) = asks()
    assert told == Notification(
        NotificationKind.CONSENT, "consent:c1", BOB, "de", proven=True, desk="service",
        values=(("name", "Bob"), ("who", ADA.name), ("what", "new-contact"), ("address", EVA.address),
                ("text", NAMES_EVA), ("about", "Please")),
    )  # fmt: skip


def test_what_somebody_wrote_who_proved_nothing_is_not_passed_on() -> None:
    (told,) = asks(UNPROVEN)
    values = dict(told.values)
    assert (values["text"], values["about"], values["who"], told.proven) == ("", "", ADA.name, False)


def test_no_more_than_two_thousand_characters_are_quoted_and_no_blanks_around_them() -> None:
    (told,) = asks(text=f"\n {NAMES_EVA} {'x' * 3000} \n")
    assert MOST_QUOTED == 2000
    assert dict(told.values)["text"] == f"{NAMES_EVA} {'x' * 3000}"[:2000]


def test_the_occasion_is_the_mail_and_its_key_is_cut() -> None:
    case = a_mail(a_contact(register=MEMBER), NAMES_EVA, principals=(BOB_MAY,), content_key="0123456789abcdefg")
    assert wished(case, NEW).told[0].event == "consent:0123456789abcdef"


def test_somebody_without_a_name_is_called_by_address() -> None:
    case = a_mail(replace(a_contact(register=MEMBER), name=""), NAMES_EVA, principals=(BOB_MAY,))
    assert dict(wished(case, NEW).told[0].values)["who"] == ADA.address


def test_of_several_wishes_the_first_is_asked_about() -> None:
    case = a_mail(a_contact(register=MEMBER), f"{NAMES_EVA}\nwill@acme.example", principals=(BOB_MAY,))
    assert [dict(told.values)["address"] for told in wished(case, NEW, instructs=True).told] == [EVA.address]


def test_whoever_asks_is_not_asked_and_neither_is_who_only_follows() -> None:
    ada, home = a_contact(register=MANAGER, person="ada"), a_contact(STRANGER, MANAGER, person="ada")
    assert asks(UNPROVEN, principals=(ada, home, a_contact(BOB, MEMBER)), register=MANAGER, person="ada") == ()
    assert len(asks(principals=(BOB_MAY, a_contact(STRANGER, MANAGER)))) == 2


# ---- a mail on a ticket answers --------------------------------------------------------------------


def a_proposal(kind: ProposalKind = NEW, state: ProposalState = HELD, **more: Any) -> Proposal:
    usual = {"id": ProposalId(7), "ticket": TICKET, "kind": kind, "state": state, "organisation": "acme"}
    usual |= {"address": EVA.address, "name": EVA.name, "asked_by": BOB.address, "created_at": NOON}
    return Proposal(**(usual | more))


def on_ticket(*proposals: Proposal, asker: Register = MEMBER) -> KnownTicket:
    return KnownTicket(a_ticket(), (Participant(a_contact(BOB, asker), Role.REQUESTER),), proposals)


def said(case: Case, *proposals: Proposal, **more: Any) -> Outcome:
    return answered(case, on_ticket(*proposals, **more), DESK, of(case, DESK))


def hears(kind: NotificationKind, what: str = "new-contact", who: str = EVA.name) -> tuple[Notification, ...]:
    values = (("name", "Bob"), ("what", what), ("who", who))
    event = f"proposal:7:{kind}"
    return (Notification(kind, event, BOB, "en", TICKET, values=values, proven=True, desk="service"),)


def test_a_managers_yes_puts_a_wish_before_staff() -> None:
    why = Reason("proposal", "said-yes", "ada@acme.example says yes to new-contact eva@acme.example")
    change = SetProposal(TICKET, ProposalId(7), OPEN, ADA.address, LATER)
    assert said(a_mail(a_contact(), "Yes"), a_proposal()) == Outcome((change,), (why,))


def test_a_managers_no_ends_it_and_whoever_asked_hears_so() -> None:
    why = Reason("proposal", "said-no", "ada@acme.example says no to new-contact eva@acme.example")
    change = SetProposal(TICKET, ProposalId(7), DECLINED, ADA.address)
    found = said(a_mail(a_contact(), "No"), a_proposal())
    assert found == Outcome((change,), (why,), hears(NotificationKind.PROPOSAL_DECLINED))


def test_a_managers_yes_makes_an_instruction_valid() -> None:
    found = said(a_mail(a_contact(), "Yes"), a_proposal(INSTRUCTION, address="", name=""))
    why = Reason("proposal", "said-yes", "ada@acme.example says yes to instruction")
    change = SetProposal(TICKET, ProposalId(7), DONE, ADA.address)
    assert found == Outcome((change,), (why,), hears(NotificationKind.PROPOSAL_DONE, "instruction", ""))


NO_ANSWER = [
    ("who says something else", a_contact(), "yes, but", PROVEN, {}, {}),
    ("who is no manager", a_contact(register=MEMBER), "yes", PROVEN, {}, {}),
    ("who cannot prove it", a_contact(), "yes", UNPROVEN, {}, {}),
    ("whom nobody knows", None, "yes", PROVEN, {}, {}),
    ("a machine", a_contact(), "yes", PROVEN, {"automatic": ROBOT}, {}),
    ("a manager of another organisation", a_contact(organisation="other"), "yes", PROVEN, {}, {}),
    ("a manager of none", a_contact(organisation=""), "yes", PROVEN, {}, {"organisation": ""}),
    ("who asked for it", a_contact(), "yes", PROVEN, {}, {"asked_by": ADA.address}),
    ("who comes too late", a_contact(), "yes", PROVEN, {}, {"state": OPEN}),
]


@pytest.mark.parametrize(("row"), [row[1:] for row in NO_ANSWER], ids=[row[0] for row in NO_ANSWER])
def test_nobody_else_says_yes(row: Any) -> None:
    contact, text, found, message, proposal = row
    assert said(a_mail(contact, text, found, **message), a_proposal(**proposal)) == NOTHING


def test_nobody_agrees_to_their_own_wish_from_another_address() -> None:
    theirs = Participant(a_contact(BOB, MEMBER, person="ada"), Role.REQUESTER)
    case, known = a_mail(a_contact(person="ada"), "Yes"), KnownTicket(a_ticket(), (theirs,), (a_proposal(),))
    assert answered(case, known, DESK, of(case, DESK)) == NOTHING


def test_whoever_asked_and_takes_no_part_any_more_hears_nothing() -> None:
    left = Participant(a_contact(BOB, MEMBER), Role.CC, has_left=True)
    case, known = a_mail(a_contact(), "No"), KnownTicket(a_ticket(), (left,), (a_proposal(),))
    found = answered(case, known, DESK, of(case, DESK))
    assert found.changes and found.told == ()


def test_whoever_was_authorised_for_a_while_agrees_to_contacts_and_to_no_instruction() -> None:
    for_a_while = a_mail(a_contact(until=LATER), "Yes")
    assert said(for_a_while, a_proposal()).changes
    assert said(for_a_while, a_proposal(INSTRUCTION)) == NOTHING


def test_one_yes_counts_for_all_that_is_held() -> None:
    found = said(a_mail(a_contact(), "Yes"), a_proposal(), a_proposal(INSTRUCTION, id=ProposalId(8)))
    assert [(change.proposal, change.state) for change in found.changes if isinstance(change, SetProposal)] == [
        (7, OPEN),
        (8, DONE),
    ]
    assert (len(found.reasons), len(found.told)) == (2, 1)


@pytest.mark.parametrize(("question", "kind"), QUESTIONS.items())
def test_names_answer_our_questions_also_to_who_caused_them(question: ProposalKind, kind: ProposalKind) -> None:
    found = said(a_mail(a_contact(), NAMES_EVA), a_proposal(question, asked_by=ADA.address, address=""))
    wishes = Propose(TICKET, kind, OPEN, "acme", EVA.address, EVA.name, ADA.address, LATER)
    done = SetProposal(TICKET, ProposalId(7), DONE, ADA.address)
    why = Reason("proposal", "proposal-open", f"{kind} eva@acme.example: staff decide")
    assert found == Outcome((wishes, done), (why,))


def test_a_question_is_not_answered_by_yes_and_a_wish_not_by_names() -> None:
    assert said(a_mail(a_contact(), "Yes"), a_proposal(ProposalKind.SEATS)) == NOTHING
    assert said(a_mail(a_contact(), NAMES_EVA), a_proposal()) == NOTHING


def test_each_of_our_questions_is_answered_by_one_kind_of_proposal() -> None:
    assert QUESTIONS == {
        ProposalKind.NEXT_PRIMARY: ProposalKind.NEW_PRIMARY,
        ProposalKind.NEXT_MONITORING: ProposalKind.NEW_MONITORING,
        ProposalKind.SEATS: ProposalKind.NEW_CONTACT,
    }
    assert PATIENCE.days == 30


@pytest.mark.parametrize("asker", [UNVERIFIED, Register.INACTIVE])
def test_whoever_asked_and_is_not_registered_hears_nothing(asker: Register) -> None:
    assert said(a_mail(a_contact(), "No"), a_proposal(), asker=asker).told == ()
    assert said(a_mail(a_contact(), "No"), a_proposal(asked_by=STRANGER.address)).told == ()


# ---- somebody new says yes -------------------------------------------------------------------------

TO_ME = a_proposal(state=INVITED, address=ADA.address, name="A. Lovelace")


def agreed(case: Case, one: Proposal = TO_ME) -> Outcome:
    return accepted(case, on_ticket(one), DESK, of(case, DESK))


def entered(kind: ProposalKind, **more: Any) -> EnterPerson:
    why = f"proposal 7: {kind}, asked by bob@acme.example, approved by staff"
    usual = {"name": "A. Lovelace", "register": MEMBER, "primary": False, "duties": (), "language": "de"} | more
    return EnterPerson(
        TICKET, ProposalId(7), ADA.address, organisation="acme", by=ADA.address, **({"why": why} | usual)
    )


def test_the_invited_who_say_yes_come_in_and_whoever_asked_hears_so() -> None:
    found = agreed(a_mail(a_contact(register=UNVERIFIED, language="de"), "Ja"))
    why = Reason("proposal", "invited-yes", "ada@acme.example says yes to becoming new-contact")
    settled = SetProposal(TICKET, ProposalId(7), DONE, ADA.address)
    told = hears(NotificationKind.PROPOSAL_DONE, who="A. Lovelace")
    assert found == Outcome((settled, entered(NEW)), (why,), told)


def test_the_invited_who_say_no_stay_out() -> None:
    found = agreed(a_mail(a_contact(register=UNVERIFIED), "Nein"), replace(TO_ME, name="", decided_by="tess"))
    why = Reason("proposal", "invited-no", "ada@acme.example says no to becoming new-contact")
    told = hears(NotificationKind.PROPOSAL_DECLINED, who=ADA.address)
    assert found == Outcome((SetProposal(TICKET, ProposalId(7), DECLINED, "tess"),), (why,), told)


TOKEN = ReplyToken(TICKET, a_contact().id)


@pytest.mark.parametrize(
    ("token", "counts"),
    [(TOKEN, True), (None, False), (replace(TOKEN, contact=1), False), (replace(TOKEN, ticket=TicketId(2)), False)],
)
def test_without_proof_only_the_address_in_the_invitation_shows_who_they_are(token: Any, counts: bool) -> None:
    case = a_mail(a_contact(register=UNVERIFIED), "Yes", UNPROVEN)
    found = agreed(replace(case, keys=replace(case.keys, token=token)))
    assert bool(found.changes) is counts


def test_nobody_accepts_what_was_offered_to_others_or_is_not_offered() -> None:
    yes = a_mail(a_contact(register=UNVERIFIED), "Yes")
    assert agreed(yes, replace(TO_ME, address=EVA.address)) == NOTHING
    assert agreed(yes, replace(TO_ME, state=OPEN)) == NOTHING
    assert agreed(a_mail(None, "Yes")) == NOTHING
    assert agreed(a_mail(a_contact(register=UNVERIFIED), "Who is this?")) == NOTHING
    assert agreed(a_mail(a_contact(register=UNVERIFIED), "Yes", automatic=ROBOT)) == NOTHING


def test_by_the_link_people_say_how_they_are_called() -> None:
    one = replace(TO_ME, decided_by="tess")
    found = confirmed(on_ticket(one), DESK, one, Consent.YES, "de", "Ada King")
    why = "proposal 7: new-contact, asked by bob@acme.example, approved by tess"
    assert found.changes == (
        SetProposal(TICKET, ProposalId(7), DONE, "tess"),
        entered(NEW, name="Ada King", why=why),
    )


AS = {
    ProposalKind.NEW_CONTACT: {},
    ProposalKind.NEW_AUTHORISED: {"register": MANAGER},
    ProposalKind.NEW_PRIMARY: {"primary": True},
    ProposalKind.NEW_MONITORING: {"duties": (Duty.MONITORING,)},
}


@pytest.mark.parametrize("kind", AS)
def test_each_comes_in_as_what_was_proposed(kind: ProposalKind) -> None:
    one = replace(TO_ME, kind=kind)
    assert confirmed(on_ticket(one), DESK, one, Consent.YES, "de").changes[1] == entered(kind, **AS[kind])
    assert {kind: Enters(**more) for kind, more in AS.items()} == ENTERS
