"""Files that are whole or not there; room for them; one backup at a time.

Laws: nothing has its final name before all of it is on the disk; everything is its owner's alone (0600); what could
not be finished is removed.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from maild.store.backup.about import BackupFailed, Busy

BLOCK = 1 << 20
PART = ".part"
LOCK = "lock"
RESERVE = 256 << 20
"""What stays free on a disk that a copy is made on: below `limits.free_disk` (200 MiB) the daemon takes no mail."""


@contextmanager
def unfinished(final: Path) -> Iterator[Path]:
    """An empty file beside `final` to be written; on disk for good before it gets that name, gone after an exception.

    Raises BackupFailed where `final` is there already.
    """
    part = final.with_name(final.name + PART)
    if final.exists():
        raise BackupFailed(f"{final} is there already")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        yield part
        sync(part)
        part.rename(final)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync(final.parent)


def sync(path: Path) -> None:
    """All of a file, or a folder's names, onto the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_and_forget(path: Path) -> None:
    """Onto the disk and out of the kernel's memory: who reads it next reads what the disk has."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)


def fingerprint(path: Path, step: Callable[[float], None] = lambda _part: None) -> tuple[str, int]:
    """(SHA-256, size in bytes) of a file."""
    digest, size, total = hashlib.sha256(), 0, path.stat().st_size or 1
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            size += len(block)
            step(size / total)
    return digest.hexdigest(), size


def free_bytes(folder: Path) -> int:
    """What we, and not root, may still write there."""
    told = os.statvfs(folder)
    return told.f_bavail * told.f_frsize


def require_room(folder: Path, needed: int, what: str, spare: int = RESERVE) -> None:
    """Raise BackupFailed unless so many bytes fit, and `spare` more: a full disk would stop the mail."""
    free = free_bytes(folder)
    if free < needed + spare:
        have, want = free >> 20, (needed + spare) >> 20
        raise BackupFailed(f"{folder} is too full for {what}: {have} MiB are free, about {want} MiB are needed")


@contextmanager
def alone(work: Path) -> Iterator[Path]:
    """The folder for what is being made, empty; nobody else works in it meanwhile. Raises BackupFailed.

    Here lies the whole database in plain text for a while: give it a folder inside `state`.
    """
    work.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (work / LOCK).open("a") as lock:
        _give_to_owner_of(work.parent, work, work / LOCK)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy from None
        _empty(work)
        try:
            yield work
        finally:
            _empty(work)


def _give_to_owner_of(state: Path, *paths: Path) -> None:
    """What root makes by hand must not lock the daemon out."""
    if os.geteuid() == 0:
        owner = state.stat()
        for path in paths:
            os.chown(path, owner.st_uid, owner.st_gid)


def _empty(work: Path) -> None:
    for path in work.iterdir():
        if path.name != LOCK:
            path.unlink()


@contextmanager
def told(place: Path) -> Iterator[None]:
    """Errors of the disk as BackupFailed, with the place and what to do."""
    try:
        yield
    except OSError as error:
        raise BackupFailed(_in_words(error, place)) from error
    except sqlite3.OperationalError as error:
        raise BackupFailed(f"the copy cannot be written: {error}") from error


def _in_words(error: OSError, place: Path) -> str:
    where = error.filename or place
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"{where} is full: make room there, or keep fewer backups"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{where} cannot be written ({error.strerror}): let maild's user write there"
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return f"{where} is no folder: move the file away that lies there, or name another folder"
    return f"{where}: {error.strerror or error}"
