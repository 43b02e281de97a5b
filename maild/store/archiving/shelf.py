"""Where archive files lie, and by which names. Nothing here costs whoever archives nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from maild.settings import Settings
from maild.store.erasing.archives import Archived

ZIP, AGE = ".zip", ".age"
FOLDER, WORK = "archive", "archive-work"
"""Inside `state`."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where archives lie, `work` for what is encrypted while it is made, age public keys, and the instance's secret, by
    which addresses in them are known."""

    folder: Path
    work: Path
    encrypt_to: tuple[str, ...] = ()
    secret: bytes = field(default=b"", repr=False)

    def path(self, one: Archived) -> Path:
        return self.folder / one.place

    def place(self, desk: str, year: int, number: str, earlier: int) -> str:
        """Where the next archive of a ticket lies, which had so many before."""
        again = f"-{earlier + 1}" if earlier else ""
        return f"{desk}/{year}/{number}{again}{ZIP}{AGE if self.encrypt_to else ''}"


def shelf_of(settings: Settings, secret: bytes) -> Shelf:
    """Where this installation's archives lie."""
    one, state = settings.archive, settings.state
    return Shelf(one.folder or state / FOLDER, state / WORK, one.encrypt_to, secret)
