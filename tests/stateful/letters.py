"""Mail as people and machines write it: `Letter` -> bytes. Each has words of its own by which its text is found again.

How well its sender is proven is said as a border or a signature says it, so that maild's own code reads it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum

from tests.ingest.authenticity.signing import How, ed25519, signed
from tests.stateful.cast import GRACE, STRANGERS

KEY = ed25519()
BORDER = "own:mx.desk.example"
DSN = (
    "--edge\r\nContent-Type: text/plain\r\n\r\nIt did not arrive.\r\n--edge\r\n"
    "Content-Type: message/delivery-status\r\n\r\n"
    "Reporting-MTA: dns; mx.elsewhere.example\r\n\r\nFinal-Recipient: rfc822; {to}\r\nAction: failed\r\n"
    "Status: 5.1.1\r\n\r\n--edge\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {about}\r\n\r\n--edge--\r\n"
)


class Level(StrEnum):
    """What speaks for the sender. SIGNED: a signature whose key the DNS may or may not give."""

    PROVEN = "proven"
    NONE = "none"
    WEAK = "weak"
    SIGNED = "signed"
    FAILED = "failed"


class Dns(StrEnum):
    """What the DNS says when it is asked for a key. DENIES: there is none."""

    SILENT = "silent"
    SPEAKS = "speaks"
    DENIES = "denies"


_RESULTS = {
    Level.PROVEN: "spf=pass smtp.mailfrom={0}; dmarc=pass header.from={0}",
    Level.WEAK: "spf=pass smtp.mailfrom={0}",
    Level.FAILED: "dmarc=fail (p=reject dis=none) header.from={0}",
}


@dataclass(frozen=True)
class Letter:
    """One mail. `own_token`: it went to a reply address that was sent to its sender.

    `names` are the tickets that it names in any way. `automatic` is "", "auto-reply" or "bounce".
    """

    number: int
    sender: str
    to: str
    at: datetime
    subject: str = ""
    text: str = ""
    says: str = ""
    level: Level = Level.PROVEN
    cc: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    names: frozenset[int] = field(default_factory=frozenset)
    own_token: bool = False
    automatic: str = ""
    about: str = ""
    about_whom: str = ""

    @property
    def marks(self) -> tuple[str, str, str]:
        """Words that stand in its subject, in its text, and in the sender's name."""
        return mark("s", self.number), mark("t", self.number), mark("n", self.number)

    @property
    def message_id(self) -> str:
        return f"<{self.number}@{self._domain}>"

    @property
    def mail_from(self) -> str:
        return "" if self.automatic == "bounce" else self.sender

    def raw(self) -> bytes:
        lines = [f"{name}: {value}\r\n" for name, value in self._headers() if value]
        raw = "".join((*lines, "\r\n", self._body())).encode()
        return signed(raw, How(key=KEY, domain=self._domain)) if self.level is Level.SIGNED else raw

    @property
    def _domain(self) -> str:
        return self.sender.rpartition("@")[2]

    def _headers(self) -> list[tuple[str, str]]:
        subject, _, name = self.marks
        called = f"Called {name}" if self.sender in STRANGERS else ""
        results = _RESULTS.get(self.level)
        return [
            ("Authentication-Results", f"mx.desk.example; {results.format(self._domain)}" if results else ""),
            ("From", f"{called} <{self.sender}>".strip()),
            ("To", self.to),
            ("Cc", ", ".join(self.cc)),
            ("Subject", f"{self.subject} {subject}".strip()),
            ("Date", format_datetime(self.at)),
            ("Message-ID", self.message_id),
            ("In-Reply-To", self.references[-1] if self.references else ""),
            ("References", " ".join(self.references)),
            ("Auto-Submitted", "auto-replied" if self.automatic else ""),
            ("MIME-Version", "1.0"),
            ("Content-Type", _REPORT if self.automatic == "bounce" else "text/plain; charset=utf-8"),
        ]

    def _body(self) -> str:
        if self.automatic == "bounce":
            return DSN.format(to=self.about_whom, about=self.about)
        return f"{self.text}\r\n"


_REPORT = 'multipart/report; report-type=delivery-status; boundary="edge"'


def mark(kind: str, number: int) -> str:
    """A word that nobody else uses."""
    return f"{kind}q{hashlib.sha256(f'{kind}{number}'.encode()).hexdigest()[:12]}"


def proof_of(level: Level, sender: str, dns: Dns) -> str:
    """What the transport's facts say, in maild's words: the oracle's own table. Mail of our own domain proves itself,
    or is forged."""
    if level is Level.SIGNED:
        found = {Dns.SILENT: "pending", Dns.SPEAKS: "proven", Dns.DENIES: "none"}[dns]
    else:
        found = level.value
    return found if sender != GRACE or found in ("proven", "pending") else "failed"
