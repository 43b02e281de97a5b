"""Finished mail without a relay: into a Maildir, where an admin can look at what would have been sent.

In: outbox entries; out: one `Delivery` each, as from a relay. Laws: a file appears whole or not at all (tmp,
fsync, rename, fsync of the folder: maildir(5)); its name comes from the Message-ID and the recipient, so that
a mail delivered again after a crash is still one file.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from maild.clock import Clock
from maild.model import Delivery, DeliveryResult, OutboxEntry, OutgoingMail


class MaildirRelay:
    """The same interface as `smtp.Relay`."""

    trouble = ""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    async def ready(self) -> bool:
        return True

    async def deliver(self, entries: Sequence[OutboxEntry]) -> tuple[Delivery, ...]:
        """SENT when the mail is durable, DEFERRED when the disk would not take it."""
        return await asyncio.to_thread(lambda: tuple(map(self._deliver, entries)))

    async def close(self) -> None:
        """Nothing is kept open."""

    def _deliver(self, entry: OutboxEntry) -> Delivery:
        try:
            answer = keep(self._folder, entry.mail)
        except OSError as error:
            return Delivery(entry.id, self._clock(), DeliveryResult.DEFERRED, f"not written: {error.strerror or error}")
        return Delivery(entry.id, self._clock(), DeliveryResult.SENT, f"kept as {answer}")


def keep(folder: Path, mail: OutgoingMail) -> str:
    """Write one mail durably and return its file name. Raises OSError."""
    for part in ("tmp", "new", "cur"):
        (folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = sha256(f"{mail.message_id}\n{mail.recipient}".encode("utf-8", "surrogatepass")).hexdigest()
    name = f"{digest[:40]}.maild"
    waiting = folder / "tmp" / f"{name}.{os.getpid()}"
    with waiting.open("wb") as file:
        file.write(mail.raw)
        file.flush()
        os.fsync(file.fileno())
    waiting.rename(folder / "new" / name)
    _sync(folder / "new")
    return name


def _sync(folder: Path) -> None:
    """Make the new name itself durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
