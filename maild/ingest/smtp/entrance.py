"""One listener as its sessions see it: what it offers to whom, by settings, TLS and login.

Laws: EHLO advertises what is true at that moment (RFC 5321 4.1.1.1): no STARTTLS under TLS, AUTH only where passwords
are safe; all of it is worked out when the listener opens, a session only looks it up.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from itertools import product

from maild.errors import SourceUnavailable
from maild.ingest.smtp.auth import MECHANISMS
from maild.ingest.smtp.clients import UNIX, is_local
from maild.ingest.smtp.commands import Command, table
from maild.ingest.smtp.tls import Certificate
from maild.ingest.smtp.users import Users
from maild.model import Source
from maild.settings import Limits, Listener, note_of


@dataclass(frozen=True, slots=True)
class Standing:
    """How a client stands: under TLS; where its password is safe (or on this host); logged in."""

    secure: bool = False
    private: bool = False
    known: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What a client of some standing may do: the reply to EHLO, and the commands there are."""

    extensions: str
    commands: Mapping[bytes, Command]


@dataclass(frozen=True, slots=True, eq=False)
class Entrance:
    """`proxies` are networks of balancers, whose connections begin with a PROXY header. `border` (see
    `Envelope`) is believed from this machine, and from the networks of `borders`."""

    source: Source
    hostname: str
    message_size: int
    tls: str = "none"
    certificate: Certificate | None = None
    require_tls: bool = False
    users: Users | None = None
    border: str = ""
    borders: tuple[IPv4Network | IPv6Network, ...] = ()
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    offers: dict[Standing, Offer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for facts in product((False, True), repeat=3):
            standing = Standing(*facts)
            self.offers[standing] = Offer(self._extensions(standing), table(self, standing))

    def starttls_for(self, standing: Standing) -> bool:
        return self.tls == "starttls" and not standing.secure

    def auth_for(self, standing: Standing) -> bool:
        return self.users is not None and standing.private and not standing.known

    def balanced(self, peer: str) -> bool:
        """Whether a connection from this address begins with a PROXY header."""
        if not self.proxies or peer == UNIX:
            return False
        address = ip_address(peer)
        return any(address in network for network in self.proxies)

    def border_for(self, peer: str) -> str:
        """Whose word about senders is believed in mail that this client hands over."""
        if not self.border or is_local(peer):
            return self.border
        address = ip_address(peer)
        return self.border if any(address in network for network in self.borders) else ""

    def context(self) -> ssl.SSLContext:
        """For a handshake that begins now. Raises ConnectionRefusedError on a listener without TLS."""
        if self.certificate is None:
            raise ConnectionRefusedError
        return self.certificate.context()

    def close(self) -> None:
        if self.users is not None:
            self.users.close()

    def _extensions(self, standing: Standing) -> str:
        *offers, last = self._offered(standing)
        return "".join(f"250-{offer}\r\n" for offer in offers) + f"250 {last}"

    def _offered(self, standing: Standing) -> Iterator[str]:
        yield from (self.hostname, "PIPELINING", f"SIZE {self.message_size}", "8BITMIME", "SMTPUTF8")
        if self.starttls_for(standing):
            yield "STARTTLS"
        if self.auth_for(standing):
            yield f"AUTH {' '.join(MECHANISMS)}"
        yield "ENHANCEDSTATUSCODES"


def _networks(texts: Sequence[str]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(text, strict=False) for text in texts)


def open_entrance(source: Source, listener: Listener, hostname: str, limits: Limits) -> Entrance:
    """Read the files a listener needs. Raises SourceUnavailable, saying what to do."""
    certificate = None
    if listener.tls != "none":
        if listener.certificate is None:
            raise SourceUnavailable(f"a listener with `tls: {listener.tls}` needs a `certificate` in maild.yaml")
        certificate = Certificate(listener.certificate, listener.key)
    return Entrance(
        source=source,
        hostname=hostname,
        message_size=limits.message_size,
        tls=listener.tls,
        certificate=certificate,
        require_tls=listener.require_tls,
        users=Users(listener.users) if listener.users is not None else None,
        proxies=_networks(listener.proxy),
        border=note_of(listener.border),
        borders=_networks(listener.border.peers if listener.border else ()),
    )
