"""Who reads this page? A browser's session in, the person behind it out."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from maild.model import Contact, Register
from maild.store import invitations
from maild.store.invitations import Invitation
from maild.store.register import find_contacts
from maild.web.site import Site


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody logged in: the link they came by, and who they are; None for whom we no longer know, or who has left."""

    link: Invitation
    contact: Contact | None


def reader(tx: Connection, session: str | None, site: Site) -> Reader | None:
    """Whose session this is, None for nobody's."""
    link = invitations.session(tx, session, site.now()) if session else None
    return Reader(link, present(tx, link.address)) if link else None


def present(tx: Connection, address: str) -> Contact | None:
    """The contact of this address, unless they have left."""
    known = next(iter(find_contacts(tx, [address])), None)
    return None if known is None or known.register is Register.INACTIVE else known
