"""What a plan looks like when rules have had their say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from maild.decide.facts import Facts, TicketByNumber, Worker
from maild.decide.plan import AddArticle, Change, JoinTicket, OpenTicket, Plan, RecordContact, SetStatus, SetTicket
from maild.decide.triage import decide
from maild.decide.work.staff import Hand, reply
from maild.model import (
    Address,
    Automatic,
    AutomaticKind,
    Disposition,
    NotificationKind,
    Register,
    Role,
    Status,
)
from maild.rules.sieve import RuleSet
from tests.builders import (
    ADA,
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
from tests.rules.kit import RULES

GRACE = Worker("grace", "grace@desk.example", "Grace")
MANAGER = Worker("account-manager", "linus@desk.example", "Linus")
FACTS = Facts(contacts=(a_contact(),), authenticity=PROVEN, staff=(GRACE, MANAGER))
KNOWN = a_known_ticket(a_contact(), status=Status.WAITING, tags=("old",), fields=(("vm", "a"), ("x", "1")))


def rules(*written: dict[str, Any]) -> Any:
    return RULES.validate_python(tuple({"rule": f"rule {place}"} | one for place, one in enumerate(written)))


def plan_of(*written: dict[str, Any], facts: Facts = FACTS, **mail: Any) -> Plan:
    return decide(a_case(a_message(**mail), facts, policy=a_policy(rules=rules(*written))))


def follow_up(*written: dict[str, Any], **mail: Any) -> Plan:
    """Ada answers on her ticket."""
    facts = replace(FACTS, tickets=(KNOWN,), by_number=(TicketByNumber("SD-1001", KNOWN.ticket.id),))
    ons = ({"on": ["follow-up"]} | one for one in written)
    return plan_of(*ons, facts=facts, subject="[SD-1001] Re: The printer", **mail)


def changes(plan: Plan, kind: type[Change]) -> list[Any]:
    return [one for one in plan.changes if isinstance(one, kind)]


def kinds(plan: Plan) -> list[NotificationKind]:
    return [one.kind for one in plan.notifications]


def test_what_is_ignored_changes_nothing_and_says_why() -> None:
    for plan in (plan_of({"then": {"ignore": "spam"}}), follow_up({"then": {"ignore": "spam"}})):
        assert (plan.disposition, plan.changes, plan.notifications) == (Disposition.IGNORED, (), ())
        assert plan.reasons[0].text == "a rule says so: spam" and plan.ruled is not None


def test_what_must_be_looked_at_opens_a_ticket_of_which_nothing_counts_yet() -> None:
    plan = plan_of({"then": {"review": "odd"}})
    assert plan.disposition is Disposition.AWAITING_REVIEW
    assert [one.review for one in changes(plan, AddArticle)] == [True]


def test_what_must_be_looked_at_moves_no_status() -> None:
    assert changes(follow_up(), SetStatus)
    plan = follow_up({"then": {"review": "odd", "tag": "t"}}, cc=(Address("", "bob@acme.example"),))
    assert not changes(plan, SetTicket) and not changes(plan, JoinTicket)
    assert plan.disposition is Disposition.AWAITING_REVIEW and not changes(plan, SetStatus)
    assert [one.review for one in changes(plan, AddArticle)] == [True]


def test_a_ticket_opens_as_rules_want_it() -> None:
    plan = plan_of({"then": {"type": "incident", "module": "login", "status": "open", "priority": 1}})
    (opened,) = changes(plan, OpenTicket)
    assert (opened.type, opened.module, opened.status, opened.priority) == ("incident", "login", Status.OPEN, 1)


def test_a_follow_up_changes_what_rules_changed_and_nothing_else() -> None:
    then = {"priority": 1, "category": "c", "tag": "new", "field": {"vm": "b", "x": "1"}, "status": "solved"}
    plan = follow_up({"then": then})
    assert {(one.name, one.value) for one in changes(plan, SetTicket)} == {
        ("priority", "1"), ("category", "c"), ("tags", "old, new"), ("field:vm", "b"),
    }  # fmt: skip
    assert [one.status for one in changes(plan, SetStatus)] == [Status.SOLVED], "rules have the last word"


def test_a_status_that_rules_want_stays_though_somebody_wrote() -> None:
    plan = follow_up({"then": {"status": "waiting"}})
    assert not changes(plan, SetStatus) and "moved" not in [one.code for one in plan.reasons]


def test_a_machine_moves_no_status_not_even_by_a_rule() -> None:
    plan = follow_up({"then": {"status": "solved"}}, automatic=Automatic(AutomaticKind.AUTO_REPLY, "Auto-Submitted"))
    assert not changes(plan, SetStatus) and "automatic" in [one.code for one in plan.reasons]


def test_our_answer_leaves_the_status_that_a_rule_on_replies_wants() -> None:
    opened = a_known_ticket(a_contact(), status=Status.OPEN)
    written = {"on": ["reply"], "then": {"status": "open"}}
    hand = Hand(ADA, opened, a_desk(), (), NOON, rules=RuleSet(rules(written)), facts=FACTS)
    assert not changes(reply(hand, "We look."), SetStatus)


def test_rules_let_people_take_part() -> None:
    plan = plan_of({"then": {"participant": "new@else.example"}})
    assert JoinTicket(None, "new@else.example", Role.FOLLOWER) in plan.changes
    assert any(one.person.address == "new@else.example" for one in changes(plan, RecordContact))


def test_staff_are_told_who_wrote_what_and_by_which_rule() -> None:
    plan = plan_of({"then": {"notify": [{"staff": "grace", "template": "staff-page"}], "forward": "account-manager"}})
    page, forwarded = (one for one in plan.notifications if one.kind is not NotificationKind.CONFIRMATION)
    assert (page.kind, page.recipient.address, page.template) == (
        NotificationKind.STAFF_NOTICE, GRACE.address, "staff-page",
    )  # fmt: skip
    values = dict(page.values)
    assert (values["because"], values["text"], values["organisation"]) == ("rule 0", "It burns.", "acme")
    assert values["who"] == "Ada Lovelace <ada@acme.example>"
    assert (forwarded.kind, forwarded.recipient.address) == (NotificationKind.FORWARDED, MANAGER.address)


def test_whoever_cannot_be_told_is_named_with_the_reason() -> None:
    plan = plan_of({"then": {"notify": "nobody"}})
    assert [one.reason.code for one in plan.suppressed] == ["no-such-staff"]


def test_each_mail_is_another_occasion_for_staff() -> None:
    one, other = (follow_up({"then": {"notify": "grace"}}, content_key=key).notifications[0] for key in ("a", "b"))
    assert one.event != other.event


def test_other_systems_are_told_what_happened_and_by_which_rule() -> None:
    (opened,) = plan_of({"then": {"tag": "t"}}, {"then": {"webhook": "crm"}}).calls
    assert (opened.webhook, opened.event, opened.rule, opened.ticket) == ("crm", "ticket-opened", "rule 1", None)
    (joined,) = follow_up({"then": {"webhook": "crm"}}).calls
    assert (joined.event, joined.ticket) == ("follow-up:c1", 1001)


ASK = {"then": {"ask": {"vm": "the machine", "url": "the address"}, "answer": "thanks"}}


def test_what_is_missing_is_asked_for_before_anything_else() -> None:
    plan = plan_of(ASK, {"then": {"field": {"vm": "a"}}})
    (asked,) = plan.notifications
    assert (asked.kind, dict(asked.values)["missing"]) == (NotificationKind.MISSING, "- the address")
    assert changes(plan, OpenTicket)[0].status is Status.WAITING


def test_an_answer_of_ones_own_takes_the_place_of_the_confirmation() -> None:
    (answer,) = plan_of(ASK, {"then": {"field": {"vm": "a", "url": "b"}}}).notifications
    assert (answer.kind, answer.template) == (NotificationKind.ANSWER, "thanks")
    assert answer.reply_to_id == "<m1@acme.example>"


def test_whoever_may_get_a_neutral_answer_only_is_asked_nothing() -> None:
    stranger = Facts(contacts=(), authenticity=PROVEN)
    plan = plan_of(ASK, facts=stranger, sender=STRANGER)
    assert kinds(plan) == [NotificationKind.CONFIRMATION_UNVERIFIED]
    assert changes(plan, OpenTicket)[0].status is Status.NEW


def test_a_machine_is_asked_nothing_and_its_ticket_does_not_wait() -> None:
    plan = plan_of(ASK, automatic=Automatic(AutomaticKind.AUTO_GENERATED, "Auto-Submitted"))
    assert kinds(plan) == [] and changes(plan, OpenTicket)[0].status is Status.NEW


def test_rules_on_replies_see_our_words_and_the_requester() -> None:
    written = {
        "on": ["reply"],
        "when": {"text": "tomorrow", "sender": "authorised"},
        "then": {"tag": "promised", "status": "open", "notify": "grace", "webhook": "crm"},
    }
    hand = Hand(ADA, KNOWN, a_desk(), (), NOON, rules=RuleSet(rules(written)), facts=FACTS)
    plan = reply(hand, "We come tomorrow.")
    assert SetTicket(KNOWN.ticket.id, "tags", "old, promised") in plan.changes
    assert [one.status for one in changes(plan, SetStatus)] == [Status.OPEN]
    assert NotificationKind.STAFF_NOTICE in kinds(plan) and [call.webhook for call in plan.calls] == ["crm"]
    assert reply(hand, "We come today.").ruled is None


def test_rules_are_asked_about_what_a_sender_counts_as() -> None:
    unproven = Facts(contacts=(a_contact(register=Register.AUTHORISED),))
    urgent = rules({"when": {"sender": "authorised"}, "then": {"priority": 1}})
    policy = a_policy(desks=(a_desk(proof="required"),), rules=urgent)
    plan = decide(a_case(a_message(), unproven, policy=policy))
    assert changes(plan, OpenTicket)[0].priority == 3
