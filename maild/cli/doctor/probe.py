"""A mail with forged Authentication-Results in it, and what is left of them where it arrives.

Out: `forged(...)`, to be sent from outside to the server in front; `left(...)` says which of its lies came through.
Laws: its Message-ID is signed, so that nobody else's mail can pass for it; it asks nobody for an answer and says what
it is. Every form in it is one that would be believed if it stood alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from maild.ingest.authenticity.borders import Border, border_of
from maild.ingest.authenticity.fields import RawHeader

BEGINS = "<maild-border."
NAME = "Authentication-Results"
CANARY = "maild-probe.invalid"
"""A name that is nobody's: a server in front may leave its results alone (RFC 8601 5)."""
_MAC_BYTES = 15
FORMS: tuple[tuple[str, str], ...] = (
    ("as it writes it itself", "{id}; {lie}"),
    ("in capitals, folded", "\r\n\t{ID};\r\n\t{lie}"),
    ("with a version", "{id} 1;\r\n\t{lie}"),
)
NAMELESS: tuple[tuple[str, str], ...] = (("as it writes it itself", "{lie}"), ("folded", "\r\n\t{lie}"))
"""For a border that writes no name of its own."""
TEXT = """\
This mail tries whether the server in front of maild removes what strangers write in its name.
`maild doctor border` says what came of it. Nobody needs to answer; the ticket can be closed.
"""


@dataclass(frozen=True, slots=True)
class Probe:
    """A mail to be sent once, and the Message-ID it is found by."""

    message_id: str
    raw: bytes


def forged(secret: bytes, notes: Collection[str], recipient: str, hostname: str, now: datetime) -> Probe:
    """One mail that lies in the name of each of the borders."""
    claim = "-".join((secrets.token_hex(8), *map(_short, sorted(notes))))
    message_id = f"{BEGINS}{claim}.{_mac(secret, claim)}@{hostname}>"
    head = (
        *(line for note in sorted(notes) for line in _written(note, claim, hostname)),
        f"{NAME}: {CANARY}; none",
        f"From: maild border probe <maild-probe@{hostname}>",
        f"To: <{recipient}>",
        "Subject: maild tries the server in front",
        f"Date: {format_datetime(now)}",
        f"Message-ID: {message_id}",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
    )
    body = TEXT.replace("\n", "\r\n")
    return Probe(message_id, ("\r\n".join(head) + f"\r\n\r\n{body}").encode("ascii"))


def is_ours(secret: bytes, message_id: str) -> bool:
    """Whether this Message-ID is of a mail that `forged` made, with this secret."""
    claim, _, mac = _token(message_id).partition(".")
    return bool(claim) and hmac.compare_digest(mac.encode(), _mac(secret, claim).encode())


def tries(message_id: str, note: str) -> bool:
    """Whether this probe was made with lies in this border's name."""
    return _short(note) in _token(message_id).partition(".")[0].split("-")[1:]


def left(header: RawHeader, message_id: str, note: str) -> list[str]:
    """Which forms of the lie in this border's name are still there, in words."""
    claim = _token(message_id).partition(".")[0]
    there = [text.lower() for text in _results(header)]
    names = [name for name, _ in _forms(border_of(note))]
    return [name for place, name in enumerate(names) if any(_mark(note, place, claim) in text for text in there)]


def keeps_others(header: RawHeader) -> bool:
    """Whether results in somebody else's name are still there: then nobody removed all of them on the way."""
    return any(text.startswith(CANARY) for text in _results(header))


def _results(header: RawHeader) -> list[str]:
    return [field.text for field in header.named(NAME.lower())]


def _written(note: str, claim: str, domain: str) -> Iterator[str]:
    border = border_of(note)
    server = border.server if border else ""
    for place, (_, form) in enumerate(_forms(border)):
        lie = f"dmarc=pass action=none header.from={domain}; spf=pass smtp.mailfrom={_mark(note, place, claim)}"
        yield f"{NAME}: {form.format(id=server, ID=server.upper(), lie=lie)}"


def _forms(border: Border | None) -> tuple[tuple[str, str], ...]:
    if border is None or border.is_bare:
        return ()
    return FORMS if border.server else NAMELESS


def _mark(note: str, place: int, claim: str) -> str:
    """Unlike any other in the mail: a form is known by it wherever it is found."""
    return f"{_short(note)}.{place}.{claim[:16]}@forged.invalid"


def _short(note: str) -> str:
    return hashlib.sha256(note.encode()).hexdigest()[:8]


def _token(message_id: str) -> str:
    return message_id.removeprefix(BEGINS).partition("@")[0] if message_id.startswith(BEGINS) else ""


def _mac(secret: bytes, claim: str) -> str:
    key = hmac.digest(secret, b"maild border probe", "sha256")
    return base64.b32encode(hmac.digest(key, claim.encode(), "sha256")[:_MAC_BYTES]).decode().lower()
