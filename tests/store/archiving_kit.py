"""A busy desk with an archive, and ways to look at what lies there."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update

from maild.model import Status, TicketId
from maild.steps import archiving
from maild.steps.archiving import Return
from maild.store.archiving.shelf import Shelf
from maild.store.archiving.taking import By
from maild.store.backup.disk import fingerprint
from maild.store.engine import Store
from maild.store.erasing.archives import Archived
from maild.store.schema import archived as rows_of_archives
from maild.store.schema import ticket
from tests.builders import NOON
from tests.store.backup_kit import everything
from tests.store.erasing_kit import SECRET

THEIRS, OTHERS = TicketId(1001), TicketId(1002)
A_YEAR = NOON + timedelta(days=366)
CLOCK = By(A_YEAR, "clock")
OWN = ("event", "archived", "archived_mark", "access")
"""Tables to which archiving adds rows of its own."""

REOPENS = {"reopen_days": 30}
"""What a desk with an archive has to say of late answers."""


def a_shelf(folder: Path, *keys: str) -> Shelf:
    return Shelf(folder / "archive", folder / "work", keys, SECRET)


def close(store: Store, *numbers: TicketId, at: datetime = NOON) -> None:
    settled = update(ticket).where(ticket.c.id.in_(numbers)).values(status=Status.CLOSED, settled_at=at)
    store.retrying(lambda tx: tx.execute(settled))


def archived(store: Store, shelf: Shelf, number: TicketId = THEIRS, by: By = CLOCK) -> Archived:
    """A ticket that was closed and archived."""
    close(store, number)
    done = archiving.archive(store, shelf, number, by)
    assert done is not None
    return done


def back(store: Store, shelf: Shelf, number: TicketId = THEIRS, by: By = CLOCK, **where: Path | None) -> Archived:
    return archiving.bring_back(store, shelf, Return(number, "asked for", **where), by)


def whole(store: Store) -> dict[str, list[object]]:
    """Every row of every table, but for those to which archiving adds its own."""
    return {name: list(rows) for name, rows in everything(store).items() if name not in OWN}


def texts_in(file: Path) -> Iterator[bytes]:
    """Everything in an archive, with the names in it."""
    with zipfile.ZipFile(file) as zipped:
        for name in zipped.namelist():
            yield name.encode()
            yield zipped.read(name)


def files_on(shelf: Shelf) -> list[str]:
    """What lies there, by its place."""
    return sorted(one.relative_to(shelf.folder).as_posix() for one in shelf.folder.rglob("*") if one.is_file())


def with_row_changed(store: Store, file: Path, change: Callable[[dict[str, Any]], Any], place: int = 0) -> None:
    """One of its rows is another; manifest and database agree to it."""
    with zipfile.ZipFile(file) as zipped:
        parts = {name: zipped.read(name) for name in zipped.namelist()}
    rows = [json.loads(line) for line in parts["rows.jsonl"].splitlines()]
    change(rows[place])
    parts["rows.jsonl"] = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    told = json.loads(parts["manifest.json"])
    for one in told["members"]:
        one["sha256"] = hashlib.sha256(parts[one["name"]]).hexdigest()
    parts["manifest.json"] = json.dumps(told).encode()
    with zipfile.ZipFile(file, "w") as zipped:
        for name, data in parts.items():
            zipped.writestr(name, data)
    sha256, size = fingerprint(file)
    store.retrying(lambda tx: tx.execute(update(rows_of_archives).values(sha256=sha256, size=size)))
