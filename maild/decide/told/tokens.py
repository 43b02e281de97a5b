"""What proves that a mail answers one of ours: signed reply addresses, Message-IDs and loop marks.

In: one secret of the instance, a ticket, a contact; out: text, and back again. Pure.
Laws: HMAC-SHA-256, 80 bits of it, a key of its own for each purpose; comparison in constant time. A reply
address binds its ticket *and* its contact (FreeScout's CVE-2026-47123 bound one of them and checked neither on
one path) and is still no authority: it counts only together with that contact's own From (FAULT-D16). A staff address
binds its ticket and the address it was sent to, which it does not name: without the proven From it says nothing.
Everything is lower-case base32, since addresses get case-folded on their way.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from typing import NamedTuple

from maild.decide.facts import ReplyToken, StaffToken
from maild.model import Purpose, TicketId

LEAK_PREFIX = "mdt"
BOUNCE_PREFIX = "mdb"
STAFF_PREFIX = "mds"
SEAL_PREFIX = "mdq"
VERSION = "1"
MAC_BYTES = 10
CODE = 8
"""Digits of a question's number."""
LONGEST_LOCAL = 64  # RFC 5321 4.5.3.1.1
_DIGITS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [high + low for high in _DIGITS for low in _DIGITS]
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_LONGEST_NUMBER = 12  # 60 bits


