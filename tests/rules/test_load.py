# ruff: noqa: E501 - one row, one line
"""Rule files: taken as a whole or not at all, and what an admin is told of the mistakes that people make."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.rules.load import load_rules
from tests.rules.loading import KNOWN, SHIPPED, load, told, warned

GOOD = "- rule: good\n  then: { tag: t }\n"


def test_the_shipped_rules_are_without_fault() -> None:
    loaded = load_rules(SHIPPED, KNOWN)
    assert told(loaded) == warned(loaded) == [] and len(loaded.rules) > 5


def test_rules_come_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    loaded = load(tmp_path, GOOD + GOOD.replace("good", "a"), GOOD.replace("good", "b"))
    assert [rule.rule for rule in loaded.rules] == ["good", "a", "b"]


@pytest.mark.parametrize("empty", ["", "# nothing yet\n", "[]\n", "null\n"])
def test_a_file_may_be_empty(tmp_path: Path, empty: str) -> None:
    loaded = load(tmp_path, empty, GOOD)
    assert told(loaded) == [] and len(loaded.rules) == 1


NO_RULES: tuple[tuple[str, str], ...] = (
    ("rule: a\nthen: { tag: t }\n", "a.yaml:1:1: a list of rules is expected here: start each with `- rule: its name`"),
    ("just words\n", "a.yaml:1:1: a list of rules is expected here"),
    ("- rule a\n", "a.yaml:1:3: a mapping (lines of `name: value`) is expected here, not `rule a`"),
    ("- 5\n", "a.yaml:1:3: a mapping (lines of `name: value`) is expected here, not `5`"),
    ("-\n", "a.yaml:1:2: a mapping (lines of `name: value`) is expected here, not an empty value"),
    ("- {}\n", "a.yaml:1:3: `rule` is missing here (Its name"),
    ("- rule: a\n", "a.yaml:1:3: this rule does nothing: it needs `then` with an action, or `stop: true`"),
    ("- rule: a\n  then: {}\n", "a.yaml:1:3: this rule does nothing"),
    ("- rule: a\n  then:\n", "a.yaml:2:3: a mapping (lines of `name: value`) is expected here, not an empty value"),
    ("- rule: a\n  when: {}\n  then: { tag: t }\n", "a.yaml:2:9: a condition is missing here (a rule for every mail has no `when` at all)"),
    ("- rule: a\n  when:\n  then: { tag: t }\n", "a.yaml:2:3: a mapping (lines of `name: value`) is expected here, not an empty value"),
    ("- rule: a\n  on: []\n  then: { tag: t }\n", "a.yaml:2:7: this is too short: at least 1 entry (When it is asked"),
    ("- rule: a\n  on: followup\n  then: { tag: t }\n", "a.yaml:2:7: `followup` is not possible here: did you mean `follow-up`?"),
    ("- rule: a\n  stop: 1\n", "a.yaml:2:9: true or false is expected here, not `1`"),
    ("- rule: a\n  stop:\n", "a.yaml:2:3: true or false is expected here, not an empty value"),
    ("- rule: a\n  list: b\n  stop: true\n", "a.yaml:2:3: `list` is not known here"),
    ("- rule: ''\n  stop: true\n", "a.yaml:1:9: `` is not possible here: one line of 1 to 200 characters is expected"),
    ("- rule: a\n  stop: true\n- rule: a\n  stop: true\n", "a.yaml:3:9: a rule of this name is in "),
)  # fmt: skip


@pytest.mark.parametrize(("text", "message"), NO_RULES)
def test_what_is_no_rule_is_told(tmp_path: Path, text: str, message: str) -> None:
    (said,) = told(load(tmp_path, text))
    assert said.startswith(message), said


def test_a_name_taken_in_another_file_is_told_with_its_place(tmp_path: Path) -> None:
    (said,) = told(load(tmp_path, "# first\n" + GOOD, GOOD))
    assert said == "b.yaml:1:9: a rule of this name is in a.yaml, line 2: names are unique"


def test_everything_wrong_is_told_at_once_and_warnings_wait_until_nothing_is(tmp_path: Path) -> None:
    odd = "- rule: odd\n  when: { subject: /x*/ }\n  then: { tag: t }\n"
    wrong = "- rule: w\n  when: { sbject: x }\n  then: { priority: 9, tag: [] }\n"
    loaded = load(tmp_path, odd, wrong, "- [\n", "- list: x\n  of: []\n")
    assert [one.partition(":")[0] for one in told(loaded)] == ["b.yaml", "b.yaml", "b.yaml", "c.yaml", "d.yaml"]
    assert warned(loaded) == [] and len(warned(load(tmp_path, odd))) == 1


def test_examples_of_a_rule_with_other_faults_are_not_asked(tmp_path: Path) -> None:
    example = "  examples: [{ mail: { text: x }, gives: nothing }]\n"
    assert "example 1" in told(load(tmp_path, GOOD + example))[0]
    (said,) = told(load(tmp_path, GOOD.replace("{ tag: t }", "{ assign: nobody }") + example))
    assert "there is no member of staff" in said


def test_examples_can_be_left_unasked(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(GOOD + "  examples: [{ mail: { text: x }, gives: nothing }]\n")
    assert load_rules([file], KNOWN, examples=False).problems == ()
    assert len(load_rules([file], KNOWN).problems) == 1


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (problem,) = load_rules([tmp_path / "none.yaml"], KNOWN).problems
    assert (problem.line, problem.message) == (0, "there is no such file")


# ---- what a new admin writes, and gets wrong -----------------------------------------------------

URGENT = """\
- rule: urgent
  when:
    subject: [down, "*ausfall*", /not (working|reachable)/i]
    sender: [authorised, "@acme.example"]
  then:
    priority: 1
    notify: second-line
