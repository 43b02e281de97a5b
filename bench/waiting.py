"""Waiting with time limits, and ports of the loopback."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable


class Incomplete(Exception):
    """A run did not do all that it had to; its figures count for nothing."""


def wait_until(condition: Callable[[], object], what: str, seconds: float = 60, every: float = 0.02) -> None:
    """Wait until `condition()` is true, looking every so many seconds. Raises Incomplete after `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise Incomplete(f"not within {seconds:g} s: {what}")
        time.sleep(every)


def expect(what: str, found: object, wanted: object) -> None:
    """Raises Incomplete where a count is not what it must be."""
    if found != wanted:
        raise Incomplete(f"{what}: {found} instead of {wanted}")


def free_port() -> int:
    """A TCP port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def answers(port: int) -> bool:
    """Whether somebody accepts connections there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
