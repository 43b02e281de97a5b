"""A name server on loopback that says what a test wants: UDP and TCP on one port, or silence.

In: a script, by name. Out: the port, and the questions that were asked, with the way they came. Written on dnspython's
messages.
"""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset


@dataclass(frozen=True, slots=True)
class Says:
    """What is said about one name. `texts` are its TXT records; `alias` is another name (CNAME), whose records follow;
    `rcode` is e.g. SERVFAIL; `silent` says nothing at all, `torn` is no DNS message."""

    texts: tuple[str, ...] = ()
    ttl: int = 600
    rcode: dns.rcode.Rcode = dns.rcode.NOERROR
    alias: str = ""
    silent: bool = False
    torn: bool = False


MISSING = Says(rcode=dns.rcode.NXDOMAIN)
LARGEST_DATAGRAM = 512


@dataclass
class DnsStub:
    """`script` may be changed while it runs. `asked` are (name, "udp" or "tcp")."""

    script: dict[str, Says] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0

    @property
    def server(self) -> str:
        return f"127.0.0.1:{self.port}"

    def reply(self, wire: bytes, way: str) -> bytes:
        """b"" for silence."""
        query = dns.message.from_wire(wire)
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        self.asked.append((name, way))
        says = self.script.get(name, MISSING)
        if says.silent:
            return b""
        if says.torn:
            return wire[:2] + b"\x80"
        answer = self._answer(query, name, says)
        whole = answer.to_wire(max_size=65535)
        if way == "udp" and len(whole) > max(query.payload, LARGEST_DATAGRAM):
            answer.answer.clear()
            answer.flags |= dns.flags.TC
            return answer.to_wire()
        return whole

    def _answer(self, query: dns.message.Message, name: str, says: Says) -> dns.message.Message:
        answer = dns.message.make_response(query)
        answer.set_rcode(says.rcode)
        if says.alias:
            answer.answer.append(dns.rrset.from_text(f"{name}.", says.ttl, "IN", "CNAME", f"{says.alias}."))
            name, says = says.alias, self.script.get(says.alias, MISSING)
        if says.texts:
            answer.answer.append(dns.rrset.from_text_list(f"{name}.", says.ttl, "IN", "TXT", map(quoted, says.texts)))
        return answer


def quoted(text: str) -> str:
    """A TXT record in pieces of 255 letters, as zone files have it."""
    return " ".join(f'"{text[at : at + 255]}"' for at in range(0, max(len(text), 1), 255))


@contextmanager
def a_dns_stub(script: dict[str, Says] | None = None) -> Iterator[DnsStub]:
    """Start one, and end it."""
    stub = DnsStub(dict(script or {}))

    class Datagram(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, sock = self.request
            reply = stub.reply(wire, "udp")
            if reply:
                sock.sendto(reply, self.client_address)

    class Stream(socketserver.StreamRequestHandler):
        timeout = 5

        def handle(self) -> None:
            with suppress(OSError, struct.error):  # a client may go at any time
                wire = self.rfile.read(struct.unpack("!H", self.rfile.read(2))[0])
                reply = stub.reply(wire, "tcp")
                if reply:
                    self.wfile.write(struct.pack("!H", len(reply)) + reply)

    with _on_one_port(Datagram, Stream) as port:
        stub.port = port
        yield stub


@contextmanager
def _on_one_port(
    datagram: type[socketserver.BaseRequestHandler], stream: type[socketserver.BaseRequestHandler]
) -> Iterator[int]:
    """A port that is free for both ways."""
    socketserver.TCPServer.allow_reuse_address = True
    for _ in range(50):
        udp = socketserver.ThreadingUDPServer(("127.0.0.1", 0), datagram)
        try:
            tcp = socketserver.ThreadingTCPServer(("127.0.0.1", udp.server_address[1]), stream)
            break
        except OSError:
            udp.server_close()
    else:
        raise AssertionError("no port is free for UDP and TCP")
    for server in (udp, tcp):
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield int(udp.server_address[1])
    finally:
        for server in (udp, tcp):
            server.shutdown()
            server.server_close()


def a_silent_port() -> socket.socket:
    """A bound UDP socket that nobody reads."""
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind(("127.0.0.1", 0))
    return silent
