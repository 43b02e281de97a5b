"""A call becomes finished: the body that every attempt sends, and the headers that prove who sends it. Pure.

In: a `Call`, the ticket as it is after the decision, and who wrote the mail that caused it; out: JSON, UTF-8. The
headers are those of the Standard Webhooks specification 1.0 (https://www.standardwebhooks.com): whoever knows the
secret can tell that a call is ours, unchanged, and when it was made; `webhook-id` tells one that comes again.
Laws: no text of a mail is in a body, neither message nor attachment: a receiver that needs it asks for the ticket.
The title and the fields are in it, which may be the sender's words. Id and body are the same in every attempt.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from maild.cleaning import clean_text
from maild.model import Call, DeliveryResult, OutgoingCall, Proof, Register, Ticket

ENCODED = "whsec_"
LONGEST_WAIT = timedelta(hours=4)
"""What a receiver asks for beyond it is not granted: its other calls wait behind."""
STALE = timedelta(minutes=5)
LONGEST_TIME = 12
MOST_SIGNATURES = 5
TRY_AGAIN = frozenset({408, 425, 429})
GONE = 410


class NoKey(ValueError):
    """A secret that cannot be one. What it says holds nothing secret."""


@dataclass(frozen=True, slots=True)
class Cause:
    """The mail that caused a call: the address in its From, how well that is proven, and who that is to us."""

    address: str
    proof: Proof
    register: Register


def finished(call: Call, id_: str, ticket: Ticket | None, cause: Cause | None, at: datetime) -> OutgoingCall:
    """The call with its body. `id_` is unique for ever; `at` is when it was decided."""
    told = {
        "type": call.event.partition(":")[0],
        "id": id_,
        "timestamp": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "ticket": _ticket(ticket) if ticket else None,
        "rule": call.rule,
        "mail": _mail(cause) if cause else None,
    }
    return OutgoingCall(id_, call.webhook, json.dumps(told, ensure_ascii=False).encode())


def _ticket(ticket: Ticket) -> dict[str, Any]:
    return {
        "number": ticket.number,
        "desk": ticket.desk,
        "title": clean_text(ticket.title),
        "status": ticket.status.value,
        "priority": ticket.priority,
        "type": clean_text(ticket.type),
        "module": clean_text(ticket.module),
        "category": clean_text(ticket.category),
        "assignee": clean_text(ticket.assignee),
        "tags": [clean_text(tag) for tag in ticket.tags],
        "fields": {clean_text(name): clean_text(value) for name, value in ticket.fields},
        "unverified": ticket.unverified,
    }


def _mail(cause: Cause) -> dict[str, str]:
    return {"from": clean_text(cause.address), "proof": cause.proof.value, "register": cause.register.value}


def key_of(secret: str) -> bytes:
    """The key that a secret stands for: what Base64 says after `whsec_`, else its own letters. Raises NoKey."""
    if not secret.startswith(ENCODED):
        return secret.encode()
    try:
        key = base64.b64decode(secret.removeprefix(ENCODED), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise NoKey(f"what stands behind {ENCODED} is no Base64: copy the secret anew, or leave {ENCODED} out")
    return key


def headers(call: OutgoingCall, key: bytes, at: datetime) -> dict[str, str]:
    """The headers of one attempt, made at `at`: the signature is over id, seconds and body."""
    seconds = str(int(at.timestamp()))
    return {
        "Content-Type": "application/json",
        "User-Agent": "maild",
        "webhook-id": call.id,
        "webhook-timestamp": seconds,
        "webhook-signature": signature(key, call.id, seconds, call.body),
    }


def signature(key: bytes, id_: str, seconds: str, body: bytes) -> str:
    """`v1,` and the Base64 of HMAC-SHA256."""
    signed = hmac.new(key, f"{id_}.{seconds}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def is_signed(headers: Mapping[str, str], body: bytes, key: bytes, now: datetime) -> bool:
    """Whether a call that came to us was signed with this key within five minutes of `now` (Standard Webhooks 1.0)."""
    id_, seconds = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (id_ and seconds.isascii() and seconds.isdigit() and len(seconds) <= LONGEST_TIME):
        return False
    if abs(now.timestamp() - int(seconds)) > STALE.total_seconds():
        return False
    wanted = signature(key, id_, seconds, body).encode()
    given = headers.get("webhook-signature", "").encode().split()
    return any(hmac.compare_digest(wanted, one) for one in given[:MOST_SIGNATURES])


def meaning(status: int) -> DeliveryResult:
    """What an HTTP status says of a call: a receiver's trouble passes, its no is for good. A redirect is a no."""
    if 200 <= status < 300:
        return DeliveryResult.SENT
    return DeliveryResult.DEFERRED if status >= 500 or status in TRY_AGAIN else DeliveryResult.REFUSED


def asked_to_wait(retry_after: str, now: datetime) -> datetime | None:
    """When `Retry-After` (RFC 9110 10.2.3: seconds, or a date) allows the next call; None where it says nothing."""
    written = retry_after.strip()
    if written.isascii() and written.isdigit():
        wait = timedelta(seconds=int(written[:6]) if len(written) <= 6 else LONGEST_WAIT.total_seconds())
    else:
        try:
            date = parsedate_to_datetime(written)
        except ValueError:
            return None
        wait = (date if date.tzinfo else date.replace(tzinfo=UTC)) - now
    return now + min(max(wait, timedelta()), LONGEST_WAIT)
