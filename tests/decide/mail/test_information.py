"""What mails tell of what a desk must know, and what their senders are asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.decide.explain import explain
from maild.decide.facts import Facts, KnownTicket, TicketByNumber
from maild.decide.mail.again import Before, decide_again
from maild.decide.plan import Change, OpenTicket, Plan, SetAsked, SetStatus, SetTicket
from maild.decide.policy import Policy
from maild.decide.triage import decide
from maild.desks.policy import Desk
from maild.model import (
    Address,
    Answers,
    Attachment,
    Authenticity,
    Automatic,
    AutomaticKind,
    EntryId,
    Means,
    NotificationKind,
    Proof,
    Register,
    Status,
)
from tests.builders import (
    ADA,
    BOB,
    NOON,
    PROVEN,
    STRANGER,
    SUPPORT,
    a_case,
    a_contact,
    a_desk,
    a_known_ticket,
    a_message,
    a_policy,
    an_envelope,
)
from tests.effort import effort
from tests.rules.kit import RULES

VM = {
    "field": "vm",
    "find": r"/\bde-[a-z0-9]{2}-srv-\d{4}\b/i",
    "words": {"en": "the name of the machine", "de": "den Namen der Maschine", "nl": "de naam van de machine"},
    "known": "systems",
}
URL = {
    "field": "url",
    "find": r"/https?:\/\/(?P<value>[\w.-]+)/i",
    "words": {"en": "the address of your platform", "de": "die Adresse Ihrer Plattform"},
    "why": {"en": "each customer has its own"},
}
BROWSER = {
    "field": "browser",
    "find": [r"/\b(?:Firefox|Chrome|Edge|Safari)[ \/]\d+/i", r"/\bInternet Explorer\b/i"],
    "words": "browser and version",
    "required": False,
}
HAR = {
    "field": "har",
    "attachment": "*.har",
    "words": {"en": "a HAR export", "de": "einen HAR-Export"},
    "types": ["problem"],
    "when": ["rote Meldung", "/red error/i", "foutmelding"],
}
PEOPLE = {
    "field": "people",
    "find": r"/\b[\w.-]+@[\w-]+\.[\w.-]+/",
    "words": {"en": "the addresses of those concerned", "de": "die Adressen der Betroffenen"},
    "when": ["einige*", "some users", "sommige"],
    "several": True,
}
MODULES = ({"module": "login", "words": ["anmelden", "log in", "inloggen"]}, {"module": "mail", "words": ["mail"]})
BOTH = ["new", "follow-up"]
IS_PROBLEM = {"rule": "a problem", "on": BOTH, "when": {"text": "geht nicht"}, "then": {"type": "problem"}}
FACTS = Facts(contacts=(a_contact(), a_contact(BOB, Register.REGISTERED)), authenticity=PROVEN)
MACHINE = Automatic(AutomaticKind.AUTO_GENERATED, "Auto-Submitted")


def desk(*fields: dict[str, Any], subject: bool = False, modules: Any = (), **more: Any) -> Desk:
    information = {"fields": fields, "subject": {"required": subject}, "modules": modules}
    return a_desk(information=information, languages=("en", "de", "nl"), **more)


def policy_of(at: Desk, *rules: dict[str, Any]) -> Policy:
    return a_policy(desks=(at,), rules=RULES.validate_python(rules))


def new(
    at: Desk | Policy, *rules: dict[str, Any], facts: Facts = FACTS, answers: Answers = Answers.SENT, **mail: Any
) -> Plan:
    if "text" in mail:
        mail.setdefault("visible_text", mail["text"])
    policy = policy_of(at, *rules) if isinstance(at, Desk) else at
    return decide(a_case(a_message(**mail), facts, policy=policy, envelope=an_envelope(answers=answers)))


def on(ticket: KnownTicket, at: Desk | Policy, *rules: dict[str, Any], facts: Facts = FACTS, **mail: Any) -> Plan:
    """An answer of Ada's, if nobody else is named."""
    known = replace(facts, tickets=(ticket,), by_number=(TicketByNumber("SD-1001", ticket.ticket.id),))
    return new(at, *rules, facts=known, **({"subject": "Re: [SD-1001] The printer"} | mail))


def a_waiting(**changes: Any) -> KnownTicket:
    return a_known_ticket(a_contact(), a_contact(BOB, Register.REGISTERED), **({"status": Status.WAITING} | changes))


def changes(plan: Plan, kind: type[Change]) -> list[Any]:
    return [one for one in plan.changes if isinstance(one, kind)]


