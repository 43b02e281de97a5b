"""The users who may submit mail: the file that `Listener.users` names in, "yes, that is her" out.

A line is `name:hash`, as `maild password` prints it; empty lines and lines that begin with # mean nothing. Laws: the
file is read anew when it changes, within the next login; while it cannot be read nobody logs in, for it may have been
taken away; an unknown user costs as much time as a known one; hashing never holds the event loop up, takes one
processor at most, and so many may wait for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from maild.errors import SourceUnavailable
from maild.ingest.smtp.passwords import Hash, read_hash

MOST_WAITING = 20
"""Logins that may wait for the thread that hashes; at a quarter of a second each."""

NOBODY = Hash(bytes(16), bytes(32))
log = logging.getLogger("maild.smtp")


class Busy(Exception):
    """Too many logins at one time, or the file of users cannot be read: later it may go."""


class Users:
    """The users in a file. Raises SourceUnavailable if at first it cannot be read."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="login")
        self._waiting = 0
        self._seen: object = None
        self._hashes: dict[str, Hash] = {}
        try:
            self._follow()
        except OSError as error:
            message = f"users {file} cannot be read ({error.strerror}): make it with `maild password`"
            raise SourceUnavailable(message) from error

    async def knows(self, name: str, password: str) -> bool:
        """Whether a user of this name has this password. Raises Busy."""
        if self._waiting >= MOST_WAITING:
            raise Busy
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._matches, name, password)
        except (OSError, RuntimeError) as error:  # RuntimeError: the listeners have been closed
            log.warning("nobody can log in: users %s cannot be read (%s)", self._file, type(error).__name__)
            raise Busy from error
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """No more logins; those that wait for their answer get it."""
        self._thread.shutdown(wait=False)

    def _matches(self, name: str, password: str) -> bool:
        self._follow()
        known = self._hashes.get(name)
        return (known or self._stand_in(name)).matches(password) and known is not None

    def _stand_in(self, name: str) -> Hash:
        """What an unknown user is compared with: somebody's, so that hashes of different costs tell nothing; always the
        same for a name, but nobody outside can foresee which (Python seeds `hash` anew for each process).
        """
        hashes = tuple(self._hashes.values()) or (NOBODY,)
        return hashes[hash(name) % len(hashes)]

    def _follow(self) -> None:
        found = self._file.stat()
        seen = found.st_ino, found.st_size, found.st_mtime_ns
        if seen != self._seen:
            self._hashes = dict(self._read())
            self._seen = seen

    def _read(self) -> Iterator[tuple[str, Hash]]:
        for number, line in enumerate(self._file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if line.strip() and not line.startswith("#"):
                name, _, written = line.strip().rpartition(":")
                hash_ = read_hash(written)
                if name and hash_ is not None:
                    yield name, hash_
                else:
                    log.warning(
                        "users %s, line %d is no `name:hash`: make it with `maild password`", self._file, number
                    )
