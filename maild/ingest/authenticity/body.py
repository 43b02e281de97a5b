"""The hash of a mail's body as a signature means it: `body_digest(raw, start, relaxed=…, length=…)` (RFC 6376 3.4).

SHA-256 or SHA-1 over the canonical body, made piece by piece: the crypto library makes a dozen copies of it (45 MB of
text: 900 MB and 8 s; a run of 100,000 spaces: a minute). A test holds both against each other.
Laws: memory and time are linear; bare LF is a line end, bare CR is a letter; never raises.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

PIECE = 1 << 20


def body_digest(raw: bytes, start: int, algorithm: str, *, relaxed: bool, length: int | None) -> bytes:
    """`algorithm` is sha256 or sha1; `length` is l=. b"" if the body is shorter than `length`."""
    # What signers of long ago used is looked at, and weak: see structure.
    digest = hashlib.sha1(usedforsecurity=False) if algorithm == "sha1" else hashlib.sha256()
    left = length
    for piece in _canonical(raw, start, relaxed):
        digest.update(piece if left is None else piece[:left])
        left = None if left is None else max(0, left - len(piece))
    return b"" if left else digest.digest()


def _canonical(raw: bytes, start: int, relaxed: bool) -> Iterator[bytes]:
    """The canonical body. Empty lines are held back until something follows, as those at the end do not count."""
    waiting, is_empty = 0, True
    for piece in _pieces(raw, start):
        text = _relaxed(piece) if relaxed else piece
        solid = text.rstrip(b"\n")
        if solid:
            is_empty = False
            yield b"\r\n" * waiting + solid.replace(b"\n", b"\r\n")
            waiting = 0
        waiting += len(text) - len(solid)
    if not (relaxed and is_empty):
        yield b"\r\n"


def _pieces(raw: bytes, start: int) -> Iterator[bytes]:
    """Whole lines, their ends LF."""
    while start < len(raw):
        end = raw.find(b"\n", start + PIECE) + 1 or len(raw)
        yield raw[start:end].replace(b"\r\n", b"\n")
        start = end


def _relaxed(text: bytes) -> bytes:
    """Runs of white space are one space, and none at the end of a line. Each round halves the runs."""
    text = text.replace(b"\t", b" ")
    while b"  " in text:
        text = text.replace(b"  ", b" ")
    return text.replace(b" \n", b"\n").removesuffix(b" ")
