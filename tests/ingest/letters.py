"""Raw mails for the tests of reading: built from a few words, or damaged at random (seeded)."""

from __future__ import annotations

import random
from collections.abc import Iterator

HEAD = (
    b"From: Anna Berg <anna@clinic.example>\r\nTo: support@desk.example\r\nSubject: Printer\r\n"
    b"Date: Mon, 16 Nov 2026 09:30:00 +0100\r\nMessage-ID: <one@clinic.example>\r\n"
)

_SEEDS = (
    HEAD + b"\r\nThe printer is broken.\r\n-- \r\nAnna\r\n",
    HEAD + b"Content-Type: text/plain; charset=iso-8859-1\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe\r\n",
    HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/html\r\n\r\n<p>x</p>\r\n"
    b"--b\r\nContent-Type: image/png; name*0*=utf-8''%C3%9C; name*1=.png\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\niVBO\r\n--b--\r\n",
    HEAD + b"Auto-Submitted: auto-replied (vacation)\r\nIn-Reply-To: <a@b.example>\r\n"
    b"References: <a@b.example>\r\n <c@d.example>\r\n\r\n"
    b"Am 1.2.2026 um 10:00 schrieb Max <m@x.example>:\r\n> Hallo\r\n",
    b"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nSubject: =?utf-8?q?Undelivered_Mail?=\r\n"
    b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
    b"Final-Recipient: rfc822; gone@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
    b"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <ours@desk.example>\r\n\r\n--b--\r\n",
)

_SPLINTERS = (
    b"\r\n", b"\n", b"\r", b"\0", b"\xff", b"\xc3", b'"', b"<", b">", b"(", b")", b";", b":", b",", b"@", b"=?", b"?=",
    b"=?utf-8?b?", b"=?x?q?=81", b"--b", b"--b--", b"charset=punycode;", b"boundary=", b"name*1*=", b"Content-Type: ",
    b"multipart/mixed", b"message/rfc822", b"base64", b"From: ", b"\r\n\r\n", b" ", b"\t", b"%", b"'", b"\\", b"=",
)  # fmt: skip


def letter(*fields: str | bytes, body: str | bytes = "Hello.\r\n") -> bytes:
    """A mail of these header lines; str is sent as UTF-8."""
    lines = [field.encode() if isinstance(field, str) else field for field in fields]
    return b"".join(line + b"\r\n" for line in lines) + b"\r\n" + (body.encode() if isinstance(body, str) else body)


def mixed(*parts: bytes, kind: str = "mixed", fields: bytes = HEAD) -> bytes:
    """A multipart of parts that bring their own header."""
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts)
    return fields + f"Content-Type: multipart/{kind}; boundary=b\r\n\r\n".encode() + body + b"--b--\r\n"


def damaged(count: int, seed: int) -> Iterator[bytes]:
    """Mails with one to eight splinters, cuts and repetitions each; the same for the same seed."""
    chance = random.Random(seed)
    for _ in range(count):
        raw = bytearray(chance.choice(_SEEDS))
        for _ in range(chance.randint(1, 8)):
            place = chance.randrange(len(raw) + 1)
            end = min(len(raw), place + chance.choice((0, 0, 1, 4, 40)))
            raw[place:end] = chance.choice(_SPLINTERS) * chance.choice((1, 1, 1, 2, 30))
        yield bytes(raw)