def opened(plan: Plan) -> OpenTicket:
    (one,) = (change for change in plan.changes if isinstance(change, OpenTicket))
    return one


def asked(plan: Plan) -> str:
    """What the mail asks for, "" where no mail asks."""
    mails = [dict(one.values)["missing"] for one in plan.notifications if one.kind is NotificationKind.MISSING]
    assert len(mails) <= 1, "one mail asks for everything"
    return next(iter(mails), "")


def codes(plan: Plan) -> list[str]:
    return [one.code for one in plan.reasons if one.step == "information"]


def file(name: str) -> Attachment:
    return Attachment(name, "application/json", 100, "", "", "2")


# ---- a new ticket ---------------------------------------------------------------------------------

FOUND: tuple[tuple[dict[str, Any], str, str, str], ...] = (
    (VM, "", "Bitte de-12-srv-0042 neu starten.", "de-12-srv-0042"),
    (VM, "DE-12-SRV-0042 hängt", "Nichts geht.", "DE-12-SRV-0042"),
    (URL, "", "Siehe https://acme.platform.example/login.", "acme.platform.example"),
    (URL, "", "See http://acme.platform.example.", "acme.platform.example"),
    (URL, "", "Zie (https://acme.platform.example)", "acme.platform.example"),
    (BROWSER, "", "Ik gebruik firefox 128 op Windows", "firefox 128"),
    (BROWSER, "", "We have Internet Explorer", "Internet Explorer"),
    (PEOPLE, "", "Some users: eve@a.example, bob@a.example, eve@a.example", "eve@a.example, bob@a.example"),
)


@pytest.mark.parametrize(("field", "subject", "text", "value"), FOUND)
def test_what_a_mail_tells_fills_the_fields(field: dict[str, Any], subject: str, text: str, value: str) -> None:
    plan = new(desk(field), subject=subject or "Something", text=text)
    assert opened(plan).fields == ((field["field"], value),)
    assert codes(plan) == ["found"] and value in "\n".join(explain(plan))
    assert not asked(plan) and opened(plan).status is Status.NEW and opened(plan).asked == ()


def test_the_writers_own_address_and_ours_are_no_answer() -> None:
    plan = new(desk(PEOPLE), text=f"Some users; write to {ADA.address} or {SUPPORT.address}")
    assert opened(plan).fields == () and asked(plan)


ASKED: tuple[tuple[str, str, str], ...] = (
    ("en", "It burns.", "- the name of the machine\n- the address of your platform – each customer has its own"),
    ("de", "Es brennt.", "- den Namen der Maschine\n- die Adresse Ihrer Plattform – each customer has its own"),
    ("nl", "Het brandt: https://acme.example", "- de naam van de machine"),
)


@pytest.mark.parametrize(("language", "text", "missing"), ASKED)
def test_one_mail_lists_exactly_what_is_missing_and_the_ticket_waits(language: str, text: str, missing: str) -> None:
    plan = new(desk(VM, URL, BROWSER), text=text, language=language)
    assert asked(plan) == missing
    (mail,) = plan.notifications
    assert (mail.event, mail.language, mail.recipient.address) == ("confirmation", language, ADA.address)
    assert opened(plan).status is Status.WAITING and opened(plan).asked == ("vm", "url")[: missing.count("\n") + 1]


SITUATIONS = (
    ("Alles geht nicht", ()),
    ("Es geht nicht, rote Meldung, aber nur bei einigen", ("har", "people")),
    ("It geht nicht: a Red Error for some users", ("har", "people")),
    ("Eine rote Meldung, sonst gut", ()),
    ("Het geht nicht bij sommige, met foutmelding", ("har", "people")),
)


@pytest.mark.parametrize(("text", "names"), SITUATIONS)
def test_what_is_asked_for_depends_on_type_and_situation(text: str, names: tuple[str, ...]) -> None:
    plan = new(desk(HAR, PEOPLE), IS_PROBLEM, text=text)
    assert opened(plan).asked == names
    assert ("missing" in codes(plan)) is bool(names)


def test_a_file_of_the_right_name_is_what_was_wanted_and_a_recording_is_flagged() -> None:
    plan = new(desk(HAR), IS_PROBLEM, text="Es geht nicht, rote Meldung", attachments=(file("Session.HAR"),))
    assert opened(plan).fields == (("har", "Session.HAR"),) and opened(plan).tags == ("har",)
    assert codes(plan) == ["har", "found"] and not asked(plan)


