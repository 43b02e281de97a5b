"""What rules make of a mail."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maild.decide.mail.ruling import view_of_mail
from maild.decide.who.trust import of
from maild.model import Address, Register, Status
from maild.patterns.regex import Captures
from maild.rules.actions import ACTIONS, fill
from maild.rules.conditions import ACTUAL, CONDITIONS
from maild.rules.holding import GROUPS
from maild.rules.language import Actions, When
from maild.rules.model import Draft, Page
from maild.rules.run import run
from tests.builders import a_case, a_desk, a_message, an_envelope
from tests.effort import effort
from tests.rules.kit import DRAFT, RULES, a_view, matches, rules, shaped

HOLD: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    ({"subject": "printer"}, {}),
    ({"subject": ["nothing", "FIRE"]}, {}),
    ({"subject": "/^the .*fire$/i"}, {}),
    ({"text": "burns"}, {}),
    ({"text": r"/^second \w+$/"}, {"text": "first line\nsecond line\nthird"}),
    ({"sender": "ADA@Acme.Example"}, {}),
    ({"sender": "@acme.example"}, {}),
    ({"sender": "@müller.example"}, {"sender": "x@xn--mller-kva.example"}),
    ({"sender": "/@acme\\./"}, {}),
    ({"sender": "authorised"}, {}),
    ({"sender": ["unknown", "unverified"]}, {"register": Register.UNVERIFIED}),
    ({"recipient": "support@desk.example"}, {}),
    ({"recipient": "other@desk.example"}, {"recipients": ("support@desk.example", "other@desk.example")}),
    ({"desk": "service"}, {}),
    ({"desk": "/serv/"}, {}),
    ({"organisation": ["beta", "acme"]}, {}),
    ({"any": [{"subject": "nothing"}, {"text": "burns"}]}, {}),
    ({"all": [{"subject": "printer"}, {"text": "burns"}]}, {}),
    ({"not": {"subject": "nothing"}}, {}),
    ({"not": {"subject": "printer", "text": "nothing"}}, {}),
    ({"subject": "printer", "not": {"any": [{"desk": "/^x/"}, {"all": [{"text": "nothing"}]}]}}, {}),
)
DO_NOT_HOLD: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    ({"subject": "print"}, {}),
    ({"subject": "/Printer$/"}, {}),
    ({"subject": "printer", "text": "nothing"}, {}),
    ({"text": "quoted"}, {"full_text": "> quoted", "text": ""}),
    ({"sender": "da@acme.example"}, {}),
    ({"sender": "@example"}, {}),
    ({"sender": "@sub.acme.example"}, {}),
    ({"sender": "registered"}, {}),
    ({"sender": "ada@acme.example"}, {"sender": ""}),
    ({"sender": "/./"}, {"sender": ""}),
    ({"recipient": "@acme.example"}, {}),
    ({"desk": "serv"}, {}),
    ({"organisation": "/./"}, {"organisation": ""}),
    ({"any": [{"subject": "nothing"}, {"text": "nothing"}]}, {}),
    ({"all": [{"subject": "printer"}, {"text": "nothing"}]}, {}),
    ({"not": {"subject": "printer"}}, {}),
)


@pytest.mark.parametrize(("when", "mail"), HOLD)
def test_a_condition_holds(when: dict[str, Any], mail: dict[str, Any]) -> None:
    assert matches(when, **mail)


@pytest.mark.parametrize(("when", "mail"), DO_NOT_HOLD)
def test_a_condition_does_not_hold(when: dict[str, Any], mail: dict[str, Any]) -> None:
    assert not matches(when, **mail)


def test_a_display_name_is_no_sender() -> None:
    message = a_message(sender=Address("chief@boss.example", "x@elsewhere.example"))
    view = view_of_mail(a_case(message), a_desk(), of(a_case(message), a_desk()), None)
    assert view.sender == "x@elsewhere.example" and "boss" not in repr(view)


def test_a_reply_address_is_its_desks_address_too() -> None:
    case = a_case(a_message(to=()), envelope=an_envelope(recipient="support+t0ken@desk.example"))
    view = view_of_mail(case, a_desk(), of(case, a_desk()), None)
    assert view.recipients == ("support+t0ken@desk.example", "support@desk.example")


ACTS: tuple[tuple[dict[str, Any], Draft], ...] = (
    ({"priority": 1}, Draft(1)),
    ({"category": "billing"}, Draft(3, category="billing")),
    ({"assign": "grace"}, Draft(3, assignee="grace")),
    ({"tag": ["a", "b", "a"]}, Draft(3, tags=("a", "b"))),
    ({"field": {"x": "1", "y": "{{2}}"}}, Draft(3, fields=(("x", "1"), ("y", "{2}")))),
    ({"type": "incident", "module": "login"}, Draft(3, type="incident", module="login")),
    ({"status": "waiting"}, Draft(3, status=Status.WAITING)),
    ({"participant": "eve@acme.example"}, Draft(3, participants=("eve@acme.example",))),
    (
        {"notify": ["grace", {"staff": "on-call", "template": "staff-page"}]},
        Draft(3, pages=(Page("grace"), Page("on-call", "staff-page"))),
    ),
    ({"forward": "account-manager"}, Draft(3, forwards=("account-manager",))),
    ({"answer": "thanks"}, Draft(3, answer="thanks")),
    ({"ask": {"vm": "the machine"}}, Draft(3, asks=(("vm", "the machine"),))),
    ({"review": "odd", "ignore": "spam"}, Draft(3, review="odd", ignored="spam")),
    ({"webhook": ["crm", "crm"]}, Draft(3, webhooks=("crm",))),
)


@pytest.mark.parametrize(("then", "draft"), ACTS)
def test_an_action_changes_the_draft(then: dict[str, Any], draft: Draft) -> None:
    assert shaped({"then": then}).draft == draft


def test_what_brackets_catch_becomes_a_field() -> None:
    when = {"subject": r"/(?P<vm>de-\d+)-(\d+)/", "text": "/call (.*)/"}
    then = {"field": {"vm": "{vm}", "number": "no. {2}", "phone": "{3}"}}
    made = shaped({"when": when, "then": then}, subject="de-10-77 is down", text="call 112")
    assert made.draft.fields == (("vm", "de-10"), ("number", "no. 77"))


def test_what_brackets_catch_is_one_short_line() -> None:
    made = shaped(
        {"when": {"text": r"/(?s:(a.*))/"}, "then": {"field": {"x": "{1}"}}},
        text="a\r\nb\x00\u2028" + "c" * 9000,
    )
    value = dict(made.draft.fields)["x"]
    assert len(value) == 500 and value.startswith("a b c") and value.isprintable()


def test_a_caught_brace_is_no_placeholder() -> None:
    assert fill("{1}", Captures(("{2}", "secret"))) == "{2}"


def test_a_later_rule_overwrites_an_earlier_one_and_adds_tags() -> None:
    made = shaped({"then": {"priority": 1, "tag": "x"}}, {"then": {"priority": 4, "tag": "y"}})
    assert made.draft == Draft(4, tags=("x", "y"))
    assert [reason.code for reason in made.reasons] == ["rule", "rule", "rule-overwrites"]
    assert made.reasons[-1].text == "`rule 1` makes priority `4` of the `1` that `rule 0` set"


def test_a_later_rule_sees_what_an_earlier_one_has_set() -> None:
    found = {"when": {"subject": r"/(?P<vm>de-\d+)/"}, "then": {"field": {"vm": "{vm}"}, "category": "hosting"}}
    missing = {"when": {"not": {"field": {"vm": "*"}}}, "then": {"tag": "no-vm"}}
    then = {"when": {"category": "hosting"}, "then": {"tag": "seen"}}
    assert shaped(found, missing, then, subject="de-10 is down").draft.tags == ("seen",)
    assert shaped(found, missing, then, subject="it is down").draft.tags == ("no-vm",)


def test_a_rule_is_asked_on_its_occasions_only() -> None:
    assert matches({"subject": "fire"}, on="new")
    assert not matches({"subject": "fire"}, on="follow-up")


def test_stop_ends_the_run() -> None:
    made = shaped({"then": {"priority": 1}, "stop": True}, {"then": {"priority": 4}})
    assert made.draft.priority == 1 and "no further rule" in made.reasons[-1].text


def test_a_shadow_rule_is_told_and_changes_nothing_not_even_by_stopping() -> None:
    made = shaped({"then": {"priority": 1}, "stop": True, "shadow": True}, {"then": {"category": "x"}})
    assert made.draft == Draft(3, category="x")
    assert [reason.code for reason in made.reasons] == ["rule-shadow", "rule"]


def test_a_reason_names_the_rule_and_what_matched_but_nothing_of_the_mail() -> None:
    made = shaped({"rule": "fire", "when": {"subject": "/f(i)re/", "sender": "authorised"}, "then": {"priority": 1}})
    (reason,) = made.reasons
    assert (reason.step, reason.code) == ("rule", "rule")
    assert all(word in reason.text for word in ("`fire`", "subject `/f(i)re/`", "sender `authorised`", "priority `1`"))
    assert "ada@acme.example" not in reason.text and "printer" not in reason.text


def test_every_word_that_can_be_written_is_understood() -> None:
    assert set(When.model_fields) == {*CONDITIONS, *GROUPS}
    assert set(Actions.model_fields) == set(ACTIONS)
    assert set(CONDITIONS) == set(ACTUAL)
    assert all(function.__doc__ for function in (*CONDITIONS.values(), *ACTIONS.values()))


def test_a_rule_survives_the_database() -> None:
    written = {
        "when": {"any": [{"subject": ["a", "/b(c)/i"]}], "not": {"sender": "@x.example"}, "desk": "service"},
        "then": {"field": {"x": "{1}"}, "tag": "t"},
        "examples": [{"mail": {"from": "a@b.example"}, "gives": "nothing"}, {"mail": {}, "gives": {"tag": "t"}}],
    }
    made = rules(written, {"stop": True, "on": ["time", "reply"]}).rules
    assert RULES.validate_json(RULES.dump_json(made)) == made and hash(made)


MANY = rules(
    {
        "when": {"subject": ["down", "*x*", r"/(a+)+$/i"], "text": r"/(?P<all>.*)/"},
        "then": {"field": {"x": "{all}{1}"}},
    },
    {"when": {"header": {"x-a": ["*"]}, "full_text": "a"}, "then": {"module": "m"}},
    {"when": {"any": [{"text": ["aa", r"/\bfoo\b/"]}, {"sender": ["@a.example", "/x/"]}]}, "then": {"tag": "t"}},
    {"when": {"not": {"all": [{"recipient": "/^a/"}, {"organisation": "acme"}]}}, "then": {"priority": 2}},
)
WILD = st.text(st.characters(), max_size=300)


@settings(max_examples=200)
@given(WILD, WILD, st.sampled_from(Register), WILD, WILD)
def test_no_mail_makes_the_rules_fail(subject: str, text: str, register: Register, address: str, name: str) -> None:
    seen = {"subject": subject, "text": text, "full_text": text, "sender": address, "recipients": (address, name)}
    view = a_view(**seen, register=register, desk=name, organisation=name, headers=((name, text),))
    assert run(MANY, DRAFT, view) == run(MANY, DRAFT, view)


def test_half_a_surrogate_pair_is_only_a_strange_sign() -> None:
    broken = "a\ud800@x.example"
    seen = {"subject": broken, "text": broken, "sender": broken, "recipients": (broken,), "desk": broken}
    assert run(MANY, DRAFT, a_view(**seen, organisation=broken)).reasons


@pytest.mark.parametrize("hostile", ["a" * 100_000 + "!", "aa" * 50_000, "x " * 50_000, "ab" * 50_000 + "\n"])
def test_hostile_text_takes_time_in_proportion_to_its_length(hostile: str) -> None:
    evil = rules({"when": {"text": [r"/(a+)+$/", r"/(a|aa)+c/", r"/(x+x+)+y/", "*" + "a" * 60 + "b*"]}, "stop": True})
    run(evil, DRAFT, a_view())
    assert effort(lambda: run(evil, DRAFT, a_view(text=hostile * 3)), 1) <= 1
