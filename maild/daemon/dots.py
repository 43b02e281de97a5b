"""Which mails may have arrived? A note of every final dot that is about to be sent, where it outlives a kill.

In law 10 the moment that counts is the last dot: before it a mail has certainly not been taken, after it only
its answer tells. A killed process cannot be asked, so the outbox ids stand in a small mapped file from just
before their dot until their result is in the database. After a reboot the note proves nothing and is not believed.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

from maild.model import OutboxId

PLACES = 64
NUMBER = struct.Struct("=q")
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
BOOT_LENGTH = 36


class Dots:
    """The note of one node."""

    def __init__(self, path: Path) -> None:
        size = BOOT_LENGTH + NUMBER.size * PLACES
        self._known = path.exists() and path.stat().st_size == size
        if not self._known:
            path.write_bytes(bytes(size))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), size)
        self._next = 0

    def left_over(self) -> frozenset[OutboxId] | None:
        """Whose dots an earlier process may have sent; None where that cannot be known. The note is empty then."""
        believed = self._known and self._map[:BOOT_LENGTH] == _this_boot()
        found = frozenset(OutboxId(one) for place in range(PLACES) if (one := self._at(place)))
        self.clear()
        self._map[:BOOT_LENGTH] = _this_boot()
        return found if believed else None

    def about_to_send(self, entry: OutboxId) -> None:
        """To be called before the dot leaves."""
        NUMBER.pack_into(self._map, BOOT_LENGTH + NUMBER.size * (self._next % PLACES), entry)
        self._next += 1

    def clear(self) -> None:
        """Every result is in the database."""
        for place in range(min(self._next, PLACES) or PLACES):
            NUMBER.pack_into(self._map, BOOT_LENGTH + NUMBER.size * place, 0)
        self._next = 0

    def _at(self, place: int) -> int:
        (number,) = NUMBER.unpack_from(self._map, BOOT_LENGTH + NUMBER.size * place)
        return int(number)


def _this_boot() -> bytes:
    try:
        return BOOT_ID.read_bytes()[:BOOT_LENGTH].ljust(BOOT_LENGTH, b"\0")
    except OSError:
        return b"no boot id".ljust(BOOT_LENGTH, b"\0")
