"""Every condition, where it holds and where it does not; what a rule's reason then says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from maild.model import Proof, Register, Status
from maild.rules.conditions import CONDITIONS, actual
from maild.rules.matter import Matter, Scene
from maild.rules.model import Draft
from maild.rules.view import Attached, Standing
from tests.builders import NOON
from tests.rules.kit import DRAFT, RULES, a_view, matches, shaped

PDF, PHOTO = Attached("Report May.PDF", "application/pdf", 20_000), Attached("a.jpg", "image/jpeg", 6_000_000)
EXE = Attached("x.exe", "", 1)
HEADERS = (("x-spam", "yes, 12"), ("subject", "=?utf-8?q?Gr=C3=BC=C3=9Fe?="), ("x-empty", ""), ("x-spam", "no"))
SIX_DAYS = Standing(Status.WAITING, NOON - timedelta(days=40), NOON - timedelta(days=6))
TO_COME = Standing(Status.OPEN, NOON + timedelta(hours=1), NOON + timedelta(hours=1))
FULL = Draft(2, type="incident", category="billing", module="login", tags=("vip", "a b"), fields=(("vm", "de-10"),))

Row = tuple[dict[str, Any], dict[str, Any], dict[str, Any]]
# the conditions; what the mail has when they hold; and when they do not
ROWS: tuple[Row, ...] = (
    ({"subject": "fire"}, {}, {"subject": "fireplace"}),
    ({"subject": "*fire"}, {"subject": "campfire"}, {"subject": "campfires"}),
    ({"subject": "on FIRE"}, {"subject": "it is on \n fire"}, {"subject": "on a fire"}),
    ({"subject": "$100"}, {"subject": "you owe $100"}, {"subject": "you owe $1000"}),
    ({"text": "/^second/"}, {"text": "first\nsecond"}, {"text": "first second"}),
    ({"text": "quoted"}, {"text": "quoted"}, {"text": "", "full_text": "> quoted"}),
    ({"full_text": "quoted"}, {"full_text": "> quoted"}, {"full_text": ""}),
    ({"header": {"X-Spam": "yes"}}, {"headers": HEADERS}, {"headers": HEADERS[3:]}),
    ({"header": {"x-spam": "no"}}, {"headers": HEADERS}, {"headers": HEADERS[:1]}),
    ({"header": {"x-spam": "/^yes/"}}, {"headers": HEADERS}, {"headers": ()}),
    ({"header": {"x-spam": "*"}}, {"headers": HEADERS}, {"headers": HEADERS[2:3]}),
    ({"header": {"x-spam": "*"}}, {"headers": HEADERS}, {"headers": (("x-spam", ""),)}),
    ({"header": {"x-empty": "/^$/"}}, {"headers": HEADERS}, {"headers": ()}),
    ({"header": {"subject": "Grüße"}}, {"headers": HEADERS}, {"headers": ()}),
    ({"header": {"x-spam": "*", "subject": "*"}}, {"headers": HEADERS}, {"headers": HEADERS[:1]}),
    ({"attachment": {"name": "*.pdf"}}, {"attachments": (PHOTO, PDF)}, {"attachments": (PHOTO,)}),
    ({"attachment": {"name": "report may*"}}, {"attachments": (PDF,)}, {"attachments": ()}),
    ({"attachment": {"type": "image/*"}}, {"attachments": (PHOTO,)}, {"attachments": (PDF,)}),
    ({"attachment": {"type": "/^image/", "size": "> 5 MB"}}, {"attachments": (PHOTO,)}, {"attachments": (PDF,)}),
    (
        {"attachment": {"name": "*.pdf", "size": "> 5 MB"}},
        {"attachments": (Attached("b.pdf", "", 6_000_000),)},
        {"attachments": (PHOTO, PDF)},
    ),
    ({"attachment": {"count": 2}}, {"attachments": (PHOTO, PDF)}, {"attachments": (PDF,)}),
    ({"attachment": {"count": 0}}, {}, {"attachments": (PDF,)}),
    ({"attachment": {"count": "1..9"}}, {"attachments": (PDF,)}, {}),
    ({"attachment": {"count": 0, "name": "*.exe"}}, {"attachments": (PDF,)}, {"attachments": (EXE,)}),
    ({"language": ["de", "en"]}, {"language": "en"}, {"language": "nl"}),
    ({"language": "en"}, {}, {"language": ""}),
    ({"sender": "@acme.example"}, {}, {"sender": "ada@sub.acme.example"}),
    ({"sender": "authorised"}, {}, {"register": Register.REGISTERED}),
    ({"sender": "primary"}, {}, {"roles": ("technical",)}),
    ({"sender": ["unknown", "/@acme/"]}, {}, {"sender": "x@y.example"}),
    ({"proof": ["weak", "proven"]}, {}, {"proof": Proof.NONE}),
    ({"organisation": "/^ac/"}, {}, {"organisation": "beta"}),
    ({"organisation": "/.*/"}, {}, {"organisation": ""}),
    ({"recipient": "SUPPORT@desk.example"}, {}, {"recipients": ("sales@desk.example",)}),
    ({"recipient": "@desk.example"}, {}, {"recipients": ()}),
    ({"recipients": "> 1"}, {"recipients": ("a@b.example", "c@d.example")}, {}),
    ({"recipients": 1}, {}, {"recipients": ()}),
    ({"desk": ["service", "sales"]}, {"desk": "sales"}, {"desk": "hr"}),
    ({"hours": "inside"}, {}, {"desk_open": False}),
    ({"hours": "outside"}, {"desk_open": False}, {}),
    ({"automatic": True}, {"automatic": "bulk"}, {"automatic": ""}),
    ({"automatic": False}, {"automatic": ""}, {"automatic": "bounce"}),
    ({"automatic": ["list", "bulk"]}, {"automatic": "list"}, {"automatic": "auto-reply"}),
    ({"status": "new"}, {"ticket": None}, {"ticket": SIX_DAYS}),
    ({"status": ["waiting", "solved"]}, {"ticket": SIX_DAYS}, {"ticket": None}),
    ({"age": "> 30 days"}, {"ticket": SIX_DAYS}, {"ticket": None}),
    ({"age": "< 1 minute"}, {"ticket": TO_COME}, {"ticket": SIX_DAYS}),
    ({"age": "0 minutes"}, {"ticket": None}, {"ticket": SIX_DAYS}),
    ({"quiet": "5..7 days"}, {"ticket": SIX_DAYS}, {"ticket": TO_COME}),
    ({"quiet": ">= 6 days"}, {"ticket": SIX_DAYS}, {"ticket": None}),
    ({"quiet": "> 6 days"}, {"ticket": SIX_DAYS, "at": NOON + timedelta(seconds=1)}, {"ticket": SIX_DAYS}),
    ({"any": [{"subject": "no"}, {"text": "burns"}]}, {}, {"text": ""}),
    ({"all": [{"subject": "fire"}, {"text": "burns"}]}, {}, {"text": ""}),
    ({"not": {"subject": "fire", "text": "burns"}}, {"text": ""}, {}),
    ({"not": {"not": {"subject": "fire"}}}, {}, {"subject": ""}),
)  # fmt: skip
TICKET: tuple[tuple[dict[str, Any], Draft], ...] = (
    # the conditions; they hold for FULL, and not for this draft
    ({"priority": 2}, Draft(3)),
    ({"priority": "1..2"}, Draft(3)),
    ({"priority": "<= 2"}, Draft(4)),
    ({"type": "incident"}, Draft(2, type="Incident")),
    ({"category": ["x", "/^bill/"]}, DRAFT),
    ({"category": "/./"}, DRAFT),
    ({"module": "login"}, Draft(2, module="log")),
    ({"tag": "a b"}, Draft(2, tags=("a", "b"))),
    ({"tag": "/^v/"}, DRAFT),
    ({"field": {"vm": "*"}}, DRAFT),
    ({"field": {"vm": "*"}}, Draft(2, fields=(("vm", ""),))),
    ({"field": {"vm": ["x", "/^de-/"]}}, Draft(2, fields=(("vm", "nl-10"),))),
    ({"not": {"field": {"url": "*"}}}, Draft(2, fields=(("url", "u"),))),
)


@pytest.mark.parametrize(("when", "holds", "fails"), ROWS)
def test_a_condition_on_the_mail(when: dict[str, Any], holds: dict[str, Any], fails: dict[str, Any]) -> None:
    assert matches(when, **holds)
    assert not matches(when, **fails)


@pytest.mark.parametrize(("when", "fails"), TICKET)
def test_a_condition_on_the_ticket_as_it_stands(when: dict[str, Any], fails: Draft) -> None:
    assert matches(when, draft=FULL)
    assert not matches(when, draft=fails)


def test_every_condition_is_in_these_tables() -> None:
    assert {name for when, *_ in (*ROWS, *TICKET) for name in when} == {*CONDITIONS, "any", "all", "not"}


SAID: tuple[tuple[dict[str, Any], dict[str, Any], str], ...] = (
    ({"subject": ["no", "*fi*"]}, {}, "subject `*fi*`"),
    ({"header": {"X-Spam": ["no"], "subject": "*"}}, {"headers": HEADERS}, "header `x-spam: no, subject: *`"),
    ({"attachment": {"name": "*.pdf"}}, {"attachments": (PDF, PDF)}, "attachment `2 of this kind`"),
    ({"sender": ["@acme.example", "primary"]}, {}, "sender `primary`"),
    ({"quiet": "5..7 days"}, {"ticket": SIX_DAYS}, "quiet `5..7 days`"),
    ({"automatic": False}, {}, "automatic `person`"),
    ({"not": {"text": "x", "desk": "y"}}, {}, "not the text, desk it excludes"),
)


@pytest.mark.parametrize(("when", "mail", "words"), SAID)
def test_a_reason_names_what_matched_in_the_rules_own_words(
    when: dict[str, Any], mail: dict[str, Any], words: str
) -> None:
    (reason,) = shaped({"when": when, "then": {"tag": "t"}}, **mail).reasons
    assert f"matches ({words})" in reason.text


LOOKED_AT: tuple[tuple[dict[str, Any], str], ...] = (
    ({"subject": "x"}, "`The printer is on fire`"),
    ({"text": "x"}, "`" + "long " * 15 + "long…`"),
    ({"full_text": "x"}, "nothing"),
    ({"header": {"x-spam": "x"}}, "`x-spam: yes, 12`, `x-spam: no`"),
    ({"header": {"x-other": "x"}}, "nothing"),
    ({"attachment": {"name": "x"}}, "`Report May.PDF application/pdf 20000 B`"),
    ({"language": "x"}, "`en`"),
    ({"sender": "x@y.example"}, "`ada@acme.example`, `authorised`, `primary`, `technical`"),
    ({"proof": "none"}, "`proven`"),
    ({"organisation": "x"}, "`acme`"),
    ({"recipient": "x@y.example"}, "`support@desk.example`"),
    ({"recipients": 9}, "`1`"),
    ({"desk": "x"}, "`service`"),
    ({"hours": "outside"}, "`inside`"),
    ({"automatic": True}, "`person`"),
    ({"status": "new"}, "`waiting`"),
    ({"priority": 4}, "`2`"),
    ({"type": "x"}, "`incident`"),
    ({"category": "x"}, "`billing`"),
    ({"module": "x"}, "`login`"),
    ({"tag": "x"}, "`vip`, `a b`"),
    ({"field": {"x": "*"}}, "`vm: de-10`"),
    ({"age": "< 1 day"}, "40 d 0 h"),
    ({"quiet": "< 1 day"}, "6 d 0 h"),
)


@pytest.mark.parametrize(("when", "shown"), LOOKED_AT)
def test_what_a_condition_looked_at_can_be_shown(when: dict[str, Any], shown: str) -> None:
    seen = a_view(text="long " * 30, full_text="", headers=HEADERS, attachments=(PDF,), ticket=SIX_DAYS)
    (rule,) = RULES.validate_python(({"rule": "r", "when": when, "then": {"tag": "t"}},))
    ((name, wanted),) = rule.when.given()
    assert actual(name, wanted, Scene(Matter(seen), FULL)) == shown


def test_every_condition_can_show_what_it_looked_at() -> None:
    assert {name for when, _ in LOOKED_AT for name in when} == set(CONDITIONS)
