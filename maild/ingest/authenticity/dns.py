"""The edge to the DNS: `Resolver` answers what the TXT records of a name are (RFC 6376 3.6.2).

Laws: never raises; one question takes at most `timeout` seconds over all servers, by UDP, then by TCP if the answer
was cut; an answer of more than LARGEST_ANSWER bytes is none. MOST_KEPT answers are kept in memory for as long as they
may be, within bounds; threads may share one resolver. dnspython is loaded with the first question.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from maild.ingest.authenticity.answers import Answer, Found, NoAnswer, Nothing
from maild.settings import server_address

if TYPE_CHECKING:
    from dns.nameserver import Do53Nameserver
    from dns.resolver import Answer as Response
    from dns.resolver import Resolver as Library

TIMEOUT = 3.0
LARGEST_ANSWER = 4096
MOST_KEPT = 2000
SHORTEST, LONGEST = 60.0, 3600.0
"""Seconds an answer is kept, whatever its time to live says."""
KEPT_NOTHING = 300.0
KEPT_NO_ANSWER = 30.0
UDP_BYTES = 1232
"""What a datagram may hold without being cut into pieces (DNS flag day 2020)."""


class Resolver:
    """A `Lookup`. `servers` are addresses ("192.0.2.53", "192.0.2.53:5353", "[2001:db8::1]:53"); none: the machine's
    own (/etc/resolv.conf). `clock` counts seconds."""

    def __init__(
        self, servers: Sequence[str] = (), timeout: float = TIMEOUT, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._servers, self._timeout, self._clock = tuple(servers), timeout, clock
        self._kept: OrderedDict[str, tuple[float, Answer]] = OrderedDict()
        self._lock = threading.Lock()
        self._library: Library | None = None

    def __call__(self, name: str) -> Answer:
        name = name.lower()
        with self._lock:
            until, answer = self._kept.get(name, (0.0, None))
            if answer is not None and self._clock() < until:
                self._kept.move_to_end(name)
                return answer
        answer, seconds = self._ask(name)
        self._keep(name, answer, seconds)
        return answer

    def _keep(self, name: str, answer: Answer, seconds: float) -> None:
        with self._lock:
            self._kept[name] = (self._clock() + seconds, answer)
            self._kept.move_to_end(name)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)

    def _ask(self, name: str) -> tuple[Answer, float]:
        """The answer, and the seconds it may be kept."""
        import dns.exception
        import dns.name
        import dns.resolver

        try:
            asked = dns.name.from_text(name)
            response = self._opened().resolve(asked, "TXT", lifetime=self._timeout, search=False)
        except dns.resolver.NXDOMAIN:
            return Nothing("the name does not exist"), KEPT_NOTHING
        except dns.resolver.NoAnswer:
            return Nothing(), KEPT_NOTHING
        except (dns.name.LabelTooLong, dns.name.NameTooLong, dns.name.EmptyLabel, UnicodeError):
            return Nothing("no name of the DNS"), KEPT_NOTHING
        except dns.exception.Timeout:
            return NoAnswer(f"none within {self._timeout:g} s"), KEPT_NO_ANSWER
        except dns.resolver.NoNameservers:
            return NoAnswer("the servers fail"), KEPT_NO_ANSWER
        except (dns.exception.DNSException, OSError, ValueError) as error:
            return NoAnswer(type(error).__name__), KEPT_NO_ANSWER
        return _found(response), min(max(response.chaining_result.minimum_ttl, SHORTEST), LONGEST)

    def _opened(self) -> Library:
        """The library, set up once."""
        import dns.resolver

        if self._library is None:
            library = dns.resolver.Resolver(configure=not self._servers)
            library.use_edns(0, 0, UDP_BYTES)
            if self._servers:
                library.nameservers = [_server(text) for text in self._servers]
            self._library = library
        return self._library


def _found(response: Response) -> Answer:
    pieces = [b"".join(record.strings) for record in response]
    if sum(map(len, pieces)) > LARGEST_ANSWER:
        return Nothing(f"an answer of more than {LARGEST_ANSWER} bytes")
    return Found(tuple(piece.decode("utf-8", "replace") for piece in pieces))


def _server(text: str) -> Do53Nameserver:
    from dns.nameserver import Do53Nameserver

    return Do53Nameserver(*server_address(text))
