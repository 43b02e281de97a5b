"""A Maildir that is watched: what lies in `new` in, kept mails out, files moved to `cur`.

Laws: a file is moved only after its mail is durable (law 1); one that was kept but not moved, since we were killed,
is known by its name and counts once. A file that cannot be read or moved stops no other. Only plain files are read: a
pipe would never end, and a link could lead to what is not mail. Nothing is deleted.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from maild.clock import Clock
from maild.errors import SourceUnavailable
from maild.ingest.batches import BEGINNING, batches, beginning, groups
from maild.ingest.header.scan import noted
from maild.model import ReceivedMail, Source
from maild.settings import MaildirSource, note_of

SIZES_AT_ONCE: Final = 500
# To open a pipe would wait for its other end.
READ_ONLY: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK

Keep = Callable[[Sequence[ReceivedMail]], None]


@dataclass(frozen=True, slots=True)
class Seen:
    """One look: how many mails were kept, and what could not be read, in the system's words ("" for nothing)."""

    kept: int
    problem: str = ""


@dataclass(frozen=True)
class MaildirReader:
    """Reads one Maildir. `size_limit` is in bytes: files up to twice that size are taken whole."""

    source: MaildirSource
    clock: Clock
    size_limit: int

    def look(self, keep: Keep) -> Seen:
        """Keep what is new. Raises SourceUnavailable where there is no Maildir, and what `keep` raises."""
        problems: list[str] = []
        kept = 0
        for files in self._batches():
            mails = dict(self._read(files, problems))
            if mails:
                keep(list(mails.values()))
            for file in mails:
                self._move(file, problems)
            kept += len(mails)
        return Seen(kept, problems[0] if problems else "")

    def _batches(self) -> Iterator[Sequence[Path]]:
        for some in groups(self._files(), SIZES_AT_ONCE):
            yield from batches({file: _size(file) for file in some})

    def _files(self) -> list[Path]:
        new = self.source.path / "new"
        try:
            return sorted(file for file in new.iterdir() if not file.name.startswith("."))
        except OSError as error:
            raise SourceUnavailable(f"{new} cannot be read: {error.strerror}") from error

    def _read(self, files: Sequence[Path], problems: list[str]) -> Iterator[tuple[Path, ReceivedMail]]:
        for file in files:
            try:
                yield file, self._mail(file)
            except FileNotFoundError:
                continue  # somebody's mail reader was faster
            except OSError as error:
                problems.append(_problem(file, error))

    def _mail(self, file: Path) -> ReceivedMail:
        (raw, written), now = self._bytes(file), self.clock()
        message_id, parent_id = noted(raw)
        return ReceivedMail(
            raw=raw,
            source=Source.FILE,
            mail_from=None,
            recipients=(self.source.recipient,),
            received_at=_arrived(written, now),
            peer=str(self.source.path),
            source_key=f"maildir:{self.source.name}:{_shown(_unique(file))}",
            message_id=message_id,
            parent_id=parent_id,
            kept_at=now,
            border=note_of(self.source.border),
        )

    def _bytes(self, file: Path) -> tuple[bytes, float]:
        """What is in it, and when it was written (seconds since 1970)."""
        with open(file, "rb", opener=_plainly) as opened:
            told = os.fstat(opened.fileno())
            if not stat.S_ISREG(told.st_mode):
                raise OSError(errno.EINVAL, "no plain file")
            if told.st_size <= 2 * self.size_limit:
                return opened.read(), told.st_mtime
            return beginning(opened.read(BEGINNING), told.st_size), told.st_mtime

    def _move(self, file: Path, problems: list[str]) -> None:
        """To `cur`, unread (maildir(5)); a name that is taken there is the same mail, kept before."""
        try:
            file.replace(self.source.path / "cur" / f"{_unique(file)}:2,")
        except OSError as error:
            # Kept it is. It may be gone, too: somebody's mail reader was faster.
            if os.path.lexists(file):
                problems.append(f"kept, but not moved to cur: {_problem(file, error)}")


def _plainly(path: str, _: int) -> int:
    return os.open(path, READ_ONLY)


def _unique(file: Path) -> str:
    return file.name.partition(":")[0]


def _shown(name: str) -> str:
    """A name as text that can be stored: what is not printable ASCII is written out, so that no two names are one."""
    return name.encode("unicode_escape").decode("ascii")


def _problem(file: Path, error: OSError) -> str:
    return f"{_shown(file.name)}: {error.strerror}"


def _size(file: Path) -> int:
    """0 for one that cannot be looked at: reading it will tell."""
    with suppress(OSError):
        return file.lstat().st_size
    return 0


def _arrived(written: float, now: datetime) -> datetime:
    """When a file says it was written; now where that is no time."""
    try:
        return min(datetime.fromtimestamp(written, UTC), now)
    except (ValueError, OverflowError, OSError):
        return now
