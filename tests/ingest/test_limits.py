"""Hostile mails: each is read or refused with its cause, in the time of one mail."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.errors import UnparsableMail
from maild.ingest.mime import limits
from maild.ingest.parse import parse
from tests.ingest.letters import HEAD, letter, mixed

PATIENCE = 5.0
"""Seconds of CPU. On a quiet machine each takes less than one; without its limit each takes far more than five."""


def nested(depth: int) -> bytes:
    levels = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(depth))
    return HEAD + levels.encode() + b"\r\nHello.\r\n"


HTML = HEAD + b"Content-Type: text/html\r\n\r\n"
TYPE = b"From: a@x.example\r\nContent-Type: text/plain; charset=punycode\r\nContent-Transfer-Encoding: base64\r\n\r\n"
STATUS = HEAD + b"Content-Type: message/delivery-status\r\n\r\n"
SECTIONS = b"; ".join(b"a*%d=b" % n for n in range(60_000))
PUNYCODE = base64.b64encode(b"a" * 300_000 + b"-" + b"b" * 300_000)
REFUSED = {
    "header-too-large": {
        "20 endless fields": b"".join(b"X%d: " % n + b"a" * 20_000 + b"\r\n" for n in range(20)) + b"\r\n",
        "400,000 fields of a part": mixed(b"X: y\r\n" * 400_000 + b"\r\nx"),
        "2,000 fields": b"X: a\r\n" * 2000 + b"\r\n",
    },
    "too-many-parts": {"100,000 empty parts": mixed(*[b""] * 100_000)},
    "too-deep": {
        "60 multiparts": nested(60),
        "1,000 multiparts": nested(1000),
        "lines in 49": nested(49) + b"x\r\n" * 400_000,
    },
    "unreadable": {"12 million lines": HEAD + b"\r\n" + b"a\n" * 12_000_000},
}
READ = {
    "40,000 encoded words": b"Subject: " + b" =?utf-8?q?a?=\r\n" * 40_000 + b"\r\n",
    "32,000 recipients": b"To: " + b",".join(b"a%d@b.example" % n for n in range(32_000)) + b"\r\n\r\n",
    "60,000 parameters": b"Content-Type: text/plain;" + SECTIONS + b"\r\n\r\n",
    "499 parts": mixed(*[b"\r\nx"] * 499),
    "40 multiparts": nested(40),
    "mail in mail in mail": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 3000 + b"x" * 1_000_000,
    "1,000 parentheses in From": b"From: " + b"(" * 16_000 + b"a@b.example\r\n\r\n",
    "brackets and quotes in From": b'From: <"' + b'<"' * 7_000 + b"\r\n\r\n",
    "escapes in From": b'From: "' + b'\\"' * 7_000 + b"\r\n\r\n",
    "broken recipients": b"To: " + b"<<a@b.example(," * 1000 + b"\r\n" + b"\r\n",
    "a punycode body": TYPE + PUNYCODE,
    "a punycode subject": b"Subject: =?punycode?b?" + PUNYCODE[:15_000] + b"?=\r\n\r\n",
    "an international domain": b"From: a@" + "ü".encode() * 7000 + b"\r\n\r\n",
    "1,500 sections of one parameter": b"Content-Type: a/b; " + SECTIONS[:15_000] + b"\r\n\r\n",
    "words of unknown charsets": b"Subject: " + b"=?x?q?=81=fe?= =?y?q?=81=fe?= " * 550 + b"\r\n\r\n",
    "an id without end": b"References: " + b"a" * 16_000 + b"\r\n\r\n",
    "times of day": HEAD + b"\r\n" + b"Am 1 um 10:00:\n" * 14_000,
    "words of an attribution": HEAD + b"\r\n" + b"On a a a a a a " * 7_000,
    "senders": HEAD + b"\r\n" + b"\nFrom: a\nTo: b\nSent: c\n" * 20_000,
    "signatures": HEAD + b"\r\n" + b"a\n-- \nb\n" * 60_000,
    "one flowing paragraph": HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"a \r\n" * 200_000,
    "200,000 nested elements": HTML + b"<div>" * 200_000 + b"x",
    "50,000 attributes": HTML + b"<a " + b"".join(b"a%d=b " % n for n in range(50_000)) + b">x</a>",
    "padding everywhere": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"A=" * 2_000_000,
    "raw letters in 900 fields": b"".join(b"To: \xff\xfe\x81abc\xfd\r\n" for _ in range(900)) + b"\r\n",
    "reports about 20,000": STATUS + b"Final-Recipient: x; a@b.example\n\n" * 20_000,
}  # fmt: skip


@pytest.mark.parametrize(
    ("cause", "raw"),
    [pytest.param(cause, raw, id=name) for cause, mails in REFUSED.items() for name, raw in mails.items()],
)
def test_a_mail_beyond_the_limits_is_refused_with_its_cause(cause: str, raw: bytes) -> None:
    start = time.process_time()
    with pytest.raises(UnparsableMail) as refusal:
        parse(raw)
    assert refusal.value.cause == cause
    assert time.process_time() - start < PATIENCE


@pytest.mark.parametrize("raw", [pytest.param(raw, id=name) for name, raw in READ.items()])
def test_a_hostile_mail_within_the_limits_takes_no_more_than_its_time(raw: bytes) -> None:
    start = time.process_time()
    parse(raw)
    assert time.process_time() - start < PATIENCE


def test_a_long_header_value_is_cut_and_named() -> None:
    message = parse(b"From: a@x.example\r\nSubject: " + b"a" * 20_000 + b"\r\n\r\n")
    assert 16_000 < len(message.subject) < 16 * 1024
    assert "Subject: value cut at 16384 characters" in message.defects
    assert [note.code for note in message.notes] == ["header-cut"]


def test_a_list_of_a_thousand_recipients_in_one_field_is_not_too_many_fields() -> None:
    names = b",\r\n ".join(b"a%d@b.example" % n for n in range(1100))
    assert len(parse(b"From: a@x.example\r\nTo: " + names + b"\r\n\r\n").to) > 500


# ---- fitted: endless values are cut, so that the mail can be read -------------------------------------

RECIPIENTS = b",\r\n ".join(b"a%05d@b.example" % n for n in range(40_000))
ANCESTORS = b"\r\n ".join(b"<%d@b.example>" % n for n in range(20_000))


def test_a_list_of_40_000_recipients_is_cut_behind_a_whole_address() -> None:
    fitted = limits.fitted(HEAD.replace(b"support@desk.example", RECIPIENTS) + b"\r\nHello.\r\n")
    assert (fitted.cut, len(fitted.raw) < 17_000) == (("To",), True)
    message = parse(fitted.raw)
    assert len(message.to) > 800
    assert {len(each.address) for each in message.to} == {len("a00000@b.example")}
    assert (message.subject, message.text) == ("Printer", "Hello.\n")


def test_of_endless_references_the_end_is_kept_where_the_parent_stands() -> None:
    fitted = limits.fitted(HEAD + b"References: " + ANCESTORS + b"\r\n\r\nHello.\r\n")
    assert fitted.cut == ("References",)
    assert parse(fitted.raw).references[-1] == "<19999@b.example>"
    assert parse(fitted.raw).references[0] == "<19800@b.example>"


@pytest.mark.parametrize("padding", [b" " * 20_000, b", " * 10_000, b"\r\n " * 7_000, b"(" + b"a " * 9_000 + b")"])
@pytest.mark.parametrize("name", [b"From", b"from ", b"FROM"])
def test_a_second_author_behind_the_cut_is_not_forgotten(name: bytes, padding: bytes) -> None:
    message = parse(name + b": a@x.example" + padding + b", b@x.example\r\nTo: c@x.example\r\n\r\nHello.\r\n")
    assert message.sender is None
    assert message.claimed_sender and message.claimed_sender.address == "a@x.example"
    assert [each.address for each in message.to] == ["c@x.example"]


@pytest.mark.parametrize(
    "raw",
    [
        letter("Subject: x"),
        letter("Subject: x", body="a" * 400_000),
        b"Subject: x\r\n" + b"a body without an empty line before it\r\n" * 10_000,
        b"\n".join(b"X%d: y" % n for n in range(900)) + b"\n\nx",
        mixed(b"X: " + b"y" * 100_000 + b"\r\n\r\nx"),
        b"",
    ],
    ids=["small", "large body", "no header end", "many fields", "part header", "empty"],
)
def test_what_has_no_endless_value_stays_as_it_is(raw: bytes) -> None:
    assert limits.fitted(raw) == limits.Fitted(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"".join(b"X%d: " % n + b"y" * 20_000 + b"\r\n" for n in range(20)),
        b"X: y\r\n" * 1001 + b"\r\nHello.\r\n",
        b"\r\n\n\r" + b"X: yyyyyyyyyyyyyyyyyy\n" * 1001,
        b":\r\n" * 10 + b"X: yyyyyyyyyyyyyyyyyyy\r" * 1001,
    ],
    ids=["20 endless values", "1,001 fields", "behind empty lines", "behind fields without a name"],
)
def test_what_is_too_large_all_the_same_is_refused(raw: bytes) -> None:
    with pytest.raises(UnparsableMail) as refusal:
        limits.fitted(raw)
    assert refusal.value.cause == "header-too-large"


@pytest.mark.parametrize(
    "raw",
    [b"X: " + b"a" * 25_000_000, b":" * 25_000_000, b"a:\n " * 160_000, b"a" * 25_000_000, b"X:" + b"\n a" * 490_000],
    ids=range(5),
)
def test_fitting_takes_one_look_at_the_mail(raw: bytes) -> None:
    start = time.process_time()
    try:
        limits.fitted(raw)
    except UnparsableMail as refusal:
        assert refusal.cause == "header-too-large"
    assert time.process_time() - start < 1.0


ENDS = st.sampled_from([b"\r\n", b"\n", b"\r"])
FIELD = st.tuples(
    st.sampled_from([b"To: ", b"References:", b"X : ", b":", b"no field", b" more", b"\r\n"]),
    st.sampled_from([b"a", b"a@b.example, ", b"<a@b> ", b"x\r\n ", b"\xff\x00"]),
    st.sampled_from([1, 1, 3, 9_000]),
    ENDS,
)


@given(st.lists(FIELD, max_size=8))
def test_whatever_is_cut_the_header_is_within_bounds_and_the_rest_as_it_was(
    fields: list[tuple[bytes, bytes, int, bytes]],
) -> None:
    raw = b"".join(name + value * count + end for name, value, count, end in fields) + b"\r\n\r\nthe body"
    fitted = limits.fitted(raw)
    assert fitted.raw.endswith(b"the body") and raw.endswith(fitted.raw[-10:])
    assert bool(fitted.cut) == (fitted.raw != raw.lstrip(b"\r\n"))
    assert limits.fitted(fitted.raw) == limits.Fitted(fitted.raw)
