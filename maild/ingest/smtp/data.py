"""The content of a mail, from the answer 354 to the final dot: stream in, bytes or a refusal out.

Laws: only CRLF.CRLF ends a mail (RFC 5321 2.3.8; CVE-2024-27305), bare CR and LF stay in it; a line may have any
length; what is over the limit is read on but not kept; all mails in flight share one budget (law 1).
"""

from __future__ import annotations

import asyncio

END = b"\r\n.\r\n"
ROOM = 64 * 1024
"""Octets set aside for a mail whose sender declared no size."""

TOO_BIG = "552 5.3.4 message too big"
NO_ROOM = "452 4.3.1 too much mail at one time, try again later"


class Flooding(Exception):
    """The client sends on, far beyond the size limit it was told."""


class Budget:
    """Octets that all mails in flight may take together."""

    def __init__(self, total: int) -> None:
        self.free = total

    def share(self, declared: int) -> Share | None:
        """Set the declared size aside (0: not declared); None if there is no room for it."""
        wanted = declared or min(ROOM, max(self.free, 1))
        if wanted > self.free:
            return None
        self.free -= wanted
        return Share(self, wanted)


class Share:
    """What one mail has set aside of the budget, in octets."""

    def __init__(self, budget: Budget, size: int) -> None:
        self._budget = budget
        self._size = size

    def covers(self, size: int) -> bool:
        """Grow to `size` if needed; False if there is no room."""
        more = size - self._size
        if more > self._budget.free:
            return False
        if more > 0:
            self._budget.free -= more
            self._size = size
        return True

    def give_back(self) -> None:
        self._budget.free += self._size
        self._size = 0


def waiting(reader: asyncio.StreamReader) -> bool:
    """Whether a whole line can be read at once."""
    return b"\n" in reader._buffer  # type: ignore[attr-defined]


async def receive(reader: asyncio.StreamReader, limit: int, share: Share) -> bytes | str:
    """Read up to the final dot. Returns the content without dot-stuffing, or the reply that refuses it.

    `share` grows with what is kept; it is given back as soon as the mail is refused, since nothing is kept any more.
    Raises Flooding, and asyncio.IncompleteReadError if the client goes before the dot.
    """
    # The CRLF that ended the DATA command may be the first of CRLF.CRLF (an empty mail): it goes back into the stream.
    reader._buffer[:0] = b"\r\n"  # type: ignore[attr-defined]
    parts: list[bytes] = []
    size, refusal, ended = 0, "", False
    while not ended:
        part, ended = await _part(reader)
        size += len(part)
        refusal = refusal or _refusal(size, limit, share)
        if refusal:
            parts.clear()
            share.give_back()
        else:
            parts.append(part)
        if size > limit + limit // 4 + ROOM:
            raise Flooding
    return refusal or _content(parts, limit)


async def _part(reader: asyncio.StreamReader) -> tuple[bytes, bool]:
    try:
        return await reader.readuntil(END), True
    except asyncio.LimitOverrunError as full:
        # Never parts an END in two: `consumed` stops before whatever may be the beginning of one.
        return await reader.read(full.consumed), False


def _refusal(size: int, limit: int, share: Share) -> str:
    # Dot-stuffing and END do not count towards the size (RFC 1870 5): some slack here, exact in `_content`.
    if size > limit + limit // 64 + ROOM:
        return TOO_BIG
    return "" if share.covers(size) else NO_ROOM


def _content(parts: list[bytes], limit: int) -> bytes | str:
    raw = b"".join(parts)
    parts.clear()
    if b"\r\n.." in raw:
        raw = raw.replace(b"\r\n..", b"\r\n.")
    return raw[2:-3] if len(raw) - 5 <= limit else TOO_BIG
