"""Header text: decoded in its broken forms too, always on one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.ingest.header.dates import read_date
from maild.ingest.header.headers import Headers, decoded, message_ids
from maild.ingest.mime.parameters import structured
from maild.ingest.mime.words import base64_bytes
from tests.effort import effort


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("plain", "plain"),
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?UTF-8?B?R3LDvMOfZQ==?=", "Grüße"),
        ("=?UTF-8?B?R3LDvMOfZQ?=", "Grüße"),
        ("=?utf-8*de?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?iso-8859-1?q?Gr=FC=DFe_an_alle?=", "Grüße an alle"),
        ("=?utf-8?q?Gr=C3?= =?utf-8?q?=BC=C3=9Fe?=", "Grüße"),
        ("=?utf-8?q?a?= =?utf-8?q?b?= c", "ab c"),
        ("=?utf-8?q?a?= and =?utf-8?q?b?=", "a and b"),
        ("Re: =?utf-8?q?a?=", "Re: a"),
        ("=?utf-8?q?a b?=", "a b"),
        ("=?utf-8?q?a?=b", "ab"),
        ("=?us-ascii?q?=FCber?=", "über"),
        ("=?unknown?q?=FCber?=", "über"),
        ("=?iso-8859-1?q?\xfcber?=", "über"),
        ("=?utf-8?q?a=0D=0ABcc:_b?=", "a Bcc: b"),
        ("=?utf-8?q?unfinished", "=?utf-8?q?unfinished"),
        ("=?gb2312?b?uPe49w==?=", "各各"),
        ("=?utf-8?Q?What??= now", "What? now"),
        ("=?utf-8?Q?Was?=20geht?=", "Was? geht"),
        ("=?utf-8?q?a?=20", "a20"),
        ("=?utf-8?q?a?==?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?unfinished and =?utf-8?q?b?=", "=?utf-8?q?unfinished and b"),
        ("=??Q?Gr=FC=DFe?=", "Grüße"),
        ("=? utf-8 ?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?utf-8?B?=C3=BCber?=", "über"),
        ("=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
    ],
)
def test_encoded_words_become_letters(written: str, read: str) -> None:
    assert decoded(written) == read


@pytest.mark.parametrize(
    ("raw", "declared", "read"),
    [
        (b"gr\xc3\xbc\xc3\x9fe", "", "grüße"),
        (b"gr\xfc\xdfe", "", "grüße"),
        (b"\xbc\xa8\xd0\xa7", "gb2312", "绩效"),
        (b"gr\xc3\xbc\xc3\x9fe", "iso-8859-1", "grüße"),
    ],
)
def test_raw_letters_are_kept(raw: bytes, declared: str, read: str) -> None:
    headers = Headers([("Subject", raw.decode("ascii", "surrogateescape"))], declared)
    assert headers.text("subject") == read
    assert headers.defects == ["Subject: raw 8-bit letters"]


def test_folded_values_are_one_line() -> None:
    assert Headers([("Subject", "a\r\n b\n\tc")]).text("subject") == "a b c"


@pytest.mark.parametrize(
    ("written", "ids"),
    [
        ("<a@b>", ("<a@b>",)),
        ("<a@b> <c@d>", ("<a@b>", "<c@d>")),
        ("<a@b><a@b>", ("<a@b>",)),
        ("<long\r\n id@b>", ("<longid@b>",)),
        ("a@b", ("<a@b>",)),
        ("Your mail of Monday <a@b>", ("<a@b>",)),
        ("<no-at-sign>", ("<no-at-sign>",)),
        ("<ü@b>", ()),
        ("Monday", ()),
        ("<>", ()),
    ],
)
def test_message_ids_are_canonical(written: str, ids: tuple[str, ...]) -> None:
    assert message_ids(written) == ids


@pytest.mark.parametrize(
    ("field", "value", "parameters"),
    [
        ("text/plain; charset=utf-8", "text/plain", {"charset": "utf-8"}),
        ('TEXT/Plain ; Charset = "utf-8" ;', "text/plain", {"charset": "utf-8"}),
        ("attachment; filename=two words.pdf", "attachment", {"filename": "two words.pdf"}),
        ('attachment; filename="a;b\\"c.pdf"', "attachment", {"filename": 'a;b"c.pdf'}),
        ('a/b; name="=?utf-8?q?=C3=9C.pdf?="', "a/b", {"name": "Ü.pdf"}),
        ("a/b; name*=iso-8859-1'de'%DC.pdf", "a/b", {"name": "Ü.pdf"}),
        ("a/b; name*1*=%C3%9C; name*0*=utf-8''a; name*2=.pdf", "a/b", {"name": "aÜ.pdf"}),
        ("a/b; name=plain.pdf; name*=utf-8''%C3%9C.pdf", "a/b", {"name": "Ü.pdf"}),
        ('a/b; name="a\r\nb\x00.pdf"', "a/b", {"name": "a b .pdf"}),
        ("", "", {}),
        (";;;", "", {}),
    ],
)
def test_parameters_are_read_in_the_forms_senders_use(field: str, value: str, parameters: dict[str, str]) -> None:
    assert structured(field) == (value, parameters)


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("Mon, 16 Nov 2026 09:30:00 +0100", "2026-11-16T08:30:00+00:00"),
        ("16 Nov 2026 09:30 -0330 (NST)", "2026-11-16T13:00:00+00:00"),
        ("Mon,  1 Jun 2026 09:30:60 GMT", "2026-06-01T09:31:00+00:00"),
        ("Mon, 16 Nov 2026 09:30:00 CET", "2026-11-16T08:30:00+00:00"),
    ],
)
def test_dates_are_instants(written: str, iso: str) -> None:
    found = read_date(written)
    assert found is not None
    assert found.isoformat() == iso


@pytest.mark.parametrize(
    "written",
    ["", "Mon, 31 Feb 2026 09:30:00 +0100", "1 Foo 2026 1:00 GMT", "1 Jan 2026 25:00 GMT", "1 Jan 2026 1:00 J"],
)
def test_what_is_no_date_is_none(written: str) -> None:
    assert read_date(written) is None


@pytest.mark.parametrize(
    ("coded", "data"),
    [
        (b"YQ==", b"a"),
        (b"YQ", b"a"),
        (b"YQ==YQ==", b"aa"),
        (b"Y Q = =\r\n", b"a"),
        (b"YWI=\r\nYw==\r\n", b"abc"),
        (b"", b""),
        (b"====", b""),
    ],
)
def test_base64_is_read_as_it_comes(coded: bytes, data: bytes) -> None:
    assert base64_bytes(coded) == data


@pytest.mark.parametrize("word", ["=?utf-8?q?a?", "?=20", "a?", "=?", "=?x?q?", "=?utf-8?q?? ", "?=2"])
def test_sixteen_thousand_letters_of_broken_words_take_no_time(word: str) -> None:
    assert effort(lambda: decoded("=?utf-8?q?" + word * (16_000 // len(word))), 0.5) <= 0.5


@given(st.text(max_size=300))
def test_no_value_leaves_its_line(value: str) -> None:
    assert not set(decoded(value)) & set("\r\n\0\u2028\u2029\x85")
