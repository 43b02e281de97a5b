"""What the signatures of a mail could prove, before any key is asked for: `structure_of(...)`.

In: the header as it was signed, the parsed mail, our own addresses, the times; out: the signatures whose domain may
speak for the author, each with what keeps it from proving the author (`weak`) and from being enough for a step that
cannot be undone (`lax`). Pure, bounded.
Sightings: crypto libraries call a mail good that has a second Subject on top of the signed one, or a body with more
behind `l=`; mail programs show the second Subject and the longer body (zone.eu 2024; reliability L6).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain

from maild.ingest.authenticity.alignment import is_aligned
from maild.ingest.authenticity.fields import RawHeader
from maild.ingest.authenticity.signatures import SMALLEST_RSA, Signature, read_signature
from maild.ingest.header.author import author as read_author
from maild.ingest.header.headers import Headers
from maild.model import Address, Message

MOST_SIGNATURES = 8
FRESH = timedelta(hours=24)
CLOCKS_DIFFER = timedelta(hours=12)
# What tells who says what, when; and in which mail.
IDENTIFYING = ("from", "subject", "date", "message-id")
# RFC 5322 3.6 and RFC 2045 allow each of these once; with two of one, programs show different mails.
SINGLE = (
    *IDENTIFYING, "sender", "reply-to", "to", "cc", "in-reply-to", "references",
    "mime-version", "content-type", "content-transfer-encoding", "content-disposition",
)  # fmt: skip
ALWAYS_SIGNED = (*IDENTIFYING, "to")
SIGNED_IF_THERE = (
    "content-type", "mime-version", "content-transfer-encoding", "in-reply-to", "references",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """A signature that may speak for the author, if its key says so."""

    signature: Signature
    weak: tuple[str, ...] = ()
    lax: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Structure:
    """`candidates`, the best first; `dismissed` says of the other signatures why they do not count. `unclear`: one of
    these may speak for the author all the same (unreadable, expired, one too many)."""

    candidates: tuple[Candidate, ...] = ()
    dismissed: tuple[str, ...] = ()
    unclear: bool = False


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Who we are (domains and addresses), when the mail arrived, and when it is judged; UTC."""

    own: Collection[str]
    received_at: datetime
    now: datetime


def structure_of(header: RawHeader, message: Message, around: Circumstances) -> Structure:
    """`message.sender` is the author; without one there is nothing to prove."""
    written = header.named("dkim-signature")
    if not written or message.sender is None:
        return Structure()
    candidates, dismissed, unclear = list[Candidate](), list[str](), len(written) > MOST_SIGNATURES
    for field in written[:MOST_SIGNATURES]:
        read = read_signature(field)
        if isinstance(read, str):
            dismissed.append(f"a signature does not count: {read}")
            unclear = True
        elif not is_aligned(read.domain, domain_of(message.sender)):
            dismissed.append(f"the signature of {read.domain} does not speak for {domain_of(message.sender)}")
        elif why := _dismissal(read, around):
            dismissed.append(f"the signature of {read.domain} does not count: {why}")
            unclear = True
        else:
            candidates.append(_judged(read, header, message, around))
    candidates.sort(key=lambda one: (len(one.weak), len(one.lax)))
    return Structure(tuple(candidates), tuple(dismissed), unclear)


def domain_of(author: Address) -> str:
    return author.address.rpartition("@")[2]


def doubt(header: RawHeader, author: Address) -> str:
    """Why other programs may read this header in another way than `parse` did, "" if none would: then the author
    stands in the bytes that were signed."""
    if header.doubt:
        return header.doubt
    fields = header.named("from")
    if len(fields) != 1:
        return f"{len(fields)} From fields"
    found, _ = read_author(Headers([("From", fields[0].text)]))
    return "" if found and found.address == author.address else "its From has two readings"


def _dismissal(signature: Signature, around: Circumstances) -> str:
    arrived = around.received_at.timestamp()
    if signature.expires is not None and signature.expires < max(arrived, signature.signed_at or 0):
        return "it has expired"
    if (signature.signed_at or 0) > arrived + CLOCKS_DIFFER.total_seconds():
        return "it was made in the future"
    return ""


def _judged(signature: Signature, header: RawHeader, message: Message, around: Circumstances) -> Candidate:
    there = Counter(field.name.lower() for field in header.fields)
    signed = Counter(signature.headers)
    weak = (*_open(signature, there, signed), *_doubled(there))
    return Candidate(signature, weak, (*weak, *_lax(signature, there, signed, message, around)))


def _open(signature: Signature, there: Counter[str], signed: Counter[str]) -> Iterable[str]:
    if signature.length is not None:
        yield "l= leaves the end of its text open"
    if signature.algorithm == "rsa-sha1":
        yield "SHA-1"
    # An RSA signature is as long as its key, so a small key shows before the DNS has answered (RFC 8017 8.2.1).
    bits = 8 * len(signature.proof)
    if signature.algorithm.startswith("rsa") and bits < SMALLEST_RSA:
        yield f"a key of {bits} bit"
    yield from (f"{_shown(name)} is not signed" for name in IDENTIFYING if not _is_protected(name, there, signed))
    yield from (f"no {_shown(name)}" for name in IDENTIFYING if not there[name] and name != "subject")


def _doubled(there: Counter[str]) -> Iterable[str]:
    return (f"more than one {_shown(name)}" for name in SINGLE if there[name] > 1)


def _shown(name: str) -> str:
    return name.title().replace("-Id", "-ID").replace("Mime", "MIME")


def _is_protected(name: str, there: Counter[str], signed: Counter[str]) -> bool:
    """h= names fields from the bottom up (RFC 6376 5.4.2): what is there more often was not all signed. A name that is
    in h= and not there is protected, too: it cannot be added."""
    return signed[name] >= max(there[name], 1)


def _lax(
    signature: Signature, there: Counter[str], signed: Counter[str], message: Message, around: Circumstances
) -> Iterable[str]:
    author = domain_of(message.sender) if message.sender else ""
    if signature.domain != author:
        yield f"signed by {signature.domain}, not by {author}"
    needed = chain(ALWAYS_SIGNED, (name for name in SIGNED_IF_THERE if there[name]))
    yield from (f"{_shown(name)} is not signed" for name in needed if not _is_protected(name, there, signed))
    kept = {name for name in ("to", "cc") if _is_protected(name, there, signed)}
    addressed = (*(message.to if "to" in kept else ()), *(message.cc if "cc" in kept else ()))
    if not any(is_own(address, around.own) for address in addressed):
        yield "no address of ours in a signed To or Cc"
    signed_at = signature.signed_at
    if signed_at is None or abs(around.now.timestamp() - signed_at) > FRESH.total_seconds():
        yield "not signed within a day"
    if message.date is None or abs(around.now.astimezone(UTC) - message.date) > FRESH:
        yield "not written within a day"


def is_own(address: Address, own: Collection[str]) -> bool:
    return address.address in own or domain_of(address) in own
