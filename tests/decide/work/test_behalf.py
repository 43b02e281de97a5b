"""A ticket for somebody who telephones: by the rules, with the confirmation, and with a word of who took it down."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from maild.decide.facts import Facts
from maild.decide.plan import AddArticle, JoinTicket, OpenTicket, Plan, RecordContact
from maild.decide.work.behalf import By, Call, Taken, keys_for, open_for
from maild.model import (
    Address,
    ArticleKind,
    Contact,
    NotificationKind,
    Proof,
    Reason,
    Register,
    Role,
)
from tests.builders import ADA, BOB, NOON, STRANGER, SUPPORT, TOKENS, a_contact, a_desk, a_policy
from tests.rules.kit import RULES

TESS = Address("Tess", "tess@desk.example")
ADAS = a_contact()
CALL = Call(ADA, "Printer", "It burns, she says.")
URGENT = {
    "rule": "burning",
    "when": {"text": "burns", "sender": "authorised"},
    "then": {"priority": 1, "type": "incident", "category": "fire", "tag": "hot"},
}


def opened(call: Call = CALL, contact: Contact | None = ADAS, *rules: dict[str, Any], **desk: Any) -> Plan:
    policy = a_policy(desks=(a_desk(**desk),), rules=RULES.validate_python(rules))
    facts = Facts(contacts=(contact,) if contact else ())
    return open_for(call, policy.desks[0], facts, Taken(TESS, policy, TOKENS, NOON))


def one(plan: Plan, kind: type[Any]) -> Any:
    (found,) = (change for change in plan.changes if isinstance(change, kind))
    return found


def test_it_is_the_callers_ticket_and_says_who_took_it_down() -> None:
    plan = opened()
    article = one(plan, AddArticle)
    assert (one(plan, OpenTicket).title, one(plan, OpenTicket).unverified) == ("Printer", False)
    assert one(plan, JoinTicket) == JoinTicket(None, ADA.address, Role.REQUESTER)
    assert (article.kind, article.author, article.visible_text) == (ArticleKind.INCOMING, ADA, "It burns, she says.")
    assert article.proof_text == "opened by Tess for ada@acme.example, by telephone"
    assert (plan.disposition, plan.ticket, plan.actor, plan.policy) == (None, None, TESS.address, "v1")
    assert plan.reasons[0] == Reason("staff", "staff", "opened for ada@acme.example, by telephone")


def test_they_get_the_confirmation_of_a_mail_without_any_mail_to_answer() -> None:
    (told,) = opened().notifications
    assert (told.kind, told.event, told.recipient) == (NotificationKind.CONFIRMATION, "confirmation", ADA)
    assert dict(told.values)["subject"] == "Printer"
    assert (told.reply_to_id, told.references, told.by_person) == ("", (), False)


def test_the_same_rules_are_asked_and_staff_have_the_last_word() -> None:
    ruled = one(opened(CALL, a_contact(), URGENT), OpenTicket)
    assert (ruled.priority, ruled.type, ruled.category, ruled.tags) == (1, "incident", "fire", ("hot",))
    said = one(opened(replace(CALL, kind="question", priority=3), a_contact(), URGENT), OpenTicket)
    assert (said.priority, said.type, said.category) == (3, "question", "fire")


def test_what_rules_want_looked_at_has_been_looked_at() -> None:
    review = {"rule": "look", "when": {"text": "burns"}, "then": {"review": "fire"}}
    assert not one(opened(CALL, a_contact(), review), AddArticle).review


def test_what_rules_ignore_is_not_opened_and_staff_are_told_why() -> None:
    with pytest.raises(ValueError, match="nothing is opened: a rule says so: noise"):
        opened(CALL, a_contact(), {"rule": "quiet", "when": {"text": "burns"}, "then": {"ignore": "noise"}})


@pytest.mark.parametrize(
    "contact", [None, *(a_contact(register=one) for one in (Register.UNVERIFIED, Register.INACTIVE))]
)
def test_nobody_vouches_for_whoever_is_no_registered_contact(contact: Contact | None) -> None:
    with pytest.raises(ValueError, match="--unverified"):
        opened(CALL, contact)
    plan = opened(replace(CALL, unverified=True), contact)
    assert one(plan, OpenTicket).unverified and one(plan, AddArticle).proof is Proof.NONE
    (told,) = plan.notifications
    assert told.kind is NotificationKind.CONFIRMATION_UNVERIFIED and not dict(told.values).get("subject")


def test_a_stranger_is_remembered_as_one() -> None:
    plan = opened(replace(CALL, person=STRANGER, unverified=True), None)
    assert one(plan, RecordContact) == RecordContact(STRANGER, Register.UNVERIFIED)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (replace(CALL, title=" "), "title"),
        (replace(CALL, text="\n"), "some text"),
        (replace(CALL, person=SUPPORT), "address of ours"),
    ],
)
def test_a_call_without_words_and_a_call_of_our_own_are_refused(call: Call, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        opened(call)


def test_a_visit_is_called_one() -> None:
    assert opened(replace(CALL, by=By.VISIT)).reasons[0].text == "opened for ada@acme.example, in person"


def test_two_calls_about_the_same_are_two() -> None:
    desk, policy = a_desk(), a_policy()
    keys = [keys_for(CALL, desk, policy, now) for now in (NOON, NOON.replace(second=1))]
    assert keys[0].content_key != keys[1].content_key
    assert keys[0].addresses == (ADA.address,) != keys_for(replace(CALL, person=BOB), desk, policy, NOON).addresses
