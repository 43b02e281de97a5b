"""Mails out of files: mbox, Maildir, single files and standard input; names in, (name, raw bytes) out, one at a time.

Laws: nothing is changed, moved or deleted; never more than one mail is in memory; what is read from standard input is
one mail, whatever it contains (an MTA's pipe must not become two mails because a sender wrote "From ").
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from maild.errors import NotFound

STDIN = "-"
ONE_MAIL = ".eml"  # whatever a later line looks like
PIECE = 1 << 20

# RFC 4155: "From ", an address, a date. Without a time and a year it is a sentence of somebody's text.
_FROM_LINE = re.compile(rb"From \S.*\b\d{1,2}:\d\d\b.*\b\d{4}\b")
_QUOTED_FROM = re.compile(rb">+From ")


class Found(NamedTuple):
    """A mail and where it was: a file's name, with "#n" for the n-th mail of an mbox (from 1), or "-"."""

    name: str
    raw: bytes


def mails(names: Iterable[str], stdin: BinaryIO | None = None) -> Iterator[Found]:
    """The mails behind `names`, lazily. Raises NotFound for what is not there or cannot be read."""
    for name in names:
        if name == STDIN:
            yield Found(STDIN, _without_from_line((stdin or sys.stdin.buffer).read()))
            continue
        try:
            yield from _behind(Path(name))
        except OSError as error:
            raise NotFound(f"{name}: cannot be read: {error.strerror or error}") from error


def _behind(path: Path) -> Iterator[Found]:
    if (path / "cur").is_dir() and (path / "new").is_dir():
        yield from _maildir(path)
    elif path.is_dir():
        for file in sorted(entry for entry in path.iterdir() if entry.is_file() and not entry.name.startswith(".")):
            yield from _file(file)
    else:
        yield from _file(path)


def _maildir(path: Path) -> Iterator[Found]:
    for folder in ("new", "cur"):
        for file in sorted(entry for entry in (path / folder).iterdir() if not entry.name.startswith(".")):
            try:
                yield Found(str(file), file.read_bytes())
            except FileNotFoundError:
                yield from _moved(path, file)


def _moved(path: Path, file: Path) -> Iterator[Found]:
    # A mail reader moved it to cur, or gave it other flags, since its name was listed (maildir(5)); or deleted it.
    unique = file.name.partition(":")[0]
    for entry in (path / "cur").iterdir():
        if entry.name.partition(":")[0] == unique and file.parent.name == "cur":
            yield Found(str(entry), entry.read_bytes())


def _file(path: Path) -> Iterator[Found]:
    with path.open("rb") as file:
        if not _FROM_LINE.match(file.readline(PIECE)):
            yield Found(str(path), path.read_bytes())
            return
        if path.suffix == ONE_MAIL:
            yield Found(str(path), _without_from_line(path.read_bytes()))
            return
        for number, raw in enumerate(_mbox(file), start=1):
            yield Found(f"{path}#{number}", raw)


def _mbox(file: BinaryIO) -> Iterator[bytes]:
    """The mails of an mbox whose first line has been read."""
    lines: list[bytes] = []
    after_blank, line_begins = False, True
    while piece := file.readline(PIECE):
        if line_begins and after_blank and _FROM_LINE.match(piece):
            yield _joined(lines)
            lines = []
        else:
            lines.append(piece[1:] if line_begins and _QUOTED_FROM.match(piece) else piece)
        after_blank = line_begins and piece in (b"\n", b"\r\n")
        line_begins = piece.endswith(b"\n")
    yield _joined(lines)


def _joined(lines: list[bytes]) -> bytes:
    # The blank line before the next "From " belongs to the mbox, not to the mail.
    return b"".join(lines[:-1] if lines and lines[-1] in (b"\n", b"\r\n") else lines)


def _without_from_line(raw: bytes) -> bytes:
    return raw.partition(b"\n")[2] if _FROM_LINE.match(raw) else raw
