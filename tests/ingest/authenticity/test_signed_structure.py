"""What a signature leaves open, whom it may speak for, and which header it was made for."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.ingest.authenticity.alignment import is_aligned
from maild.ingest.authenticity.fields import RawField, header_of
from maild.ingest.authenticity.signatures import LONGEST, Signature, read_signature
from maild.ingest.authenticity.structure import (
    MOST_SIGNATURES,
    Candidate,
    Circumstances,
    Structure,
    doubt,
    structure_of,
)
from maild.ingest.authenticity.taglist import MOST_TAGS, base64_of, read_tags
from maild.ingest.header.suffixes import registered_domain
from maild.ingest.parse import parse
from tests.ingest.authenticity.signing import USUAL, How, rsa, signed

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
MAIL = (
    b"From: Ada <ada@acme.example>\r\nTo: support@desk.example\r\nSubject: Printer\r\n"
    b"Date: Fri, 20 Nov 2026 11:59:00 +0000\r\nMessage-ID: <m1@acme.example>\r\n"
    b"Content-Type: text/plain\r\nMIME-Version: 1.0\r\n\r\nPlease come.\r\n"
)
HOW = How(signed_at=SECONDS)


def structure(raw: bytes, at: datetime = NOW) -> Structure:
    return structure_of(header_of(raw), parse(raw), Circumstances(("desk.example",), at, at))


def only(raw: bytes) -> Candidate:
    (candidate,) = structure(raw).candidates
    return candidate


def without(*names: str) -> How:
    return replace(HOW, headers=tuple(name for name in USUAL if name not in names))


def test_a_signature_as_it_should_be_leaves_nothing_open() -> None:
    candidate = only(signed(MAIL, HOW))
    assert (candidate.weak, candidate.lax) == ((), ())


@dataclass(frozen=True)
class Case:
    made: Callable[[], bytes]
    weak: tuple[str, ...] = ()
    lax: tuple[str, ...] = ()


def topped(field: bytes, how: How = HOW) -> Callable[[], bytes]:
    return lambda: field + b"\r\n" + signed(MAIL, how)


CASES = {
    "l=": Case(lambda: signed(MAIL, replace(HOW, length=5)), ("l= leaves the end of its text open",)),
    "l= of everything": Case(lambda: signed(MAIL, replace(HOW, length=14)), ("l= leaves the end of its text open",)),
    "SHA-1": Case(lambda: signed(MAIL, replace(HOW, key=rsa(1024), hashed="sha1")), ("SHA-1",)),
    "a key of 512 bit": Case(lambda: signed(MAIL, replace(HOW, key=rsa(512))), ("a key of 512 bit",)),
    "an unsigned Subject": Case(lambda: signed(MAIL, without("subject")), ("Subject is not signed",)),
    "an unsigned Date": Case(lambda: signed(MAIL, without("date")), ("Date is not signed",)),
    "an unsigned Message-ID": Case(lambda: signed(MAIL, without("message-id")), ("Message-ID is not signed",)),
    "a Subject on top": Case(topped(b"Subject: pay"), ("Subject is not signed", "more than one Subject")),
    "a Date on top": Case(
        topped(b"Date: Fri, 20 Nov 2026 11:00:00 +0000"), ("Date is not signed", "more than one Date")
    ),
    "a To on top": Case(topped(b"To: eve@evil.example"), ("more than one To",), ("To is not signed",)),
    "a Cc on top": Case(topped(b"Cc: eve@evil.example"), (), ()),
    "two In-Reply-To": Case(topped(b"In-Reply-To: <a@b>\r\nIn-Reply-To: <c@d>"), ("more than one In-Reply-To",)),
    "a Content-Type on top": Case(topped(b"Content-Type: text/html"), ("more than one Content-Type",)),
    "two signed Subjects": Case(
        lambda: signed(b"Subject: second\r\n" + MAIL, replace(HOW, headers=(*USUAL, "subject"))),
        ("more than one Subject",),
    ),
    "no Message-ID": Case(lambda: signed(MAIL.replace(b"Message-ID", b"X-ID"), HOW), ("no Message-ID",)),
    "no Subject, and so signed": Case(lambda: signed(MAIL.replace(b"Subject", b"X-Subject"), HOW)),
    "no Subject, and unsigned": Case(
        lambda: signed(MAIL.replace(b"Subject", b"X-Subject"), without("subject")), ("Subject is not signed",)
    ),
    "an unsigned To": Case(
        lambda: signed(MAIL, without("to")), (), ("To is not signed", "no address of ours in a signed To or Cc")
    ),
    "an unsigned Content-Type": Case(
        lambda: signed(MAIL, without("content-type")), (), ("Content-Type is not signed",)
    ),
    "not for us": Case(
        lambda: signed(MAIL.replace(b"support@desk", b"friends@club"), HOW),
        (),
        ("no address of ours in a signed To or Cc",),
    ),
    "no t=": Case(lambda: signed(MAIL, How()), (), ("not signed within a day",)),
    "signed the day before yesterday": Case(
        lambda: signed(MAIL, replace(HOW, signed_at=SECONDS - 90_000)), (), ("not signed within a day",)
    ),
    "written the day before yesterday": Case(
        lambda: signed(MAIL.replace(b"20 Nov", b"18 Nov"), HOW), (), ("not written within a day",)
    ),
    "a domain above": Case(
        lambda: signed(MAIL.replace(b"ada@acme", b"ada@mail.acme"), HOW),
        (),
        ("signed by acme.example, not by mail.acme.example",),
    ),
}


@pytest.mark.parametrize("what", CASES)
def test_what_is_left_open_is_named(what: str) -> None:
    case = CASES[what]
    candidate = only(case.made())
    assert set(candidate.weak) == set(case.weak)
    assert set(candidate.lax) >= set(case.weak) | set(case.lax)
    assert bool(candidate.lax) == bool(case.weak or case.lax)


DISMISSED = {
    "expired": (replace(HOW, more=f"x={SECONDS - 1}; ", signed_at=SECONDS - 99), "it has expired", True),
    "expires before it was made": (
        replace(HOW, more=f"x={SECONDS + 9}; ", signed_at=SECONDS + 99),
        "it has expired",
        True,
    ),
    "of the day after tomorrow": (replace(HOW, signed_at=SECONDS + 180_000), "it was made in the future", True),
    "of a stranger": (replace(HOW, domain="evil.example"), "does not speak for acme.example", False),
    "of a sub-domain": (replace(HOW, domain="mail.acme.example"), "does not speak for acme.example", False),
    "of a look-alike": (replace(HOW, domain="badacme.example"), "does not speak for acme.example", False),
    "of everybody": (replace(HOW, domain="example"), "does not speak for acme.example", False),
}


@pytest.mark.parametrize("what", DISMISSED)
def test_a_signature_that_speaks_for_somebody_else_or_of_another_time_does_not_count(what: str) -> None:
    how, why, unclear = DISMISSED[what]
    found = structure(signed(MAIL, how))
    assert found.candidates == ()
    assert why in found.dismissed[0]
    assert found.unclear == unclear


def test_a_signature_counts_until_the_second_it_expires() -> None:
    assert structure(signed(MAIL, replace(HOW, more=f"x={SECONDS}; "))).candidates


def test_only_the_topmost_signatures_are_looked_at() -> None:
    raw = signed(MAIL, HOW)
    for _ in range(MOST_SIGNATURES):
        raw = signed(raw, replace(HOW, domain="relay.example"))
    assert structure(raw).candidates == ()
    assert structure(raw).unclear


def test_the_signature_that_proves_most_comes_first() -> None:
    raw = signed(signed(MAIL, HOW), replace(HOW, length=3, selector="weak"))
    assert [candidate.signature.selector for candidate in structure(raw).candidates] == ["s1", "weak"]


ALIGNED = [
    ("acme.example", "acme.example", True),
    ("acme.example", "mail.acme.example", True),
    ("mail.acme.example", "acme.example", False),
    ("a.acme.example", "b.acme.example", False),
    ("mail.acme.example", "xmail.acme.example", False),
    ("acme.co.uk", "mail.acme.co.uk", True),
    ("co.uk", "acme.co.uk", False),
    ("uk", "acme.co.uk", False),
    ("co.uk", "co.uk", False),
    ("github.io", "somebody.github.io", False),
    ("somebody.github.io", "somebody.github.io", True),
    ("example", "acme.example", False),
    ("localhost", "localhost", False),
    ("[192.0.2.1]", "[192.0.2.1]", False),
    ("xn--mnchen-3ya.de", "amt.xn--mnchen-3ya.de", True),
    ("", "acme.example", False),
]


@pytest.mark.parametrize(("signer", "author", "may"), ALIGNED)
def test_a_domain_speaks_for_itself_and_for_what_is_below_it(signer: str, author: str, may: bool) -> None:
    assert is_aligned(signer, author) == may


def test_a_public_suffix_belongs_to_nobody() -> None:
    assert registered_domain("www.acme.co.uk") == "acme.co.uk"
    assert registered_domain("co.uk") == ""


DOUBTS = {
    "a lone CR": b"X: a\rFrom: bob@acme.example\r\n",
    "a NUL": b"X: a\x00b\r\n",
    "a form feed": b"X: a\x0cb\r\n",
    "a line that is none": b"hello\r\n",
    "a space before a colon": b"Subject : other\r\n",
    "a second mbox line": b"X: y\r\nFrom me Fri Nov 20\r\n",
    "a nameless field": b": x\r\n",
    "an endless header": b"X: y\r\n" * 1001,
}


@pytest.mark.parametrize("what", DOUBTS)
def test_a_header_that_programs_read_differently_is_in_doubt(what: str) -> None:
    raw = DOUBTS[what] + MAIL
    author = parse(MAIL).sender
    assert author
    assert doubt(header_of(raw), author)


@pytest.mark.parametrize(
    "mail", [MAIL, b"\r\n" + MAIL, b"From ada Fri Nov 20\r\n" + MAIL, MAIL.replace(b"\r\n", b"\n")]
)
def test_an_honest_header_is_in_no_doubt(mail: bytes) -> None:
    author = parse(mail).sender
    assert author
    assert doubt(header_of(mail), author) == ""
    assert mail[header_of(mail).body :].strip() == b"Please come."


def test_the_author_must_stand_in_the_bytes_that_were_signed() -> None:
    author = parse(MAIL.replace(b"ada@", b"bob@")).sender
    assert author
    assert doubt(header_of(MAIL), author) == "its From has two readings"


GOOD = "v=1; a=rsa-sha256; d=acme.example; s=s1; h=from:to; bh=AAAA; b=AAAA"
BROKEN = {
    "no v=": "a=rsa-sha256; d=acme.example; s=s1; h=from; bh=AAAA; b=AAAA",
    "a version other than 1": GOOD.replace("v=1", "v=2"),
    "an unknown algorithm": GOOD.replace("rsa-sha256", "rsa-md5"),
    "d= or s= is no name": GOOD.replace("acme.example", "acme..example"),
    "b= or bh= is no base64": GOOD.replace("bh=AAAA", "bh=A!"),
    "an unknown canonical form": GOOD + "; c=strict/relaxed",
    "h= is no list of names": GOOD.replace("from:to", "from::to"),
    "From is not signed": GOOD.replace("from:to", "to"),
    "its key is not in the DNS": GOOD + "; q=web",
    "l=, t= or x= is no number": GOOD + "; l=-1",
    "i= is outside of d=": GOOD + "; i=@badacme.example",
    "no list of tags": GOOD + "; d=evil.example",
    "letters beyond ASCII": GOOD + "; i=ü@acme.example",
    "too long to be a signature": GOOD + "; z=" + "a" * LONGEST,
}


def field(text: str) -> RawField:
    return RawField("DKIM-Signature", text.encode() + b"\r\n")


@pytest.mark.parametrize("why", BROKEN)
def test_a_signature_against_the_grammar_is_none(why: str) -> None:
    assert read_signature(field(BROKEN[why])) == why


def test_white_space_and_case_are_as_the_grammar_has_them() -> None:
    written = " v = 1;\r\n\ta=RSA-SHA256;d=Acme.Example ; s=S1; h=From :\r\n To;c=relaxed; bh=AA\r\n AA; b=A A A A;"
    read = read_signature(field(written))
    assert isinstance(read, Signature)
    assert (read.domain, read.headers, read.canonical) == ("acme.example", ("from", "to"), "relaxed/simple")
    assert read.key_name == "s1._domainkey.acme.example"


@given(st.text(alphabet="vabhdsxtlqi=;:1 \r\n\tA.@ü\x00", max_size=200))
def test_no_signature_stops_the_reader(text: str) -> None:
    read_signature(RawField("DKIM-Signature", text.encode()))


@given(st.binary(max_size=300))
def test_no_header_stops_the_reader(data: bytes) -> None:
    header = header_of(data)
    assert 0 <= header.body <= len(data)


def test_tags_are_counted_and_bytes_are_bytes() -> None:
    assert read_tags(";".join(f"a{number}=1" for number in range(MOST_TAGS + 1))) is None
    assert read_tags("a=1; ; b=2") is None
    assert base64_of("Y Q") == b"a"
    assert base64_of("A") is None


@pytest.mark.parametrize(
    "raw",
    [
        b"X: " + b" \r\n" * 80_000,
        b"X:\r\n" * 60_000,
        b"\n" * 3_000_000,
        b"X: y\r\n " * 30_000,
        b"DKIM-Signature: " * 15_000,
    ],
)
def test_no_header_takes_long(raw: bytes) -> None:
    begun = time.monotonic()
    header_of(raw)
    assert time.monotonic() - begun < 0.5


def test_freshness_is_that_of_the_moment_of_judgement() -> None:
    raw = signed(MAIL, HOW)
    later = Circumstances(("desk.example",), NOW, NOW + timedelta(hours=25))
    (candidate,) = structure_of(header_of(raw), parse(raw), later).candidates
    assert candidate.weak == ()
    assert set(candidate.lax) == {"not signed within a day", "not written within a day"}
