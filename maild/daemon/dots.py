"""Which mails may have arrived, and which have? A note beside the database that outlives a killed process.

In law 10 the moment that counts is the last dot: before it a mail has certainly not been taken, after it only its
answer tells. So each outbox id is noted just before its dot leaves, and again when the relay has said yes; it is
forgotten once its own result is in the database, not before. After a reboot the note proves nothing.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterable
from pathlib import Path

from maild.model import DeliveryResult, OutboxId
from maild.store.delivering import LeftOver

PLACES = 64
PLACE = struct.Struct("=qq")
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
BOOT_LENGTH = 36


class Dots:
    """The note of one node: for each place an outbox id, and whether the relay has taken it."""

    def __init__(self, path: Path) -> None:
        size = BOOT_LENGTH + PLACE.size * PLACES
        self._known = path.exists() and path.stat().st_size == size
        if not self._known:
            path.write_bytes(bytes(size))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), size)
        self._places: dict[OutboxId, int] = {}

    def left_over(self) -> LeftOver | None:
        """What an earlier process came to; None where that cannot be known. Reading changes nothing: see `begin`."""
        if not self._known or self._map[:BOOT_LENGTH] != _this_boot():
            return None
        noted = [self._at(place) for place in range(PLACES)]
        taken = frozenset(OutboxId(entry) for entry, taken in noted if entry and taken)
        return LeftOver(taken, frozenset(OutboxId(entry) for entry, _ in noted if entry) - taken)

    def begin(self) -> None:
        """To be called once the database has taken what was left over."""
        self._map[BOOT_LENGTH:] = bytes(PLACE.size * PLACES)
        self._map[:BOOT_LENGTH] = _this_boot()
        self._places.clear()

    def about_to_send(self, entry: OutboxId) -> None:
        """To be called before the dot leaves."""
        if entry not in self._places:
            self._places[entry] = self._free_place()
        self._write(entry, taken=False)

    def answered(self, entry: OutboxId, result: DeliveryResult) -> None:
        """To be called when the relay's answer is there."""
        if entry in self._places and result is DeliveryResult.SENT:
            self._write(entry, taken=True)

    def recorded(self, entries: Iterable[OutboxId]) -> None:
        """The results of these are in the database. Others, whose results are not yet, stay noted."""
        for entry in entries:
            place = self._places.pop(entry, None)
            if place is not None:
                PLACE.pack_into(self._map, BOOT_LENGTH + PLACE.size * place, 0, 0)

    def _free_place(self) -> int:
        """One that nobody has; if all are taken, the one that has been for longest."""
        used = set(self._places.values())
        if len(used) < PLACES:
            return next(place for place in range(PLACES) if place not in used)
        return self._places.pop(next(iter(self._places)))

    def _write(self, entry: OutboxId, *, taken: bool) -> None:
        PLACE.pack_into(self._map, BOOT_LENGTH + PLACE.size * self._places[entry], entry, int(taken))

    def _at(self, place: int) -> tuple[int, bool]:
        entry, taken = PLACE.unpack_from(self._map, BOOT_LENGTH + PLACE.size * place)
        return int(entry), bool(taken)


def _this_boot() -> bytes:
    try:
        return BOOT_ID.read_bytes()[:BOOT_LENGTH].ljust(BOOT_LENGTH, b"\0")
    except OSError:
        return b"no boot id".ljust(BOOT_LENGTH, b"\0")