def test_a_recording_is_flagged_at_every_desk_even_in_an_answer() -> None:
    assert opened(new(a_desk(), attachments=(file("a.txt"), file("x.har")))).tags == ("har",)
    assert opened(new(a_desk(), attachments=(file("har.txt"),))).tags == ()
    answer = on(a_waiting(tags=("old",)), a_desk(), attachments=(file("x.har"),))
    assert [one.value for one in changes(answer, SetTicket)] == ["old, har"]


def test_what_rules_want_besides_is_asked_for_in_the_same_mail_and_nothing_twice() -> None:
    rule = {"rule": "wants", "then": {"ask": {"url": "your URL", "steps": "what you did"}}}
    assert asked(new(desk(VM, URL), rule)) == "- the name of the machine\n- your URL\n- what you did"
    assert asked(new(desk(VM, URL), rule, text="https://x.example de-12-srv-0042")) == "- what you did"


def test_a_rule_that_asks_makes_a_field_needed_in_every_situation() -> None:
    rule = {"rule": "wants", "then": {"ask": {"people": "whom"}}}
    assert opened(new(desk(PEOPLE), rule, text="only eve@acme.example")).fields == (("people", "eve@acme.example"),)


def test_what_rules_have_set_stays() -> None:
    rule = {"rule": "sets", "then": {"field": {"vm": "ours"}, "module": "billing"}}
    plan = new(desk(VM, modules=MODULES), rule, text="de-12-srv-0042, I cannot log in")
    assert (opened(plan).fields, opened(plan).module) == ((("vm", "ours"),), "billing")
    assert plan.ruled and plan.ruled.draft.fields == (("vm", "ours"),)


@pytest.mark.parametrize(
    ("text", "module"),
    [
        ("Ich kann mich nicht anmelden, keine Mail", "login"),
        ("Ik kan niet inloggen", "login"),
        ("Mail", "mail"),
        ("x", ""),
    ],
)
def test_a_module_is_guessed_from_the_words(text: str, module: str) -> None:
    plan = new(desk(modules=MODULES), text=text)
    assert opened(plan).module == module and ("module" in codes(plan)) is bool(module)
    assert plan.ruled and plan.ruled.draft.module == "", "a replay asks the rules alone"


def test_an_empty_or_meaningless_subject_is_asked_for_together_with_the_rest() -> None:
    plan = new(desk(VM, subject=True), subject="Hilfe")
    assert asked(plan) == "- a subject that says what it is about\n- the name of the machine"
    assert opened(plan).asked == ("subject", "vm") and opened(plan).title == "Hilfe"
    assert opened(new(desk(subject=True), subject="")).asked == ("subject",)
    assert not asked(new(desk(subject=True), subject="Login broken"))
    assert not asked(new(desk(), subject="Hilfe"))


# ---- who is not asked -----------------------------------------------------------------------------

NOT_ASKED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("a machine", {"automatic": MACHINE}),
    ("a stranger", {"sender": STRANGER}),
    ("somebody unproven", {"facts": Facts(contacts=(a_contact(),))}),
    ("whose system wants silence", {"suppress_reply": "All"}),
    ("whose mail was imported", {"answers": Answers.NONE}),
    ("whose mail was filed", {"answers": Answers.FILED}),
    ("whose mail a person must see first", {"subject": "odd"}),
)


@pytest.mark.parametrize("mail", [mail for _, mail in NOT_ASKED], ids=[name for name, _ in NOT_ASKED])
def test_nobody_is_asked_who_may_not_be(mail: dict[str, Any]) -> None:
    odd = {"rule": "odd", "when": {"subject": "odd"}, "then": {"review": "odd"}}
    rule = {"rule": "wants", "then": {"ask": {"steps": "what you did"}}}
    plan = new(desk(VM, subject=True), rule, odd, **mail)
    assert not asked(plan) and opened(plan).asked == () and opened(plan).status is not Status.WAITING
    (why,) = (one.text for one in plan.reasons if one.code == "missing")
    assert "vm, steps: not asked for, since " in why


def test_a_machines_mail_fills_the_fields_all_the_same() -> None:
    assert opened(new(desk(VM), text="de-12-srv-0042 is down", automatic=MACHINE)).fields


