"""Which mail is each worker in? One small file in the state folder, mapped into every process.

A worker writes its slot around everything one mail may be blamed for; the main process reads it to know whom
to kill and whom to charge (law 3). Since it is a file, it also outlives a killed main process.
Slot: the entry's id (0: none), the worker's CPU seconds when it began, whether the mail runs alone.
"""

from __future__ import annotations

import mmap
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from maild.model import EntryId, InboxEntry

SLOT = struct.Struct("=qdq")


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker is doing: the entry, its CPU clock (seconds) at the beginning, whether it runs alone."""

    entry: EntryId
    cpu_before: float
    alone: bool


class Slots:
    """All workers' slots of one node."""

    def __init__(self, path: Path, count: int) -> None:
        size = SLOT.size * count
        if not path.exists() or path.stat().st_size != size:
            path.write_bytes(bytes(size))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), size)
        self.count = count

    def read(self, number: int) -> Work | None:
        """What worker `number` is in, or None."""
        entry, cpu_before, alone = SLOT.unpack_from(self._map, number * SLOT.size)
        return Work(EntryId(entry), cpu_before, bool(alone)) if entry else None

    def write(self, number: int, work: Work | None) -> None:
        values = (work.entry, work.cpu_before, int(work.alone)) if work else (0, 0.0, 0)
        SLOT.pack_into(self._map, number * SLOT.size, *values)

    def left_over(self) -> tuple[Work, ...]:
        """What workers were in when everything was killed. Reading changes nothing: see `begin`."""
        return tuple(work for number in range(self.count) if (work := self.read(number)))

    def begin(self) -> None:
        """To be called once the database has taken what was left over."""
        for number in range(self.count):
            self.write(number, None)


class SlotWatch:
    """A worker's own slot, as the pipeline's `Watch`."""

    def __init__(self, slots: Slots, number: int) -> None:
        self._slots = slots
        self._number = number

    @contextmanager
    def on(self, entry: InboxEntry) -> Iterator[None]:
        self._slots.write(self._number, Work(entry.id, time.process_time(), entry.alone))
        try:
            yield
        finally:
            self._slots.write(self._number, None)
