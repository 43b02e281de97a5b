"""Breaks sound mails: `mail(seed, n)` is the n-th mail of a seed, today and on every other machine.

Law: nothing but (seed, n) and the sound mails decides; so a number means the same mail as long as no golden mail and
no way is added. What fuzzing finds is therefore kept as a file, and its figures name the commit.
To add a way to break mails: one function in `WAYS`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from tests.hostile.seeds import sound_mails

LARGEST = 64 * 1024
# Only now and then: what large mails cost is the business of the bombs.
LARGE, ONE_IN = 1024 * 1024, 400

Chance = random.Random

CHARSETS = (
    "utf-8", "utf-7", "utf-16", "utf-32", "us-ascii", "latin-1", "iso-8859-8-i", "koi8-r", "gb2312", "hz", "big5",
    "cp932", "iso-2022-jp", "iso-2022-kr", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "rot13", "zlib",
    "bz2", "hex", "base64", "uu", "quopri", "undefined", "mbcs", "oem", "x-unknown", "\xff", "*",
)  # fmt: skip
ENCODINGS = (
    "7bit", "8bit", "binary", "base64", "quoted-printable", "x-uuencode", "uuencode", "x-yenc", "gzip", "base64base64",
    "=?q?",
)  # fmt: skip
TYPES = (
    "text/plain", "text/html", "text/calendar", "text/enriched", "multipart/mixed", "multipart/alternative",
    "multipart/report", "multipart/digest", "multipart/signed", "multipart/encrypted", "message/rfc822",
    "message/partial", "message/external-body", "message/delivery-status", "message/global", "application/ms-tnef",
    "application/octet-stream", "image/svg+xml", "text", "/", "text/", "a",
)  # fmt: skip
NAMES = (
    "From", "To", "Cc", "Bcc", "Sender", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References",
    "Content-Type", "Content-Disposition", "Content-Transfer-Encoding", "Content-ID", "MIME-Version", "Received",
    "Return-Path", "Auto-Submitted", "Precedence", "List-Id", "X-Loop", "X-Maild-Loop", "X-Auto-Response-Suppress",
    "Delivered-To", "Resent-From", "Final-Recipient", "Status",
)  # fmt: skip
NUMBERS = (
    b"0", b"-1", b"00", b"99", b"256", b"65536", b"2147483648", b"18446744073709551616", b"9" * 40, b"1e9", b"\xd9\xa3",
)  # fmt: skip
SPLINTERS = (
    b"\r\n", b"\n", b"\r", b"\x00", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\xe2\x80\xa8",
    b"\xe2\x80\xae", b"\x1b$B", b"\x0b", b"\x85", b"\"", b"\\", b"<", b">", b"(", b")", b"[", b"]", b";", b":", b",",
    b"@", b"=?", b"?=", b"=?utf-8?b?", b"=?utf-8?q?=0D=0A?=", b"=?x?q?=81", b"=", b"=\r\n", b"=00", b"%", b"'", b"''",
    b"--", b"--b", b"--b--", b"\r\n\r\n", b"\r\n ", b"\t", b" ", b"name*1*=", b"name*0*=utf-8''", b"boundary=",
    b"boundary=\"\"", b"charset=", b"From ", b">From ", b"begin 644 x\r\n", b"end\r\n", b"> ", b"-- \r\n", b"<div>",
    b"</div>", b"<b>", b"<!--", b"<![CDATA[", b"&#x0;", b"&#xd800;", b"<style>", b"<blockquote>", b"<table>", b"<svg>",
    b"x\x9f>\"", b"undisclosed-recipients:;", b"a@[127.0.0.1]", b"a@b@c", b"@a,@b:c@d.example", b"xn--a",
    b"=?utf-8?q?=ED=A0=80?=",
)  # fmt: skip

STRAY_PARAMETERS = (
    b";", b"; =", b'; a="', b"; name*0=a; name*0=b", b"; name*=x''%ff", b"; name*999=a", b"; name*-1*=a",
    b"; a=b" * 300, b"; name*1=b; name*0*=idna'x'%41", b"; filename=../../etc/passwd", b'; filename="a\r\n b"',
    b"; filename=CON\x00.txt",
)  # fmt: skip

# ---- ways to break bytes ------------------------------------------------------------------------------


def flip_bits(chance: Chance, raw: bytes) -> bytes:
    broken = bytearray(raw)
    for _ in range(chance.choice((1, 1, 2, 8, 50))):
        if broken:
            broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
    return bytes(broken)


def truncate(chance: Chance, raw: bytes) -> bytes:
    place = chance.randrange(len(raw) + 1)
    return raw[:place] if chance.random() < 0.8 else raw[place:]


def insert_splinters(chance: Chance, raw: bytes) -> bytes:
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(raw) + 1)
        end = start + chance.choice((0, 0, 0, 1, 4, 40))
        raw = raw[:start] + chance.choice(SPLINTERS) * chance.choice((1, 1, 1, 2, 30)) + raw[end:]
    return raw


def repeat_a_piece(chance: Chance, raw: bytes) -> bytes:
    start = chance.randrange(len(raw) + 1)
    piece = raw[start : start + chance.choice((1, 2, 3, 10, 80, 500))]
    most = (LARGE if chance.randrange(ONE_IN) == 0 else LARGEST) // (len(piece) + 1)
    return raw[:start] + piece * min(chance.choice((2, 10, 100, 2000, 100_000)), most) + raw[start:]


def inject_8_bit(chance: Chance, raw: bytes) -> bytes:
    low, high = chance.choice(((0x80, 0xFF), (0, 0x1F), (0, 0xFF), (0, 0)))
    for _ in range(chance.choice((1, 3, 20))):
        place = chance.randrange(len(raw) + 1)
        raw = raw[:place] + bytes(chance.randint(low, high) for _ in range(chance.choice((1, 2, 5)))) + raw[place:]
    return raw


def extreme_numbers(chance: Chance, raw: bytes) -> bytes:
    share = chance.choice((0.1, 0.5, 1.0))
    return re.sub(rb"\d+", lambda found: chance.choice(NUMBERS) if chance.random() < share else found[0], raw)


# ---- ways to break lines ------------------------------------------------------------------------------


def _with_lines(chance: Chance, raw: bytes, change: Callable[[list[bytes]], None]) -> bytes:
    lines = raw.splitlines(keepends=True)
    if lines:
        change(lines)
    return b"".join(lines)


def remove_lines(chance: Chance, raw: bytes) -> bytes:
    def change(lines: list[bytes]) -> None:
        start = chance.randrange(len(lines))
        del lines[start : start + chance.choice((1, 1, 1, 3, 10))]

    return _with_lines(chance, raw, change)


def double_lines(chance: Chance, raw: bytes) -> bytes:
    def change(lines: list[bytes]) -> None:
        start = chance.randrange(len(lines))
        block = lines[start : start + chance.choice((1, 1, 3, 10, 40))]
        place = chance.choice((start, chance.randrange(len(lines) + 1)))
        lines[place:place] = block * chance.choice((1, 1, 2, 20))

    return _with_lines(chance, raw, change)


def reorder_lines(chance: Chance, raw: bytes) -> bytes:
    def change(lines: list[bytes]) -> None:
        start = chance.randrange(len(lines))
        block = lines[start : start + chance.choice((2, 5, 20, 1000))]
        chance.shuffle(block)
        lines[start : start + len(block)] = block

    return _with_lines(chance, raw, change)


def splice(chance: Chance, raw: bytes) -> bytes:
    other = chance.choice(sound_mails())
    return raw[: chance.randrange(len(raw) + 1)] + other[chance.randrange(len(other) + 1) :]


def change_line_ends(chance: Chance, raw: bytes) -> bytes:
    ends = chance.choice(((b"\n",), (b"\r",), (b"\r\r\n",), (b"\n\r",), (b"\r\n", b"\n", b"\r"), (b"\r\n", b"")))
    return b"".join(line.rstrip(b"\r\n") + chance.choice(ends) for line in raw.splitlines(keepends=True))


def break_folding(chance: Chance, raw: bytes) -> bytes:
    if chance.random() < 0.5:
        return re.sub(rb"\n[ \t]+", lambda _: chance.choice((b"\n", b"\n\t \t", b"\n \n ", b"\r ")), raw)
    place = chance.randrange(len(raw) + 1)
    return raw[:place] + chance.choice((b"\r\n ", b"\n\t", b"\r\n \r\n ", b"\r\n")) + raw[place:]


# ---- ways to break what mail is made of -----------------------------------------------------------------


def break_boundaries(chance: Chance, raw: bytes) -> bytes:
    boundary = chance.choice(re.findall(rb"boundary=\"?([^\";\s]+)", raw) or [b"b"])
    other = chance.choice((b"b", b"", b" ", b"x" * 300, boundary + b"-", boundary[:1], b"--", b"=?b?", b"\xff", b'"'))
    way = chance.randrange(5)
    if way == 0:
        return raw.replace(b"--" + boundary + b"--", chance.choice((b"", b"--" + boundary, b"--" + boundary + b"-")))
    if way == 1:
        return raw.replace(b"boundary=" + boundary, b"boundary=" + other, 1)
    if way == 2:
        return raw.replace(boundary, other)
    if way == 3:
        return raw.replace(b"--" + boundary, b"--" + boundary + b" \t", chance.randint(1, 3))
    return raw.replace(b"\r\n", b"\r\n--" + boundary + b"\r\n", chance.choice((1, 5, 100)))


def change_charset(chance: Chance, raw: bytes) -> bytes:
    name = chance.choice(CHARSETS).encode("latin-1")
    raw = re.sub(rb"charset=[^\s;]+", b"charset=" + name, raw)
    return re.sub(rb"=\?[^?\s]+\?", b"=?" + name + b"?", raw)


def change_encoding(chance: Chance, raw: bytes) -> bytes:
    line = b"Content-Transfer-Encoding: " + chance.choice(ENCODINGS).encode() + b"\r\n"
    if b"ncoding:" in raw and chance.random() < 0.7:
        return re.sub(rb"(?i)content-transfer-encoding:[^\n]*\n", lambda _: line, raw)
    return line + raw


def change_type(chance: Chance, raw: bytes) -> bytes:
    kind = chance.choice(TYPES).encode()
    found = list(re.finditer(rb"(?i)content-type:\s*([^\s;]+)", raw))
    if not found:
        return b"Content-Type: " + kind + b"\r\n" + raw
    start, end = chance.choice(found).span(1)
    return raw[:start] + kind + raw[end:]


def change_fields(chance: Chance, raw: bytes) -> bytes:
    """A field gets another one's name, or another one is put on top."""
    name = chance.choice(NAMES).encode()
    found = list(re.finditer(rb"(?m)^[\w-]+(?=:)", raw))
    if found and chance.random() < 0.5:
        start, end = chance.choice(found).span()
        return raw[:start] + name + chance.choice((b"", b"", b" ", b"\t")) + raw[end:]
    values = re.findall(rb"(?m)^[\w-]+:([^\r\n]*)", raw) or [b" x"]
    return name + b":" + chance.choice((b"", chance.choice(values), chance.choice(values) * 3)) + b"\r\n" + raw