class Tokens:
    """All marks of one instance, made from one secret of at least 32 bytes.

    `retired` are earlier secrets: what they signed is still read, nothing new is signed with them. `hostname` is the
    right side of its Message-IDs; nodes that shall read each other's bounce addresses have the same.
    """

    def __init__(self, secret: bytes, *retired: bytes, hostname: str = "localhost") -> None:
        if any(len(key) < 32 for key in (secret, *retired)):
            raise ValueError("a token secret needs at least 32 bytes")
        secrets = (secret, *retired)
        self._reply = tuple(_SigningKey.derived(key, "reply") for key in secrets)
        self._staff = tuple(_SigningKey.derived(key, "staff") for key in secrets)
        self._ids = tuple(_derive(key, "message-id") for key in secrets)
        self._marks = tuple(_mark(key) for key in secrets)
        self._invitations = _derive(secret, "invitation")
        self._seals = _derive(secret, "seal")
        self._hostname = hostname

    def __repr__(self) -> str:
        return "Tokens(…)"

    def reply_address(self, desk_address: str, ticket: TicketId, contact: int) -> str:
        """`support+mdt1….<ticket>.<contact>.<mac>@desk`; the plain address where its local part leaves no room."""
        local, _, domain = desk_address.rpartition("@")
        signed = f"{local}+{_reply_tag(self._reply[0], ticket, contact)}"
        return f"{signed}@{domain}" if len(signed.encode()) <= LONGEST_LOCAL else desk_address

    def read_reply_address(self, address: str) -> ReplyToken | None:
        """The ticket and contact a reply address was made for; None unless we made it, unchanged but for case."""
        tag = address.rpartition("@")[0].rpartition("+")[2]
        if not tag.isascii() or tag.count(".") != 3:
            return None
        tag = tag.lower()
        ticket, contact = map(_number, tag.split(".")[1:3])
        if ticket is None or contact is None:
            return None
        known = any(_same(tag, _reply_tag(key, ticket, contact)) for key in self._reply)
        return ReplyToken(TicketId(ticket), contact) if known else None

    def staff_address(self, desk_address: str, ticket: TicketId, reader: str) -> str:
        """`support+mds1….<ticket>.<mac>@desk`: where the member of staff, or the team, at the address `reader` works on
        the ticket by mail; the plain address where its local part leaves no room."""
        local, _, domain = desk_address.rpartition("@")
        signed = f"{local}+{_staff_tag(self._staff[0], ticket, reader)}"
        return f"{signed}@{domain}" if len(signed.encode()) <= LONGEST_LOCAL else desk_address

    def is_staff_tag(self, token: StaffToken, reader: str) -> bool:
        """Whether we made this tag for that ticket and the address `reader`."""
        return any(_same(token.tag, _staff_tag(key, token.ticket, reader)) for key in self._staff)

    def code(self, ticket: TicketId, reader: str, seal: str) -> str:
        """The number of a question about a request with legal weight: eight digits, for one reader and one `seal`."""
        number = int.from_bytes(_raw(self._seals, f"code\n{ticket}\n{reader}\n{seal}")[:8], "big")
        return f"{number % 10**CODE:0{CODE}}"

    def seal_tag(self, ticket: TicketId, contact: int, seal: str) -> str:
        """What the address that such a question comes from has behind its `+`: bound to ticket, reader and `seal`."""
        stem = f"{SEAL_PREFIX}{VERSION}.{_digits(ticket)}.{_digits(contact)}"
        mac = _mac(self._seals, f"{stem}\n{seal}")
        return f"{stem}.{mac}"

    def seal_address(self, desk_address: str, ticket: TicketId, contact: int, seal: str) -> str:
        """`support+mdq1.<ticket>.<contact>.<mac>@desk`. Raises ValueError where the desk's local part leaves no room:
        then nothing could be confirmed."""
        local, _, domain = desk_address.rpartition("@")
        sealed = f"{local}+{self.seal_tag(ticket, contact, seal)}"
        if len(sealed.encode()) > LONGEST_LOCAL:
            raise ValueError(f"{desk_address} leaves no room for a token behind its `+`")
        return f"{sealed}@{domain}"

    def invitation(self, purpose: Purpose, address: str, nonce: str) -> str:
        """The secret of a link that is sent to an address: 160 bits, the same for the same nonce."""
        return _long_mac(self._invitations, f"{purpose}\n{address}\n{nonce}")

    def loop_mark(self) -> str:
        """Value of X-Maild-Loop: this instance sent the mail, automatically."""
        return self._marks[0]

    def is_our_loop_mark(self, value: str) -> bool:
        """Whether a mail carries our own mark. Anybody's header would be a way to silence us, hence the HMAC."""
        return any(_same(value.strip().lower(), mark) for mark in self._marks)

    def bounce_address(self, desk_address: str, message_id: str) -> str:
        """`support+mdb.<left side of the Message-ID>@desk`: a bounce that comes there names its mail (VERP)."""
        local, _, domain = desk_address.rpartition("@")
        left = message_id.strip("<>").rpartition("@")[0]
        named = f"{local}+{BOUNCE_PREFIX}.{left}"
        return f"{named}@{domain}" if len(named.encode()) <= LONGEST_LOCAL else desk_address

    def read_bounce_address(self, address: str) -> str:
        """The Message-ID a bounce address was made for; "" unless we made it."""
        prefix, _, left = address.rpartition("@")[0].rpartition("+")[2].lower().partition(".")
        message_id = f"<{left}@{self._hostname}>"
        return message_id if prefix == BOUNCE_PREFIX and self.is_our_message_id(message_id) else ""

    def message_id(self, about: str, event: str, recipient: str, hostname: str) -> str:
        """`<sd-1042.<occasion>.<mac>@host>`: the same for every attempt (law 10), and not to be guessed.

        `about` is the ticket's number, or the desk where there is none.
        """
        key = self._ids[0]
        occasion = _mac(key, f"{about}\n{event}\n{recipient}")[:10]
        stem = f"{about.lower()}.{occasion}"
        return f"<{stem}.{_id_mac(key, stem, hostname)}@{hostname}>"

    def is_our_message_id(self, message_id: str) -> bool:
        """Whether we made this Message-ID, on whatever node; also after the outbox forgot it."""
        left, _, hostname = message_id.strip("<>").rpartition("@")
        stem, _, mac = left.rpartition(".")
        return any(_same(mac, _id_mac(key, stem, hostname)) for key in self._ids)