def test_whose_instruction_is_held_is_told_so_and_asked_in_a_mail_of_its_own() -> None:
    rule = {"rule": "instructs", "then": {"instruction": True}}
    facts = replace(FACTS, contacts=(a_contact(register=Register.REGISTERED),), principals=(a_contact(BOB),))
    plan = new(desk(VM), rule, facts=facts)
    mails = [one for one in plan.notifications if one.recipient.address == ADA.address]
    assert [one.kind for one in mails] == [NotificationKind.CONFIRMATION, NotificationKind.MISSING]
    assert asked(plan) == "- the name of the machine" and opened(plan).asked == ("vm",)
    assert mails[1].reply_to_id == "<m1@acme.example>"


def test_whose_proof_comes_later_is_asked_then_and_not_twice() -> None:
    pending = replace(FACTS, authenticity=Authenticity(Proof.PENDING, Means.SIGNATURE, "dns", "the DNS is silent"))
    assert opened(new(desk(VM), facts=pending)).asked == ()
    case = a_case(a_message(), FACTS, policy=a_policy(desks=(desk(VM),)))
    plan = decide_again(case, desk(VM), Before(EntryId(1), a_waiting().ticket.id, opened=True))
    assert asked(plan) and changes(plan, SetAsked) == [SetAsked(a_waiting().ticket.id, ("vm",))]
    assert not changes(plan, OpenTicket)


# ---- an answer ------------------------------------------------------------------------------------


def fields(plan: Plan) -> dict[str, str]:
    return {one.name: one.value for one in changes(plan, SetTicket)}


@pytest.mark.parametrize("sender", [ADA, BOB])
def test_an_answer_of_the_requester_or_a_colleague_fills_the_fields(sender: Address) -> None:
    plan = on(
        a_waiting(asked=("vm", "url")), desk(VM, URL), sender=sender, text="It is de-12-srv-0042: https://a.example"
    )
    assert fields(plan) == {"field:vm": "de-12-srv-0042", "field:url": "a.example"}
    assert [one.status for one in changes(plan, SetStatus)] == [Status.OPEN]
    assert not asked(plan) and not changes(plan, SetAsked)


def test_what_was_asked_for_is_found_whatever_the_situation_is_said_to_be_now() -> None:
    plan = on(a_waiting(asked=("people",)), desk(PEOPLE), text="eve@acme.example")
    assert fields(plan) == {"field:people": "eve@acme.example"}


def test_what_is_still_missing_is_not_asked_for_again() -> None:
    plan = on(a_waiting(asked=("vm", "url")), desk(VM, URL), text="https://a.example")
    assert not asked(plan) and codes(plan) == ["found", "still-missing"]
    assert [one.status for one in changes(plan, SetStatus)] == [Status.OPEN]


def test_what_has_become_needed_is_asked_for_once() -> None:
    at = desk(VM, HAR, PEOPLE)
    plan = on(a_waiting(asked=("vm",)), at, IS_PROBLEM, text="Es geht nicht, rote Meldung")
    assert asked(plan) == "- a HAR export" and fields(plan) == {"type": "problem"}
    assert changes(plan, SetAsked) == [SetAsked(a_waiting().ticket.id, ("vm", "har"))]
    assert not changes(plan, SetStatus), "it waits on"
    (mail,) = (one for one in plan.notifications if one.kind is NotificationKind.MISSING)
    assert mail.ticket == 1001 and mail.event.startswith("missing:") and mail.recipient.address == ADA.address
    again = on(a_waiting(asked=("vm", "har")), at, IS_PROBLEM, text="Es geht nicht, rote Meldung")
    assert not asked(again)


def test_a_question_is_in_one_language_and_threaded() -> None:
    (mail,) = on(a_waiting(), desk(PEOPLE), text="einige", language="de").notifications
    assert (mail.language, dict(mail.values)["missing"]) == ("de", "- die Adressen der Betroffenen")
    assert mail.reply_to_id == "<m1@acme.example>"


def test_an_open_ticket_waits_for_what_it_asks_for_anew() -> None:
    plan = on(a_waiting(status=Status.OPEN), desk(PEOPLE), text="einige")
    assert [one.status for one in changes(plan, SetStatus)] == [Status.WAITING]


def test_what_every_ticket_needs_is_asked_for_at_its_beginning_only() -> None:
    """Else everybody would be asked whose ticket is older than the desk's wish."""
    assert not asked(on(a_waiting(), desk(VM, subject=True), text="Hello again"))


@pytest.mark.parametrize("status", [Status.SOLVED, Status.CLOSED])
def test_on_a_settled_ticket_nothing_is_asked(status: Status) -> None:
    assert not asked(on(a_waiting(status=status), desk(PEOPLE), text="einige"))


