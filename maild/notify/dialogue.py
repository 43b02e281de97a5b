"""The client's end of an SMTP connection that stands already: bytes out, whole replies in.

In: commands, several at once where the server allows it (RFC 2920); out: `Reply` after `Reply`, in order.
Laws: memory is bounded whatever a server sends; a line that is gone is a ConnectionError, at once and ever after.
Needed because the library's own protocol can neither pipeline nor say whether the last byte has left.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from dataclasses import dataclass

MOST_REPLY_BYTES = 32 * 1024
_REPLY = re.compile(rb"(?:[0-9]{3}-[^\n]*\n)*([0-9]{3})(?: [^\n]*)?\r?\n")


@dataclass(frozen=True, slots=True)
class Reply:
    """RFC 5321 4.2. `code` is 0 for what is no reply."""

    code: int
    text: str

    @property
    def good(self) -> bool:
        return self.code // 100 == 2


class Dialogue(asyncio.Protocol):
    """Takes over the transport of a connection that is greeted, secured and logged in."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._unread = bytearray()
        self._replies: deque[Reply] = deque()
        self._waiting: asyncio.Future[None] | None = None
        self._full: asyncio.Future[None] | None = None
        self._lost = False
        transport.set_write_buffer_limits(high=0)  # `drained` waits for the very last byte
        transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        return not self._lost and not self._transport.is_closing()

    def write(self, data: bytes) -> None:
        if not self.is_open:
            raise ConnectionResetError("connection lost")
        self._transport.write(data)

    async def reply(self) -> Reply:
        """The next reply. Raises ConnectionResetError when none can come any more."""
        while not self._replies:
            if self._lost:
                raise ConnectionResetError("connection lost")
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        return self._replies.popleft()

    async def drained(self) -> None:
        """Returns when the last byte has left this process. Raises ConnectionResetError where it never will."""
        if self._full:
            await self._full
        if not self.is_open:
            raise ConnectionResetError("connection lost")

    def abort(self) -> None:
        self._lost = True
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while found := _REPLY.match(self._unread):
            self._replies.append(Reply(int(found[1]), _plain(found[0])))
            del self._unread[: found.end()]
        if len(self._unread) > MOST_REPLY_BYTES or self._is_no_reply():
            self._replies.append(Reply(0, _plain(bytes(self._unread[:200]))))
            self._unread.clear()
        if self._replies:
            self._wake(self._waiting)

    def eof_received(self) -> None:
        self._end()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._end()

    def pause_writing(self) -> None:
        self._full = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        self._wake(self._full)
        self._full = None

    def _is_no_reply(self) -> bool:
        """A whole line that does not begin with three digits."""
        return b"\n" in self._unread and not self._unread[:3].isdigit()

    def _end(self) -> None:
        self._lost = True
        self._wake(self._waiting)
        self._wake(self._full)

    @staticmethod
    def _wake(waiting: asyncio.Future[None] | None) -> None:
        if waiting and not waiting.done():
            waiting.set_result(None)


def _plain(lines: bytes) -> str:
    """`250-one\\r\\n250 two` → `one two`."""
    return " ".join(line[4:].strip() for line in lines.decode("utf-8", "replace").splitlines())
