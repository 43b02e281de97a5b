"""Which Authentication-Results header is believed, and what it says: as borders write it, and as strangers would."""

from __future__ import annotations

import authres
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.ingest.authenticity.borders import Border, border_of
from maild.ingest.authenticity.results import LONGEST, Results, Unbelieved, read_results
from tests.effort import effort

GOOGLE, MICROSOFT, OWN = (border_of(note) for note in ("google", "microsoft365", "own:mx.desk.example"))
BY_OWN = ("Received", "from mail.acme.example (mail.acme.example [192.0.2.1]) by mx.desk.example (Postfix) with ESMTPS")
BY_GOOGLE = ("Received", "by 2002:a05:7300:1234:b0:1 with SMTP id x1csp1; Fri, 27 Nov 2026 03:00:00 -0800 (PST)")
INTO_GOOGLE = ("Received", "from mail.acme.example (mail.acme.example. [192.0.2.1]) by mx.google.com with ESMTPS id y2")
BY_MICROSOFT = ("Received", "from DB5.eurprd05.prod.outlook.com (2603::1) by AM9.eurprd05.prod.outlook.com with HTTPS")
ELSEWHERE = ("Received", "from [10.0.0.5] by mail.acme.example with ESMTPSA; Fri, 27 Nov 2026 11:00:00 +0000")
NAME = "Authentication-Results"

RSPAMD = (
    "mx.desk.example; dkim=pass header.d=acme.example header.s=s1 header.b=abc;"
    " dmarc=pass (policy=reject) header.from=acme.example; spf=pass (mx.desk.example: domain of a@acme.example"
    " designates 192.0.2.1 as permitted sender) smtp.mailfrom=a@acme.example"
)
OPENDMARC = "mx.desk.example; dmarc=fail (p=reject dis=none) header.from=acme.example"
GMAIL = (
    "mx.google.com; dkim=pass header.i=@acme.example header.s=s1 header.b=Ab; spf=pass (google.com: domain of"
    " a@acme.example designates 192.0.2.1 as permitted sender) smtp.mailfrom=a@acme.example;"
    " dmarc=fail (p=REJECT sp=REJECT dis=REJECT) header.from=acme.example"
)
OUTLOOK = (
    "spf=fail (sender IP is 192.0.2.1) smtp.mailfrom=acme.example; dkim=none (message not signed)"
    " header.d=none;dmarc=fail action=oreject header.from=acme.example;compauth=fail reason=000"
)


def said(border: Border, *fields: tuple[str, str]) -> Results | Unbelieved:
    return read_results(fields, border)


@pytest.mark.parametrize(
    ("border", "fields", "dmarc", "policy", "author"),
    [
        (OWN, ((NAME, RSPAMD), BY_OWN, ELSEWHERE), "pass", "reject", "acme.example"),
        (OWN, (BY_OWN, (NAME, RSPAMD), ELSEWHERE), "pass", "reject", "acme.example"),
        (OWN, ((NAME, OPENDMARC), BY_OWN), "fail", "reject", "acme.example"),
        (OWN, ((NAME.upper(), RSPAMD.upper()), BY_OWN), "pass", "reject", "acme.example"),
        (GOOGLE, (BY_GOOGLE, INTO_GOOGLE, (NAME, GMAIL), ELSEWHERE), "fail", "reject", "acme.example"),
        (MICROSOFT, (BY_MICROSOFT, (NAME, OUTLOOK), BY_MICROSOFT, ELSEWHERE), "fail", "reject", "acme.example"),
    ],
    ids=["rspamd", "below its own hop", "OpenDMARC", "in capitals", "Google", "Microsoft"],
)
def test_what_the_border_wrote_is_read(border, fields, dmarc: str, policy: str, author: str) -> None:
    found = said(border, *fields)
    assert isinstance(found, Results)
    (one,) = found.of("dmarc")
    assert (one.verdict, one.policy, one.value("header.from")) == (dmarc, policy, author)


