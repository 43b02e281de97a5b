"""Mails with personal data of others: the ticket is marked, the sender told once, and nobody is sent a word of it."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from maild.config.countries import shipped_countries
from maild.decide.explain import explain
from maild.decide.facts import Facts, KnownTicket, TicketByNumber, Worker
from maild.decide.plan import OpenTicket, Plan, SetTicket
from maild.decide.triage import decide
from maild.desks.privacy import TAG
from maild.model import (
    Answers,
    Attachment,
    Automatic,
    AutomaticKind,
    Disposition,
    NotificationKind,
    Register,
    Suppressed,
)
from tests.builders import (
    ADA,
    BOB,
    PROVEN,
    STRANGER,
    a_case,
    a_contact,
    a_desk,
    a_known_ticket,
    a_message,
    a_policy,
    an_envelope,
)
from tests.privacy.numbers import a_tax_id, an_iban
from tests.rules.kit import RULES

FACTS = Facts(contacts=(a_contact(), a_contact(BOB, Register.REGISTERED)), authenticity=PROVEN)
IBAN, TAX = an_iban(Random(1)), a_tax_id(Random(1))
BORN = "Our client Eve Miller, born 12/03/1984, cannot log in."
MACHINE = Automatic(AutomaticKind.AUTO_GENERATED, "Auto-Submitted")
ANN = Worker("Ann", "ann@desk.example", "Ann")


def new(
    *rules: dict[str, Any],
    facts: Facts = FACTS,
    privacy: Any = (),
    answers: Answers = Answers.SENT,
    desk: Any = (),
    **mail: Any,
) -> Plan:
    if "text" in mail:
        mail.setdefault("visible_text", mail["text"])
    looks = None if privacy is None else {"countries": ("de", "nl")} | dict(privacy)
    at = a_desk(privacy=looks, languages=("en", "de", "nl"), **dict(desk))
    policy = a_policy(desks=(at,), rules=RULES.validate_python(rules), countries=shipped_countries())
    return decide(a_case(a_message(**mail), facts, policy=policy, envelope=an_envelope(answers=answers)))


def on(ticket: KnownTicket, *rules: dict[str, Any], facts: Facts = FACTS, **mail: Any) -> Plan:
    known = replace(facts, tickets=(ticket,), by_number=(TicketByNumber("SD-1001", ticket.ticket.id),))
    return new(*rules, facts=known, **({"subject": "Re: [SD-1001] The printer"} | mail))


def a_ticket_of_ada(**changes: Any) -> KnownTicket:
    return a_known_ticket(a_contact(), a_contact(BOB, Register.REGISTERED), **changes)


def tags(plan: Plan) -> tuple[str, ...]:
    """Those that the ticket gets, or has afterwards."""
    opened = [one.tags for one in plan.changes if isinstance(one, OpenTicket)]
    later = [tuple(one.value.split(", ")) for one in plan.changes if isinstance(one, SetTicket) and one.name == "tags"]
    assert len(later) <= 1
    return (*opened, *later, ())[0]


def told(plan: Plan) -> str | None:
    """What the mail about it says, None where there is none."""
    mails = [dict(one.values)["kinds"] for one in plan.notifications if one.kind is NotificationKind.PRIVACY]
    assert len(mails) <= 1
    return mails[0] if mails else None


def why(plan: Plan) -> list[str]:
    return [one.text for one in plan.reasons if one.step == "privacy"]


# ---- a new ticket ---------------------------------------------------------------------------------


def test_a_ticket_with_personal_data_is_marked_and_its_sender_told() -> None:
    plan = new(text=BORN)
    assert tags(plan) == (TAG,) and told(plan) == "- a date of birth"
    assert why(plan) == ["it seems to hold personal data (birth-date): the sender is told"]
    assert [one.kind for one in plan.notifications] == [NotificationKind.CONFIRMATION, NotificationKind.PRIVACY]
    mail = plan.notifications[-1]
    assert (mail.event, mail.recipient.address, mail.ticket) == ("privacy", ADA.address, None)
    assert mail.reply_to_id == "<m1@acme.example>" and "personal-data" in "\n".join(explain(plan))


@pytest.mark.parametrize(
    ("language", "kinds"),
    [
        ("de", "- eine Steuer- oder Bürgernummer\n- eine Kontonummer (IBAN)\n- ein Geburtsdatum"),
        ("nl", "- een burgerservice- of belastingnummer\n- een rekeningnummer (IBAN)\n- een geboortedatum"),
    ],
)
def test_every_kind_is_named_once_in_the_readers_language(language: str, kinds: str) -> None:
    plan = new(subject=f"Steuer-ID {TAX}", text=f"{BORN} {IBAN} {TAX}", language=language)
    assert told(plan) == kinds


def test_the_subject_and_the_names_of_files_are_looked_through_and_quotations_are_not() -> None:
    file = Attachment("Akte_Miller_Eve,_12.03.1984.pdf", "application/pdf", 9, "", "", "2")
    assert told(new(subject=f"IBAN {IBAN}")) == "- an account number (IBAN)"
    assert told(new(attachments=(file,))) == "- a date of birth"
    quoted = new(text=f"> {BORN}", visible_text="Still so.")
    assert (tags(quoted), told(quoted), why(quoted)) == ((), None, [])


def test_a_desk_that_does_not_look_does_nothing() -> None:
    plan = new(text=BORN, privacy=None)
    assert (tags(plan), told(plan), why(plan)) == ((), None, [])


def test_a_desk_may_look_for_some_kinds_and_tell_nobody() -> None:
    assert tags(new(text=BORN, privacy={"kinds": ["iban", "phone"]})) == ()
    plan = new(text=BORN, privacy={"tell": False})
    assert (tags(plan), told(plan)) == ((TAG,), None)
    assert why(plan) == ["it seems to hold personal data (birth-date): the sender is not told"]


def test_a_desk_looks_for_the_numbers_of_the_countries_it_names() -> None:
    assert tags(new(text=f"Steuer-ID {TAX}", privacy={"countries": "nl"})) == ()
    assert tags(new(text=f"Steuer-ID {TAX}", privacy={"countries": "de"})) == (TAG,)


def test_tags_of_rules_stay() -> None:
    assert tags(new({"rule": "r", "then": {"tag": "vip"}}, text=BORN)) == ("vip", TAG)


# ---- who is told ----------------------------------------------------------------------------------

QUIET: tuple[dict[str, Any], ...] = (
    {"sender": STRANGER},
    {"facts": replace(FACTS, authenticity=replace(PROVEN, proof="none"))},
    {"suppress_reply": "All"},
    {"answers": Answers.NONE},
)


@pytest.mark.parametrize("mail", QUIET)
def test_whoever_may_not_be_told_is_not_and_the_ticket_is_marked_anyway(mail: dict[str, Any]) -> None:
    plan = new(text=BORN, **mail)
    assert (tags(plan), told(plan)) == ((TAG,), None)


def test_a_mail_that_a_person_looks_at_first_is_marked_and_not_answered() -> None:
    rule = {"rule": "r", "then": {"review": "look at it"}}
    plan = new(rule, text=BORN)
    assert plan.disposition is Disposition.AWAITING_REVIEW and (tags(plan), told(plan)) == ((TAG,), None)
    joined = on(a_ticket_of_ada(), rule | {"on": "follow-up"}, text=BORN)
    assert joined.disposition is Disposition.AWAITING_REVIEW and (tags(joined), told(joined)) == ((TAG,), None)


def test_a_machines_mail_is_left_as_it_is() -> None:
    plan = new(text=BORN, automatic=MACHINE)
    assert (tags(plan), told(plan), why(plan)) == ((), None, [])


def test_an_address_that_no_mail_reaches_is_said_to_be_so() -> None:
    gone = replace(FACTS, contacts=(a_contact(register=Register.INACTIVE),))
    plan = new(text=BORN, facts=gone)
    silent = [one for one in plan.suppressed if one.kind is NotificationKind.PRIVACY]
    assert told(plan) is None and all(isinstance(one, Suppressed) for one in silent)


# ---- a follow-up ----------------------------------------------------------------------------------


def test_a_ticket_is_marked_and_told_of_once() -> None:
    first = on(a_ticket_of_ada(tags=("old",)), text=BORN)
    assert tags(first) == ("old", TAG) and told(first) == "- a date of birth"
    again = on(a_ticket_of_ada(tags=("old", TAG)), text=BORN)
    assert (tags(again), told(again)) == ((), None)
    assert why(again) == ["it seems to hold personal data (birth-date): the ticket has the tag already"]


def test_a_rule_that_sets_a_tag_and_the_mark_come_together() -> None:
    rule = {"rule": "r", "on": "follow-up", "then": {"tag": "vip"}}
    assert tags(on(a_ticket_of_ada(tags=("old",)), rule, text=BORN)) == ("old", "vip", TAG)
    assert tags(on(a_ticket_of_ada(tags=(TAG,)), rule, text=BORN)) == (TAG, "vip")


# ---- what is none ---------------------------------------------------------------------------------


def test_people_who_read_along_and_colleagues_are_no_third_parties() -> None:
    assert tags(new(text=f"{ADA.address}, {STRANGER.address}, carl@acme.example", cc=(STRANGER,))) == ()
    assert tags(new(text=f"{STRANGER.address} has no access")) == (TAG,)
    known = a_known_ticket(a_contact(), a_contact(STRANGER, Register.REGISTERED))
    assert tags(on(known, text=f"{STRANGER.address} has no access")) == ()


def test_everybody_at_a_free_provider_is_somebody_else() -> None:
    ada = replace(ADA, address="ada@gmx.de")
    assert tags(new(sender=ada, text="eve@gmx.de has no access")) == (TAG,)


PEOPLE = {"field": "people", "find": r"/\b[\w.-]+@[\w-]+\.[\w.-]+/", "words": "the addresses of those concerned"}


def test_addresses_that_are_asked_for_are_not_looked_for() -> None:
    asks = {"information": {"fields": ({**PEOPLE, "several": True},)}}
    text = "It is so for eve@mail.example."
    assert tags(new(text=text, desk=asks)) == (TAG,)
    assert tags(new(text=text, desk=asks, privacy={"unless_asked": "people"})) == ()
    assert tags(new(text=f"{text} {IBAN}", desk=asks, privacy={"unless_asked": "people"})) == (TAG,)
    asked = a_ticket_of_ada(asked=("people",))
    assert tags(on(asked, text=text, privacy={"unless_asked": "people"})) == ()
    assert tags(on(a_ticket_of_ada(), text=text, privacy={"unless_asked": "people"})) == (TAG,)


def test_somebody_who_shall_get_a_seat_is_named_on_purpose() -> None:
    rule = {"rule": "r", "then": {"propose": "new-contact"}}
    assert tags(new(rule, text="Please register eve@mail.example.")) == ()


# ---- nobody is sent a word of it ------------------------------------------------------------------


def test_no_mail_and_no_title_holds_what_was_found() -> None:
    page = {"rule": "r", "on": ["new", "follow-up"], "then": {"notify": {"staff": "Ann"}}}
    mail = {"subject": f"Refund to {IBAN}", "text": f"{BORN} Her account is {IBAN}, her mail eve@mail.example."}
    staffed = {"facts": replace(FACTS, staff=(ANN,)), "desk": {"team": "Ann", "shares": True}}
    joined = on(a_ticket_of_ada(), page, **(staffed | mail | {"subject": "[SD-1001] x"}))
    for plan in (new(page, **staffed, **mail), joined):
        assert {one.kind for one in plan.notifications} >= {NotificationKind.STAFF_NOTICE, NotificationKind.PRIVACY}
        assert "Eve Miller, born 12…84, cannot" in repr(plan.notifications)
        said = repr((plan.notifications, plan.suppressed, plan.reasons, plan.calls))
        assert not [value for value in (IBAN, "12/03/1984", "eve@mail.example") if value in said]
    assert NotificationKind.SHARED in {one.kind for one in joined.notifications}
    (opened,) = (one for one in new(**mail).changes if isinstance(one, OpenTicket))
    assert opened.title == f"Refund to {IBAN[:2]}…{IBAN[-2:]}"


def test_of_a_long_list_of_people_nothing_is_passed_on() -> None:
    page = {"rule": "r", "then": {"notify": {"staff": "Ann"}}}
    people = "\n".join(f"person{number}@mail.example" for number in range(300))
    plan = new(page, facts=replace(FACTS, staff=(ANN,)), text=f"All these:\n{people}")
    (mail,) = (one for one in plan.notifications if one.kind is NotificationKind.STAFF_NOTICE)
    assert dict(mail.values)["text"] == "…" and "@mail.example" not in repr(plan.notifications)
    assert dict(mail.values)["who"] == f"{ADA.name} <{ADA.address}>"


def test_a_better_title_holds_nothing_either() -> None:
    wanted = {"information": {"subject": {"required": True}}}
    plan = on(a_ticket_of_ada(title="(no subject)"), subject=f"Refund to {IBAN} [SD-1001]", desk=wanted)
    titles = [one.value for one in plan.changes if isinstance(one, SetTicket) and one.name == "title"]
    assert titles and IBAN not in titles[0]


def test_the_reason_names_kinds_alone() -> None:
    plan = new(text=f"{BORN} {IBAN}")
    assert why(plan) == ["it seems to hold personal data (iban, birth-date): the sender is told"]
