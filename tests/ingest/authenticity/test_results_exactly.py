"""The believed header to the letter: what each reading holds, its limits, and the hops of each border."""

from __future__ import annotations

import pytest

from maild.ingest.authenticity.borders import Border, border_of
from maild.ingest.authenticity.results import LONGEST, MOST_RESULTS, Result, Results, Unbelieved, read_results

NAME = "Authentication-Results"
OWN, MICROSOFT = Border("own", "mx.desk.example"), Border("microsoft365")
HOP = ("Received", "from mail.acme.example by mx.desk.example with ESMTPS")
INSIDE = ("Received", "by mx.desk.example with LMTP")
ELSEWHERE = ("Received", "from a.example by b.example")


def said(*fields: tuple[str, str], border: Border = OWN) -> Results | Unbelieved:
    return read_results(fields, border)


def results(text: str, border: Border = OWN) -> tuple[Result, ...]:
    found = said((NAME, text), border=border)
    assert isinstance(found, Results), found
    return found.results


DKIM = Result("dkim", "pass", (("header.d", "acme.example"),))
READ = [
    ("mx.desk.example; dkim=pass header.d=acme.example", (DKIM,)),
    ("MX.desk.example 1; DKIM/1=PASS Header.D=Acme.Example;", (DKIM,)),
    ("mx.desk.example; spf=pass; dkim=pass header.d=acme.example", (Result("spf", "pass"), DKIM)),
    ("mx.desk.example; none", ()),
    ('mx.desk.example; spf=fail reason="a \\"b\\" c"', (Result("spf", "fail", (("reason", 'a "b" c'),)),)),
    ('mx.desk.example; spf=fail reason="x" more=y', (Result("spf", "fail", (("reason", "x"), ("more", "y"))),)),
    ("mx.desk.example; spf=fail (a  b) x=y (c)", (Result("spf", "fail", (("x", "y"),), "(a b)(c)"),)),
    (
        "mx.desk.example; spf=pass (one\t two); dkim=none",
        (Result("spf", "pass", (), "one two"), Result("dkim", "none")),
    ),
]


@pytest.mark.parametrize(("text", "expected"), READ)
def test_each_result_is_a_method_a_verdict_and_its_values(text: str, expected: tuple[Result, ...]) -> None:
    found = results(text)
    assert [(one.method, one.verdict, one.values) for one in found] == [
        (one.method, one.verdict, one.values) for one in expected
    ]
    words = [" ".join(one.comment.replace("(", " ").replace(")", " ").split()) for one in (*found, *expected)]
    assert words[: len(found)] == words[len(found) :]


def test_microsofts_header_begins_with_a_result() -> None:
    hop = ("Received", "from x by AM9.eurprd05.prod.outlook.com with HTTPS")
    found = said((NAME, "spf=pass smtp.mailfrom=x; dkim=none"), hop, border=MICROSOFT)
    assert isinstance(found, Results)
    assert [one.method for one in found.results] == ["spf", "dkim"]
    for other in ("mx.evil.example; spf=pass", "mx.evil.example a=b; spf=pass", ""):
        assert said((NAME, other), hop, border=MICROSOFT) == Unbelieved()


@pytest.mark.parametrize("version", ["", " 1", " 22", " (a comment)", " 1 (a comment)"])
def test_behind_the_id_a_version_and_comments_may_stand(version: str) -> None:
    assert isinstance(said((NAME, f"mx.desk.example{version}; spf=pass")), Results)


NOT_AS_WRITTEN = "a header speaks in the border's name that is not written as it writes them"
BELOW = "its results stand below a server that is not the border's"
TWO = "2 headers speak in the border's name: none of them is believed"
GOOD = (NAME, "mx.desk.example; spf=pass")
DISBELIEVED = [
    ((), ""),
    ((GOOD, GOOD), TWO),
    ((GOOD, HOP, ELSEWHERE, GOOD), TWO),
    (((NAME, "mx.desk.example a; spf=pass"),), NOT_AS_WRITTEN),
    (((NAME, "mx.desk.example 1 2; spf=pass"),), NOT_AS_WRITTEN),
    (((NAME, '"mx.desk.example"; spf=pass'),), NOT_AS_WRITTEN),
    ((ELSEWHERE, GOOD), BELOW),
    ((HOP, INSIDE, GOOD), BELOW),
    ((HOP, HOP, GOOD), BELOW),
]


