# ruff: noqa: E501 - one row, one line
"""A rule may name only what exists, and do only what is possible on its occasions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from maild.rules.actions import ACTIONS
from maild.rules.actions_allowed import POSSIBLE_ON
from maild.rules.references import Known
from maild.rules.view import Trigger
from tests.rules.loading import KNOWN, load, told

HEAD = "- rule: sets\n  then: { field: { vm: x, url: y } }\n"
LEADS_NOWHERE: tuple[tuple[str, str], ...] = (
    # the lines of a rule from its `when` on, and what is said; its first line is 4
    ("  when: { desk: servcie }\n  then: { tag: t }", "a.yaml:4:17: there is no desk `servcie`: did you mean `service`?"),
    ("  when: { desk: [service, sales] }\n  then: { tag: t }", "a.yaml:4:27: there is no desk `sales`; known here: `service`"),
    ("  when: { any: [{ not: { desk: x } }] }\n  then: { tag: t }", "a.yaml:4:32: there is no desk `x`"),
    ("  when: { organisation: [acme, betta] }\n  then: { tag: t }", "a.yaml:4:32: there is no organisation `betta`: did you mean `beta`?"),
    ("  when:\n    field:\n      vm: x\n      wm: '*'\n  then: { tag: t }", "a.yaml:7:11: no rule sets a field `wm`; known here: `url`, `vm`"),
    ("  then: { assign: grcae }", "a.yaml:4:19: there is no member of staff or team `grcae`: did you mean `grace`?"),
    ("  then: { forward: [account-manager, lins] }", "a.yaml:4:38: there is no member of staff or team `lins`: did you mean `linus`?"),
    ("  then: { notify: secondline }", "a.yaml:4:19: there is no member of staff or team `secondline`: did you mean `second-line`?"),
    ("  then: { notify: [grace, lins] }", "a.yaml:4:27: there is no member of staff or team `lins`"),
    ("  then:\n    notify:\n      template: staff-page\n      staff: lins", "a.yaml:7:14: there is no member of staff or team `lins`"),
    ("  then:\n    notify:\n      - grace\n      - template: staff-page\n        staff: lins", "a.yaml:8:16: there is no member of staff or team `lins`"),
    ("  then: { webhook: [crm, pagr] }", "a.yaml:4:26: there is no webhook `pagr`: did you mean `pager`?"),
    ("  then: { ask: { wm: the machine } }", "a.yaml:4:22: no rule sets a field `wm`; known here: `url`, `vm`"),
    ("  then: { field: { vm: '{vm}' } }", "a.yaml:4:24: no pattern in this rule's `when` has brackets for `{vm}`"),
    ("  when: { subject: /(x)/ }\n  then: { field: { vm: 'a {2}' } }", "a.yaml:5:24: no pattern in this rule's `when` has brackets for `{2}`; known here: `1`"),
    ("  when: { not: { subject: '/(?P<vm>x)/' } }\n  then: { field: { vm: '{vm}' } }", "a.yaml:5:24: no pattern in this rule's `when` has brackets for `{vm}`"),
)  # fmt: skip


@pytest.mark.parametrize(("rule", "message"), LEADS_NOWHERE)
def test_a_name_that_leads_nowhere_is_told_with_its_place(tmp_path: Path, rule: str, message: str) -> None:
    (said,) = told(load(tmp_path, f"{HEAD}- rule: r\n{rule}\n"))
    assert said.startswith(message), said


EXISTS = (
    "when: { desk: /serv/, organisation: [/x/, acme] }\n  then: { assign: second-line, notify: [grace, { staff: linus, template: staff-page }] }",
    "then: { forward: [account-manager, grace], webhook: [crm, pager] }",
    "when: { field: { vm: '*' } }\n  then: { ask: { url: the address } }",
    "when: { any: [{ subject: '/(?P<vm>x)(y)/' }, { header: { x: '/(z)/' } }] }\n  then: { field: { vm: '{vm} {1} {2} {{3}}' } }",
    "when: { attachment: { name: '/(x)/' } }\n  then: { field: { vm: '{1}' } }",
)


@pytest.mark.parametrize("rule", EXISTS)
def test_what_exists_may_be_named(tmp_path: Path, rule: str) -> None:
    assert told(load(tmp_path, f"{HEAD}- rule: r\n  {rule}\n")) == []


UNKNOWN = "when: { desk: x, organisation: y }\n  then: { assign: z, webhook: w, notify: v, forward: u }"


def test_where_the_files_that_say_what_exists_are_broken_nothing_more_is_said(tmp_path: Path) -> None:
    broken = Known(desks=None, directory=None, webhooks=None)
    assert told(load(tmp_path, f"- rule: r\n  {UNKNOWN}\n", known=broken)) == []
    assert len(told(load(tmp_path, f"- rule: r\n  {UNKNOWN}\n"))) == 6


def test_without_webhooks_there_is_none_to_name(tmp_path: Path) -> None:
    (said,) = told(load(tmp_path, "- rule: r\n  then: { webhook: crm }\n", known=replace(KNOWN, webhooks=frozenset())))
    assert said == "a.yaml:2:20: there is no webhook `crm`"


def test_a_field_of_a_rule_that_has_another_fault_is_no_unknown_field(tmp_path: Path) -> None:
    (said,) = told(
        load(tmp_path, "- rule: a\n  then: { field: { vm: x }, priority: 9 }\n- rule: b\n  then: { ask: { vm: it } }\n")
    )
    assert "the most is 4" in said


# ---- occasions -----------------------------------------------------------------------------------

WRITTEN = {
    "priority": "1", "type": "x", "category": "x", "module": "x", "assign": "grace", "field": "{ f: x }", "tag": "x",
    "status": "open", "participant": "a@b.example", "notify": "grace", "forward": "grace", "answer": "thanks",
    "ask": "{ vm: it }", "review": "odd", "ignore": "spam", "webhook": "crm", "propose": "leaving", "instruction": "true",
    "workflow": "move",
}  # fmt: skip


@pytest.mark.parametrize("trigger", Trigger)
@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_an_action_is_possible_on_its_occasions_only(tmp_path: Path, action: str, trigger: Trigger) -> None:
    when = "when: { quiet: '> 5 days' }" if trigger is Trigger.TIME else "stop: false"
    text = f"{HEAD}- rule: r\n  on: {trigger}\n  {when}\n  then:\n    {action}: {WRITTEN[action]}\n"
    said = told(load(tmp_path, text))
    if trigger in POSSIBLE_ON.get(action, tuple(Trigger)):
        assert said == []
    else:
        assert len(said) == 1 and said[0].startswith(
            f"a.yaml:7:5: `{action}` cannot be done on `{trigger}`: it is for `new`"
        )


OCCASIONS: tuple[tuple[str, str], ...] = (
    ("on: [new, time]\n  when: { age: 1..2 d }\n  then: { ask: { vm: it } }", "a.yaml:6:11: `ask` cannot be done on `time`: it is for `new`; make it a rule of its own"),
    ("on: [reply, new, time]\n  when: { age: 1..2 d }\n  then: { ignore: x }", "a.yaml:6:11: `ignore` cannot be done on `reply` and `time`: it is for `new` and `follow-up`; make it a rule of its own"),
    ("on: follow-up\n  then: { answer: thanks }", "a.yaml:5:11: `answer` cannot be done on `follow-up`: it is for `new` and `time`; make it a rule of its own"),
)  # fmt: skip


@pytest.mark.parametrize(("rule", "message"), OCCASIONS)
def test_an_impossible_action_is_told_at_its_word(tmp_path: Path, rule: str, message: str) -> None:
    assert told(load(tmp_path, f"{HEAD}- rule: r\n  {rule}\n")) == [message]


TIMELESS = (
    'a rule on `time` needs `age` or `quiet`, as in `quiet: "> 5 days"`: else it would be done at once for every ticket'
)
AT_ONCE = (
    "stop: false",
    "when: { quiet: < 5 days }",
    "when: { age: '>= 0 days' }",
    "when: { any: [{ age: '> 5 days' }] }",
    "when: { not: { quiet: < 5 d } }",
)
IN_TIME = (
    "when: { quiet: '> 5 days' }",
    "when: { age: 5..9 days }",
    "when: { age: '>= 1 min', quiet: < 5 d }",
    "when: { quiet: 30 d }",
)


@pytest.mark.parametrize("when", AT_ONCE)
def test_a_rule_on_time_that_would_be_done_at_once_is_told(tmp_path: Path, when: str) -> None:
    assert told(load(tmp_path, f"- rule: r\n  on: time\n  {when}\n  then: {{ tag: t }}\n")) == [
        f"a.yaml:2:7: {TIMELESS}"
    ]


@pytest.mark.parametrize("when", IN_TIME)
def test_a_rule_on_time_waits(tmp_path: Path, when: str) -> None:
    assert told(load(tmp_path, f"- rule: r\n  on: [reply, time]\n  {when}\n  then: {{ tag: t }}\n")) == []


def test_other_rules_need_no_time(tmp_path: Path) -> None:
    assert told(load(tmp_path, "- rule: r\n  on: [new, follow-up, reply]\n  then: { tag: t }\n")) == []
