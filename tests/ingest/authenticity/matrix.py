"""Cells of the forgery matrix, proven and held against the oracle: `tally(cells)`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from maild.ingest.authenticity.answers import Nothing
from maild.ingest.authenticity.prove import prove
from maild.ingest.parse import parse
from maild.model import Authenticity, Message
from tests.builders import an_envelope
from tests.ingest.authenticity.forgery import NOW, ORDER, OWN, Cell, Tally, may_be_strict, truth


@lru_cache(maxsize=5000)
def read(raw: bytes) -> Message:
    return parse(raw)


def proof_of(cell: Cell) -> Authenticity:
    raw, answers = cell.raw, cell.answers()
    envelope = an_envelope(received_at=NOW, login=cell.way.login, border=cell.border)
    return prove(raw, read(raw), envelope, OWN, lambda name: answers.get(name, Nothing()), NOW)


def tally(cells: Iterable[Cell], *, exactly: bool) -> Tally:
    """Each cell's level against its true one; `exactly`: the true one is known, not only a bound."""
    found = Tally()
    for cell in cells:
        proof, true = proof_of(cell), truth(cell)
        found.cells += 1
        found.levels[proof.proof] = found.levels.get(proof.proof, 0) + 1
        told = f"{cell}: {proof.proof} ({proof.text}), truly {true}"
        if ORDER.index(proof.proof) > ORDER.index(true) or (proof.strict and not may_be_strict(cell)):
            found.above.append(told + (", strict" if proof.strict else ""))
        if exactly and not cell.form.odd:
            found.honest += 1
            found.right += proof.proof is true
            if proof.proof is not true:
                found.below.append(told)
    return found
