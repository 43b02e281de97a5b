"""What a plan says of rules is what it does by them, for any rules and any mail."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from maild.decide.explain import explain
from maild.decide.facts import Facts, TicketByNumber
from maild.decide.plan import OpenTicket, Plan, SetTicket
from maild.decide.triage import decide
from maild.model import Address
from maild.rules.holding import holds
from maild.rules.matter import Matter, Scene
from maild.rules.model import Draft, Ruled
from maild.rules.run import act
from tests.builders import PROVEN, a_case, a_contact, a_known_ticket, a_message, a_policy
from tests.rules.any_rules import ADDRESSES, RULE, TEXT
from tests.rules.kit import rules

KNOWN = a_known_ticket(a_contact(), fields=(("f", "x"),))
SENDER = st.sampled_from(ADDRESSES[:3]).map(lambda one: Address("", one))
MAIL = st.fixed_dictionaries({"subject": TEXT, "visible_text": TEXT, "text": TEXT, "sender": SENDER})


def plan_of(written: list[dict[str, Any]], mail: dict[str, Any], *, joins: bool) -> Plan:
    subject = f"[SD-1001] {mail['subject']}" if joins else mail["subject"]
    number = (TicketByNumber("SD-1001", KNOWN.ticket.id),)
    facts = Facts(contacts=(a_contact(),), authenticity=PROVEN, tickets=(KNOWN,), by_number=number if joins else ())
    policy = a_policy(rules=rules(*written).rules)
    return decide(a_case(a_message(**mail | {"subject": subject}), facts, policy=policy))


def done_by_hand(ruled: Ruled, written: list[dict[str, Any]]) -> Draft:
    """The draft after the actions of the rules that are named, and of no other."""
    by_name = {one.rule: one for one in rules(*written).rules}
    draft = ruled.before
    for hit in ruled.hits:
        if not hit.shadow:
            rule = by_name[hit.rule]
            holding = holds(rule.when, Scene(Matter(ruled.view), draft))
            assert holding is not None
            draft = act(rule.then, draft, holding.captures)
    return draft


@settings(max_examples=150, deadline=None)
@given(st.lists(RULE, min_size=1, max_size=6), MAIL, st.booleans())
def test_a_plan_names_exactly_the_rules_whose_actions_are_in_it(
    written: list[dict[str, Any]], mail: dict[str, Any], joins: bool
) -> None:
    plan = plan_of(written, mail, joins=joins)
    if plan.ruled is None:
        return
    told = [line for line in explain(plan) if "rule: `" in line and " matches (" in line]
    assert [name for line in told for name in re.findall("`(.*?)`", line)[:1]] == [hit.rule for hit in plan.ruled.hits]
    draft = done_by_hand(plan.ruled, written)
    assert plan.ruled.draft == draft and {call.webhook for call in plan.calls} == set(draft.webhooks)
    opened = [one for one in plan.changes if isinstance(one, OpenTicket)]
    for one in opened:
        assert (one.priority, one.category, one.assignee, one.tags, one.fields) == (
            draft.priority, draft.category, draft.assignee, draft.tags, draft.fields,
        )  # fmt: skip
    if not opened:
        before = plan.ruled.before
        named = {one.name.removeprefix("field:") for one in plan.changes if isinstance(one, SetTicket)}
        differs = {"priority": before.priority != draft.priority, "category": before.category != draft.category}
        differs |= {"assignee": before.assignee != draft.assignee, "tags": before.tags != draft.tags}
        differs |= {"f": before.fields != draft.fields}
        assert named == {name for name, different in differs.items() if different}
