"""The mails of the demo: as people's and machines' programs write them. Who gets one gives what was `Heard` so far."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime

from maild.notify.sink import Kept

DESK = "support@desk.example"
ADA, BOB, DORA = "Ada Archer <ada@acme.example>", "Bob Baker <bob@acme.example>", "Dora Dean <dora@beta.example>"
STRANGER = "eve@elsewhere.example"
STRANGERS_WORDS = "Cheap-Watches"
BEGUN = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail on its way in. `mail_from` "" is the null sender."""

    mail_from: str
    raw: bytes
    to: str = DESK


@dataclass(frozen=True, slots=True)
class Heard:
    """What the relay was given so far."""

    mails: Sequence[Kept]

    def message_id(self, address: str) -> str:
        """Of the first mail to that address."""
        return self._header(address, "Message-ID")

    def last(self, address: str) -> Kept:
        """The last mail to that address. Raises LookupError."""
        return [mail for mail in self.mails if address in mail.recipients][-1]

    def number(self, address: str) -> str:
        """The ticket number in the subject of the first mail to that address."""
        found = re.search(r"\[(\w+-\d+)\]", self._header(address, "Subject"))
        return found[1] if found else ""

    def _header(self, address: str, name: str) -> str:
        first = next(mail for mail in self.mails if address in mail.recipients)
        return str(message_from_bytes(first.raw, policy=default)[name])


def request(_: Heard) -> Sent:
    return _sent("ada@acme.example", _request())


def copy(_: Heard) -> Sent:
    """The same mail once more, by another route: trace headers and encoding differ."""
    mail = _request()
    mail.set_content(mail.get_content(), cte="base64")
    mail["X-Spam-Score"] = "0.1"
    received = b"Received: from relay.acme.example by mx2.desk.example; Fri, 20 Nov 2026 09:00:03 +0100\r\n"
    return Sent("ada@acme.example", received + mail.as_bytes(policy=SMTP))


def reply(heard: Heard) -> Sent:
    """Bob's program threads nothing; the number in the subject is all there is."""
    number = heard.number("ada@acme.example")
    mail = _mail(BOB, f"AW: [{number}] Platform is DOWN", "bob-1@acme.example", "It began at nine, after the update.")
    return _sent("bob@acme.example", mail)


def question(_: Heard) -> Sent:
    mail = _mail(STRANGER, f"{STRANGERS_WORDS}?", "eve-1@elsewhere.example", "Do you sell them?")
    return _sent(STRANGER, mail)


def out_of_office(heard: Heard) -> Sent:
    mail = _mail(ADA, "Out of office", "ada-2@acme.example", "I am back on Monday.")
    mail["Auto-Submitted"] = "auto-replied"
    mail["In-Reply-To"] = heard.message_id("ada@acme.example")
    return _sent("", mail)


def bounce(heard: Heard) -> Sent:
    """RFC 3464: our confirmation to the stranger did not arrive."""
    report = REPORT.format(date=format_datetime(BEGUN), about=heard.message_id(STRANGER))
    return Sent("", report.replace("\n", "\r\n").encode("ascii"))


REPORT = f"""From: Mail Delivery System <MAILER-DAEMON@mx.elsewhere.example>
To: {DESK}
Subject: Undelivered Mail Returned to Sender
Date: {{date}}
Message-ID: <dsn-1@mx.elsewhere.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="="

--=
Content-Type: text/plain

There is no such mailbox here.
--=
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.elsewhere.example

Final-Recipient: rfc822; {STRANGER}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such mailbox

--=
Content-Type: text/rfc822-headers

Message-ID: {{about}}
To: {STRANGER}

--=--
"""


def screenshot(_: Heard) -> Sent:
    mail = _mail(DORA, "Invoice 2026-117", "dora-1@beta.example", "The sum looks wrong to me, see the picture.")
    mail.add_attachment(PICTURE, maintype="image", subtype="png", filename="Bildschirmfoto März.png")
    return _sent("dora@beta.example", mail)


def _request() -> EmailMessage:
    mail = _mail(ADA, "Platform is DOWN", "ada-1@acme.example", "Hello,\n\nnobody here can log in since nine.\n\nAda")
    mail["Cc"] = BOB
    return mail


def _mail(sender: str, subject: str, left: str, text: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, DESK, subject
    mail["Date"], mail["Message-ID"] = format_datetime(BEGUN), f"<{left}>"
    mail.set_content(text)
    return mail


def _sent(mail_from: str, mail: EmailMessage) -> Sent:
    return Sent(mail_from, mail.as_bytes(policy=SMTP))


def _png(side: int) -> bytes:
    """A small picture, so that an attachment is a real one."""
    rows = b"".join(b"\0" + bytes((x * 7 ^ y * 5) & 255 for x in range(side)) for y in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    packed = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


PICTURE = _png(64)
