"""The PROXY protocol, version 2 (haproxy.org, proxy-protocol.txt, part 2.2): a balancer's header in, its client out.

Version 1 is not spoken. Type-length-values behind the addresses are skipped.
"""

from __future__ import annotations

import asyncio
from ipaddress import IPv4Address, IPv6Address

from maild.ingest.smtp.clients import host_of

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
FIXED = 16
"""Octets before the addresses: signature, version and command, family and protocol, length of the rest."""

LOCAL, PROXY = 0x20, 0x21
TCP4, TCP6 = 0x11, 0x21
NO_IP = {0x00, 0x31}
"""Unspecified, and unix sockets: the balancer does not know an address, or it is not one of the network's."""


class NotProxied(ConnectionError):
    """A connection that must begin with a PROXY header begins with something else."""


async def announced(reader: asyncio.StreamReader) -> str | None:
    """Read the header; the client's IP address, or None where the balancer speaks for itself.

    Raises NotProxied, and asyncio.IncompleteReadError.
    """
    fixed = await reader.readexactly(FIXED)
    if not fixed.startswith(SIGNATURE):
        raise NotProxied
    return client_of(fixed, await reader.readexactly(int.from_bytes(fixed[14:16], "big")))


def client_of(fixed: bytes, rest: bytes) -> str | None:
    """What a whole header says. `fixed` are its first 16 octets. Raises NotProxied."""
    command, family = fixed[12], fixed[13]
    if command == LOCAL or (command == PROXY and family in NO_IP):
        return None
    if command == PROXY and family == TCP4 and len(rest) >= 12:
        return str(IPv4Address(rest[:4]))
    if command == PROXY and family == TCP6 and len(rest) >= 36:
        return host_of((str(IPv6Address(rest[:16]).ipv4_mapped or IPv6Address(rest[:16])),))
    raise NotProxied
