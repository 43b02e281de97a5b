"""Addresses: one normal form, and no address that the grammar does not force."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.ingest.header import second_reader
from maild.ingest.header.addresses import SENDABLE, Reading, normal_address, read_mailboxes
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


def test_an_address_its_domain_and_its_labels_have_a_longest_length() -> None:
    for local, fits in (("a" * 310, True), ("a" * 311, False)):
        assert (normal_address(f"{local}@x.example") is not None) is fits
    for label, fits in (("x" * 63, True), ("x" * 64, False)):
        assert (normal_address(f"a@{label}.example") is not None) is fits
    for ending, fits in (("x" * 61, True), ("x" * 62, False)):
        assert (normal_address(f"a@{'.'.join(['y' * 63] * 3)}.{ending}") is not None) is fits


def test_a_domain_of_other_letters_is_as_long_as_its_a_labels() -> None:
    fits, too_long = (".".join(["ü" + "y" * 50] * 4) + "." + "z" * more for more in (17, 18))
    assert normal_address(f"a@{fits}") is not None and normal_address(f"a@{too_long}") is None


@pytest.mark.parametrize("domain", ["ü" * 80 + ".example", "ü." + "a." * 130 + "example", "\u200d.example"])
def test_a_domain_that_has_no_a_labels_is_none(domain: str) -> None:
    assert normal_address(f"a@{domain}") is None


@pytest.mark.parametrize("depth", [1, 20, 21])
def test_comments_nest_twenty_deep_and_no_deeper(depth: int) -> None:
    reading = read_mailboxes(f"{'(' * depth}x{')' * depth} <a@x.example>")
    assert (reading.problems == ()) is (depth <= 20)


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("a@x.example (A) (B)", "A B"),
        ('"A" (B) <a@x.example>', "A"),
        ("(B) <a@x.example>", "B"),
        ("(a \\) b) <a@x.example>", "a \\) b"),
        ("Anna  (x) Berg <a@x.example>", "Anna Berg"),
        ('"\\A" "B" <a@x.example>', "A B"),
        ("'Anna' (x) <a@x.example>", "'Anna'"),
        ("\"'=?utf-8?q?A?='\" <a@x.example>", "A"),
        (" Anna\t<a@x.example>", "Anna"),
        ("=?utf-8?q?A,B?= (x) <a@x.example>", "A,B"),
        ("<a@x.example> (A)", "A"),
        ("<a@x.example> (A) (B)", "A B"),
        ("a@x.example (A b)", "A b"),
        ("(\\)) <a@x.example>", "\\)"),
        ("Anna =?utf-8?q?B,C?= <a@x.example>", "Anna B,C"),
        ("'A=b' <a@x.example>", "'A=b'"),
    ],
)
def test_a_name_is_what_stands_before_the_address_or_else_its_comments(field: str, name: str) -> None:
    assert read_mailboxes(field) == Reading((Address(name, "a@x.example"),), (), read_mailboxes(field).plain)


@pytest.mark.parametrize(
    ("field", "addresses", "problems"),
    [
        ("friends: a@x.example, B <b@x.example>;", ["a@x.example", "b@x.example"], ("group",)),
        ("friends: a@x.example", ["a@x.example"], ("group", "unclosed group")),
        ("a: b@x.example; c: d@x.example;", ["b@x.example", "d@x.example"], ("group",)),
        ("a: b: c@x.example;", [], ("group", "stray ':'", "unreadable address")),
        ("a@x: b@x.example", [], ("stray ':'", "unreadable address")),
        ("<a@x.example>: b", ["a@x.example"], ("stray ':'", "text behind an address")),
        ("a: ; b@x.example;", ["b@x.example"], ("group", "stray ';'")),
        ("Anna, a@x.example", ["a@x.example"], ("no address",)),
        ("<a@x.example> <b@x.example>, c@x.example", ["b@x.example", "c@x.example"], ("two addresses in one place",)),
        ('a@x.example, "b', ["a@x.example"], ("unclosed quotation",)),
        ("a@x.example, ]b@y.example", ["a@x.example"], ("stray ']'", "unreadable address")),
        ("]]a@y.example", [], ("stray ']'", "unreadable address")),
        ("]x <a@y.example>", ["a@y.example"], ("stray ']'",)),
        ("a@x.example (b", ["a@x.example"], ("unclosed or deep comment",)),
        ('"b@y.example" c <a@x.example>', ["a@x.example"], ()),
        ('b "@" c@d <a@x.example>', ["a@x.example"], ("second address before the first",)),
        ("A@X.example (x) <a@x.example>", ["a@x.example"], ()),
        (",,a@x.example", ["a@x.example"], ()),
        ("<@r.example>", [], ("unreadable address",)),
        ("<@r.example,@s.example:a@x.example>", ["a@x.example"], ()),
        ('<"a>b"@x.example>', ['"a>b"@x.example'], ()),
        ('<"a\\"b"@x.example>', ['"a\\"b"@x.example'], ()),
        ("<>", [], ("no address",)),
        ("a@-x.example", [], ("unreadable address",)),
        ("a@x.example,<b@y.example>", ["a@x.example", "b@y.example"], ()),
        ("f:<a@x.example>;<b@y.example>", ["a@x.example", "b@y.example"], ("group",)),
        ("]<a@x.example>", ["a@x.example"], ("stray ']'",)),
        ('<a"b <c@x.example>', [], ("unclosed angle bracket",)),
        ("<@[x]@r:a@x.example>", [], ("unreadable address",)),
        ("   ", [], ()),
        ("\\a@x.example", [], ("stray '\\\\'", "unreadable address")),
        ("=?a?b?YQ==?=, a@x.example", ["a@x.example"], ("no address",)),
    ],
)
def test_every_mailbox_of_a_list_is_found_and_every_doubt_is_told_once(
    field: str, addresses: list[str], problems: tuple[str, ...]
) -> None:
    reading = read_mailboxes(field)
    assert ([each.address for each in reading.mailboxes], reading.problems) == (addresses, problems)
    assert not reading.plain


def test_a_stray_mark_stays_in_the_name() -> None:
    assert read_mailboxes("A ] B <a@x.example>").mailboxes == (Address("A ] B", "a@x.example"),)


def test_what_was_given_up_is_kept_as_a_name_of_bounded_length() -> None:
    [mailbox] = read_mailboxes("<a@x.example> (" + "b" * 500).mailboxes
    assert mailbox == Address("b" * 200, "a@x.example")


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("\t anna@x.example \t", "anna@x.example"),
        ('"a\\nna"@x.example', "anna@x.example"),
        ('"A\\"B"@x.example', '"a\\"b"@x.example'),
        ('"a.b"@x.example', "a.b@x.example"),
        ('".a"@x.example', '".a"@x.example'),
        ('""@x.example', '""@x.example'),
        ("a@[IPv6:2001:DB8::1]", "a@[ipv6:2001:db8::1]"),
        ("a@☕.example", "a@xn--53h.example"),
        ("a@faß.example", "a@xn--fa-hia.example"),
        ("a@X\u0130.example", None),
        ("a@_x.example", "a@_x.example"),
        ("a@x_.example", "a@x_.example"),
        ("a@x-.example", None),
        ("a@x.example..", None),
        ("=?utf-8?q?a?=@x.example", None),
        ("a=?b@x.example", "a=?b@x.example"),
        (".a@x.example", None),
        ("ÄÖ@x.example", "äö@x.example"),
        ("Straße@x.example", "strasse@x.example"),
        ("=a@x.example", "=a@x.example"),
        ("a@[192.0.2.1]]", None),
        ('"a..b"@x.example', '"a..b"@x.example'),
        ("a@ü." + "a." * 110 + "example", "a@xn--tda." + "a." * 110 + "example"),
        ("a\u00a0b@x.example", None),
        ("a\x7f@x.example", None),
        ("a\x9f@x.example", None),
    ],
)
def test_corners_of_the_normal_form(written: str, normal: str | None) -> None:
    if written == "a@X\u0130.example":
        assert normal_address(written) == normal_address("a@xi\u0307.example")
    else:
        assert normal_address(written) == normal


@pytest.mark.parametrize(
    ("address", "sendable"),
    [
        ("a@x.example", True), ("jürgen@x.example", True), ("a@xn--53h.example", True), ('"a b"@x.example', True),
        ('"a\\"b"@x.example', True), ("a@[192.0.2.1]", True), ("a" * 64 + "@x.example", True), ("a@" + "x" * 253, True),
        ('"' + "a" * 62 + '"@x.example', True), ("a@[" + "1" * 60 + "]", True), ("a_b+c@x_y.example", True),
        ("a" * 65 + "@x.example", False), ("a@" + "x" * 254, False), ('"' + "a" * 63 + '"@x.example', False),
        ("a@[" + "1" * 61 + "]", False), ("a b@x.example", False), ("a@b@x.example", False),
        ("a@bücher.example", False),
        ('"a"b"@x.example', False), ('"ü"@x.example', False), ("a\n@x.example", False), ("a,b@x.example", False),
        ("a@x.example\n", False), ("<a@x.example", False), ("@x.example", False), ("a@", False), ("a@[]", False),
        ("a\u2028@x.example", False), ("a\ud800@x.example", False), ("a\xa0@x.example", False),
        ('"a\\\n"@x.example', False),
    ],
)  # fmt: skip
def test_which_addresses_a_mail_can_be_written_to(address: str, sendable: bool) -> None:
    assert bool(SENDABLE.fullmatch(address)) is sendable


@pytest.mark.parametrize(
    ("field", "plain"),
    [
        ("a@x.example", True), ("A <a@x.example>", True), ('"A, (B) <b>" <a@x.example>', True), ("<a@x.example>", True),
        ("a@x.example (A b)", True),
        ("a@localhost", True), ("a@x.y.example", True), ("a.b+c=d@x-y.example", True), ("A.B. C <a@x.example>", True),
        ('"A"<a@x.example>', True), ('"A" \t <a@x.example>', True), ("ü <a@x.example>", True),
        ("ü@x.example", False), ("a..b@x.example", False), ("a@x.example.", False), ('"A\\b" <a@x.example>', False),
        ("A (b) <a@x.example>", False), ("A, b <a@x.example>", False), ("a@x.example (a (b))", False),
        ("a=?b@x.example", False), ('"A\x00" <a@x.example>', False), ("A\x1f <a@x.example>", False),
        ("a@x.example (b\x7f)", False), ("A: <a@x.example>", False), ("A <a@x.example> ", False),
        ("a@x.example(b)", False),
    ],
)  # fmt: skip
def test_which_forms_are_plain(field: str, plain: bool) -> None:
    assert read_mailboxes(field).plain is plain