@pytest.mark.parametrize(
    ("said_of_it", "policy"),
    [
        ("dmarc=fail (p=REJECT sp=NONE dis=NONE) header.from=acme.example", "reject"),
        ("dmarc=fail (p=REJECT sp=NONE dis=NONE) header.from=news.acme.example", "none"),
        ("dmarc=fail (p=REJECT dis=NONE) header.from=news.acme.example", "reject"),
        ("dmarc/1=fail (p=reject) header.from=acme.example", "reject"),
        ("dmarc=fail (p=NONE sp=QUARANTINE dis=QUARANTINE) header.from=news.acme.example", "quarantine"),
        ('dmarc=fail reason="No valid SPF, No valid DKIM" header.from=acme.example (policy=quarantine)', "quarantine"),
        ("dmarc=fail (p=reject,d=none) policy.published-domain-policy=reject header.from=acme.example", "reject"),
        ("dmarc=fail policy.published-domain-policy=quarantine header.from=acme.example", "quarantine"),
        ("dmarc=fail header.from=acme.example", ""),
        ("dmarc=fail action=o.reject header.from=acme.example", "reject"),
        ("dmarc=fail action=quarantine header.from=acme.example", "quarantine"),
        ("dmarc=fail action=pct.reject header.from=acme.example", ""),
        ('dmarc=fail (map=reject) reason="p=reject" header.from=acme.example', ""),
    ],
)
def test_what_the_owner_of_a_domain_wants_is_read_as_each_server_writes_it(said_of_it: str, policy: str) -> None:
    found = said(OWN, (NAME, f"mx.desk.example; {said_of_it}"))
    assert isinstance(found, Results)
    assert [one.policy for one in found.of("dmarc")] == [policy]


def test_a_signature_keeps_its_domain_its_selector_and_its_beginning() -> None:
    found = said(OWN, (NAME, RSPAMD))
    assert isinstance(found, Results)
    (one,) = found.of("dkim")
    assert [one.value(f"header.{name}") for name in "dsb"] == ["acme.example", "s1", "abc"]


FORGED = "mx.desk.example; dmarc=pass header.from=acme.example"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ((), ""),
        ((("Subject", FORGED), BY_OWN), ""),
        ((BY_OWN, ELSEWHERE, (NAME, FORGED)), "below a server"),
        (((NAME, RSPAMD), BY_OWN, ELSEWHERE, (NAME, FORGED)), "2 headers"),
        (((NAME, RSPAMD), (NAME, FORGED)), "2 headers"),
        (((NAME, FORGED.replace("mx.desk", "mx.desk.example.evil")), BY_OWN), ""),
        (((NAME, FORGED.replace("mx.desk", "(mx.desk.example) evil")), BY_OWN), ""),
        (((NAME, "evil.example (; mx.desk.example); dmarc=pass header.from=acme.example"), BY_OWN), ""),
        (((NAME, 'evil.example "; mx.desk.example"; dmarc=pass header.from=acme.example'), BY_OWN), ""),
        (((NAME, "dmarc=pass header.from=acme.example"), BY_OWN), ""),
        (((NAME, "mx.desk.example 1 2; dmarc=pass header.from=acme.example"), BY_OWN), "not written as"),
        (((NAME, "mx.desk.example 1a; dmarc=pass header.from=acme.example"), BY_OWN), "not written as"),
        (((NAME, "(well) mx.desk.example; dmarc=pass header.from=acme.example"), BY_OWN), "not written as"),
        (((NAME, '"mx.desk.example"; dmarc=pass header.from=acme.example'), BY_OWN), "not written as"),
        (((NAME, "mx.desk(well).example; dmarc=pass header.from=acme.example"), BY_OWN), "not written as"),
        (((NAME, "(well) mx.desk.example; dmarc=pass"), (NAME, RSPAMD), BY_OWN), "2 headers"),
        ((BY_OWN, ("Received", "by mx.desk.example with LMTP"), (NAME, FORGED)), "below a server"),
    ],
    ids=[
        "nothing", "another header", "below a foreign hop", "two, one of them far below", "two on top",
        "an id that begins alike", "the id in a comment", "an id behind a comment", "an id in quotes", "no id",
        "too many words", "a version that is none", "a comment first", "a quoted id", "a comment in it",
        "a comment first, above the true one",
        "below a hop that a stranger wrote in the border's name",
    ],
)  # fmt: skip
def test_what_strangers_write_is_not_believed(fields, why: str) -> None:
    found = said(OWN, *fields)
    assert isinstance(found, Unbelieved)
    assert why in found.why and bool(why) == bool(found.why)