@pytest.mark.parametrize(("fields", "why"), DISBELIEVED)
def test_what_is_not_believed_says_why(fields: tuple[tuple[str, str], ...], why: str) -> None:
    assert said(*fields) == Unbelieved(why)


def test_below_the_borders_inner_hops_and_the_one_that_took_the_mail_in_it_is_believed() -> None:
    for fields in ((GOOD, HOP), (HOP, GOOD), (INSIDE, INSIDE, HOP, GOOD, ELSEWHERE)):
        assert isinstance(said(*fields), Results)


def test_limits_hold_to_the_letter() -> None:
    assert (LONGEST, MOST_RESULTS) == (16_000, 40)
    assert len(results("mx.desk.example" + "; spf=pass" * 50)) == 40
    found = said((NAME, "mx.desk.example; spf=pass x=" + "a" * 2000))
    assert isinstance(found, Results) and len(found.header) == 1000 and found.header.startswith("mx.desk")
    text = "mx.desk.example; spf=pass; "
    assert results(text + "x" * (LONGEST - len(text) - 3) + " a=b")[-1].values == ()
    assert len(results(text + "x" * (LONGEST - len(text) - 4) + " a=b")) == 2
    assert len(results(text + "x" * (LONGEST - len(text)) + " a=b")) == 1


ACTIONS = [("oreject", "reject"), ("o.reject", "reject"), ("reject", "reject"), ("quarantine", "quarantine")]
ACTIONS += [("none", "none"), ("pct.reject", "reject")]


@pytest.mark.parametrize(("action", "policy"), ACTIONS)
def test_what_microsoft_did_counts_before_what_a_comment_says(action: str, policy: str) -> None:
    (one,) = results(
        f"mx.desk.example; dmarc=fail action={action} (p={'reject' if action == 'pct.reject' else 'none'})"
    )
    (other,) = results(f"mx.desk.example; dmarc=fail action={action} (p=reject)")
    assert (one.policy, other.policy) == (policy, policy)


# ---- borders ---------------------------------------------------------------------------------------

NOTES = [
    ("bare", Border("bare")),
    ("google", Border("google", "mx.google.com")),
    ("microsoft365", Border("microsoft365")),
    ("own:MX.desk.example", OWN),
    ("own:mx.desk.example:A.b,,c.d", Border("own", "mx.desk.example", frozenset({"a.b", "c.d"}))),
    ("other:mx.desk.example", None),
    ("own", None),
    ("", None),
]


@pytest.mark.parametrize(("note", "border"), NOTES)
def test_a_note_names_a_border(note: str, border: Border | None) -> None:
    assert border_of(note) == border
    assert border is None or border.is_bare is (note == "bare")
    assert Border("own").server == ""


HOPS = [
    ("own:mx.desk.example", "from a by mx.desk.example. with ESMTP", True, True),
    ("own:mx.desk.example", "from a by MX.desk.example;", True, True),
    ("own:[192.0.2.1]", "from a by [192.0.2.1] with", False, True),
    ("own:192.0.2.1", "from a by [192.0.2.1] with", True, True),
    ("own:mx.desk.example", "by mx.desk.example with LMTP", True, False),
    ("own:mx.desk.example", "from mx.desk.example by mx.desk.example with", True, False),
    ("own:mx.desk.example", "from [192.0.2.1] by .mx.desk.example with", False, True),
    ("google", "from mail-1.google.com by mx.google.com with", True, False),
    ("google", "from a by 2002:a05:6402::1 with", True, True),
    ("microsoft365", "from a.prod.outlook.com by b.protection.outlook.com with", True, False),
    ("microsoft365", "from a by b.outlook.office365.com.evil.example with", False, True),
]


@pytest.mark.parametrize(("note", "received", "wrote", "took_in"), HOPS)
def test_a_hop_is_the_borders_and_comes_from_outside(note: str, received: str, wrote: bool, took_in: bool) -> None:
    border = border_of(note)
    assert border is not None
    assert (border.wrote(received), border.took_in(received)) == (wrote, took_in)


def test_of_a_hop_two_thousand_characters_are_read() -> None:
    hop = "by mx.desk.example"
    for blanks, wrote in ((2000 - len(hop), True), (2001 - len(hop), False)):
        assert OWN.wrote(" " * blanks + hop) is wrote
