"""Raw mail in pieces: in and out, so that nobody but a worker needs a whole mail in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import Connection, select

from maild.store.among import among
from maild.store.bulk import insert_rows
from maild.store.schema import raw_mail, raw_piece

PIECE = 256 * 1024
_PIECES = (
    select(raw_piece.c.raw_id, raw_piece.c.data)
    .where(among(raw_piece.c.raw_id))
    .order_by(raw_piece.c.raw_id, raw_piece.c.seq)
)


def store_raw(tx: Connection, mails: Sequence[tuple[int, bytes]]) -> None:
    """Write mails under the numbers they were given."""
    insert_rows(tx, raw_mail, [_described(number, raw) for number, raw in mails])
    insert_rows(tx, raw_piece, [piece for number, raw in mails for piece in _pieces(number, raw)])


def _described(number: int, raw: bytes) -> Mapping[str, object]:
    return {"id": number, "size": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}


def _pieces(number: int, raw: bytes) -> list[Mapping[str, object]]:
    starts = range(0, len(raw), PIECE) or (0,)
    return [{"raw_id": number, "seq": seq, "data": raw[at : at + PIECE]} for seq, at in enumerate(starts)]


def raw_by_id(tx: Connection, numbers: Collection[int]) -> dict[int, bytes]:
    """Whole mails, by their numbers."""
    found: dict[int, list[bytes]] = {number: [] for number in numbers}
    for number, data in tx.execute(_PIECES, {"values": numbers}):
        found[number].append(data)
    return {number: pieces[0] if len(pieces) == 1 else b"".join(pieces) for number, pieces in found.items()}


def pieces_by_id(tx: Connection, number: int) -> Iterator[bytes]:
    """One mail, piece by piece; each is fetched when it is asked for."""
    sequence = tx.scalars(select(raw_piece.c.seq).where(raw_piece.c.raw_id == number).order_by(raw_piece.c.seq)).all()
    for seq in sequence:
        yield tx.execute(
            select(raw_piece.c.data).where(raw_piece.c.raw_id == number, raw_piece.c.seq == seq)
        ).scalar_one()
