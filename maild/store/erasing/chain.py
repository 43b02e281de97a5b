"""Table erasure: what was erased, when and by whom, as a chain of hashes; and the same as lines of `erasures.jsonl`.

Laws: rows are only added. Each names the hash of the one before, so that none can be changed, taken out or put in
between unseen; that the last ones are missing is seen by the file beside the database. No row holds a word of what was
erased: addresses and words are hashes under the instance's secret (`marks`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import AwareDatetime, TypeAdapter, ValidationError
from sqlalchemy import Connection, select

from maild.store.bulk import insert_rows
from maild.store.numbers import reserve
from maild.store.rows import AnyRow
from maild.store.schema import erasure

FILE = "erasures.jsonl"
"""In the state folder: what a restore of an older backup erases once more."""
PERSON, TICKET, TEXT = "person", "ticket", "text"


@dataclass(frozen=True, slots=True)
class MailMark:
    """A mail whose bytes are gone: their hash, and its content keys with their desks (law 5)."""

    sha256: str
    keys: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """What was reached. `people`: marks of addresses; `words`: lengths and marks of texts; `counts`: rows by kind."""

    people: tuple[str, ...] = ()
    tickets: tuple[int, ...] = ()
    mails: tuple[MailMark, ...] = ()
    words: tuple[tuple[int, str], ...] = ()
    counts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Erasure:
    """One erasure, at `at` (UTC); it is its own certificate, whose hash is `certificate`. `subject`: the tombstone of a
    person, or the number of a ticket. `digest` is the hash of this one and of all before it."""

    number: int
    at: AwareDatetime
    actor: str
    kind: str
    subject: str
    why: str
    record: Record
    certificate: str = ""
    previous: str = ""
    digest: str = ""


_RECORD = TypeAdapter(Record)
_ERASURE = TypeAdapter(Erasure)


def next_number(tx: Connection) -> int:
    """The number of the erasure that begins."""
    return next(reserve(tx, {erasure: 1})[erasure])


def append(tx: Connection, one: Erasure) -> Erasure:
    """Add an erasure to the chain; the same with its hashes. Raises Conflict where another one was faster."""
    sealed = _sealed(one, last_digest(tx))
    add_sealed(tx, [sealed])
    return sealed


def add_sealed(tx: Connection, ones: Sequence[Erasure]) -> None:
    """Rows as they were in another database."""
    insert_rows(tx, erasure, [_row(one) for one in ones])


def last_digest(tx: Connection) -> str:
    return tx.execute(select(erasure.c.digest).order_by(erasure.c.id.desc()).limit(1)).scalar_one_or_none() or ""


def every(tx: Connection) -> tuple[Erasure, ...]:
    """All erasures, the first one first."""
    return tuple(map(_read, tx.execute(select(erasure).order_by(erasure.c.id))))


def faults(ones: Sequence[Erasure], written: Sequence[Erasure]) -> Iterator[str]:
    """What is wrong with the chain; `written`: what the file beside the database says."""
    before = ""
    for one in ones:
        if one.certificate != certificate_of(one):
            yield f"erasure {one.number} was changed: its certificate has another hash"
        if one.previous != before:
            yield f"erasure {one.number} does not follow on the one before it: a row was taken out or put in"
        if one.digest != _digest(one.previous, one.certificate):
            yield f"erasure {one.number} was changed: its own hash does not fit"
        before = one.digest
    known = {one.digest for one in ones}
    yield from (f"erasure {one.number} is in the file only" for one in written if one.digest not in known)


def certificate_of(one: Erasure) -> str:
    """The hash of everything an erasure says."""
    bare = replace(one, certificate="", previous="", digest="")
    return hashlib.sha256(_ERASURE.dump_json(bare)).hexdigest()


def _digest(previous: str, certificate: str) -> str:
    return hashlib.sha256(f"{previous}\n{certificate}".encode()).hexdigest()


def _sealed(one: Erasure, previous: str) -> Erasure:
    certificate = certificate_of(one)
    return replace(one, certificate=certificate, previous=previous, digest=_digest(previous, certificate))


def _row(one: Erasure) -> dict[str, object]:
    said = {name: getattr(one, name) for name in ("at", "actor", "kind", "subject", "why")}
    hashes = {name: getattr(one, name) for name in ("certificate", "previous", "digest")}
    return {"id": one.number, **said, "record": _RECORD.dump_json(one.record).decode(), **hashes}


def _read(row: AnyRow) -> Erasure:
    said = (row.id, row.at, row.actor, row.kind, row.subject, row.why, _RECORD.validate_json(row.record))
    return Erasure(*said, row.certificate, row.previous, row.digest)


# ---- The file ------------------------------------------------------------------------------------


def read_file(state: Path) -> tuple[Erasure, ...]:
    """What the file in the state folder holds; a line that was cut off by a power cut is passed over."""
    try:
        lines = (state / FILE).read_bytes().splitlines()
    except FileNotFoundError:
        return ()
    return tuple(one for line in lines if (one := _of_line(line)) is not None)


def write_file(state: Path, ones: Sequence[Erasure]) -> None:
    """Add what the file does not have yet, durably; the next erasure makes good for one whose line was not written."""
    there = {one.digest for one in read_file(state)}
    lines = [_ERASURE.dump_json(one) for one in ones if one.digest not in there]
    if not lines:
        return
    handle = os.open(state / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(b"".join(b"\n" + line for line in lines) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _of_line(line: bytes) -> Erasure | None:
    try:
        return _ERASURE.validate_json(line) if line.strip() else None
    except ValidationError:
        return None
