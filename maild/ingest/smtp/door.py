"""One listening socket: connections in, sessions out, or a 421 before they cost anything.

asyncio's own way to accept is replaced: where file descriptors run out it logs hundreds of errors a second, and it
makes a transport for everybody before anyone can refuse. Laws: a socket that cannot be accepted from is left alone
for a moment, and the log hears it once a minute; nobody is refused for ever (421, RFC 5321 3.8).
"""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import suppress

from maild.ingest.smtp.clients import host_of
from maild.ingest.smtp.connection import CROWDED, MANY_FROM_YOU
from maild.ingest.smtp.session import MailSession
from maild.ingest.smtp.wire import SHUTTING_DOWN

AT_ONE_TIME = 64
"""Connections accepted before those there are get their turn."""
PAUSE = 0.1
"""Seconds after which accepting is tried again: soon, since with few descriptors a full backlog goes in small steps."""
TELL_AGAIN = 60.0
"""Seconds for which the log is not told again that connections cannot be accepted."""

log = logging.getLogger("maild.smtp")


class Door:
    """`first` is a session without a connection, of which others are made."""

    def __init__(self, first: MailSession, sock: socket.socket) -> None:
        self._first = first
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._setting_up: set[asyncio.Task[None]] = set()
        self._pausing: asyncio.TimerHandle | None = None
        self._told = -TELL_AGAIN

    def open(self) -> None:
        self._loop.add_reader(self._sock, self._accept)

    def close(self) -> None:
        """Accept no more. What has been accepted goes on."""
        if self._pausing is not None:
            self._pausing.cancel()
        if self._sock.fileno() >= 0:
            self._loop.remove_reader(self._sock)

    def _accept(self) -> None:
        for _ in range(AT_ONE_TIME):
            try:
                connection, address = self._sock.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                break
            except OSError as error:
                self._pause(error)
                break
            connection.setblocking(False)
            self._let_in(connection, host_of(address))

    def _pause(self, error: OSError) -> None:
        # Mostly EMFILE: the socket stays readable, and without a pause the loop would do nothing else.
        if self._loop.time() - self._told >= TELL_AGAIN:
            self._told = self._loop.time()
            log.warning("cannot accept connections for now: %s; see LimitNOFILE= and limits.connections", error)
        self._loop.remove_reader(self._sock)
        self._pausing = self._loop.call_later(PAUSE, self.open)

    def _let_in(self, connection: socket.socket, peer: str) -> None:
        first, intake = self._first, self._first.intake
        balanced = first.entrance.balanced(peer)
        client = None if balanced else intake.clients.enter(peer)
        if client is None and not balanced:
            return self._refuse(connection, MANY_FROM_YOU)
        if intake.draining or not intake.has_place(self._loop.time()):
            if client is not None:
                intake.clients.leave(client)
            return self._refuse(connection, SHUTTING_DOWN if intake.draining else CROWDED)
        session = first.another(peer, client)
        intake.live.add(session)
        task = self._loop.create_task(self._set_up(session, connection))
        self._setting_up.add(task)
        task.add_done_callback(self._setting_up.discard)
        return None

    def _refuse(self, connection: socket.socket, reply: str) -> None:
        # Who expects TLS from the first octet on would not understand.
        if self._first.entrance.tls != "tls":
            with suppress(OSError):
                connection.send(f"{reply}\r\n".encode())
        connection.close()

    async def _set_up(self, session: MailSession, connection: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(lambda: session, connection)
        except OSError:
            connection.close()
            session.never_came()
