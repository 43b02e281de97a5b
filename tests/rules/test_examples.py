"""A rule's own examples: mails in short, and what the rule must give for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.rules.example_mail import ARRIVED, ExampleMail, shown
from maild.rules.model import Draft
from maild.rules.view import Attached, Trigger
from tests.rules.loading import KNOWN, load, told

RULES = """\
- rule: sets
  then: { field: { vm: x } }
- rule: r
  on: [%s]
  when: { %s }
  then: { %s }
  examples:
    - mail: { %s }
      gives: %s
"""
MAIL = ("new", "subject: down", "priority: 1, tag: [a, b]")
VM = ("new", "subject: '/(?P<vm>de-[0-9]+)/'", "field: { vm: '{vm}' }")
EVERY = ("new", "desk: service", "assign: grace, notify: [grace, { staff: linus, template: staff-x }], forward: linus, "
         "webhook: crm, participant: eve@x.example, propose: leaving, instruction: true, workflow: move, answer: hi, "
         "ask: { vm: it }, status: waiting, type: t, module: m, category: c, review: odd, ignore: junk")  # fmt: skip
TIME = ("time", "quiet: '> 5 days', status: open, tag: vip", "status: closed")

COMES_OUT: tuple[tuple[tuple[str, str, str], str, str], ...] = (
    (MAIL, "subject: it is down", "{ priority: 1 }"),
    (MAIL, "subject: it is down", "{ tag: b }"),
    (MAIL, "subject: it is up", "nothing"),
    (VM, "subject: de-10", "{ field: { vm: de-10 } }"),
    (EVERY, "text: x", "{ assign: grace, notify: [{ staff: linus, template: staff-x }] }"),
    (EVERY, "text: x", "{ notify: grace, forward: linus, webhook: crm, participant: eve@x.example, propose: leaving }"),
    (EVERY, "text: x", "{ instruction: true, workflow: move, answer: hi, ask: { vm: it }, status: waiting, type: t }"),
    (EVERY, "text: x", "{ module: m, category: c, review: odd, ignore: junk }"),
    (TIME, "ticket: { quiet: 6 days, tag: vip }", "{ status: closed }"),
    (TIME, "ticket: { quiet: 5 days, tag: vip }", "nothing"),
    (TIME, "ticket: { quiet: 6 days, status: solved, tag: vip }", "nothing"),
    (TIME, "ticket: { age: 999999999999 weeks, quiet: 999999999999 weeks, tag: vip }", "{ status: closed }"),
    (("new, follow-up", "header: { X-A: b }", "tag: t"), "on: follow-up, header: { x-a: b }", "{ tag: t }"),
    (("new", "proof: none, hours: outside", "tag: t"), "proof: none, hours: outside", "{ tag: t }"),
    (("new", "sender: authorised, organisation: acme", "tag: t"), "from: ada@acme.example", "{ tag: t }"),
    (("new", "sender: primary", "tag: t"), "from: bob@acme.example", "nothing"),
    (("new", "sender: inactive", "tag: t"), "from: carol@acme.example", "{ tag: t }"),
    (("new", "sender: unknown", "tag: t"), "subject: x", "{ tag: t }"),
    (("new", "automatic: bulk", "tag: t"), "automatic: bulk", "{ tag: t }"),
    (("new", "recipients: 2, recipient: x@y.example", "tag: t"), "cc: x@y.example", "{ tag: t }"),
    (("new", "attachment: { name: '*.pdf', size: '> 5 B' }", "tag: t"), "attachment: a.pdf", "nothing"),
    (("new", "attachment: { name: '*.pdf', size: '> 5 B' }", "tag: t"), "attachment: [{ name: a.pdf, size: 6 }]",
     "{ tag: t }"),
    (("new", "full_text: old", "tag: t"), "text: new, full_text: '> old'", "{ tag: t }"),
    (("new", "language: de", "tag: t"), "language: de", "{ tag: t }"),
    (("reply", "priority: 2, category: c, field: { vm: y }", "tag: t"),
     "ticket: { priority: 2, category: c, field: { vm: y } }", "{ tag: t }"),
)  # fmt: skip


@pytest.mark.parametrize(("rule", "mail", "gives"), COMES_OUT)
def test_an_example_comes_out(tmp_path: Path, rule: tuple[str, str, str], mail: str, gives: str) -> None:
    assert told(load(tmp_path, RULES % (*rule, mail, gives))) == []


DIFFERS: tuple[tuple[tuple[str, str, str], str, str, str], ...] = (
    (MAIL, "subject: it is down", "{ priority: 2 }", "9:26: it gives `1` instead"),
    (MAIL, "subject: it is down", "{ category: x }", "9:26: it gives nothing instead"),
    (MAIL, "subject: it is down", "{ tag: [a, c] }", "9:21: it does not give the tag `c`"),
    (MAIL, "subject: it is down", "nothing", "9:14: the rule should give nothing, but it matches: subject `down`"),
    (MAIL, "subject: it is up", "{ tag: a }",
     "8:13: the rule does not match this mail: `subject` does not hold, it is `it is up`"),
    (MAIL, "on: time", "{ tag: a }",
     "8:13: the rule does not match this mail: it is asked on new only, and this is time"),
    (VM, "subject: de-10", "{ field: { vm: de-11 } }", "9:29: it gives `de-10` instead"),
    (VM, "subject: de-10", "{ field: { url: x } }", "9:30: it gives nothing instead"),
    (EVERY, "text: x", "{ notify: linus }", "9:24: it does not tell `linus` so"),
    (EVERY, "text: x", "{ webhook: [crm, pager] }", "9:25: it does not give the webhook `pager`"),
    (EVERY, "text: x", "{ ask: { url: it } }", "9:21: it does not give the ask `url`"),
    (EVERY, "text: x", "{ propose: new-contact }", "9:25: it does not give the propose `new-contact`"),
    (EVERY, "text: x", "{ status: open }", "9:24: it gives `waiting` instead"),
    (TIME, "ticket: { quiet: 4 days, tag: vip }", "{ status: closed }", "it is 4 d 0 h"),
    (TIME, "ticket: { quiet: 6 days }", "{ status: closed }", "`tag` does not hold, it is nothing"),
    (MAIL, "from: ada at acme, subject: down", "nothing", "8:13: `ada at acme` is no mail address"),
    (MAIL, "to: suport@desk.example", "nothing",
     "8:13: no desk has the address `suport@desk.example`: did you mean `support@desk.example`?"),
)  # fmt: skip


@pytest.mark.parametrize(("rule", "mail", "gives", "message"), DIFFERS)
def test_an_example_that_does_not_come_out_is_told(
    tmp_path: Path, rule: tuple[str, str, str], mail: str, gives: str, message: str
) -> None:
    (said,) = told(load(tmp_path, RULES % (*rule, mail, gives)))
    assert "example 1 of rule `r`: " in said
    bare = said.replace("example 1 of rule `r`: ", "")
    assert bare.startswith(f"a.yaml:{message}") or (message in bare and not message[0].isdigit()), said


MISWRITTEN: tuple[tuple[str, str, str], ...] = (
    ("sbject: x", "nothing", "8:15: `sbject` is not known here: did you mean `subject`?"),
    ("automatic: autoreply", "nothing", "`autoreply` is not possible here: did you mean `auto-reply`?"),
    ("cc: Bob", "nothing", "`Bob` is no address: write name@example.org"),
    ("header: x", "nothing", "a mapping is expected here"),
    ("attachment: [5]", "nothing", "a mapping (lines of `name: value`) is expected here, not `5`"),
    ("attachment: [{ size: -1 }]", "nothing", "the least is 0"),
    ("ticket: { quiet: 5 }", "nothing", "a unit is missing in `5`"),
    ("ticket: open", "nothing", "a mapping (lines of `name: value`) is expected here, not `open`"),
    ("ticket:", "nothing", "a value is missing here: write one, or take the line out"),
    ("proof: maybe", "nothing", "`maybe` is not possible here"),
    ("on: mail", "nothing", "`mail` is not possible here"),
    ("subject: 5", "nothing", 'put it in quotes, "5"'),
    ("text: x", "noting", "`noting` is not possible here"),
    ("text: x", "5", "a mapping (lines of `name: value`) is expected here, not `5`"),
    ("text: x", "{ prority: 1 }", "`prority` is not known here: did you mean `priority`?"),
)


@pytest.mark.parametrize(("mail", "gives", "message"), MISWRITTEN)
def test_an_example_that_cannot_be_read_is_told(tmp_path: Path, mail: str, gives: str, message: str) -> None:
    said = told(load(tmp_path, RULES % (*MAIL, mail, gives)))
    assert len(said) == 1 and message in said[0], said


def test_an_example_shows_rules_what_a_mail_would() -> None:
    assert KNOWN.desks and KNOWN.directory
    written = {"from": "ADA@acme.example", "cc": ["x@y.example"], "attachment": [{"name": "a"}], "text": "t"}
    seen = shown(ExampleMail.model_validate(written), Trigger.NEW, KNOWN.desks, KNOWN.directory)
    assert not isinstance(seen, str)
    assert (seen.view.sender, seen.view.recipients) == ("ada@acme.example", ("support@desk.example", "x@y.example"))
    assert (seen.view.at, seen.view.full_text, seen.view.ticket) == (ARRIVED, "t", None)
    assert seen.view.roles == ("primary", "commercial", "technical")
    assert seen.view.attachments == (Attached("a", "application/octet-stream", 1),) and seen.draft == Draft(3)
