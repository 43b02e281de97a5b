"""Addresses: one normal form, and no address that the grammar does not force."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.ingest.header import second_reader
from maild.ingest.header.addresses import normal_address, read_mailboxes
from maild.model import Address


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Anna.Berg@Clinic.EXAMPLE", "anna.berg@clinic.example"),
        ("anna@clinic.example.", "anna@clinic.example"),
        ("anna@MÜNCHEN.example", "anna@xn--mnchen-3ya.example"),
        ("anna@xn--mnchen-3ya.example", "anna@xn--mnchen-3ya.example"),
        ("JÜRGEN@x.example", "jürgen@x.example"),
        ("Ju\u0308rgen@x.example", "jürgen@x.example"),
        ('"anna"@x.example', "anna@x.example"),
        ('"anna berg"@x.example', '"anna berg"@x.example'),
        ('"a@b"@x.example', '"a@b"@x.example'),
        ("anna+tag@x.example", "anna+tag@x.example"),
        ("anna@[192.0.2.1]", "anna@[192.0.2.1]"),
        ("root@localhost", "root@localhost"),
        ("anna..b.@docomo.example", "anna..b.@docomo.example"),
        ("anna@a_b.example", "anna@a_b.example"),
    ],
)
def test_an_address_has_one_normal_form(written: str, normal: str) -> None:
    assert normal_address(written) == normal
    assert normal_address(normal) == normal


@pytest.mark.parametrize(
    "written",
    [
        "", "anna", "@x.example", "anna@", "anna@x@y.example", "anna b@x.example", "anna@x example", "anna@-x.example",
        "anna@x..example", "anna@.example", "<anna@x.example>", "anna@x.example,b@y.example", "anna@x.example\nb@y.x",
        "anna\x00@x.example", "anna@x\x00.example", "anna@x.example)bob@y.example", "anna\udcff@x.example",
        "a" * 400 + "@x.example", "anna@" + "x" * 64 + ".example", "anna@" + "x." * 130 + "example", '"anna@x.example',
    ],
)  # fmt: skip
def test_what_is_no_address_has_no_normal_form(written: str) -> None:
    assert normal_address(written) is None


@pytest.mark.parametrize(
    ("field", "mailboxes"),
    [
        ("anna@x.example", [Address("", "anna@x.example")]),
        ("<anna@x.example>", [Address("", "anna@x.example")]),
        ("Anna Berg <anna@x.example>", [Address("Anna Berg", "anna@x.example")]),
        ('"Berg, Anna" <anna@x.example>', [Address("Berg, Anna", "anna@x.example")]),
        ('"Anna \\"A\\" Berg" <anna@x.example>', [Address('Anna "A" Berg', "anna@x.example")]),
        ("anna@x.example (Anna (A) Berg)", [Address("Anna (A) Berg", "anna@x.example")]),
        ("=?utf-8?q?J=C3=BCrgen?= <j@x.example>", [Address("Jürgen", "j@x.example")]),
        ('"=?utf-8?q?J=C3=BCrgen?=" <j@x.example>', [Address("Jürgen", "j@x.example")]),
        ("=?utf-8?q?Berg,_Anna:_A?= <a@x.example>", [Address("Berg, Anna: A", "a@x.example")]),
        ("a@x.example, B <b@x.example>,,", [Address("", "a@x.example"), Address("B", "b@x.example")]),
        ("anna@x.example <anna@x.example>", [Address("anna@x.example", "anna@x.example")]),
        ('"boss@good.example" <evil@bad.example>', [Address("boss@good.example", "evil@bad.example")]),
        ("<@relay.example:anna@x.example>", [Address("", "anna@x.example")]),
        ("", []),
    ],
)  # fmt: skip
def test_mailboxes_that_the_grammar_leaves_no_doubt_about(field: str, mailboxes: list[Address]) -> None:
    reading = read_mailboxes(field)
    assert list(reading.mailboxes) == mailboxes
    assert reading.problems == ()


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        ("alice@example.org)bob@example.com", "stray ')'"),
        ("boss@good.example <evil@bad.example>", "second address before the first"),
        ("<a@x.example> <b@x.example>", "two addresses in one place"),
        ("<a@x.example> b@x.example", "text behind an address"),
        ("friends: a@x.example;", "group"),
        ("undisclosed-recipients:;", "group"),
        ("a@x.example; b@x.example", "stray ';'"),
        ('"Anna <a@x.example>', "unclosed quotation"),
        ("Anna <a@x.example", "unclosed angle bracket"),
        ("(a@x.example", "unclosed or deep comment"),
        ("Anna", "no address"),
        ("Anna <a@b@x.example>", "unreadable address"),
        ("=?utf-8?q?a=40x=2Eexample?=", "no address"),
        ("=?utf-8?q?a@x.example,?= <b@y.example>", "unreadable address"),
    ],
)
def test_every_doubt_has_a_name(field: str, problem: str) -> None:
    assert problem in read_mailboxes(field).problems


@given(st.text(alphabet='ab@.<>(),;:"\\ \tü[]=?', max_size=40))
def test_what_reads_without_doubt_reads_the_same_to_the_second_reader(field: str) -> None:
    reading = read_mailboxes(field)
    if reading.problems or not reading.mailboxes:
        return
    other = [mailbox.address for mailbox in second_reader.mailboxes(field)]
    assert not other or other == [mailbox.address for mailbox in reading.mailboxes]


@given(st.text(max_size=100))
def test_a_normal_form_is_its_own_normal_form(written: str) -> None:
    normal = normal_address(written)
    assert normal is None or normal_address(normal) == normal


@pytest.mark.parametrize("field", ["a@x.example b@y.example", "a@x.example)b@y.example", "<a@x.example> <b@y.example>"])
def test_the_second_reader_names_nobody_where_there_could_be_two(field: str) -> None:
    assert second_reader.sender(field) is None