def damage_encoded_words(chance: Chance, raw: bytes) -> bytes:
    def damaged(found: re.Match[bytes]) -> bytes:
        word = found[0]
        place = chance.randrange(len(word))
        return chance.choice(
            (word[:place] + word[place + 1 :], word * 2, word[:-2], word.upper(), word[:place] + b"?" + word[place:])
        )

    if b"=?" not in raw:
        return raw.replace(b": ", b": =?utf-8?" + chance.choice((b"q?=", b"b?w", b"x?a", b"Q?_?=", b"b??=")), 3)
    return re.sub(rb"=\?[^?\s]*\?.\?[^?\s]*\?=", damaged, raw)


def damage_parameters(chance: Chance, raw: bytes) -> bytes:
    new = chance.choice(STRAY_PARAMETERS)
    places = [found.start() for found in re.finditer(rb";", raw)] or [len(raw) // 2]
    place = chance.choice(places)
    return raw[:place] + new + raw[place:]


def wrap(chance: Chance, raw: bytes) -> bytes:
    """The mail becomes a part of another one, perhaps of the same boundary, perhaps often."""
    boundary = chance.choice(re.findall(rb"boundary=\"?([^\";\s]+)", raw) or [b"w"])
    shell = chance.choice(
        (b"message/rfc822", b"multipart/mixed; boundary=" + boundary, b"multipart/digest; boundary=w")
    )
    for _ in range(chance.choice((1, 1, 2, 8, 60))):
        raw = b"From: w@x.example\r\nContent-Type: " + shell + b"\r\n\r\n--" + boundary + b"\r\n" + raw
    return raw


def many_addresses(chance: Chance, raw: bytes) -> bytes:
    one = chance.choice(
        (b"a@b.example, ", b"<a@b.example>;", b"(((", b'"', b"a@\xc3\xbc.example,", b"<", b"a b c ", b",,,", b"@")
    )
    return chance.choice((b"To: ", b"From: ", b"Cc: ")) + one * chance.choice((3, 50, 800)) + b"\r\n" + raw


Way = Callable[[Chance, bytes], bytes]
WAYS: tuple[Way, ...] = (
    flip_bits, truncate, insert_splinters, repeat_a_piece, inject_8_bit, extreme_numbers, remove_lines, double_lines,
    reorder_lines, splice, change_line_ends, break_folding, break_boundaries, change_charset, change_encoding,
    change_type, change_fields, damage_encoded_words, damage_parameters, wrap, many_addresses,
)  # fmt: skip


def mail(seed: int, number: int, sound: Sequence[bytes] | None = None) -> bytes:
    """The mail of that number, and nothing else in the world decides it."""
    chance = random.Random(f"{seed}/{number}")
    raw = chance.choice(sound or sound_mails())
    for _ in range(chance.choice((1, 1, 2, 2, 3, 5, 8))):
        raw = chance.choice(WAYS)(chance, raw)
        raw = raw[: LARGE if len(raw) > 4 * LARGEST and chance.randrange(4) == 0 else LARGEST]
    return raw
