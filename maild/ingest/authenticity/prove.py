"""What proves that a mail is from the address in its From: `prove(...)`, the table of contents of this room.

In: the raw mail and the message read from it, how it came, who we are, who answers for the DNS, the time. Out: the
proof with its reasons (design.md 6). The author is `message.sender`, nobody else: no sender, no proof.
The first that says something counts: a login, a source that is taken at its word, then the server in front (the border)
and our own check of the signatures, of which the lower counts where they disagree.
Law 8: a function of bytes, transport and DNS answers; an error only lowers it. Nothing here does I/O but `lookup`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from maild.ingest.authenticity import own_check
from maild.ingest.authenticity.answers import Lookup
from maild.ingest.authenticity.borders import Border, border_of
from maild.ingest.authenticity.fields import header_of
from maild.ingest.authenticity.structure import Circumstances, doubt, is_own, structure_of
from maild.ingest.authenticity.vouching import vouched
from maild.ingest.authenticity.weighing import UNSIGNED, Evidence, guarded, weigh
from maild.ingest.header.addresses import normal_address
from maild.ingest.mime.limits import HEADER_BLOCK
from maild.model import Address, Authenticity, Envelope, Means, Message, Proof

NOBODY = Authenticity(Proof.FAILED, Means.NOTHING, "no-author", "its From names nobody for sure")
UNSIGNED_MAIL = Authenticity(text=UNSIGNED)


def prove(
    raw: bytes, message: Message, envelope: Envelope, own: Collection[str], lookup: Lookup, now: datetime
) -> Authenticity:
    """`own` are the desks' domains and addresses, `now` is UTC. Never raises."""
    author = message.sender
    if author is None:
        return NOBODY
    if is_login_of(author, envelope.login, own):
        return _logged_in(envelope.login)
    border = border_of(envelope.border)
    if border and border.is_bare:
        return Authenticity(Proof.PROVEN, Means.SOURCE, "source", "it came from a source that is taken at its word")
    around = Circumstances(own, envelope.received_at, now)
    proof = (
        weigh(_evidence(raw, message, author, border, around, lookup)) if border or _is_signed(raw) else UNSIGNED_MAIL
    )
    is_watched = bool(envelope.border or envelope.login)
    return guarded(proof, author) if is_watched and is_own(author, own) else proof


def is_login_of(author: Address, login: str, own: Collection[str]) -> bool:
    """Whether a user of this name may write as this author: it is the address, or its local part at our domain."""
    if not login:
        return False
    local, _, domain = author.address.rpartition("@")
    return normal_address(login) == author.address or (domain in own and login.casefold() == local)


def _logged_in(login: str) -> Authenticity:
    return Authenticity(Proof.PROVEN, Means.LOGIN, "login", "its sender logged in", True, (f"login of {login[:200]}",))


def _is_signed(raw: bytes) -> bool:
    """A glance, so that an unsigned mail costs next to nothing."""
    raw = raw.lstrip(b"\r\n") if raw[:1] in (b"\r", b"\n") else raw
    end = raw.find(b"\r\n\r\n", 0, HEADER_BLOCK)
    end = end if end >= 0 else min(HEADER_BLOCK, len(raw))
    bare = raw.find(b"\n\n", 0, end)
    return b"dkim-signature" in raw[: bare if bare >= 0 else end].lower()


def _evidence(
    raw: bytes, message: Message, author: Address, border: Border | None, around: Circumstances, lookup: Lookup
) -> Evidence:
    header = header_of(raw)
    why = doubt(header, author)
    vouch = vouched(header, border, author)
    if why:
        told = (f"signatures do not count: {why}",) if header.named("dkim-signature") else ()
        return Evidence(author, own_check.OwnCheck(dismissed=told), vouch, bool(told), why)
    structure = structure_of(header, message, around)
    return Evidence(author, own_check.check(raw, header, structure, lookup), vouch, structure.unclear, "")
