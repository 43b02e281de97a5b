"""Archive files: how one is written and gets its name, how one is opened, how one goes.

Laws: a file gets its name when it is whole on the disk, was read back and compared, and only while nobody else archives
(`erasing.archives.alone`); a file that lies there by that name, and belongs to no row, is of a process that died, and
is replaced. Files are their owner's alone (0600). What must go is emptied first and forgotten then: a file without
bytes is one that went, whatever happened in between.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

from maild.errors import ExitCode, TemporaryFailure
from maild.store.archiving import chest
from maild.store.archiving.chest import Chest
from maild.store.archiving.family import Family
from maild.store.archiving.shelf import AGE, ZIP, Shelf
from maild.store.backup import seal
from maild.store.backup.about import Unusable
from maild.store.backup.disk import PART, RESERVE, fingerprint, free_bytes, sync, sync_and_forget
from maild.store.backup.packing import is_sealed
from maild.store.erasing.archives import Archived

ABANDONED = timedelta(days=1)
Write = Callable[[Path], Family]


class ArchiveFailed(TemporaryFailure):
    """It was not archived; nothing was emptied."""

    exit_code = ExitCode.CANNOT_CREATE


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that has no name yet, whole and proven: whose it is, its SHA-256, its size in bytes, addresses in it."""

    family: Family
    part: Path
    sha256: str
    size: int
    addresses: frozenset[str]

    def name(self, shelf: Shelf, place: str) -> None:
        """Give it its name, for good; a second time, it has it already. Raises ArchiveFailed."""
        final = shelf.folder / place
        with _told(final):
            if not final.parent.exists():
                _make_folders(shelf, final.parent)
            if self.part.exists():
                self.part.replace(final)
            sync(final.parent)


@contextmanager
def drafted(shelf: Shelf, write: Write) -> Iterator[Draft]:
    """What `write` writes into a file, as a ZIP: proven, encrypted where it is wanted. It is gone afterwards, unless it
    got its name. Raises ArchiveFailed, and Unusable where it is not what was written when it is read back."""
    with _told(shelf.folder):
        shelf.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = _fresh(shelf.folder)
        _give(shelf, part)
    try:
        with _told(shelf.folder):
            family, addresses = _sealed(shelf, write, part) if shelf.encrypt_to else _proven(write, part)
            sync_and_forget(part)
            sha256, size = fingerprint(part)
        yield Draft(family, part, sha256, size, addresses)
    finally:
        part.unlink(missing_ok=True)


def _proven(write: Write, to: Path) -> tuple[Family, frozenset[str]]:
    family = write(to)
    sync_and_forget(to)
    with chest.opened(to) as found:
        found.prove()
        if found.holds(family):
            return family, found.addresses()
    raise Unusable(f"{to} was not what was written when it was read back: look at the disk")


def _sealed(shelf: Shelf, write: Write, to: Path) -> tuple[Family, frozenset[str]]:
    """Nobody here can open it once it is sealed, so it is proven before."""
    with _plain(shelf) as plain:
        proven = _proven(write, plain)
        with plain.open("rb") as source, to.open("wb") as target:
            seal.seal(source, target.write, shelf.encrypt_to)
    return proven


def require_room(shelf: Shelf, size: int) -> None:
    """Raises ArchiveFailed unless so many bytes fit, and some more: a full disk would stop the mail."""
    free, wanted = free_bytes(shelf.folder), size + RESERVE
    if free < wanted:
        where = f"{shelf.folder} is too full"
        raise ArchiveFailed(f"{where}: {free >> 20} MiB are free, about {wanted >> 20} MiB are needed")


@contextmanager
def opened(shelf: Shelf, one: Archived, file: Path | None = None, identity: Path | None = None) -> Iterator[Chest]:
    """The archive, from its place or from `file`. Raises Unusable where it is not there, not what was archived, or
    encrypted for somebody who is not here."""
    path = file or shelf.path(one)
    _require_same(path, one)
    if not is_sealed(path):
        with chest.opened(path) as found:
            yield found
        return
    if identity is None:
        raise Unusable(f"{path} is encrypted: name the file with the private key, --identity FILE")
    with _plain(shelf) as plain:
        with path.open("rb") as source, plain.open("wb") as target:
            seal.unseal(source, target.write, seal.read_identities(identity))
        with chest.opened(plain) as found:
            yield found


def prove(shelf: Shelf, one: Archived, identity: Path | None) -> bool:
    """Raises Unusable unless everything in the file is what was archived. Whether it could be looked into: without a
    key only the hash of an encrypted one is compared."""
    path = shelf.path(one)
    _require_same(path, one)
    if is_sealed(path) and identity is None:
        return False
    with opened(shelf, one, identity=identity) as found:
        found.prove()
    return True


def _require_same(path: Path, one: Archived) -> None:
    try:
        found = fingerprint(path)
    except FileNotFoundError:
        raise Unusable(f"{path} is not there: name the file with --file where it was carried off") from None
    if found != (one.sha256, one.size):
        raise Unusable(f"{path} is not the file that was archived: its SHA-256 is another")


def is_gone(shelf: Shelf, one: Archived) -> bool:
    """Take the bytes of a file that must go; whether it is known to be gone. One that was carried off is not."""
    path = shelf.path(one)
    if not path.exists():
        return False
    os.truncate(path, 0)
    sync(path)
    return True


def forget(shelf: Shelf, one: Archived) -> None:
    """Nobody looks for the empty file any more."""
    path = shelf.path(one)
    path.unlink(missing_ok=True)
    if path.parent.is_dir():
        sync(path.parent)


def sweep_parts(shelf: Shelf, now: datetime) -> None:
    """What a killed process left is deleted a day later."""
    for part in (one for place in (shelf.folder, shelf.work) for one in place.glob(f"*{PART}")):
        if now - datetime.fromtimestamp(part.stat().st_mtime, UTC) > ABANDONED:
            part.unlink(missing_ok=True)


def strays(shelf: Shelf, known: frozenset[str]) -> list[Path]:
    """Files that belong to no row: of a process that died, or of a database that was put aside."""
    found = (*shelf.folder.glob(f"*/*/*{ZIP}"), *shelf.folder.glob(f"*/*/*{ZIP}{AGE}"))
    return sorted(one for one in found if one.relative_to(shelf.folder).as_posix() not in known)


@contextmanager
def _plain(shelf: Shelf) -> Iterator[Path]:
    """A file for what lies there in plain for a moment."""
    shelf.work.mkdir(mode=0o700, parents=True, exist_ok=True)
    _give(shelf, shelf.work)
    path = _fresh(shelf.work)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _make_folders(shelf: Shelf, inner: Path) -> None:
    """`<desk>/<year>`, for good."""
    inner.mkdir(mode=0o700, parents=True, exist_ok=True)
    folders = (shelf.folder, inner.parent, inner)
    _give(shelf, *folders)
    for folder in folders:
        sync(folder.parent)


def _give(shelf: Shelf, *paths: Path) -> None:
    """What root archives by hand must not be closed to the daemon."""
    if os.geteuid() == 0:
        owner = shelf.work.parent.stat()
        for path in paths:
            os.chown(path, owner.st_uid, owner.st_gid)


def _fresh(folder: Path) -> Path:
    handle, name = tempfile.mkstemp(suffix=PART, dir=folder)
    os.close(handle)
    return Path(name)


@contextmanager
def _told(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        _raise(error, place)


def _raise(error: OSError, place: Path) -> NoReturn:
    where = error.filename or place
    raise ArchiveFailed(f"{where} cannot be written ({error.strerror}): nothing was emptied") from error