class _SigningKey(NamedTuple):
    """A signing key, and the two letters by which an address says which one signed it."""

    kid: str
    key: hmac.HMAC

    @classmethod
    def derived(cls, secret: bytes, purpose: str) -> _SigningKey:
        return cls(_mac(_derive(secret, "key id"), "")[:2], _derive(secret, purpose))


def staff_token(address: str) -> StaffToken | None:
    """What a staff address says of itself; whether we made it, and for whom, `Tokens.is_staff_tag` knows."""
    tag = address.rpartition("@")[0].rpartition("+")[2].lower()
    if not tag.startswith(STAFF_PREFIX) or tag.count(".") != 2:
        return None
    ticket = _number(tag.split(".")[1])
    return None if ticket is None else StaffToken(TicketId(ticket), tag)


def seals_in(addresses: Iterable[str]) -> tuple[str, ...]:
    """The tags of addresses that questions have; whether they are good, the question itself must say."""
    tags = (one.rpartition("@")[0].rpartition("+")[2].lower() for one in addresses)
    return tuple(dict.fromkeys(tag for tag in tags if tag.startswith(SEAL_PREFIX)))


def _raw(key: hmac.HMAC, text: str) -> bytes:
    signed = key.copy()
    signed.update(text.encode("utf-8", "surrogatepass"))
    return signed.digest()


def _derive(secret: bytes, purpose: str) -> hmac.HMAC:
    return hmac.new(hmac.digest(secret, f"maild/{VERSION}/{purpose}".encode(), "sha256"), digestmod="sha256")


def _mac(key: hmac.HMAC, text: str) -> str:
    signed = key.copy()  # half the cost of setting the key up again
    signed.update(text.encode("utf-8", "surrogatepass"))
    return _base32(signed.digest()[:MAC_BYTES])


def _long_mac(key: hmac.HMAC, text: str) -> str:
    """160 bits, for what is worth something by itself."""
    signed = key.copy()
    signed.update(text.encode("utf-8", "surrogatepass"))
    return _base32(signed.digest()[:10]) + _base32(signed.digest()[10:20])


def _base32(data: bytes) -> str:
    """RFC 4648 base32, lower case, of exactly 10 bytes (three times as quick as the standard library's)."""
    bits = int.from_bytes(data, "big")
    return "".join([_PAIRS[bits >> shift & 1023] for shift in range(70, -1, -10)])


def _mark(secret: bytes) -> str:
    return f"{VERSION}.{_mac(_derive(secret, 'loop'), 'this instance')}"


def _id_mac(key: hmac.HMAC, stem: str, hostname: str) -> str:
    return _mac(key, f"{stem}@{hostname.lower()}")


def _reply_tag(signer: _SigningKey, ticket: int, contact: int) -> str:
    """Version and key id, ticket, contact, and the mac over all of them."""
    stem = f"{LEAK_PREFIX}{VERSION}{signer.kid}.{_digits(ticket)}.{_digits(contact)}"
    return f"{stem}.{_mac(signer.key, stem)}"


def _staff_tag(signer: _SigningKey, ticket: int, reader: str) -> str:
    """Version and key id, ticket, and the mac over both and the address it was sent to."""
    stem = f"{STAFF_PREFIX}{VERSION}{signer.kid}.{_digits(ticket)}"
    mac = _mac(signer.key, f"{stem}\n{reader.lower()}")
    return f"{stem}.{mac}"


def _digits(number: int) -> str:
    """A number in base 32, shortest form."""
    if number < 0:
        raise ValueError("ids are not negative")
    digits = _DIGITS[number % 32]
    while number := number // 32:
        digits = _DIGITS[number % 32] + digits
    return digits


def _number(digits: str) -> int | None:
    if not 1 <= len(digits) <= _LONGEST_NUMBER or not all(digit in _VALUES for digit in digits):
        return None
    number = 0
    for digit in digits:
        number = number * 32 + _VALUES[digit]
    return number


def _same(given: str, ours: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), ours.encode())
