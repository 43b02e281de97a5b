"""Named lists: `$name` stands for their entries, in every condition that takes words, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.rules.kinds import MOST_WORDS
from maild.rules.language import When
from tests.rules.loading import load, told

FIELD = "- rule: sets\n  then: { field: { vm: x } }\n"
LISTS = """\
- list: words
  of: [down, "*ausfall*", /x(y)/i]
- list: people
  of: [ADA@acme.example, "@beta.example", authorised, /^a/]
- list: addresses
  of: [ada@acme.example, "@beta.example"]
- list: desks
  of: [service]
- list: orgs
  of: [acme, beta]
- list: one
  of: incident
"""


def a_rule(when: str) -> str:
    return f"- rule: r\n  when: {when}\n  then: {{ tag: t }}\n"


STANDS_FOR: tuple[tuple[str, str], ...] = (
    # with lists, and without
    ("{ subject: $words }", '{ subject: [down, "*ausfall*", /x(y)/i] }'),
    ("{ text: [fire, $words, smoke] }", '{ text: [fire, down, "*ausfall*", /x(y)/i, smoke] }'),
    ("{ full_text: [$one, $words] }", '{ full_text: [incident, down, "*ausfall*", /x(y)/i] }'),
    ("{ header: { x-a: $words, x-b: a } }", '{ header: { x-a: [down, "*ausfall*", /x(y)/i], x-b: a } }'),
    ("{ attachment: { name: $words, type: $one } }",
     '{ attachment: { name: [down, "*ausfall*", /x(y)/i], type: incident } }'),
    ("{ language: $orgs }", "{ language: [acme, beta] }"),
    ("{ sender: $people }", '{ sender: [ada@acme.example, "@beta.example", authorised, /^a/] }'),
    ("{ recipient: [$addresses, x@y.example] }", '{ recipient: [ada@acme.example, "@beta.example", x@y.example] }'),
    ("{ organisation: $orgs }", "{ organisation: [acme, beta] }"),
    ("{ desk: $desks }", "{ desk: service }"),
    ("{ type: $one }", "{ type: incident }"),
    ("{ category: [$one, $orgs] }", "{ category: [incident, acme, beta] }"),
    ("{ module: $one }", "{ module: incident }"),
    ("{ tag: $one }", "{ tag: incident }"),
    ("{ field: { vm: $words } }", '{ field: { vm: [down, "*ausfall*", /x(y)/i] } }'),
    ("{ not: { subject: $one } }", "{ not: { subject: incident } }"),
    ("{ any: [{ subject: $one }, { all: [{ desk: $desks }] }] }",
     "{ any: [{ subject: incident }, { all: [{ desk: service }] }] }"),
    ("{ subject: [$100, $one] }", "{ subject: [$100, incident] }"),
    ('{ subject: $one, recipients: "> 1", hours: inside, automatic: true, quiet: "> 1 d", proof: none }',
     '{ subject: incident, recipients: "> 1", hours: inside, automatic: true, quiet: "> 1 d", proof: none }'),
)  # fmt: skip


@pytest.mark.parametrize(("named", "plain"), STANDS_FOR)
def test_a_list_stands_for_its_entries(tmp_path: Path, named: str, plain: str) -> None:
    with_lists = load(tmp_path, LISTS + FIELD + a_rule(named))
    without = load(tmp_path, FIELD + a_rule(plain))
    assert told(with_lists) == told(without) == []
    assert with_lists.rules == without.rules


@pytest.mark.parametrize("order", [(LISTS, a_rule("{ subject: $words }")), (a_rule("{ subject: $words }"), LISTS)])
def test_a_list_may_stand_in_another_file_before_or_after(tmp_path: Path, order: tuple[str, str]) -> None:
    loaded = load(tmp_path, *order)
    assert told(loaded) == [] and loaded.rules[0].when.subject == ("down", "*ausfall*", "/x(y)/i")


def test_a_list_is_no_rule_and_an_action_takes_none(tmp_path: Path) -> None:
    loaded = load(tmp_path, LISTS + "- rule: r\n  then: { tag: $words }\n")
    assert [rule.then.tag for rule in loaded.rules] == [("$words",)] and not loaded.rules[0].when.given()


WRONG: tuple[tuple[str, str], ...] = (
    # the second file, what is said of it or of the lists
    (a_rule("{ subject: $wrods }"), "b.yaml:2:20: there is no list `$wrods`: did you mean `words`?"),
    (a_rule("{ subject: [a, $zzzzzzzz] }"), "b.yaml:2:24: there is no list `$zzzzzzzz`; known here: "),
    (a_rule("{ any: [{ not: { header: { x: $wrods } } }] }"), "b.yaml:2:39: there is no list `$wrods`"),
    (a_rule("{ attachment: { name: [$wrods] } }"), "b.yaml:2:32: there is no list `$wrods`"),
    (a_rule("{ sender: $words }"), "b.yaml:2:19: the list `$words` cannot stand here: `down` is no sender"),
    (a_rule("{ subject: $people, recipient: [a@b.example, $words] }"),
     "b.yaml:2:54: the list `$words` cannot stand here: `down` is no address"),
    (a_rule("{ any: [{ subject: a }, { not: { recipient: $people } }] }"),
     "b.yaml:2:53: the list `$people` cannot stand here: `authorised` is no address"),
    (a_rule("{ status: $one }"), "b.yaml:2:19: `$one` is not possible here; known here: `closed`"),
    (a_rule("{ automatic: $one }"), "b.yaml:2:22: `$one` is not possible here"),
    (a_rule("{ quiet: $one }"), "b.yaml:2:18: `$one` is no comparison"),
    (a_rule("{ desk: $orgs }"), "b.yaml:2:17: there is no desk `acme` (it stands in a list)"),
    (a_rule("{ desk: [$desks, servcie] }"), "b.yaml:2:26: there is no desk `servcie`: did you mean `service`?"),
    ("- list: words\n  of: [x]\n", "b.yaml:1:9: a list `words` is there already: names are unique"),
    ("- list: Words\n  of: [x]\n", "b.yaml:1:9: `Words` is not possible here: a name has small letters"),
    ("- list: w\n", "b.yaml:1:3: `of` is missing here"),
    ("- list: w\n  of: []\n", "b.yaml:2:7: this is too short: at least 1 entry"),
    ("- list: w\n  of: 5\n", 'b.yaml:2:7: text is expected here, not `5`: put it in quotes, "5"'),
    ("- list: w\n  of:\n", "b.yaml:2:3: text is expected here, not an empty value"),
    ("- list: w\n  of: { a: b }\n", "b.yaml:2:7: text is expected here, not a mapping"),
    ("- list: w\n  of: [a, '']\n", "b.yaml:2:11: `` is not possible here: one line of 1 to 200 characters is expected"),
    ("- list: w\n  off: [a]\n", "b.yaml:2:3: `off` is not known here: did you mean `of`?"),
    ("- list: w\n  of: [/(/]\n" + a_rule("{ subject: $w }"),
     "b.yaml:4:20: the list `$w` cannot stand here: `/(/` is no regular expression maild can use: missing )"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_a_list_that_cannot_be_meant_is_told(tmp_path: Path, text: str, message: str) -> None:
    said = told(load(tmp_path, LISTS, text))
    assert any(one.startswith(message) for one in said), said


def test_where_no_list_comes_near_the_word_itself_can_be_meant(tmp_path: Path) -> None:
    (said,) = told(load(tmp_path, a_rule("{ subject: $path }")))
    assert said == r"a.yaml:2:20: there is no list `$path`; the word itself is the pattern /\$path/"


def test_a_broken_list_is_told_once_and_not_once_for_each_rule_that_names_it(tmp_path: Path) -> None:
    (said,) = told(load(tmp_path, "- list: w\n  of: [5]\n" + a_rule("{ subject: $w }")))
    assert said.startswith("a.yaml:2:8: text is expected here")


def test_lists_together_have_a_bound(tmp_path: Path) -> None:
    half = ", ".join(f"w{number}" for number in range(MOST_WORDS // 2 + 1))
    lists = f"- list: a\n  of: [{half}]\n- list: b\n  of: [{half}]\n"
    (said,) = told(load(tmp_path, lists + a_rule("{ subject: [$a, $b] }")))
    assert said == f"a.yaml:6:9: with its lists a condition holds more than {MOST_WORDS} words"


def test_rules_are_kept_without_lists(tmp_path: Path) -> None:
    (rule,) = load(tmp_path, LISTS + a_rule("{ not: { sender: $people } }")).rules
    assert "$" not in rule.model_dump_json()
    assert When.model_validate_json(rule.when.model_dump_json()) == rule.when