"""
BILLING = """\
- rule: billing
  when:
    any:
      - subject: ["*invoice*", "*rechnung*"]
      - recipient: support@desk.example
        attachment: { name: "*.pdf" }
  then:
    category: billing
    assign: second-line
"""
MACHINE = r"""- rule: name of the machine
  when:
    text: '/\b(?P<vm>de-\d+)\b/i'
  then:
    field: { vm: "{vm}" }
  examples:
    - mail: { text: DE-10 is slow }
      gives: { field: { vm: DE-10 } }
"""
ASK = """\
- rule: which machine
  on: new
  when:
    category: hosting
  then:
    ask: { vm: the name of your machine }
"""
CLOSE = """\
- rule: nobody answered
  on: time
  when:
    status: waiting
    quiet: "> 30 days"
  then:
    status: closed
    answer: closed-for-silence
"""
ADMINS: tuple[tuple[str, str, str, str], ...] = (
    # a rule, what is edited, into what, and what is said (the place, and the words that help)
    (URGENT, "/not (working|reachable)/i", "/not (working, reachable)/i", "3:34: `/not (working` starts like a regular expression but does not end with `/`: put all of it in single quotes"),
    (URGENT, '"*ausfall*"', "*ausfall*", "3:21: this is no YAML: found undefined alias 'ausfall*'; a text that starts with * needs quotes"),
    (URGENT, "priority: 1", "priority: urgent", "6:15: a whole number is expected here, not `urgent` (The ticket's priority, 1 (highest) to 4)"),
    (BILLING, "    any:\n", "    or:\n", "3:5: `or` is not known here"),
    (BILLING, "assign: second-line", "assign: second line", "9:13: there is no member of staff or team `second line`: did you mean `second-line`?"),
    (BILLING, 'attachment: { name: "*.pdf" }', 'attachment: "*.pdf"', "6:21: a mapping (lines of `name: value`) is expected here, not `*.pdf` (Attachments: `name` and `type`"),
    (MACHINE, "(?P<vm>de", "(?P<machine>de", "5:18: no pattern in this rule's `when` has brackets for `{vm}`; known here: `1`, `machine`"),
    (MACHINE, "'/\\b(?P<vm>de-\\d+)\\b/i'", '"/\\b(?P<vm>de-\\d+)\\b/i"', "put regular expressions in single quotes"),
    (MACHINE, "{ vm: DE-10 }", "{ vm: de-10 }", "8:29: example 1 of rule `name of the machine`: it gives `DE-10` instead"),
    (ASK, "ask: { vm: the name of your machine }", "ask: vm", "6:10: a mapping is expected here: lines of `name: value`, or `{ name: value }`"),
    (ASK, "on: new", "on: [new, follow-up]", "6:5: `ask` cannot be done on `follow-up`: it is for `new`; make it a rule of its own"),
    (ASK, "{ vm: the", "{ wm: the", "6:16: no rule sets a field `wm`; known here: `vm`"),
    (CLOSE, '    quiet: "> 30 days"\n', "", "2:7: a rule on `time` needs `age` or `quiet`, as in `quiet: \"> 5 days\"`: else it would be done at once"),
    (CLOSE, '"> 30 days"', "30", "5:12: a unit is missing in `30`: write it as in `> 5 days`, `<= 5 days` or `2..5 days`"),
    (CLOSE, "answer: closed-for-silence", "answer: closed-for-silence.txt", "8:13: `closed-for-silence.txt` is not possible here: a template's name has small letters, digits and hyphens, and no ending"),
)  # fmt: skip


def test_the_rules_of_a_new_admin_are_good(tmp_path: Path) -> None:
    loaded = load(tmp_path, URGENT + BILLING, MACHINE, ASK, CLOSE)
    assert told(loaded) == warned(loaded) == [] and len(loaded.rules) == 5


@pytest.mark.parametrize(
    ("rule", "old", "new", "message"), ADMINS, ids=[f"{row[0].splitlines()[0]}:{row[2]}" for row in ADMINS]
)
def test_a_new_admins_mistake_is_told_in_words_that_help(
    tmp_path: Path, rule: str, old: str, new: str, message: str
) -> None:
    assert rule.count(old) == 1
    (said,) = told(load(tmp_path, rule.replace(old, new), "" if rule is MACHINE else MACHINE))
    assert said.startswith(f"a.yaml:{message}") or (not message[0].isdigit() and message in said), said
