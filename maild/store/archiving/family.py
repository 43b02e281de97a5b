"""A ticket with those merged into it -> what an archive holds of them: rows with the columns that lose words, mails.

In: the ticket's number; out: `Family`, by which two looks at the same tickets can be compared: whoever empties what
somebody wrote into a file before makes sure that it is the same still. Bytes are read one mail at a time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from maild.model import Channel, Ticket, TicketId
from maild.store.among import among
from maild.store.erasing import reach as reaching
from maild.store.erasing.losing import Instead, losses
from maild.store.erasing.reach import ARCHIVED, Reach
from maild.store.merged import family
from maild.store.raw import raw_by_id
from maild.store.rows import rows_among, tickets_by_id
from maild.store.schema import outbox_entry, raw_mail, raw_piece

LOSSES = losses(Instead(ARCHIVED, "archived", moves=False))
"""As an erasure, but for what figures go by."""
_PRESENT = select(raw_piece.c.raw_id).where(among(raw_piece.c.raw_id), raw_piece.c.seq == 0)
_MAILS = select(raw_mail.c.id, raw_mail.c.sha256, raw_mail.c.size).where(among(raw_mail.c.id))
_SENT = select(outbox_entry.c.id, outbox_entry.c.channel).where(
    among(outbox_entry.c.id), func.length(outbox_entry.c.raw) > 0
)
_ENDINGS = {Channel.MAIL: "eml", Channel.WEBHOOK: "json"}


@dataclass(frozen=True, slots=True)
class Bytes:
    """Bytes of a row, which lie in the archive as a file of their own, and the SHA-256 they should have."""

    table: str
    row: int
    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Family:
    """Tickets, the first of which the others were merged into, and what goes of them. `rows`: lines of JSON; `counts`:
    rows by kind. `reach.raw` are the mails that go; `files` has those as well that another ticket needs here."""

    tickets: tuple[Ticket, ...]
    reach: Reach
    rows: bytes
    files: tuple[Bytes, ...]
    counts: tuple[tuple[str, int], ...]

    @property
    def head(self) -> Ticket:
        return self.tickets[0]

    @property
    def numbers(self) -> tuple[TicketId, ...]:
        return tuple(one.id for one in self.tickets)

    @property
    def size(self) -> int:
        """Bytes, before they are compressed."""
        return len(self.rows) + sum(one.size for one in self.files)

    @property
    def settled_at(self) -> datetime:
        return self.head.settled_at or self.head.changed_at


def gather(tx: Connection, number: TicketId, *, lock: bool = False) -> Family:
    """The ticket with its family as it is now; `lock` holds it to the end of the transaction."""
    numbers = family(tx, number)
    reach = reaching.of_tickets(tx, numbers, lock=lock)
    files = (*_mails(tx, reach), *_sent(tx, reach))
    lines: dict[str, str] = {}
    counts: dict[str, int] = {}
    for kind, line in _rows(tx, reach):
        counts[kind] = counts.get(kind, 0) + (line not in lines)
        lines[line] = kind
    ends = (_line(one.table, {"id": one.row}, file=one.name) for one in files)
    rows = "".join(f"{line}\n" for line in (*lines, *ends)).encode()
    found = tickets_by_id(tx, numbers)
    told = (("mails", len(reach.raw)), *((kind, many) for kind, many in counts.items() if many))
    return Family((found.pop(number), *found.values()), reach, rows, files, told)


def bytes_of(tx: Connection, one: Bytes) -> bytes:
    """What lies in the archive by this name. Raises NotFound where it is no longer there."""
    if one.table == raw_mail.name:
        return raw_by_id(tx, [one.row])[one.row]
    return _sent_bytes(tx, one.row)


def _mails(tx: Connection, reach: Reach) -> Iterator[Bytes]:
    """All mails of theirs whose bytes are here."""
    theirs = reaching.raw_of(tx, reach.entries)
    present = {row.raw_id for row in rows_among(tx, _PRESENT, theirs)}
    for row in sorted(rows_among(tx, _MAILS, present)):
        yield Bytes(raw_mail.name, row.id, f"mails/{row.id}.eml", row.sha256, row.size)


def _sent(tx: Connection, reach: Reach) -> Iterator[Bytes]:
    for row in sorted(rows_among(tx, _SENT, reach.outbox)):
        raw = _sent_bytes(tx, row.id)
        name = f"sent/{row.id}.{_ENDINGS[row.channel]}"
        yield Bytes(outbox_entry.name, row.id, name, hashlib.sha256(raw).hexdigest(), len(raw))


def _sent_bytes(tx: Connection, number: int) -> bytes:
    return bytes(tx.execute(select(outbox_entry.c.raw).where(outbox_entry.c.id == number)).scalar_one())


def _rows(tx: Connection, reach: Reach) -> Iterator[tuple[str, str]]:
    for loss in LOSSES:
        for row in loss.rows(tx, reach):
            told = row._mapping
            key = {column.name: told[column.name] for column in loss.table.primary_key}
            yield loss.kind, _line(loss.table.name, key, {name: told[name] for name in loss.texts})


def _line(table: str, key: Mapping[str, Any], columns: Mapping[str, Any] | None = None, file: str = "") -> str:
    """What is read back by `chest.Row`."""
    said = {"table": table, "key": key, "columns": columns or {}, "file": file}
    return json.dumps(said, ensure_ascii=False)
