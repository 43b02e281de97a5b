"""After an erasure: where words may still lie beyond the database, said to whoever has to see to it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from maild.cli.house import database_file
from maild.directory.entries import Entry
from maild.model import TicketId
from maild.settings import Settings
from maild.store.backup import folder
from maild.store.erasing import archives
from maild.store.erasing.chain import Record

_COPIES = ("before-*", "replaced-*")


def directories(person: tuple[Entry, ...]) -> Iterator[str]:
    """A directory that names the person brings the contact back."""
    for source in sorted({one.source for one in person if one.source}):
        yield f"the directory {source} names them: take them out there, or its next import enters them again"


def archive_files(tx: Connection, record: Record) -> Iterator[str]:
    """Files of the archive that were not there, or cannot be opened here."""
    tickets = [TicketId(number) for number in record.tickets]
    of_tickets = (one for one in archives.of_tickets(tx, tickets) if not one.gone_at)
    for one in sorted({*archives.with_marks(tx, record.people), *of_tickets}, key=lambda one: one.id):
        if one.live:
            back = f"`maild archive return {one.ticket} --file FILE` brings it back without them"
            yield f"the archive {one.place} names them and could not be opened: {back}"
        else:
            yield f"the archive {one.place} holds it, and is not in its folder: delete it wherever it lies"


def copies(settings: Settings) -> Iterator[str]:
    """Copies that a migration or a restore left beside the database, and backups; none of them is touched."""
    file = database_file(settings)
    beside = sorted(one for copy in _COPIES for one in (file.parent.glob(f"{file.name}.{copy}") if file else ()))
    yield from (f"{one} is a copy of an older database: delete it" for one in beside)
    places = {settings.state / "backups", *(series.folder for series in settings.backup)}
    if held := [one for place in sorted(places) for one in folder.listed(place)]:
        last = max(one.made_at for one in held)
        yield f"{len(held)} backups still hold it, the last of {last:%Y-%m-%d}: they expire, and a restore erases it"
