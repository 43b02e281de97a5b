"""A refresh token on the disk: one file per account, written whole or not at all, for its user alone.

Law: whoever gets a new token holds `locked` from before the old one is read until the new one is kept, so that the
daemon and `maild login` never write over each other's.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from maild.errors import SourceUnavailable


@dataclass(frozen=True, slots=True)
class Kept:
    """A refresh token, when it was given (UTC), and when it runs out, where the provider said so."""

    refresh_token: str
    given_at: datetime
    expires_at: datetime | None = None


class TokenFile:
    """`folder` is made with the first token, mode 0700; the file has mode 0600."""

    def __init__(self, folder: Path, account: str) -> None:
        self.path = folder / f"{account}.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Other processes wait. Raises OSError where the folder cannot be written."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def read(self) -> Kept | None:
        """None where nobody has logged in yet. Raises SourceUnavailable for a file that is none of ours."""
        try:
            told = json.loads(self.path.read_text("utf-8"))
            expires = told.get("expires_at")
            return Kept(str(told["refresh_token"]), instant(told["given_at"]), instant(expires) if expires else None)
        except FileNotFoundError:
            return None
        except (ValueError, LookupError, TypeError, AttributeError):
            raise SourceUnavailable(f"{self.path} cannot be read: remove it and log in again") from None

    def write(self, kept: Kept) -> None:
        """Once this returns, the token survives a crash of the machine. Raises OSError, and has changed nothing."""
        told = {"refresh_token": kept.refresh_token, "given_at": kept.given_at.isoformat()}
        if kept.expires_at:
            told["expires_at"] = kept.expires_at.isoformat()
        fresh = self.path.with_suffix(".tmp")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w") as file:
            json.dump(told, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
        sync_folder(self.path.parent)


def instant(told: str) -> datetime:
    return datetime.fromisoformat(told).astimezone(UTC)


def sync_folder(folder: Path) -> None:
    # The new name itself is durable only after this (fsync(2)).
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
