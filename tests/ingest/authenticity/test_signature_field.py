"""A DKIM-Signature field, tag by tag: what makes it one, and where the limits are (RFC 6376 3.5)."""

from __future__ import annotations

import base64
import hashlib

import pytest

from maild.ingest.authenticity.fields import RawField
from maild.ingest.authenticity.signatures import LONGEST, MOST_NAMES, SMALLEST_RSA, Signature, read_signature

PROOF, DIGEST = b"proof", b"digest"
TAGS = {
    "v": "1", "a": "rsa-sha256", "d": "Acme.example", "s": "S1", "h": "From:To",
    "b": base64.b64encode(PROOF).decode(), "bh": base64.b64encode(DIGEST).decode(),
}  # fmt: skip
NO_HOST, NO_NUMBER = "d= or s= is no name", "l=, t= or x= is no number"
NO_NAMES, TOO_LONG = "h= is no list of names", "too long to be a signature"


def read(more: bytes = b"", **tags: str | None) -> Signature | str:
    kept = {name: value for name, value in (TAGS | tags).items() if value is not None}
    text = "; ".join(f"{name}={value}" for name, value in kept.items())
    return read_signature(RawField("DKIM-Signature", text.encode() + more))


def sound(**tags: str | None) -> Signature:
    found = read(**tags)
    assert isinstance(found, Signature), found
    return found


def test_all_of_it_is_read_in_small_letters() -> None:
    one = sound(c="Relaxed/Simple", l="5", t="6", x="7")
    assert (one.domain, one.selector, one.algorithm) == ("acme.example", "s1", "rsa-sha256")
    assert (one.canonical, one.headers) == ("relaxed/simple", ("from", "to"))
    assert (one.digest, one.proof, one.length, one.signed_at, one.expires) == (DIGEST, PROOF, 5, 6, 7)
    assert one.key_name == "s1._domainkey.acme.example"
    assert one.fingerprint == hashlib.sha256(b"acme.example s1 " + PROOF).hexdigest()


@pytest.mark.parametrize("name", TAGS)
def test_what_is_needed_is_named_where_it_is_missing(name: str) -> None:
    assert read(**{name: None}) == f"no {name}="


@pytest.mark.parametrize(
    ("given", "canonical"),
    [(None, "simple/simple"), ("relaxed", "relaxed/simple"), ("simple/relaxed", "simple/relaxed")],
)
def test_a_canonical_form_that_is_not_named_is_simple(given: str | None, canonical: str) -> None:
    assert sound(c=given).canonical == canonical


@pytest.mark.parametrize(
    ("given", "identity"),
    [(None, "acme.example"), ("@Acme.example", "acme.example"), ("x@y@Mail.acme.example", "mail.acme.example")],
)
def test_an_identity_is_of_the_domain_or_below_it(given: str | None, identity: str) -> None:
    assert sound(i=given).identity == identity


OUTSIDE = "i= is outside of d="
BAD = [
    ({"i": "@evil.example"}, OUTSIDE),
    ({"i": "@evilacme.example"}, OUTSIDE),
    ({"i": "@example"}, OUTSIDE),
    ({"i": "@acme.example.evil.example"}, OUTSIDE),
    ({"l": "x"}, NO_NUMBER),
    ({"t": "x"}, NO_NUMBER),
    ({"x": "x"}, NO_NUMBER),
    ({"d": "a..b"}, NO_HOST),
    ({"s": "-a"}, NO_HOST),
    ({"b": "!"}, "b= or bh= is no base64"),
    ({"bh": "!"}, "b= or bh= is no base64"),
    ({"q": "dns/other"}, "its key is not in the DNS"),
    ({"h": "From::To"}, NO_NAMES),
    ({"h": "From:T\x7f"}, NO_NAMES),
    ({"h": "To"}, "From is not signed"),
    ({"a": "rsa-md5"}, "an unknown algorithm"),
    ({"v": "2"}, "a version other than 1"),
    ({"c": "loose"}, "an unknown canonical form"),
]


@pytest.mark.parametrize(("tags", "why"), BAD)
def test_what_is_against_the_grammar_is_named(tags: dict[str, str], why: str) -> None:
    assert read(**tags) == why


def test_a_key_may_be_asked_for_in_the_dns_among_other_ways() -> None:
    assert sound(q="dns/txt:other") and sound(q="other:DNS/TXT")


def test_limits_hold_to_the_letter() -> None:
    assert (LONGEST, MOST_NAMES, SMALLEST_RSA) == (8192, 200, 1024)
    assert sound(h=":".join(["from"] * 200)) and read(h=":".join(["from"] * 201)) == NO_NAMES
    labels = ".".join(["a" * 46] * 4)
    assert sound(d=f"aa.{labels}") and len(f"aa.{labels}") == 190
    assert read(d=f"aaa.{labels}") == NO_HOST
    room = LONGEST - len(sound().field.value)
    fits, over = (b"; z=" + b"a" * (room - 4 + more) for more in (0, 1))
    assert isinstance(read(fits), Signature) and read(over) == TOO_LONG
    assert isinstance(read(b";" + b" " * 99), Signature) and read(b";" + b" " * 100) == TOO_LONG
