"""Links that were sent to an address: secrets of one purpose, used once, for a while. Only their hashes are stored.

Laws: one UPDATE decides who uses a link, on any number of nodes. Looking writes nothing, so scanners and previews
change nothing (FAULT-D20). A secret is found by its hash: how long that takes tells nothing about it, and unknown,
expired and foreign ones have one answer. What a used LOOK link opened, a session, lasts until its row's `expires_at`.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from maild.model import Purpose
from maild.store.bulk import insert_rows
from maild.store.schema import invitation

SECRET_BYTES = 16
KEPT = timedelta(days=30)
_COLUMNS = tuple(column for column in invitation.c if column.name != "digest")


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link without its secret. `about` is what it is for: a ticket's number, a proposal's id. Times are UTC."""

    purpose: Purpose
    address: str
    desk: str
    about: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


def digest_of(secret: str) -> str:
    """By what a secret is known here. It is random and long, so a plain hash will do."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def issue(
    tx: Connection, purpose: Purpose, address: str, desk: str, about: str, now: datetime, lasting: timedelta
) -> str:
    """A new secret of 128 bits, fit for a URL. It cannot be had again."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    row = {"purpose": purpose, "address": address, "desk": desk, "about": about}
    times = {"created_at": now, "expires_at": now + lasting}
    insert_rows(tx, invitation, [{"digest": digest_of(secret), **row, **times}])
    return secret


def look(tx: Connection, secret: str, purpose: Purpose, now: datetime) -> Invitation | None:
    """The link as it may still be used; None otherwise. Writes nothing."""
    return _one(tx, _named(secret, purpose) & _usable(now))


def spent(tx: Connection, secret: str, purpose: Purpose) -> Invitation | None:
    """The link if it has been used."""
    return _one(tx, _named(secret, purpose) & invitation.c.used_at.is_not(None))


def use(tx: Connection, secret: str, purpose: Purpose, now: datetime) -> Invitation | None:
    """Use the link up. None for everybody but the first, and where it is too late."""
    taken = update(invitation).where(_named(secret, purpose) & _usable(now)).values(used_at=now)
    row = tx.execute(taken.returning(*_COLUMNS)).first()
    return Invitation(*row) if row else None


def issued_since(tx: Connection, address: str, purpose: Purpose, since: datetime) -> int:
    """How many links of this purpose were made for the address after `since`."""
    made = (invitation.c.address == address) & (invitation.c.created_at > since)
    return tx.scalar(select(func.count()).where(made, invitation.c.purpose == purpose)) or 0


def open_session(tx: Connection, secret: str, until: datetime) -> str:
    """Let what a used LOOK link opened last until then; the session's name."""
    name = digest_of(secret)
    tx.execute(update(invitation).where(_session(name)).values(expires_at=until))
    return name


def session(tx: Connection, name: str, now: datetime) -> Invitation | None:
    """The link that opened this session, while it lasts."""
    return _one(tx, _session(name) & (invitation.c.expires_at > now))


def end_session(tx: Connection, name: str, now: datetime) -> None:
    """Log out."""
    tx.execute(update(invitation).where(_session(name) & (invitation.c.expires_at > now)).values(expires_at=now))


def end_sessions(tx: Connection, address: str, now: datetime) -> None:
    """Log the address out everywhere; its LOOK links that nobody has used yet end too."""
    theirs = (invitation.c.address == address) & (invitation.c.purpose == Purpose.LOOK)
    tx.execute(update(invitation).where(theirs, invitation.c.expires_at > now).values(expires_at=now))


def forget(tx: Connection, now: datetime) -> None:
    """Take out what ended more than a month ago: so long it can be told why a link does not work."""
    tx.execute(delete(invitation).where(invitation.c.expires_at < now - KEPT))


def _one(tx: Connection, condition: ColumnElement[bool]) -> Invitation | None:
    row = tx.execute(select(*_COLUMNS).where(condition)).first()
    return Invitation(*row) if row else None


def _named(secret: str, purpose: Purpose) -> ColumnElement[bool]:
    return (invitation.c.digest == digest_of(secret)) & (invitation.c.purpose == purpose)


def _usable(now: datetime) -> ColumnElement[bool]:
    return invitation.c.used_at.is_(None) & (invitation.c.expires_at > now)


def _session(name: str) -> ColumnElement[bool]:
    opened = (invitation.c.purpose == Purpose.LOOK) & invitation.c.used_at.is_not(None)
    return (invitation.c.digest == name) & opened
