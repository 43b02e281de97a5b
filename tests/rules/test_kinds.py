# ruff: noqa: E501 - one row, one line
"""Every kind of value an admin may write in a rule: what is taken, and what is said of what is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from maild.rules.kinds import names_list
from maild.rules.language import Rule, When
from tests.rules.loading import load, told

TAKEN: tuple[tuple[str, dict[str, Any]], ...] = (
    # a condition as it is written, and as it is kept
    ("subject: down", {"subject": ("down",)}),
    ("subject: [down, '/x/i', $100]", {"subject": ("down", "/x/i", "$100")}),
    ("sender: ADA@Acme.Example", {"sender": ("ada@acme.example",)}),
    (
        "sender: ['@Acme.example', authorised, primary, monitoring]",
        {"sender": ("@acme.example", "authorised", "primary", "monitoring")},
    ),
    ("recipient: '@müller.example'", {"recipient": ("@xn--mller-kva.example",)}),
    ("header: { X-Spam: 'yes' }", {"header": (("x-spam", ("yes",)),)}),
    ("header: { X-Spam: ['*', /a/] }", {"header": (("x-spam", ("*", "/a/")),)}),
    ("field: { vm: '*' }", {"field": (("vm", ("*",)),)}),
    ("automatic: true", {"automatic": ("auto-reply", "auto-generated", "list", "bulk", "bounce")}),
    ("automatic: false", {"automatic": ("person",)}),
    ("automatic: bulk", {"automatic": ("bulk",)}),
    ("recipients: 5", {"recipients": "5"}),
    ("recipients: '> 5'", {"recipients": "> 5"}),
    ("quiet: 2..5 days", {"quiet": "2..5 days"}),
    ("proof: [none, weak]", {"proof": ("none", "weak")}),
    ("status: solved", {"status": ("solved",)}),
    ("type: change request", {"type": ("change request",)}),
    ("tag: no", {"tag": ("no",)}),
)


@pytest.mark.parametrize(("written", "kept"), TAKEN)
def test_a_value_is_taken_as_it_is_meant(tmp_path: Path, written: str, kept: dict[str, Any]) -> None:
    loaded = load(
        tmp_path,
        f"- rule: set\n  then: {{ field: {{ vm: x }} }}\n- rule: r\n  when:\n    {written}\n  then: {{ tag: t }}\n",
    )
    assert told(loaded) == []
    assert dict(loaded.rules[1].when.given()) == kept
    assert When.model_validate_json(loaded.rules[1].when.model_dump_json()) == loaded.rules[1].when


REFUSED: tuple[tuple[str, int, str], ...] = (
    # a condition, the column that is named, and what is said
    ("subject: ''", 14, "a word needs at least one letter, digit or sign; leave the condition out to match everything"),
    ("subject: '*'", 14, "leave the condition out to match everything"),
    ("subject: [x, " + "y" * 201 + "]", 18, "a word or phrase has at most 200 characters, this one has 201"),
    ("subject:", 5, "text is expected here, not an empty value"),
    ("subject: 404", 14, 'text is expected here, not `404`: put it in quotes, "404"'),
    ("subject: [a, true]", 18, 'text is expected here, not `true`: put it in quotes, "true"'),
    ("subject: { is: x }", 14, "text is expected here, not a mapping"),
    ("subject: []", 14, "this is too short: at least 1 entry"),
    ("text: /(/", 11, "`/(/` is no regular expression maild can use: missing )"),
    ("text: /x/g", 11, "the only letter that may follow the last `/` is i"),
    ("full_text: /x", 16, "starts like a regular expression but does not end with `/`"),
    ("language: 5", 15, "text is expected here, not `5`"),
    ("header: yes", 13, "a mapping is expected here: lines of `name: value`, or `{ name: value }`"),
    ("header:", 5, "a mapping is expected here"),
    ("header: { }", 13, "this is too short: at least 1 entry"),
    ("header: { X Spam: a }", 23, "`X Spam` is not possible here: a header field's name is one word without its colon"),
    ("header: { x: [] }", 18, "this is too short: at least 1 entry"),
    ("header: { x: { y: z } }", 18, "text is expected here, not a mapping"),
    ("attachment: report.pdf", 17, "a mapping (lines of `name: value`) is expected here, not `report.pdf`"),
    ("attachment: { }", 17, "`name`, `type`, `size` or `count` is missing here"),
    ("attachment:", 5, "a value is missing here: write one, or take the line out"),
    ("attachment: { nmae: x }", 19, "`nmae` is not known here: did you mean `name`?"),
    ("attachment: { size: 5 }", 25, "a unit is missing in `5`: write it as in `> 5 MB`"),
    ("attachment: { count: many }", 26, "`many` is no comparison: write it as in `5`"),
    ("sender: authorized", 13, "`authorized` is no sender: did you mean `authorised`? Or write an address, @domain, a /pattern/ or one of unknown"),
    ("sender: Ada Archer", 13, "`Ada Archer` is no sender: write an address, @domain, a /pattern/ or one of unknown"),
    ("sender: a@b@c", 13, "`a@b@c` is no address: write name@example.org, @example.org or a /pattern/"),
    ("sender: '@'", 13, "`@` is no address"),
    ("sender:", 5, "text is expected here, not an empty value"),
    ("recipient: sales", 16, "`sales` is no address: write name@example.org, @example.org or a /pattern/"),
    ("proof: proved", 12, "`proved` is not possible here: did you mean `proven`?"),
    ("proof: true", 12, "known here: `failed`, `none`, `pending`, `proven`, `weak`"),
    ("recipients: many", 17, "`many` is no comparison: write it as in `5`, `> 5`, `<= 5` or `2..5`, without a unit"),
    ("recipients: true", 17, "a comparison is expected here: write it as in `5`"),
    ("recipients: [5]", 17, "a comparison is expected here"),
    ("recipients: 5 people", 17, "`people` is no unit here"),
    ("organisation: ''", 19, "one line of 1 to 200 characters is expected"),
    ("desk: 5", 11, "text is expected here, not `5`"),
    ("hours: outsid", 12, "`outsid` is not possible here: did you mean `outside`?"),
    ("hours:", 5, "a value is missing here: write one, or take the line out"),
    ("hours: true", 12, "`true` is not possible here"),
    ("automatic: autoreply", 16, "`autoreply` is not possible here: did you mean `auto-reply`?"),
    ("automatic: 5", 16, "known here: `auto-generated`, `auto-reply`, `bounce`, `bulk`, `list`, `person`"),
    ("automatic: []", 16, "this is too short"),
    ("status: opened", 13, "`opened` is not possible here: did you mean `open`?"),
    ("priority: urgent", 15, "`urgent` is no comparison"),
    ("priority: 1 2", 15, "is no comparison"),
    ("priority:", 5, "a comparison is expected here"),
    ("category: [a, '']", 19, "one line of 1 to 200 characters is expected"),
    ("tag: [[a]]", 11, "text is expected here, not a list"),
    ("field: vm", 12, "a mapping is expected here"),
    ("field: { V M: x }", 19, "`V M` is not possible here: a name has small letters, digits, - and _, and starts with a letter"),
    ("age: 5", 10, "a unit is missing in `5`: write it as in `> 5 days`"),
    ("age: 5 fortnights", 10, "`fortnights` is no unit here in `5 fortnights`"),
    ("quiet: 9..5 days", 12, "nothing lies in `9..5 days`: the smaller number comes first"),
    ("quiet: true", 12, "a comparison is expected here: write it as in `> 5 days`"),
    ("any: { subject: x }", 10, "a list is expected here, not a mapping"),
    ("any: []", 10, "a condition is missing here: start each with `- `, or take the line out"),
    ("all:", 5, "a list is expected here, not an empty value"),
    ("any: [{ }]", 11, "a condition is missing here (a rule for every mail has no `when` at all)"),
    ("any: [x]", 11, "a mapping (lines of `name: value`) is expected here, not `x`"),
    ("not: [{ subject: x }]", 10, "a mapping (lines of `name: value`) is expected here, not a list"),
    ("not:", 5, "a value is missing here: write one, or take the line out"),
    ("sujbect: x", 5, "`sujbect` is not known here: did you mean `subject`?"),
    ("any: [{ sbject: x }]", 13, "`sbject` is not known here: did you mean `subject`?"),
)  # fmt: skip


@pytest.mark.parametrize(("written", "column", "message"), REFUSED)
def test_a_condition_that_cannot_be_meant_is_told(tmp_path: Path, written: str, column: int, message: str) -> None:
    said = told(load(tmp_path, f"- rule: r\n  when:\n    {written}\n  then: {{ tag: t }}\n"))
    assert len(said) == 1, said
    assert said[0].startswith(f"a.yaml:3:{column}: ") and message in said[0], said


DONE: tuple[tuple[str, int, str], ...] = (
    # an action, the column that is named, and what is said
    ("priority: 0", 15, "the least is 1"),
    ("priority: 5", 15, "the most is 4"),
    ("priority: '1'", 15, "a whole number is expected here, not `1`: take the quotes away"),
    ("priority:", 5, "a value is missing here: write one, or take the line out"),
    ("type: ''", 11, "one line of 1 to 200 characters is expected"),
    ("category: [a]", 15, "text is expected here, not a list"),
    ('module: "a\\nb"', 13, "one line of 1 to 200 characters is expected"),
    ("assign:", 5, "text is expected here, not an empty value"),
    ("field: vm", 12, "a mapping is expected here"),
    ("field: { vm: 5 }", 18, 'put it in quotes, "5"'),
    ("field: { vm: '{a' }", 18, "a brace stands alone: `{1}` or `{name}` puts in what a pattern caught"),
    ("tag: [a, 5]", 14, 'put it in quotes, "5"'),
    ("status: pending", 13, "known here: `closed`, `new`, `open`, `solved`, `third-party`, `waiting`"),
    ("participant: Bob", 18, "`Bob` is no address: write name@example.org"),
    ("participant: /x/", 18, "`/x/` is no address: write name@example.org"),
    ("notify: { template: staff-page }", 5, "`staff` is missing here (A member of staff or a team, by name)"),
    ("notify: 5", 13, "a mapping (lines of `name: value`) is expected here, not `5`"),
    ("notify: { staff: grace, template: Page.txt }", 39, "`Page.txt` is not possible here: a template's name has small letters, digits and hyphens, and no ending"),
    ("forward: []", 14, "this is too short: at least 1 entry"),
    ("answer: ''", 13, "a template's name has small letters"),
    ("ask: [vm, url]", 10, "a mapping is expected here"),
    ("ask: vm", 10, "a mapping is expected here"),
    ("ask: { vm: '' }", 16, "one line of 1 to 200 characters is expected"),
    ("review: true", 13, 'put it in quotes, "true"'),
    ("ignore:", 5, "text is expected here, not an empty value"),
    ("webhook: CRM", 14, "`CRM` is not possible here: a name has small letters"),
    ("propose: new-contct", 14, "`new-contct` is not possible here: did you mean `new-contact`? (new-contact, new-authorised, new-primary, leaving are possible)"),
    ("instruction: yes", 18, "true or false is expected here, not `yes`"),
    ("asign: grace", 5, "`asign` is not known here: did you mean `assign`?"),
)  # fmt: skip


@pytest.mark.parametrize(("written", "column", "message"), DONE)
def test_an_action_that_cannot_be_done_is_told(tmp_path: Path, written: str, column: int, message: str) -> None:
    said = told(load(tmp_path, f"- rule: r\n  then:\n    {written}\n"))
    assert len(said) == 1, said
    assert said[0].startswith(f"a.yaml:3:{column}: ") and message in said[0], said


def test_only_small_letters_behind_a_dollar_name_a_list() -> None:
    assert names_list("$vip") and names_list("$a-1_b")
    assert not any(map(names_list, ("$100", "$", "vip", "$Vip", "$a b", "x$vip", "$" + "a" * 41)))


def test_editors_learn_the_shape_of_names_and_lines() -> None:
    shapes = str(TypeAdapter(Rule).json_schema())
    assert "^[a-z][a-z0-9_-]{0,39}$" in shapes and "{1,200}$" in shapes and "^[a-z][a-z0-9-]{0,39}$" in shapes