@pytest.mark.parametrize("fields", [(), (VM,)])
def test_whose_answer_comes_too_late_is_told_so_even_where_something_is_missing(
    fields: tuple[dict[str, Any], ...],
) -> None:
    settled = a_waiting(status=Status.CLOSED, settled_at=NOON - timedelta(days=99))
    (mail,) = on(settled, desk(*fields, life_cycle={"reopen_days": 14})).notifications
    assert mail.kind is (NotificationKind.MISSING if fields else NotificationKind.CONFIRMATION)
    assert dict(mail.values)["earlier"] == "SD-1001"


OTHERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("a machine in their name", {"automatic": Automatic(AutomaticKind.AUTO_REPLY, "Auto-Submitted")}),
    ("somebody of elsewhere", {"sender": STRANGER}),
)


@pytest.mark.parametrize("mail", [mail for _, mail in OTHERS], ids=[name for name, _ in OTHERS])
def test_nobody_else_fills_them(mail: dict[str, Any]) -> None:
    guest = a_contact(STRANGER, Register.REGISTERED, organisation="other")
    ticket = a_known_ticket(a_contact(), guest, status=Status.WAITING, asked=("vm",), title="Hilfe")
    facts = replace(FACTS, contacts=(a_contact(), guest))
    at = desk(VM, subject=True, modules=MODULES)
    text = "einige: de-12-srv-0042, log in\nSubject: The printer burns"
    plan = on(ticket, at, facts=facts, text=text, **mail)
    assert plan.ticket == 1001 and not changes(plan, SetTicket) and not asked(plan)


def test_what_a_mail_quotes_is_not_looked_through() -> None:
    whole = "No idea.\n> de-12-srv-0042"
    assert not fields(on(a_waiting(asked=("vm",)), desk(VM), text=whole, visible_text="No idea."))


# ---- titles ---------------------------------------------------------------------------------------

TITLES = (
    ("Hilfe", "Login geht nicht", "", "Login geht nicht"),
    ("Hilfe", "Login geht nicht", "Betreff: Drucker brennt", "Login geht nicht"),
    ("Hilfe", "Re: [SD-1001] Login geht nicht", "", "Login geht nicht"),
    ("Hilfe", "AW: [SD-1001] Hilfe beim Login", "", "Hilfe beim Login"),
    ("Hilfe", "AW: [SD-1001] Uns fehlt noch etwas: Hilfe", "", ""),
    ("(no subject)", "Re: [SD-1001] One more thing, please: (no subject)", "", ""),
    ("Re:", "Re: [SD-1001] One more thing, please: Re:", "", ""),
    ("[SD-9]", "Re: [SD-1001] One more thing, please:", "", ""),
    ("Hilfe", "Re: [SD-1001] Nog één ding: Hilfe", "Onderwerp: Inloggen lukt niet\nBedankt", "Inloggen lukt niet"),
    ("Hilfe", "Re: [SD-1001] x: Hilfe", "Guten Tag,\nBetreff:  Login geht nicht", "Login geht nicht"),
    ("Hilfe", "Re: [SD-1001] x: Hilfe", "Subject: help", ""),
    ("Hilfe", "Re: [SD-1001] x: Hilfe", "The subject: a printer", ""),
    ("Printer burns", "Re: [SD-1001] Something else", "", ""),
)


@pytest.mark.parametrize(("title", "subject", "text", "better"), TITLES)
def test_a_good_subject_becomes_the_title_if_there_was_none(title: str, subject: str, text: str, better: str) -> None:
    ticket = a_waiting(title=title)
    mail: dict[str, Any] = {"subject": subject, "text": text or "Thanks", "in_reply_to": ("<ours@desk.example>",)}
    known = replace(FACTS, tickets=(ticket,), by_number=(TicketByNumber("SD-1001", ticket.ticket.id),))
    if "[SD-1001]" not in subject:
        mail["subject"] = f"{subject} [SD-1001]"
    assert fields(new(desk(subject=True), facts=known, **mail)).get("title", "") == better


def test_a_desk_that_asks_for_no_subject_takes_none() -> None:
    assert not fields(on(a_waiting(title="Hilfe"), desk(), subject="[SD-1001] Login geht nicht"))


# ---- systems --------------------------------------------------------------------------------------

SYSTEMS = (
    (("de-12-srv-0042",), "DE-12-SRV-0042", True),
    (("de-12-srv-0042",), "de-12-srv-0043", False),
    ((), "de-12-srv-0043", True),
)


