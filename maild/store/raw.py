"""Raw mail in pieces: in and out, so that nobody but a worker needs a whole mail in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import Connection, select

from maild.errors import NotFound
from maild.store.among import among
from maild.store.bulk import insert_rows
from maild.store.schema import raw_mail, raw_piece

PIECE = 256 * 1024
GONE = "the bytes of raw mail {} are no longer here: they were deleted when it expired"
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
    """Whole mails, by their numbers. Raises NotFound where one is no longer here."""
    found: dict[int, list[bytes]] = {number: [] for number in numbers}
    for number, data in tx.execute(_PIECES, {"values": numbers}):
        found[number].append(data)
    if gone := [number for number, pieces in found.items() if not pieces]:
        raise NotFound(GONE.format(min(gone)))
    return {number: pieces[0] if len(pieces) == 1 else b"".join(pieces) for number, pieces in found.items()}


def pieces_by_id(tx: Connection, number: int) -> Iterator[bytes]:
    """One mail, piece by piece; each is fetched when it is asked for. Raises NotFound at once if it is gone."""
    sequence = tx.scalars(select(raw_piece.c.seq).where(raw_piece.c.raw_id == number).order_by(raw_piece.c.seq)).all()
    if not sequence:
        raise NotFound(GONE.format(number))
    return (_piece(tx, number, seq) for seq in sequence)


def _piece(tx: Connection, number: int, seq: int) -> bytes:
    one = select(raw_piece.c.data).where(raw_piece.c.raw_id == number, raw_piece.c.seq == seq)
    return bytes(tx.execute(one).scalar_one())
