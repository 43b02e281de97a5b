"""Which confirmations offer help articles."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from maild.decide.case import Case
from maild.decide.explain import explain
from maild.decide.facts import Facts
from maild.decide.plan import OpenTicket, Plan
from maild.decide.told.suggestions import OFFERED, with_articles
from maild.decide.triage import decide
from maild.model import Answers, Automatic, AutomaticKind, Contact, Disposition, NotificationKind, Register
from tests.builders import PROVEN, a_case, a_contact, a_desk, a_message, a_policy, an_envelope
from tests.desks.library import library
from tests.rules.kit import RULES

MARKER = "Setting a new password: https://help.desk.example/pw-en"
GERMAN = "Neues Kennwort setzen: https://help.desk.example/pw-de"


def asking(subject: str = "Forgot my password", contact: Contact | None = None, desk: Any = None, **more: Any) -> Case:
    message = a_message(**({"subject": subject, "visible_text": "What now?"} | more.pop("message", {})))
    policy = a_policy(
        desks=(a_desk(languages=("en", "de"), **(desk or {})),), articles=library(), **more.pop("policy", {})
    )
    facts = Facts(contacts=(contact or a_contact(),), authenticity=more.pop("proof", PROVEN))
    return a_case(message, facts, policy=policy, **more)


def articles(plan: Plan) -> str:
    return next((dict(one.values).get("articles", "") for one in plan.notifications), "")


def opened(plan: Plan) -> OpenTicket:
    (change,) = (one for one in plan.changes if isinstance(one, OpenTicket))
    return change


def test_a_confirmation_offers_what_fits_and_says_why() -> None:
    plan = decide(asking())
    assert (plan.notifications[0].kind, articles(plan)) == (NotificationKind.CONFIRMATION, MARKER)
    assert opened(plan).tags == (OFFERED,)
    assert "offers: Setting a new password (score" in "\n".join(explain(plan))
    (why,) = (one for one in plan.reasons if one.step == "articles")
    assert why.code == "offered" and "for forgot, password)" in why.text


def test_the_language_is_that_of_the_mail_that_offers_it() -> None:
    assert articles(decide(asking("Kennwort, password", a_contact(language="de")))) == GERMAN
    assert articles(decide(asking("Kennwort, password", a_contact(language="en")))) == MARKER


def test_where_nothing_fits_nothing_is_offered_nor_noted() -> None:
    plan = decide(asking("The printer is on fire"))
    assert articles(plan) == "" and opened(plan).tags == ()
    assert not [one for one in plan.reasons if one.step == "articles"]


def test_several_articles_stand_on_a_line_each() -> None:
    lines = articles(decide(asking("Password and invoice"))).split("\n")
    assert lines == [MARKER, "Invoices and the billing address: https://help.desk.example/bill-en"]


def test_the_subject_is_the_subject() -> None:
    assert articles(decide(asking("Training", message={"visible_text": "My password, too."}))) == ""


def test_nobody_else_is_offered_anything_with_the_same_mail() -> None:
    case = asking()
    plan = decide(replace(case, policy=a_policy()))
    (mail,) = plan.notifications
    other = replace(mail, kind=NotificationKind.STAFF_TICKET)
    offering = with_articles(replace(plan, notifications=(other, mail)), case, case.policy.desks[0])
    assert offering.notifications[0] == other and dict(offering.notifications[1].values)["articles"] == MARKER


def test_a_desk_may_do_without() -> None:
    assert articles(decide(asking(desk={"articles": False}))) == ""
    assert opened(decide(asking(desk={"articles": False}))).tags == ()


NEUTRAL: tuple[tuple[str, dict[str, Any]], ...] = (
    ("a stranger", {"contact": a_contact(register=Register.UNVERIFIED)}),
    ("no proof", {"proof": Facts().authenticity}),
    (
        "a machine",
        {"message": {"automatic": Automatic(AutomaticKind.AUTO_GENERATED, "Auto-Submitted: auto-generated")}},
    ),
    ("silence", {"message": {"suppress_reply": "X-Auto-Response-Suppress: All"}}),
    ("an import", {"envelope": an_envelope(answers=Answers.NONE)}),
)


@pytest.mark.parametrize(("why", "more"), NEUTRAL, ids=[row[0] for row in NEUTRAL])
def test_who_gets_no_word_of_their_message_is_offered_nothing(why: str, more: dict[str, Any]) -> None:
    plan = decide(asking(**more))
    assert plan.disposition is Disposition.NEW_TICKET and articles(plan) == "", why


def test_what_rules_say_in_place_of_the_confirmation_stays_as_it_is() -> None:
    wanted = RULES.validate_json('[{"rule": "own", "when": {"subject": "password"}, "then": {"answer": "known"}}]')
    plan = decide(asking(policy={"rules": tuple(wanted)}))
    assert plan.notifications[0].kind is NotificationKind.ANSWER and articles(plan) == ""
    assert opened(plan).tags == ()


def test_tags_of_rules_stay() -> None:
    wanted = RULES.validate_json('[{"rule": "own", "when": {"subject": "password"}, "then": {"tag": ["access"]}}]')
    assert opened(decide(asking(policy={"rules": tuple(wanted)}))).tags == ("access", OFFERED)
