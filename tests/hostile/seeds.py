"""Sound mails of every kind we know, for the mutator to break: our own golden mails and some written here.

Laws: small (a mutation should hit something that matters), our own words, always in the same order.
"""

from __future__ import annotations

import base64
import binascii
from functools import cache
from pathlib import Path

from tests.ingest.letters import HEAD, letter, mixed

OURS = Path(__file__).parent.parent / "mails"
CORPORA = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "mails"
LARGEST = 32 * 1024

PNG = base64.encodebytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3).replace(b"\n", b"\r\n")
TNEF = base64.encodebytes(b"\x78\x9f\x3e\x22\x01\x00" + b"\x01\x06\x90\x08\x00\x04\x00\x00\x00" + bytes(600))
UUENCODED = (
    b"begin 644 report.txt\r\n" + binascii.b2a_uu(b"45 bytes to a line, as it has always been so.") + b"`\r\nend\r\n"
)
HTML = (
    b"<html><head><style>.x{display:none}</style></head><body><p>Guten Tag,</p><p>der <b>Drucker</b> brennt.</p>"
    b"<div style='display:none'>unsichtbar</div><table><tr><td>1</td><td>2</td></tr></table>"
    b"<ul><li>a</li><li>b</li></ul><a href='http://x.example/'>hier</a><img src='cid:p1@x'>"
    b"<blockquote type='cite'>Sie schrieben &gt; etwas</blockquote></body></html>\r\n"
)
REPLY = (
    "Danke, das geht jetzt.\r\n\r\nAm Mo., 16. Nov. 2026 um 09:30 Uhr schrieb Support <support@desk.example>:\r\n\r\n"
    "> Guten Tag,\r\n>> ist es noch so?\r\n> \r\n> Grüße\r\n\r\n-- \r\nAnna Berg\r\nTel. 1234\r\n"
)
OUTLOOK = (
    b"See below.\r\n\r\n-----Original Message-----\r\nFrom: Support\r\nSent: Monday, 16 November 2026 09:30\r\n"
    b"To: Anna\r\nSubject: RE: Printer\r\n\r\nIs it plugged in?\r\n"
)
STATUS = (
    b"Reporting-MTA: dns; mx.example\r\nArrival-Date: Mon, 16 Nov 2026 09:30:00 +0100\r\n\r\n"
    b"Original-Recipient: rfc822;gone@x.example\r\nFinal-Recipient: rfc822; gone@x.example\r\nAction: failed\r\n"
    b"Status: 5.1.1\r\nRemote-MTA: dns; mail.x.example\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user here\r\n\r\n"
)
CALENDAR = (
    b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nDTSTART:20261116T083000Z\r\n"
    b"ORGANIZER:mailto:anna@clinic.example\r\nSUMMARY:Wartung\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
MACHINE = b"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example (Mail Delivery System)\r\nTo: support@desk.example\r\n"


def part(kind: bytes, body: bytes, *fields: bytes) -> bytes:
    return b"Content-Type: " + kind + b"\r\n" + b"".join(field + b"\r\n" for field in fields) + b"\r\n" + body


SAVED = b"Content-Disposition: attachment"
QUOTED = b"Content-Transfer-Encoding: quoted-printable"
BASE64 = b"Content-Transfer-Encoding: base64"
PLAIN = part(b"text/plain; charset=utf-8", "Grüße aus Köln\r\n".encode(), b"Content-Transfer-Encoding: 8bit")
RICH = part(b"text/html; charset=utf-8", HTML)
PICTURE = part(b'image/png; name="p1.png"', PNG, BASE64, b"Content-ID: <p1@x>", b"Content-Disposition: inline")
FORWARDED = part(b"message/rfc822", HEAD + b"\r\nThe mail inside.\r\n")


def inside(boundary: bytes, kind: bytes, *parts: bytes) -> bytes:
    """A multipart as a part."""
    lines = b"".join(b"--" + boundary + b"\r\n" + one + b"\r\n" for one in parts)
    return (
        b"Content-Type: multipart/"
        + kind
        + b"; boundary="
        + boundary
        + b"\r\n\r\n"
        + lines
        + b"--"
        + boundary
        + b"--\r\n"
    )


BOTH = inside(b"=_alt", b"alternative", PLAIN, RICH)
SIGNED = b'signed; micalg=sha-256; protocol="application/pgp-signature"'
REPORT = b"report; report-type=delivery-status"
WRITTEN = (
    HEAD + b"\r\nThe printer is broken.\r\n",
    HEAD + part(b"text/plain; charset=utf-8", REPLY.encode(), b"In-Reply-To: <a@b>", b"References: <z@b>\r\n <a@b>"),
    HEAD + part(b"text/plain; charset=iso-8859-1", b"Gr=FC=DFe =3D\r\n", QUOTED),
    HEAD + part(b"text/plain; charset=iso-2022-jp", b"\x1b$B$3$s$K$A$O\x1b(B\r\n"),
    HEAD + part(b"text/plain; format=flowed; delsp=yes", b"one \r\ntwo \r\n> three \r\n> four\r\n-- \r\nx\r\n"),
    HEAD + b"\r\n" + OUTLOOK,
    HEAD + b"\r\nSee the file.\r\n\r\n" + UUENCODED,
    HEAD + BOTH,
    HEAD + inside(b"out", b"mixed", inside(b"rel", b"related", BOTH, PICTURE), PICTURE),
    HEAD + inside(b"b", b"mixed", PLAIN, FORWARDED),
    HEAD + inside(b"d", b"digest", HEAD + b"\r\none\r\n", HEAD + b"\r\ntwo\r\n"),
    HEAD + inside(b"t", b"mixed", PLAIN, part(b'application/ms-tnef; name="winmail.dat"', TNEF, BASE64)),
    HEAD + inside(b"c", b"alternative", PLAIN, part(b"text/calendar; method=REQUEST", CALENDAR)),
    HEAD + inside(b"s", SIGNED, PLAIN, part(b"application/pgp-signature", b"x")),
    MACHINE + inside(b"r", REPORT, PLAIN, part(b"message/delivery-status", STATUS), FORWARDED),
    MACHINE + b"Subject: Undelivered Mail Returned to Sender\r\n\r\n<gone@x.example>: 550 5.1.1 unknown\r\n\r\n" + HEAD,
    letter(
        "From: =?utf-8?b?SsO8cmdlbg==?= =?iso-8859-1?q?_M=FCller?= <j@x.example>",
        "To: =?utf-8?q?=22Support=2C_Desk=22?= <support@desk.example>, list: a@b.example, b@b.example;",
        "Cc: (a (nested) comment) carol@x.example (Carol), \"quoted \\\" name\" <@r.example:dora@x.example>",
        "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n =?utf-8?b?IMOcYmVyIDIgV29ydGU=?= [SD-1042]",
        "Date: Mon, 16 Nov 2026 09:30:00 +0100 (CET)", "Message-ID: <2@x.example>", "Reply-To: r@x.example",
    ),
    mixed(
        part(b"application/pdf; name*0*=utf-8''%C3%9Cber; name*1*=%20sicht; name*2=.pdf", PNG, BASE64),
        part(b'application/zip; name="=?utf-8?q?=C3=9C.zip?="', b"PK\x03\x04" + bytes(40), SAVED),
        part(b"image/jpeg", PNG, BASE64, b"Content-Disposition: attachment; filename=a b c.jpg; size=12"),
    ),
    letter("From: a@x.example", "Auto-Submitted: auto-replied (vacation)", "Precedence: bulk", "List-Id: <l.x>"),
    "From: Jürgen <jürgen@bücher.example>\nSubject: Größe ÄÖÜ\nContent-Type: text/plain\n\nKäse\n".encode("latin-1"),
    b"Received: from a by b; Mon, 16 Nov 2026 09:30:00 +0100\r\n" * 20 + b"X-Maild-Loop: x\r\n" + HEAD + b"\r\nx\r\n",
)  # fmt: skip


@cache
def sound_mails() -> tuple[bytes, ...]:
    """What every checkout has."""
    return (*WRITTEN, *(path.read_bytes() for path in sorted(OURS.glob("*.eml"))))


@cache
def sound_mails_and_corpora() -> tuple[bytes, ...]:
    """The same with real mails, where they lie beside this checkout."""
    files = sorted(path for path in CORPORA.rglob("*") if path.is_file()) if CORPORA.is_dir() else []
    return (*sound_mails(), *(path.read_bytes() for path in files if path.stat().st_size <= LARGEST))