@pytest.mark.parametrize(
    "hidden",
    [
        "mx.desk.example; dmarc=none (x; dmarc=pass header.from=acme.example)",
        "mx.desk.example; dmarc=none (a (b) ; dmarc=pass (c) ) header.from=acme.example",
        r"mx.desk.example; dmarc=none (\); dmarc=pass) header.from=acme.example",
        'mx.desk.example; dmarc=none reason="; dmarc=pass" header.from=acme.example',
        r'mx.desk.example; dmarc=none reason="\"; dmarc=pass" header.from=acme.example',
    ],
)
def test_a_comment_or_a_quotation_says_nothing(hidden: str) -> None:
    found = said(OWN, (NAME, hidden))
    assert isinstance(found, Results)
    assert [one.verdict for one in found.of("dmarc")] == ["none"]


@pytest.mark.parametrize(
    ("note", "received"),
    [
        ("own:mx.desk.example", "from x by mx.desk.example.evil.example with ESMTP"),
        ("own:mx.desk.example", "from mx.desk.example by evil.example with ESMTP"),
        ("google", "from x by google.com.evil.example with ESMTP"),
        ("microsoft365", "from x by evil-protection.outlook.com.example with ESMTP"),
        ("google", "(by mx.google.com) from x by evil.example"),
        ("own:mx.desk.example", "from x (y (z) by mx.desk.example ) by evil.example with ESMTP"),
        ("own:mx.desk.example", "from x for<a@b> xby mx.desk.example"),
    ],
)
def test_a_hop_of_somebody_else_is_not_the_borders(note: str, received: str) -> None:
    border = border_of(note)
    assert border and not border.wrote(received)


def test_further_hosts_of_the_border_are_its_own() -> None:
    border = border_of("own:mx.desk.example:mx1.desk.example,MX2.desk.example")
    assert border and border.wrote("from x by mx2.desk.example with ESMTP")
    assert not border.wrote("from x by mx3.desk.example with ESMTP")


@pytest.mark.parametrize("note", ["", "own", "own:", "nobody", "own::host"])
def test_a_note_that_names_nobody_believes_nobody(note: str) -> None:
    assert border_of(note) is None


@given(st.text(max_size=300), st.sampled_from([OWN, GOOGLE, MICROSOFT]))
def test_no_header_breaks_the_reader(text: str, border: Border) -> None:
    assert isinstance(said(border, (NAME, text), (NAME, text)), Unbelieved)
    said(border, (NAME, f"{border.server}; {text}"))


PART = st.builds(
    "{}={} {}".format,
    st.sampled_from(["dkim", "spf", "dmarc"]),
    st.sampled_from(["pass", "fail", "none", "temperror"]),
    st.sampled_from(
        [
            "header.d=acme.example",
            "smtp.mailfrom=a@acme.example",
            "header.from=acme.example header.s=s1",
            "(well) header.d=x.example",
            'reason="a b"',
        ]
    ),
)


@given(st.lists(PART, min_size=1, max_size=5))
def test_another_reader_reads_the_same(parts: list[str]) -> None:
    header = "; ".join(["mx.desk.example", *parts])
    theirs = authres.AuthenticationResultsHeader.parse(f"{NAME}: {header}")
    ours = said(OWN, (NAME, header))
    assert isinstance(ours, Results)
    assert [(one.method, one.result) for one in theirs.results] == [(one.method, one.verdict) for one in ours.results]


@pytest.mark.parametrize(
    "text",
    [
        "a" * LONGEST,
        'a="' * 5000 + "\\",
        "a " * 8000,
        "a" + " " * LONGEST,
        'a="\\' * 4000,
        "(" * LONGEST,
        "a=\\" * 5000,
    ],
)
def test_the_worst_header_takes_no_time(text: str) -> None:
    assert effort(lambda: said(OWN, (NAME, f"mx.desk.example; {text}")), 1) <= 1


def test_a_header_without_end_costs_little_and_says_nothing_behind_it() -> None:
    found = said(OWN, (NAME, "mx.desk.example; " + "(" * LONGEST + "; dmarc=pass"))
    assert isinstance(found, Results)
    assert not found.of("dmarc")
