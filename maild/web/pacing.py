"""How much one client may ask: network addresses and times in, yes or no out. Pure; times are of any steady clock.

An IPv6 client is its /64 network, since it owns all addresses in there. However many come, only so many are
remembered; whoever is forgotten begins afresh.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address, ip_network

MOST_REMEMBERED = 4096
NOBODY = "unknown"


class Pace:
    """So many at once, and so many a minute in the long run."""

    def __init__(self, at_once: int, a_minute: float) -> None:
        self._most = float(at_once)
        self._rate = a_minute / 60
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str, now: float) -> int:
        """Count one more; 0 if that is all right, otherwise whole seconds until the next may come."""
        left, then = self._left.pop(client, (self._most, now))
        left = min(self._most, left + (now - then) * self._rate)
        allowed = left >= 1
        self._left[client] = (left - allowed, now)
        if len(self._left) > MOST_REMEMBERED:
            self._left.popitem(last=False)
        return 0 if allowed else math.ceil((1 - left) / self._rate)

    def __len__(self) -> int:
        return len(self._left)


def network_of(host: str) -> str:
    """By what a client is counted; all that is no address is one client."""
    try:
        address = ip_address(host)
    except ValueError:
        return NOBODY
    if not isinstance(address, IPv6Address):
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), 64), strict=False))
