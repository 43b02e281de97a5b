"""Random rules and mails of a small vocabulary, so that they often meet."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from maild.model import Proof, Register, Status
from maild.rules.view import Attached, RuleView, Standing, Trigger
from tests.builders import NOON
from tests.rules.kit import a_view

WORDS = ("down", "*fall*", "Straße", "a b", "x", "/d(o)wn/", r"/\bx\b/i", "/^a/", r"/(?P<n>\d+)/", r"/\Qa.b/", "/./")
PIECES = ("down", "Ausfall", "STRASSE", "a  b", "download", "x", "42", "a.b", "é", "nothing", "\n")
ADDRESSES = ("ada@acme.example", "bob@acme.example", "eve@beta.example", "support@desk.example")
SENDERS = (*ADDRESSES, "@acme.example", "/^b/", "authorised", "unknown", "primary")
NAMES = ("service", "sales", "/^s/")
MAPPED = st.dictionaries(st.sampled_from(("x-a", "x-b")), st.sampled_from(("*", "down", "/x/")), min_size=1)


def some(*words: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(words), min_size=1, max_size=3)


LEAVES: dict[str, st.SearchStrategy[Any]] = {
    "subject": some(*WORDS),
    "text": some(*WORDS),
    "full_text": some(*WORDS),
    "header": MAPPED,
    "attachment": st.sampled_from(({"name": "*.pdf"}, {"size": "> 10 kB"}, {"count": "0"}, {"type": "image/*"})),
    "language": some("de", "en"),
    "sender": some(*SENDERS),
    "proof": some(*Proof),
    "organisation": some("acme", "beta", "/a$/"),
    "recipient": some(*ADDRESSES, "@desk.example", "/eve/"),
    "recipients": st.sampled_from(("1", "> 1", "2..3")),
    "desk": some(*NAMES),
    "hours": st.sampled_from(("inside", "outside")),
    "automatic": st.sampled_from((True, False, "bulk")),
    "status": some("new", "open"),
    "priority": st.sampled_from(("1..2", "3", ">= 3")),
    "category": some("a", "/./"),
    "tag": some("t", "/u/"),
    "field": st.sampled_from(({"f": "*"}, {"f": "down"})),
    "age": st.sampled_from(("> 1 day", "< 1 h")),
}
LEAF = st.dictionaries(st.sampled_from(sorted(LEAVES)), st.none(), min_size=1, max_size=3).flatmap(
    lambda chosen: st.fixed_dictionaries({name: LEAVES[name] for name in chosen})
)


def _nested(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    many = st.lists(inner, min_size=1, max_size=3)
    groups = st.fixed_dictionaries({}, optional={"any": many, "all": many, "not": inner}).filter(bool)
    return st.tuples(groups, st.one_of(st.just({}), LEAF)).map(lambda both: both[0] | both[1])


WHEN = st.recursive(LEAF, _nested, max_leaves=5)
THEN = st.fixed_dictionaries(
    {},
    optional={
        "priority": st.integers(1, 4),
        "category": st.sampled_from(("a", "b")),
        "tag": some("t", "u", "v"),
        "field": st.just({"f": "down"}),
        "assign": st.just("grace"),
        "webhook": st.just("crm"),
    },
).filter(bool)
RULE = st.fixed_dictionaries(
    {"then": THEN, "on": some(*Trigger)},
    optional={"when": WHEN, "stop": st.booleans(), "shadow": st.booleans()},
)
TEXT = st.lists(st.sampled_from(PIECES), max_size=6).map(" ".join)
STANDING = st.sampled_from((Standing(Status.OPEN, NOON, NOON), Standing(Status.NEW, NOON.replace(day=1), NOON)))
VIEWS: st.SearchStrategy[RuleView] = st.fixed_dictionaries(
    {
        "trigger": st.sampled_from(Trigger),
        "subject": TEXT,
        "text": TEXT,
        "full_text": TEXT,
        "sender": st.sampled_from(("", *ADDRESSES)),
        "recipients": some(*ADDRESSES).map(tuple),
        "proof": st.sampled_from(Proof),
        "register": st.sampled_from(Register),
        "organisation": st.sampled_from(("", "acme", "beta")),
        "roles": st.sampled_from(((), ("primary",))),
        "language": st.sampled_from(("", "de", "en")),
        "automatic": st.sampled_from(("", "bulk", "list")),
        "desk": st.sampled_from(("service", "sales")),
        "desk_open": st.booleans(),
        "attachments": st.sampled_from(((), (Attached("a.pdf", "image/png", 20_000),))),
        "headers": st.sampled_from(((), (("x-a", "it is down"), ("x-b", ""), ("x-b", "x")))),
        "ticket": st.one_of(st.none(), STANDING),
    }
).map(lambda seen: a_view(**seen))
