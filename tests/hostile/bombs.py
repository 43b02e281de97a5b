"""Mails made to cost: small enough for the listener, each the worst of its kind that we know. Made when wanted.

What each cost when it was found is said beside it, in seconds of CPU on a machine of 2026.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable

from tests.ingest.letters import HEAD, mixed

MEBIBYTE = 1 << 20
PAGE = HEAD + b"Content-Type: text/html\r\n\r\n"
SLOW = b"Content-Type: text/plain; charset=hz\r\n\r\n"
# 1.3 s, most of it the standard library's parser: as much as an honest mail of that size and kind.
EIGHT_BIT_LINES = HEAD + b"\r\n" + (b"\xfcber w\xfcrde " + b"a" * 40 + b"\r\n") * 450_000


def nested(depth: int, rest: bytes) -> bytes:
    levels = b"".join(b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(depth))
    return HEAD + levels + rest


def encoded(kind: bytes, data: bytes) -> bytes:
    fields = b"Content-Type: " + kind + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return fields + base64.encodebytes(data).replace(b"\n", b"\r\n")


def signed(mail: bytes) -> bytes:
    """An opaque S/MIME signature (RFC 5652 5.1) around a mail: only what stands before the content."""

    def element(tag: int, data: bytes) -> bytes:
        return bytes([tag, 0x84]) + len(data).to_bytes(4, "big") + data

    signed_data, plain_data = (bytes.fromhex("06092a864886f70d0107") + bytes([number]) for number in (2, 1))
    content = element(0x30, plain_data + element(0xA0, element(0x04, mail)))
    inner = element(0x30, element(0x02, b"\1") + element(0x31, b"") + content)
    return encoded(b"application/pkcs7-mime", element(0x30, signed_data + element(0xA0, inner)))


def tnef(properties: bytes) -> bytes:
    """A winmail.dat with one file of these properties."""
    attributes = ((0x9002, b"x"), (0x9005, properties))
    written = (struct.pack("<BHHI", 2, name, 0, len(value)) + value + b"\0\0" for name, value in attributes)
    return encoded(b"application/ms-tnef", b"\x78\x9f\x3e\x22\x01\x00" + b"".join(written))


EMPTY_STRINGS = struct.pack("<HHI", 0x101E, 0x3001, 5000) + bytes(4 * 5000)
SMALL_PARTS = mixed(*[b"\r\nx"] * 495, fields=b"")
INTERNATIONAL = b"To: " + ("a@" + "ü." * 60 + "x,").encode() * 70 + b"\r\n"

BOMBS: dict[str, Callable[[], bytes]] = {
    "24 MiB of 8-bit lines": lambda: EIGHT_BIT_LINES,
    "lines in 49 multiparts": lambda: nested(49, b"\r\n" + b"--x\r\n" * 400_000),  # 4.0 s
    "a line of 20 MiB": lambda: HEAD + b"\r\n" + b"a" * 989 + b"\n " + b"a" * 20 * MEBIBYTE,  # 24 s
    "a mark with 300,000 dashes": lambda: HEAD + b"\r\n~maild-run" + b"-" * 300_000 + b"\r\n",  # 85 s
    "a part with 400,000 fields": lambda: mixed(b"X: \xff\r\n" * 400_000 + b"\r\nx"),  # 4.4 s
    "490 parts of slow letters": lambda: mixed(*[SLOW + b"\xff~{" * 16_000] * 490),  # 3.2 s
    "12 lists of international addresses": lambda: INTERNATIONAL * 12 + HEAD + b"\r\n",  # 3.9 s
    "480 signed mails of 495 parts": lambda: mixed(*[signed(SMALL_PARTS)] * 480),  # 13 s
    "40 signed mails of lines in 49 multiparts": lambda: mixed(*[signed(nested(49, b"x\r\n" * 90_000))] * 40),  # 38 s
    "files with a million properties": lambda: mixed(*[tnef(struct.pack("<I", 5000) + EMPTY_STRINGS * 300)] * 3),
    "24 MiB of web pages": lambda: mixed(*[PAGE[len(HEAD) :] + b"<p>hello world</p>" * 58_000] * 23),  # 4.0 s
    "80,000 lines that are no fields": lambda: b"Subject: x\r\n" + b"30\r" * 80_000 + b"x\r\nTo: b\r\n\r\nx",  # 200 s
    # 2.5 s and 660 MB
    "a table of 20,000 columns": lambda: PAGE + b"<table><tr>" + b"<td>a" * 20_000 + b"<tr><td>x" * 2_000,
    "a page of 40,000 quotations": lambda: PAGE + b"<blockquote>" * 20_000 + b"<p>x" * 60_000,
}  # fmt: skip