@pytest.mark.parametrize(("theirs", "told", "fine"), SYSTEMS)
def test_staff_learn_of_a_system_that_is_not_the_senders_and_nobody_else(
    theirs: tuple[str, ...], told: str, fine: bool
) -> None:
    plan = new(desk(VM), facts=replace(FACTS, systems=theirs), text=f"{told} hangs")
    assert opened(plan).fields == (("vm", told),)
    assert ("unknown-system" in codes(plan)) is not fine
    assert opened(plan).tags == (() if fine else ("unknown-system",))
    assert [one.kind for one in plan.notifications] == [NotificationKind.CONFIRMATION]
    assert told not in str([value for one in plan.notifications for value in one.values])


@pytest.mark.parametrize("theirs", ["https://a.platform.example/", "a.platform.example", "www.a.platform.example"])
def test_an_address_is_compared_by_its_host(theirs: str) -> None:
    at = desk(URL | {"known": "systems", "find": r"/https?:\/\/\S+/"})
    plan = new(at, facts=replace(FACTS, systems=(theirs,)), text="https://A.platform.example/login?x=1 burns")
    assert "unknown-system" not in codes(plan)


def test_the_systems_are_looked_up_only_where_a_desk_compares_them() -> None:
    for at, wanted in ((desk(VM), True), (desk(URL), False)):
        assert a_case(policy=a_policy(desks=(at,))).keys.systems is wanted


# ---- laws -----------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    ("de-12-srv-0042", "https://a.example", "einige", "rote Meldung", "geht nicht", "eve@a.example", "Hilfe", "log in")
)
TEXTS = st.lists(PIECES, max_size=5).map(" ".join)
ALL = policy_of(desk(VM, URL, HAR, PEOPLE, subject=True, modules=MODULES), IS_PROBLEM)


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5))
def test_nobody_is_asked_twice_for_the_same_whatever_they_write(mails: list[tuple[str, str]]) -> None:
    names = list[str]()
    first = new(ALL, subject=mails[0][0], text=f"Hello! {mails[0][1]}")
    names += opened(first).asked
    assert len(asked(first).splitlines()) == len(names)
    ticket = a_waiting(
        title=opened(first).title, asked=opened(first).asked, fields=opened(first).fields, type=opened(first).type
    )
    for subject, text in mails[1:]:
        plan = on(ticket, ALL, subject=f"{subject} [SD-1001]", text=f"Hello! {text}")
        ticket = replace(ticket, ticket=_after(ticket, plan))
        fresh = [line for line in asked(plan).splitlines() if line]
        names += ticket.ticket.asked[len(names) :]
        assert len(names) == len(set(names)) and len(fresh) <= 2
        assert all(name in ticket.ticket.asked for name in names)


def _after(ticket: KnownTicket, plan: Plan) -> Any:
    one = ticket.ticket
    for change in changes(plan, SetAsked):
        assert set(change.names) > set(one.asked)
        one = replace(one, asked=change.names)
    for name, value in fields(plan).items():
        if name.startswith("field:"):
            one = replace(one, fields=(*one.fields, (name.removeprefix("field:"), value)))
    return one


@given(st.lists(PIECES | st.text(max_size=10), max_size=8).map(" ".join), st.text(max_size=50))
def test_nothing_is_found_that_the_new_text_does_not_hold(quoted: str, visible: str) -> None:
    plan = new(ALL, text=f"{visible}\n> {quoted}", visible_text=visible, subject="Something")
    assert all(one in visible for _, value in opened(plan).fields for one in value.split(", "))
    for _, value in opened(plan).fields:
        assert value == " ".join(value.split()) and value.isprintable() and len(value) <= 500


def test_a_hostile_text_is_looked_through_in_time_that_its_length_deserves() -> None:
    at = desk(VM, URL, PEOPLE, HAR | {"find": r"/(a+)+b/"}, subject=True, modules=MODULES)
    for hostile in ("a" * 1_000_000, "einige a@a." * 100_000, "https://" * 100_000, "de-1" * 200_000, "\n" * 500_000):
        assert effort(partial(new, at, IS_PROBLEM, text=hostile, subject=hostile[:5_000]), 1) <= 1
        waiting = a_waiting(title="Hilfe")
        assert effort(partial(on, waiting, at, text=hostile, subject="[SD-1001]"), 1) <= 1


def test_a_mail_that_asks_is_as_careful_as_a_confirmation() -> None:
    (mail,) = new(desk(VM)).notifications
    assert mail.proven and not mail.unverified
