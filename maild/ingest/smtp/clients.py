"""What each client has been doing lately: connections, mails, failed logins. Addresses and times in, yes or no out.

Pure: the time is given, in seconds of any steady clock. Laws: an IPv6 client is its /64 network, since it owns all
addresses in there; this host's own programs, and balancers speaking for themselves, are not bounded: they bring other
people's mail; however many clients come, only so many are remembered.
"""

from __future__ import annotations

from collections import deque
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from math import inf

from maild.settings import Limits

UNIX = "unix"
"""The address of whoever comes by a unix socket: only this host's programs can."""

MINUTE = 60.0
MOST_FAILURES = 10
"""Failed logins within `FAILURES_COUNT` after which a client may not try again for a while."""
FAILURES_COUNT = 600.0
"""Seconds for which a failed login counts."""
MOST_REMEMBERED = 4096
"""Clients without a connection that are remembered; beyond them the oldest are forgotten."""


class Client:
    """One client's counts."""

    __slots__ = ("_failures", "_mails", "_minute", "_most_mails", "connections", "most_connections", "name")

    def __init__(self, name: str, most_connections: float, most_mails: float) -> None:
        self.name = name
        self.connections = 0
        self.most_connections = most_connections
        self._most_mails = most_mails
        self._minute = -inf
        self._mails = 0
        self._failures: deque[float] = deque(maxlen=MOST_FAILURES)

    def brings_mail(self, now: float) -> bool:
        """Count one more mail; False if that is too many for the minute that began with the first of them."""
        if now - self._minute >= MINUTE:
            self._minute, self._mails = now, 0
        if self._mails >= self._most_mails:
            return False
        self._mails += 1
        return True

    def failed_to_log_in(self, now: float) -> None:
        self._failures.append(now)

    def locked_out(self, now: float) -> bool:
        """Whether it has failed to log in too often of late."""
        return len(self._failures) == MOST_FAILURES and now - self._failures[0] < FAILURES_COUNT

    @property
    def memorable(self) -> bool:
        """Whether anything would be lost with it."""
        return bool(self.connections or self._mails or self._failures)


class Clients:
    """All clients there are, and those there were of late."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._known: dict[str, Client] = {}

    def enter(self, peer: str, trusted: bool = False) -> Client | None:
        """Count one more connection of the client at this address; None if it has too many."""
        name, local = _client_at(peer)
        client = self._known.get(name) or self._meet(name, local or trusted)
        if client.connections >= client.most_connections:
            return None
        client.connections += 1
        return client

    def leave(self, client: Client) -> None:
        client.connections -= 1
        if not client.memorable:
            self._known.pop(client.name, None)

    def __len__(self) -> int:
        return len(self._known)

    def _meet(self, name: str, unbounded: bool) -> Client:
        limits = self._limits
        self._forget()
        client = Client(name, inf, inf) if unbounded else Client(name, limits.client_connections, limits.client_mails)
        self._known[name] = client
        return client

    def _forget(self) -> None:
        # Two for each that comes keep the bound; those that are connected move to the young end.
        for name in list(_first(self._known, 2)) if len(self._known) >= MOST_REMEMBERED else ():
            client = self._known.pop(name)
            if client.connections:
                self._known[name] = client


def _first(known: dict[str, Client], count: int) -> list[str]:
    return [name for name, _ in zip(known, range(count), strict=False)]


def host_of(address: object) -> str:
    """The IP address in a socket's peer address; UNIX for a unix socket. IPv4 seen through IPv6 is IPv4."""
    if not isinstance(address, tuple):
        return UNIX
    host = str(address[0]).partition("%")[0]
    return host.removeprefix("::ffff:") if "." in host else host


@lru_cache(maxsize=1024)
def _client_at(peer: str) -> tuple[str, bool]:
    """The name a client is counted by, and whether it is a program of this host."""
    if peer == UNIX:
        return UNIX, True
    address = ip_address(peer)
    if isinstance(address, IPv6Address) and not address.is_loopback:
        return str(ip_network((address, 64), strict=False)), False
    return peer, address.is_loopback


def is_local(peer: str) -> bool:
    """Whether it is an address of this host's own programs: loopback, or a unix socket."""
    return _client_at(peer)[1]
