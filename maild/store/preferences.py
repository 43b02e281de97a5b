"""What people want for themselves: a wish in, their contacts (all addresses of the person) changed and audited.

Law: whoever asks is whom it is about; only what is theirs to say can be said here (`FIELDS`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Column, Connection, select, update

from maild.decide.people_changes import SetPreference
from maild.model import EntryId
from maild.store.audit import Line, note_all
from maild.store.schema import contact

ON = "on"
FIELDS: Mapping[str, tuple[Column[object], Callable[[str], object]]] = MappingProxyType(
    {
        "name": (contact.c.name, str),
        "language": (contact.c.language, str),
        "follows": (contact.c.follows, ON.__eq__),
    }
)


def prefer(tx: Connection, wish: SetPreference, now: datetime, entry: EntryId | None) -> None:
    """Let it be so. `entry` is the mail that asked for it, None for a web page.

    Raises KeyError for what nobody may say of themselves.
    """
    column, value = FIELDS[wish.name]
    who = select(contact.c.id, contact.c.person).where(contact.c.address == wish.address)
    row = tx.execute(who).one_or_none()
    if row is None:
        return
    theirs = contact.c.person == row.person if row.person else contact.c.id == row.id
    changed = update(contact).where(theirs).values({column: value(wish.value)}).returning(contact.c.address)
    what = f"{wish.name}: {wish.value}"
    why = "asked on the web page" if entry is None else "asked by mail"
    subjects = sorted(one.address for one in tx.execute(changed))
    note_all(tx, [Line(now, wish.address, "contact", one, what, why, entry) for one in subjects])
